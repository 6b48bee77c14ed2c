import { type Asking, askRecord } from '../../core/ask.ts'
import type { DialectRequest } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { StoredRecord } from '../../core/record.ts'
import { type Database, findByKey, parentOf } from './databases.ts'
import { type Field, fieldsOfParent, showField } from './field-definitions.ts'
import { COLLECTION, recordIdOf, shownRecordId } from './kinds.ts'
import { askNamed, folded, isHeld, keyOf, shownKey, shownName } from './names.ts'
import { wholeList } from './paging.ts'

export interface Collection {
  record: StoredRecord
  /** What it is called now. */
  name: string
  /** What events and rules name it by: the name it was made with. */
  key: string
  fields: Field[]
}

/**
 * The collection of a path, by its id, or by its name in any case where its database is known.
 *
 * @throws Fault `record_not_found`
 */
export function* findCollection(
  { params: { collection: given = '' } }: DialectRequest,
  database: Database | null = null,
): Asking<Collection> {
  const id = recordIdOf(given)
  const named = database && { parent: parentOf(database), name: folded(COLLECTION, given) }
  const key = id === null ? named : { id }
  const record = key && (yield* askRecord(COLLECTION, key))
  if (!record || isHeld(record))
    throw new Fault('record_not_found', { message: 'No collection with given ID' })
  return yield* readCollection(record)
}

export function* readCollection(record: StoredRecord): Asking<Collection> {
  const fields = yield* fieldsOfParent(fieldsParent(record))
  return { record, name: shownName(record), key: keyOf(record), fields }
}

/** What records of a collection's fields have for a parent. */
export function fieldsParent({ id }: StoredRecord): string {
  return `collection:${id}`
}

/** Those of a database, each as it is shown. */
export function* showCollections(database: Database): Asking<JsonObject[]> {
  const all: JsonObject[] = []
  for (const record of yield* askNamed(COLLECTION, parentOf(database))) {
    all.push(showCollection(yield* readCollection(record), database.id))
  }
  return all
}

export function showCollection({ record, name, fields }: Collection, database: string): JsonObject {
  const list = wholeList(fields.map(showField))
  return { ID: shownRecordId(record), name, database, ...shownKey(record), fields: list }
}

/** The database a collection is of. */
export function* databaseOf({ record }: Collection, { workspace }: DialectRequest): Asking<string> {
  return (yield* findByKey(databaseKeyOf(record), workspace.createdAt))?.id ?? ''
}

/** The key of that database: its name in small letters. */
export function databaseKeyOf({ parent }: StoredRecord): string {
  return (parent ?? '').slice('database:'.length)
}
