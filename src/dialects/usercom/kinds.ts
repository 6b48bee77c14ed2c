import { Fault } from '../../core/errors.ts'
import type { RecordId, StoredRecord } from '../../core/record.ts'

/** What this dialect keeps besides profiles, as kinds of records. */

/** A custom attribute; belongs to a content type, and has its `name_std` for a name. */
export const ATTRIBUTE = 'usercom.attribute'
export const TAG = 'usercom.tag'
/** A free event name, which the vendor calls an event. */
export const EVENT = 'usercom.event'
export const LIST = 'usercom.list'
/** Somebody on a list; belongs to the list, and has the id of the profile for a name. */
export const LIST_MEMBER = 'usercom.list-member'
/** Has the customer's own id of the company for a name. */
export const COMPANY = 'usercom.company'
/** Somebody who works at a company; belongs to it, and is named like a member of a list. */
export const COMPANY_MEMBER = 'usercom.company-member'

/** The id in a path or a body, in decimal digits; null for what no record can have. */
export function recordIdOf(digits: string): RecordId | null {
  if (!/^[0-9]{1,16}$/.test(digits)) return null
  const id = Number(digits)
  return Number.isSafeInteger(id) && id > 0 ? (id as RecordId) : null
}

/**
 * The record that a path names by its id.
 *
 * @throws Fault for what is no number, as there is no such path; or for one that nothing has
 */
export function pathRecordId(digits: string): RecordId {
  if (!/^[0-9]+$/.test(digits)) throw new Fault('method_not_allowed')
  const id = recordIdOf(digits)
  if (id === null) throw new Fault('record_not_found')
  return id
}

/** Text of a record's body; null where it is something else. */
export function bodyText({ body }: StoredRecord, name: string): string | null {
  const value = Object.hasOwn(body, name) ? body[name] : null
  return typeof value === 'string' ? value : null
}
