import { type Asking, askRecord } from '../../core/ask.ts'
import type { Condition } from '../../core/condition.ts'
import { isObject, type JsonObject, own } from '../../core/json.ts'
import type { PayloadInput } from '../../core/payload.ts'
import { type Collection, databaseKeyOf, readCollection } from './collections.ts'
import { findByKey } from './databases.ts'
import { showValue } from './field-types.ts'
import { COLLECTION, collectionOfKind, shownRecordId } from './kinds.ts'
import { localTime } from './local-time.ts'

/** Event types by the trigger that they are to a webhook for one collection. */
export const subprofileTypes = {
  create: ['subprofile.created'],
  update: ['subprofile.updated'],
  delete: ['subprofile.removed'],
} as const

/** What a webhook for one collection is told of. */
export function ofOneCollection({ key, record }: Collection): Condition {
  return {
    all: [
      { event: 'collection', is: key },
      { event: 'database', is: databaseKeyOf(record) },
    ],
  }
}

/**
 * What the vendor posts about a subprofile (wire notes 4.7): as about a profile, with the two ids
 * and without interests. Null for an event that is about none.
 */
export function* subprofileForm(
  { event, person, record, workspace }: PayloadInput,
  type: string,
): Asking<[name: string, value: string | JsonObject][] | null> {
  const id = record && collectionOfKind(record.kind)
  const owner = id ? yield* askRecord(COLLECTION, { id }) : null
  if (!record || !owner || !person || !event.type.startsWith('subprofile.')) return null
  const collection = yield* readCollection(owner)
  const database = (yield* findByKey(databaseKeyOf(owner), workspace.createdAt))?.id ?? ''
  const now = yield* askRecord(record.kind, { id: record.id })
  const told = own(event.attributes, 'fields')
  const values = isObject(told) ? told : {}
  const fields = collection.fields.map(({ name, stored, type: kind }) => {
    return [name, showValue(own(values, stored), kind)] as const
  })
  const names = new Map(collection.fields.map(({ stored, name }) => [stored, name]))
  const parameters = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [names.get(name) ?? name, value]),
  )
  const isDelete = type === 'delete'
  return [
    ['type', type],
    ...(isDelete ? [] : ([['parameters', parameters]] as [string, JsonObject][])),
    ['timestamp', localTime(event.occurredAt)],
    ['time', String(Math.floor(event.occurredAt / 1_000))],
    ['profile', String(person.id)],
    ['subprofile', shownRecordId(record)],
    ['database', database],
    ['collection', shownRecordId(owner)],
    ...(isDelete
      ? []
      : ([
          ['created', localTime(now?.createdAt ?? event.occurredAt)],
          ['modified', localTime(event.occurredAt)],
        ] as [string, string][])),
    ['fields', Object.fromEntries(fields)],
  ]
}
