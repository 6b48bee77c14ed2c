import type { JsonObject } from './json.ts'
import type { ProfileId } from './profile.ts'
import type { Subscription } from './subscription.ts'

/** Unique in its workspace, over all kinds; from 1. */
export type RecordId = number & { readonly recordId: unique symbol }

/**
 * What a dialect keeps besides profiles: a company, a list, a definition. Shared code never looks
 * into it.
 */
export interface StoredRecord {
  id: RecordId
  /** Owned by a dialect and begun with its id; not a closed set. */
  kind: string
  /** What it belongs to, in the dialect's own words; null for what belongs to nothing. */
  parent: string | null
  /** Unique among those of its kind and parent, or null. */
  name: string | null
  /** The profile it is about: with it the record goes. */
  subject: ProfileId | null
  body: JsonObject
  /** 1 when created, and one more with every write. */
  version: number
  /** Milliseconds UTC. */
  createdAt: number
  updatedAt: number
}

/** One record, by its id or by its name. */
export type RecordKey = { id: RecordId } | { parent?: string | null; name: string }

/** What is to become of records; carried out in order, all or nothing with their command. */
export type RecordWrite = PutRecord | PatchRecord | DeleteRecord | ClearRecords

/**
 * Creates a record, or replaces the one with this id, or else the one with this name. Refused as
 * `record_not_found` where there is none with the id.
 */
export interface PutRecord extends Expected {
  op: 'put'
  kind: string
  id?: RecordId
  parent?: string | null
  name?: string | null
  /** `command` means the profile that the command is about. */
  subject?: ProfileId | 'command' | null
  body: JsonObject
  subscription?: Subscription
}

/**
 * Changes parts of a record; what is left out stays, and null in `set` takes a name out. Refused as
 * `record_not_found` where there is none, unless that is as good.
 */
export interface PatchRecord extends Expected {
  op: 'patch'
  kind: string
  at: RecordKey
  set?: JsonObject
  missing?: 'refuse' | 'pass'
  parent?: string | null
  name?: string | null
  subject?: ProfileId | 'command' | null
  /** What it is from now on; left out, it stays. */
  subscription?: Subscription
}

/** Refused as `record_not_found` where there is none, unless that is as good. */
export interface DeleteRecord extends Expected {
  op: 'delete'
  kind: string
  at: RecordKey
  missing?: 'refuse' | 'pass'
  /** Null for a record that has one, named by its id: it goes with it. */
  subscription?: null
}

/**
 * Deletes the first records of a kind that belong to something or are about somebody, at most
 * `recordsPerCommandMax` of them: whoever may have more asks again until none is left.
 */
export interface ClearRecords {
  op: 'clear'
  kind: string
  of: { parent: string | null } | { subject: ProfileId }
}

interface Expected {
  /** Refuse as `conflict` where the record has another version; 0 means there must be none yet. */
  version?: number
}

/** Which records to list, in the order of their ids. */
export interface RecordQuery {
  /** null stands for every kind, which only a subject's records can be asked for. */
  kind: string | null
  /** null, or left out: those that belong to nothing. */
  parent?: string | null
  subject?: ProfileId
  descending?: boolean
  page: { after?: RecordId | undefined; limit: number } | { offset: number; limit: number }
  /** Also count all of them. */
  total?: boolean
}

/** Records to find at once: those with one of the ids, of the names, or about one of the people. */
export interface RecordsWanted {
  ids?: readonly RecordId[]
  names?: readonly { kind: string; parent?: string | null; name: string }[]
  /** Of whatever kind; the first `recordsOfPeopleMax` by person and kind. */
  subjects?: readonly ProfileId[]
}

export interface RecordPage {
  records: StoredRecord[]
  /** What to give as `after` for the next page; null when there is none. */
  next: RecordId | null
  /** null unless it was asked for. */
  total: number | null
}

/**
 * The id by which a write of a command means the record that an earlier one of it makes, which has
 * none yet: `index` is the place of that one.
 */
export function localRecordId(index: number): RecordId {
  return -(index + 1) as RecordId
}

/** The write, about what an earlier one made; what is gone again by then is nobody's. */
export function withMadeIds(
  write: RecordWrite,
  made: readonly (StoredRecord | null)[],
): RecordWrite {
  if (write.op === 'put' || write.op === 'clear' || !('id' in write.at)) return write
  const { id } = write.at
  return id < 0 ? { ...write, at: { id: made[-id - 1]?.id ?? (0 as RecordId) } } : write
}
