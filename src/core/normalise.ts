import { Fault, invalidField } from './errors.ts'
import type { JsonValue } from './json.ts'
import { limits } from './limits.ts'

/**
 * The one normaliser in front of the store: refuses what one engine would keep and another would
 * not, or would keep changed (depth, NUL, lone surrogates, integers beyond 2^53, `__proto__`).
 *
 * @throws Fault `malformed_body` for the shape of the whole, `invalid_field` for one value, naming
 *   the top-level field it stands in.
 */
export function assertAcceptable(body: JsonValue | undefined): void {
  const counter = { keys: 0 }
  walk(body ?? null, 1, '', counter)
}

/** Whether a value would be taken as it is. */
export function isAcceptable(value: JsonValue): boolean {
  try {
    assertAcceptable(value)
    return true
  } catch (error) {
    if (error instanceof Fault) return false
    throw error
  }
}

/** Refuses text that cannot be stored as it is: NUL, lone surrogates, over-long. */
export function assertText(field: string, text: string, lengthMax: number): void {
  if (text.length > lengthMax) throw invalidField(field, `is longer than ${lengthMax} characters.`)
  if (text.includes('\0')) throw invalidField(field, 'must not hold a NUL character.')
  if (!text.isWellFormed()) throw invalidField(field, 'must not hold a lone surrogate.')
}

function walk(value: JsonValue, depth: number, field: string, counter: { keys: number }): void {
  if (typeof value === 'string') return assertText(field, value, limits.stringLengthMax)
  if (typeof value === 'number') return assertNumber(field, value)
  if (typeof value !== 'object' || value === null) return
  if (depth > limits.jsonDepthMax) {
    throw new Fault('malformed_body', {
      message: `The body is nested deeper than ${limits.jsonDepthMax} levels.`,
    })
  }
  if (Array.isArray(value)) {
    count(counter, value.length)
    for (const entry of value) walk(entry, depth + 1, field, counter)
    return
  }
  const names = Object.keys(value)
  count(counter, names.length)
  for (const name of names) {
    const where = depth === 1 ? name : field
    assertName(where, name)
    walk(value[name] ?? null, depth + 1, where, counter)
  }
}

function count(counter: { keys: number }, more: number): void {
  counter.keys += more
  if (counter.keys > limits.jsonKeysMax) {
    throw new Fault('malformed_body', {
      message: `The body holds more than ${limits.jsonKeysMax} names and entries.`,
    })
  }
}

function assertName(field: string, name: string): void {
  if (name === '__proto__') throw invalidField(name, 'is not allowed as a name.')
  assertText(field.slice(0, limits.nameLengthMax), name, limits.nameLengthMax)
}

function assertNumber(field: string, value: number): void {
  if (!Number.isFinite(value)) throw invalidField(field, 'is not a finite number.')
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw invalidField(field, 'is an integer beyond 2^53 and would lose digits; send it as text.')
  }
}
