import { Fault, invalidField } from '../../core/errors.ts'
import { instantOf } from '../../core/instant.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { assertText } from '../../core/normalise.ts'
import { EMAIL, emailIdentifier, type Identifier } from '../../core/profile.ts'
import { kindPattern } from './schemas.ts'

/** A time a caller named, in milliseconds UTC. */
export function readTime(field: string, value: JsonValue | undefined): number | undefined {
  if (value === undefined) return undefined
  const at = typeof value === 'string' ? instantOf(value) : null
  if (at === null || at < 0) {
    throw invalidField(field, 'Must be a time such as 2026-11-28T10:00:00Z.')
  }
  return at
}

/** An identifier in the form in which equal ones are the same. */
export function readIdentifier(field: string, kind: string, value: string): Identifier {
  if (kind.length > 64 || !new RegExp(kindPattern).test(kind)) {
    throw invalidField(field, 'A kind has small letters, digits, - and _, such as user_id.')
  }
  if (value === '') throw invalidField(field, 'Must not be empty.')
  assertText(field, value, limits.identifierLengthMax)
  if (kind !== EMAIL) return { kind, value }
  const identifier = emailIdentifier(value)
  if (!identifier) throw invalidField(field, 'Must be an e-mail address.')
  return identifier
}

export function readIdentifiers(field: string, map: JsonObject): Identifier[] {
  return Object.entries(map).map(([kind, value]) =>
    readIdentifier(`${field}.${kind}`, kind, String(value)),
  )
}

/** The place that a page's cursor stands for; 0 without one. */
export function readCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  if (!/^\d{1,15}$/.test(cursor)) {
    throw new Fault('invalid_field', {
      message: 'cursor: Must be the next_cursor of a page.',
      fields: [{ field: 'cursor', message: 'Must be the next_cursor of a page.' }],
    })
  }
  return Number(cursor)
}
