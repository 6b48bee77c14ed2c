import type { Asking } from './ask.ts'
import type { JsonObject } from './json.ts'
import type { Profile, ProfileId } from './profile.ts'
import type { StoredRecord } from './record.ts'

/**
 * Records of one sort that a dialect keeps about people, such as orders, as rules work on them.
 * What its generators ask is answered inside a decision: they may look at records and record one
 * event about the person with what it writes, and nothing else. They are pure but for that.
 */
export interface Collection {
  /** The kind of its records. */
  kind: string
  /**
   * What a rule gives, by the names under which it is kept; null for what holds nothing. `unknown`
   * are names that the collection does not have.
   */
  read(given: JsonObject, now: number): { values: JsonObject; unknown: string[] }
  /** What a record holds, by the names that conditions and templates use. */
  show(record: StoredRecord): JsonObject
  create(subject: ProfileId, values: JsonObject): Asking<unknown>
  change(record: StoredRecord, values: JsonObject): Asking<unknown>
  remove(record: StoredRecord): Asking<unknown>
}

/** The collections of a dialect. */
export interface Collections {
  /**
   * By its name in any case, of those that are for this person, or for everybody where there is
   * none; null where there is no such collection.
   */
  named(name: string, person: Profile | null): Asking<Collection | null>
  /** The one that records of this kind are of; null for any other kind. */
  ofKind(kind: string): Asking<Collection | null>
}
