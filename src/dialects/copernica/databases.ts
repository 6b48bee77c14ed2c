import { type Asking, askCommand, askRecord } from '../../core/ask.ts'
import type { DialectRequest } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { type JsonObject, own } from '../../core/json.ts'
import type { StoredRecord } from '../../core/record.ts'
import { bodyText, DATABASE, recordIdOf, shownRecordId, USERS } from './kinds.ts'

/**
 * A database. The one called `users` is all profiles of the workspace, and is always there; every
 * other is a view: the people who have its tag, with fields of its own behind those of `users`.
 */
export interface Database {
  id: string
  name: string
  /** The name in lower case, under which all that belongs to it is kept. */
  key: string
  isUsers: boolean
  createdAt: number
  /** What was set on it; empty where nothing was yet. */
  body: JsonObject
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
  const { name, createdAt, body } = record
  const key = name ?? ''
  const shownName = bodyText(record, 'name') ?? key
  return { id: shownRecordId(record), name: shownName, key, isUsers: false, createdAt, body }
}

/** The database of a path, by its id or by its name in any case (wire notes 5.1). */
export function* findDatabase({ params, workspace }: DialectRequest): Asking<Database> {
  const { database: given = '' } = params
  const key = given.toLowerCase()
  if (given === usersId || key === usersKey) return yield* findUsers(workspace.createdAt)
  const id = recordIdOf(given)
  const record = /^[0-9]/.test(given)
    ? id && (yield* askRecord(DATABASE, { id }))
    : key !== '' && (yield* askRecord(DATABASE, { name: key }))
  if (!record) throw new Fault('record_not_found', { message: 'No database with supplied ID' })
  return readDatabase(record)
}

/** By its key; null where there is none any more. */
export function* findByKey(key: string, createdAt: number): Asking<Database | null> {
  if (key === usersKey) return yield* findUsers(createdAt)
  const record = yield* askRecord(DATABASE, { name: key })
  return record && readDatabase(record)
}

export function* findUsers(createdAt: number): Asking<Database> {
  const record = yield* askRecord(USERS, { name: usersKey })
  const body = record?.body ?? {}
  return { id: usersId, name: usersKey, key: usersKey, isUsers: true, createdAt, body }
}

/** Sets parts of what a database says of itself. */
export function* changeDatabase({ isUsers, key }: Database, set: JsonObject): Asking<void> {
  const kind = isUsers ? USERS : DATABASE
  const patch = { op: 'patch', kind, at: { name: key }, set } as const
  try {
    yield* askCommand({ kind: 'write-records', records: [patch] })
  } catch (error) {
    if (!isUsers || !(error instanceof Fault) || error.code !== 'record_not_found') throw error
    // Nothing was ever set on it. Of two who are the first to, one is told to look again.
    const put = { op: 'put', kind, name: key, version: 0, body: set } as const
    yield* askCommand({ kind: 'write-records', records: [put] })
  }
}

export type Behaviour =
  | { behavior: 'nothing' | 'remove' }
  | { behavior: 'update'; fields: JsonObject }

/** What unsubscribing does to somebody in a database. */
export function behaviourOf({ body }: Database): Behaviour {
  const stored = own(body, 'on_unsubscribe') as JsonObject | undefined
  if (stored?.behavior === 'remove') return { behavior: 'remove' }
  if (stored?.behavior !== 'update') return { behavior: 'nothing' }
  return { behavior: 'update', fields: (stored.fields ?? {}) as JsonObject }
}
