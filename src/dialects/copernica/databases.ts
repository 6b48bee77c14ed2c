import { type Asking, askRecord } from '../../core/ask.ts'
import type { DialectRequest } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { type JsonObject, own } from '../../core/json.ts'
import type { StoredRecord } from '../../core/record.ts'
import { DATABASE, recordIdOf, shownRecordId } from './kinds.ts'
import {
  askByKey,
  askNamed,
  changeNamed,
  folded,
  isHeld,
  keyOf,
  shownName,
  stored,
} from './names.ts'

/**
 * A database. The one called `users` is all profiles of the workspace, and is always there; every
 * other is a view: the people who have its tag, with fields of its own behind those of `users`.
 */
export interface Database {
  id: string
  name: string
  /** The name it was made with, in lower case, under which all that belongs to it is kept. */
  key: string
  isUsers: boolean
  createdAt: number
  /** What was set on it; null for the one that is everybody where nothing was yet. */
  record: StoredRecord | null
}

export const usersKey = 'users'
const usersId = '1'
const tagPrefix = 'database:'

/** The tag of everybody in a database; null for the one that is everybody. */
export function tagOf({ isUsers, key }: Database): string | null {
  return isUsers ? null : tagPrefix + key
}

/** The database a tag is of, by its key. */
export function keyOfTag(tag: string): string | null {
  return tag.startsWith(tagPrefix) ? tag.slice(tagPrefix.length) : null
}

/** What records of a database have for a parent. */
export function parentOf({ key }: Database): string {
  return parentOfKey(key)
}

export function parentOfKey(key: string): string {
  return `database:${key}`
}

export function readDatabase(record: StoredRecord): Database {
  const key = folded(DATABASE, keyOf(record))
  const { createdAt } = record
  return {
    id: shownRecordId(record),
    name: shownName(record),
    key,
    isUsers: false,
    createdAt,
    record,
  }
}

/** The database of a path, by its id or by its name in any case (wire notes 5.1). */
export function* findDatabase({ params, workspace }: DialectRequest): Asking<Database> {
  const { database: given = '' } = params
  const { createdAt } = workspace
  if (given === usersId) return yield* findUsers(createdAt)
  const id = recordIdOf(given)
  const name = folded(DATABASE, given)
  const record = /^[0-9]/.test(given)
    ? id && (yield* askRecord(DATABASE, { id }))
    : name !== '' && (yield* askRecord(DATABASE, { name }))
  if (!record && name === usersKey) return yield* findUsers(createdAt)
  if (!record || isHeld(record)) throw notThere()
  const database = readDatabase(record)
  if (database.key !== usersKey) return database
  if (id !== null) throw notThere()
  return asUsers(record, createdAt)
}

function notThere(): Fault {
  return new Fault('record_not_found', { message: 'No database with supplied ID' })
}

/** All but the one of everybody. */
export function* furtherDatabases(): Asking<Database[]> {
  const all = (yield* askNamed(DATABASE, null)).map(readDatabase)
  return all.filter(({ key }) => key !== usersKey)
}

/** By its key; null where there is none any more. */
export function* findByKey(key: string, createdAt: number): Asking<Database | null> {
  if (key === usersKey) return yield* findUsers(createdAt)
  const record = yield* askByKey(DATABASE, null, key)
  return record && readDatabase(record)
}

export function* findUsers(createdAt: number): Asking<Database> {
  return asUsers(yield* askByKey(DATABASE, null, usersKey), createdAt)
}

function asUsers(record: StoredRecord | null, createdAt: number): Database {
  const name = record ? shownName(record) : usersKey
  return { id: usersId, name, key: usersKey, isUsers: true, createdAt, record }
}

/** Sets parts of what a database says of itself, and what it is called where a name is given. */
export function* changeDatabase(
  { record, key }: Database,
  set: JsonObject,
  name?: string,
): Asking<void> {
  yield* changeNamed(record ?? (yield* stored(DATABASE, null, key, name)), name, set)
}

export type Behaviour =
  | { behavior: 'nothing' | 'remove' }
  | { behavior: 'update'; fields: JsonObject }

/** What unsubscribing does to somebody in a database. */
export function behaviourOf({ record }: Database): Behaviour {
  const stored = own(record?.body ?? {}, 'on_unsubscribe') as JsonObject | undefined
  if (stored?.behavior === 'remove') return { behavior: 'remove' }
  if (stored?.behavior !== 'update') return { behavior: 'nothing' }
  return { behavior: 'update', fields: (stored.fields ?? {}) as JsonObject }
}
