import { type Asking, askCommand, askRecord, askRecords, askRecordsFound } from '../../core/ask.ts'
import { type Condition, holds } from '../../core/condition.ts'
import type { DialectRequest } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { isObject, type JsonObject, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import type { ProfileId } from '../../core/profile.ts'
import type { RecordWrite, StoredRecord } from '../../core/record.ts'
import { type Collection, readCollection } from './collections.ts'
import { byName } from './field-definitions.ts'
import { readValue, showValue } from './field-types.ts'
import { type Expression, fieldCondition } from './filters.ts'
import { COLLECTION, collectionOfKind, recordIdOf, shownRecordId, subprofileKind } from './kinds.ts'
import { localTime } from './local-time.ts'
import { recordSecret } from './secrets.ts'

/** Subprofiles that a filter looks at in one call. */
const lookedAtMax = 10_000

/** What is listed: all of a collection, or those of one person. */
export interface Listed {
  kind: string
  subject?: ProfileId
}

export function listed({ record }: Collection, subject?: ProfileId): Listed {
  const kind = subprofileKind(record.id)
  return subject === undefined ? { kind } : { kind, subject }
}

/** The subprofile of a path, with the collection it is of. */
export function* findSubprofile({
  params,
}: DialectRequest): Asking<{ record: StoredRecord; collection: Collection }> {
  const id = recordIdOf(params.subprofile ?? '')
  const [record] = id === null ? [] : yield* askRecordsFound({ ids: [id] })
  const of = record && collectionOfKind(record.kind)
  const owner = of ? yield* askRecord(COLLECTION, { id: of }) : null
  if (!record || !owner) {
    throw new Fault('record_not_found', { message: 'No subprofile with supplied ID' })
  }
  return { record, collection: yield* readCollection(owner) }
}

export function showSubprofile(
  record: StoredRecord,
  collection: Collection,
  { workspace }: DialectRequest,
): JsonObject {
  return {
    ID: shownRecordId(record),
    secret: recordSecret(record.id, workspace),
    fields: showSubprofileFields(record, collection),
    profile: String(record.subject ?? ''),
    collection: shownRecordId(collection.record),
    created: localTime(record.createdAt),
    modified: localTime(record.updatedAt),
    removed: false,
  }
}

export function showSubprofileFields(record: StoredRecord, { fields }: Collection): JsonObject {
  const stored = storedFields(record)
  const values = fields.map(({ name, stored: key, type }) => [
    name,
    showValue(own(stored, key), type),
  ])
  return Object.fromEntries(values)
}

function storedFields({ body }: StoredRecord): JsonObject {
  const { fields } = body
  return isObject(fields) ? fields : {}
}

/** All that match; what an expression names that is no field is passed over. */
export function* matching(
  of: Listed,
  { fields }: Collection,
  expressions: readonly Expression[],
  now: number,
): Asking<StoredRecord[]> {
  const known = byName(fields)
  const parts: Condition[] = []
  for (const expression of expressions) {
    const field = known.get(expression.name.toLowerCase())
    if (field) parts.push(fieldCondition(expression, field, now))
  }
  const where: Condition = { all: parts }
  const found: StoredRecord[] = []
  for (let offset = 0; offset < lookedAtMax; offset += limits.pageMax) {
    const { records, next } = yield* askRecords({ ...of, page: { offset, limit: limits.pageMax } })
    found.push(
      ...records.filter((record) =>
        holds(where, { event: {}, profile: storedFields(record), changes: [], now }),
      ),
    )
    if (next === null) return found
  }
  throw new Fault('query_timeout', {
    message: `There are more than ${lookedAtMax} subprofiles; ask for those of one profile`,
  })
}

/** Field values as a subprofile keeps them; names of no field are passed over. */
export function readSubprofile(given: JsonObject, { fields }: Collection, now: number): JsonObject {
  const known = byName(fields)
  const values: JsonObject = {}
  for (const [name, value] of Object.entries(given)) {
    const field = known.get(name.toLowerCase())
    if (field) values[field.stored] = readValue(value, field, now)
  }
  return values
}

export function* createSubprofile(
  collection: Collection,
  subject: ProfileId,
  values: JsonObject,
): Asking<StoredRecord> {
  const { fields, record } = collection
  const initial = fields.filter(({ initial: value }) => value !== null)
  const first = Object.fromEntries(initial.map(({ stored, initial: value }) => [stored, value]))
  const body = { fields: filled({ ...first, ...values }) }
  const kind = subprofileKind(record.id)
  const written = yield* writeSubprofile('created', collection, subject, body.fields, {
    ...{ op: 'put', kind, subject, body },
  })
  return written as StoredRecord
}

export function* changeSubprofile(
  collection: Collection,
  record: StoredRecord,
  values: JsonObject,
): Asking<void> {
  const { id, kind, subject, version } = record
  const fields = filled({ ...storedFields(record), ...values })
  // What another call wrote meanwhile is not undone: it is refused, and asked again.
  const patch = { op: 'patch', kind, at: { id }, set: { fields }, version } as const
  yield* writeSubprofile('updated', collection, subject as ProfileId, fields, patch)
}

export function* removeSubprofile(collection: Collection, record: StoredRecord): Asking<void> {
  const { id, kind, subject } = record
  const remove = { op: 'delete', kind, at: { id } } as const
  yield* writeSubprofile('removed', collection, subject as ProfileId, storedFields(record), remove)
}

/** The event and the record are one transaction; rules may react to it. */
function* writeSubprofile(
  what: 'created' | 'updated' | 'removed',
  { name }: Collection,
  subject: ProfileId,
  fields: JsonObject,
  write: RecordWrite,
): Asking<StoredRecord | null> {
  const { records } = yield* askCommand({
    kind: 'record-event',
    type: `subprofile.${what}`,
    attributes: { collection: name, fields },
    identifiers: [],
    subject: [{ profile: subject }],
    records: [write],
    reply: 'outcome',
  })
  return records?.[0] ?? null
}

function filled(values: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
}
