import type { DialectRequest } from '../../core/dialect.ts'
import { type JsonObject, own } from '../../core/json.ts'
import type { Profile } from '../../core/profile.ts'
import { type Database, keyOfTag } from './databases.ts'
import type { Field } from './field-definitions.ts'
import { showText, showValue } from './field-types.ts'
import { type InterestNames, interestsOf } from './interest-names.ts'
import { localTime } from './local-time.ts'
import { secretOf } from './secrets.ts'

/** The database whose fields a profile is shown with. */
export interface Home {
  database: Database
  fields: readonly Field[]
}

/** The vendor's profile object (wire notes 5.1); `dataOnly` leaves out what a short list does. */
export function showProfile(
  profile: Profile,
  home: Home,
  known: InterestNames,
  { workspace }: DialectRequest,
  dataOnly = false,
): JsonObject {
  const { id, createdAt, updatedAt, removedAt } = profile
  const modified = localTime(updatedAt)
  const data = {
    ID: String(id),
    fields: showFields(profile, home),
    interests: removedAt === null ? interestsOf(profile, known) : [],
  }
  if (dataOnly) return { ...data, modified }
  return {
    ...data,
    database: home.database.id,
    secret: secretOf(profile, workspace),
    created: localTime(createdAt),
    modified,
    removed: removedAt === null ? false : localTime(removedAt),
  }
}

/**
 * Every field of the database, and of `users` whatever else is known of the person and can be said
 * as text: other calls than this vendor's write what no field is named for.
 */
export function showFields(profile: Profile, { fields, database }: Home): JsonObject {
  const { attributes, removedAt } = profile
  const shown = new Map<string, string>()
  for (const { name, stored, type } of fields) {
    shown.set(name, removedAt === null ? showValue(own(attributes, stored), type) : '')
  }
  if (database.isUsers && removedAt === null) {
    const named = new Set(fields.map(({ stored }) => stored))
    for (const [name, value] of Object.entries(attributes)) {
      const text = named.has(name) || shown.has(name) ? '' : showText(value)
      if (text !== '') shown.set(name, text)
    }
  }
  return Object.fromEntries(shown)
}

/** The key of the database a profile belongs to; null for the one that is everybody. */
export function homeKey({ tags }: Profile): string | null {
  for (const tag of tags) {
    const key = keyOfTag(tag)
    if (key !== null) return key
  }
  return null
}
