import { Fault, invalidField } from '../../core/errors.ts'
import type { JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { type FormValue, parseForm } from '../../lib/parse-form.ts'

const formLimits = { depthMax: limits.jsonDepthMax, fieldsMax: limits.jsonKeysMax }

/**
 * The form has one field, `profile`, that holds JSON, or is spelt out as `profile[name]=...`, which
 * PHP and Ruby make of an object. Text that is no JSON is refused as a wrong type.
 */
export function parseLeadForm(text: string): JsonValue {
  const { profile } = readForm(text, false)
  if (profile === undefined) return parseSpeltOut(text)
  if (typeof profile !== 'string') return { profile: [] }
  try {
    return { profile: JSON.parse(profile) as JsonValue }
  } catch {
    return { profile }
  }
}

function parseSpeltOut(text: string): JsonValue {
  // The parser leaves this name out without a word.
  if ([...new URLSearchParams(text).keys()].some((name) => name.includes('__proto__'))) {
    throw invalidField('profile.__proto__', 'is not allowed as a name.')
  }
  const { profile } = readForm(text, true)
  return profile === undefined ? {} : { profile }
}

function readForm(text: string, nested: boolean): { [name: string]: FormValue } {
  try {
    return parseForm(text, nested, formLimits)
  } catch (cause) {
    throw new Fault('malformed_body', { message: 'The body is not a valid form.', cause })
  }
}
