import type { RecordId, StoredRecord } from '../../core/record.ts'

/** What this dialect keeps besides profiles, as kinds of records. */

/** A database; that of all profiles is one once something was set on it. See `names.ts`. */
export const DATABASE = 'copernica.database'
/** Belongs to a database or a collection; a built-in one is stored once it was changed. */
export const FIELD = 'copernica.field'
/** Belongs to a database. */
export const INTEREST = 'copernica.interest'
/** Belongs to a database. */
export const COLLECTION = 'copernica.collection'
export const DATA_REQUEST = 'copernica.data-request'

const SUBPROFILE = 'copernica.subprofile'

/** That there was a subprofile, which has its id for a name; about the person it was about. */
export const REMOVED_SUBPROFILE = 'copernica.removed-subprofile'

/** Subprofiles are about a person and of a collection: each collection is a kind of its own. */
export function subprofileKind(collection: RecordId): string {
  return `${SUBPROFILE}.${collection}`
}

/** The collection a subprofile is of; null for any other record. */
export function collectionOfKind(kind: string): RecordId | null {
  if (!kind.startsWith(`${SUBPROFILE}.`)) return null
  return Number(kind.slice(SUBPROFILE.length + 1)) as RecordId
}

/** Ids up to here are of what is in every workspace. */
const reservedIds = 100

/** Ids are shown as text (wire notes D9). */
export function shownRecordId({ id }: Pick<StoredRecord, 'id'>): string {
  return String(id + reservedIds)
}

/** The record that a shown id means; null for what none can have. */
export function recordIdOf(shown: string): RecordId | null {
  const number = wholeNumber(shown)
  return number === null || number <= reservedIds ? null : ((number - reservedIds) as RecordId)
}

/** A whole number from 1, in decimal digits; null for anything else. */
export function wholeNumber(text: string): number | null {
  if (!/^[0-9]{1,16}$/.test(text)) return null
  const number = Number(text)
  return Number.isSafeInteger(number) && number > 0 ? number : null
}

/** Text of a record's body; null where it is something else. */
export function bodyText({ body }: StoredRecord, name: string): string | null {
  const value = Object.hasOwn(body, name) ? body[name] : null
  return typeof value === 'string' ? value : null
}
