import { type Asking, askCommand, askRecord, askRecords, askRecordsFound } from '../../core/ask.ts'
import { type Condition, holds } from '../../core/condition.ts'
import type { DialectRequest } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { isObject, type JsonObject, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import type { ProfileId } from '../../core/profile.ts'
import { isWithin } from '../../core/profile-query.ts'
import type { RecordWrite, StoredRecord } from '../../core/record.ts'
import type { Workspace } from '../../core/workspace.ts'
import { type Collection, databaseKeyOf, readCollection } from './collections.ts'
import { byName } from './field-definitions.ts'
import { readValue, showValue } from './field-types.ts'
import {
  assertEquals,
  type Expression,
  fieldCondition,
  idRange,
  isSpecial,
  type Special,
  timeRange,
} from './filters.ts'
import {
  bodyText,
  COLLECTION,
  collectionOfKind,
  REMOVED_SUBPROFILE,
  recordIdOf,
  shownRecordId,
  subprofileKind,
} from './kinds.ts'
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

export interface FoundSubprofile {
  record: StoredRecord
  collection: Collection
  /** When it was removed, in milliseconds UTC; null for one that is there. */
  removedAt: number | null
}

/** The subprofile of a path. One that was removed still answers where it is read. */
export function* findSubprofile({ params }: DialectRequest): Asking<FoundSubprofile> {
  const id = recordIdOf(params.subprofile ?? '')
  const [found] = id === null ? [] : yield* askRecordsFound({ ids: [id] })
  if (found && collectionOfKind(found.kind)) return yield* withCollection(found, null)
  const names = [{ kind: REMOVED_SUBPROFILE, name: String(id) }]
  const [trace] = id === null ? [] : yield* askRecordsFound({ names })
  if (!trace || id === null) throw notThere()
  const { kind, created: createdAt } = trace.body as { kind: string; created: number }
  const updatedAt = trace.createdAt
  return yield* withCollection({ ...trace, id, kind, createdAt, updatedAt, body: {} }, updatedAt)
}

/** The same of one that is to be changed. */
export function* findLivingSubprofile(request: DialectRequest): Asking<FoundSubprofile> {
  const found = yield* findSubprofile(request)
  if (found.removedAt !== null) {
    const message = 'This subprofile has already been removed'
    throw new Fault('record_not_found', { message })
  }
  return found
}

function* withCollection(record: StoredRecord, removedAt: number | null): Asking<FoundSubprofile> {
  const of = collectionOfKind(record.kind)
  const owner = of ? yield* askRecord(COLLECTION, { id: of }) : null
  if (!owner) throw notThere()
  return { record, collection: yield* readCollection(owner), removedAt }
}

function notThere(): Fault {
  return new Fault('record_not_found', { message: 'No subprofile with supplied ID' })
}

/** The vendor's subprofile object; `dataOnly` leaves out what a short list does. */
export function showSubprofile(
  found: FoundSubprofile,
  { workspace }: DialectRequest,
  dataOnly = false,
): JsonObject {
  const { record, collection, removedAt } = found
  const data = {
    ID: shownRecordId(record),
    fields: showSubprofileFields(found),
    profile: String(record.subject ?? ''),
    collection: shownRecordId(collection.record),
    modified: localTime(record.updatedAt),
  }
  if (dataOnly) return data
  return {
    ...data,
    secret: secretOfSubprofile(record, workspace),
    created: localTime(record.createdAt),
    removed: removedAt === null ? false : localTime(removedAt),
  }
}

export function showSubprofileFields({
  record,
  collection: { fields },
  removedAt,
}: FoundSubprofile): JsonObject {
  const stored = storedFields(record)
  const values = fields.map(({ name, stored: key, type }) => [
    name,
    removedAt === null ? showValue(own(stored, key), type) : '',
  ])
  return Object.fromEntries(values)
}

export function storedFields({ body }: StoredRecord): JsonObject {
  const { fields } = body
  return isObject(fields) ? fields : {}
}

/** All that match; what an expression names that is no field is passed over. */
export function* matching(
  of: Listed,
  { fields }: Collection,
  expressions: readonly Expression[],
  request: DialectRequest,
): Asking<StoredRecord[]> {
  const { now } = request
  const known = byName(fields)
  const parts: Condition[] = []
  const tests: ((record: StoredRecord) => boolean)[] = []
  for (const expression of expressions) {
    const name = expression.name.toLowerCase()
    const field = known.get(name)
    if (field) parts.push(fieldCondition(expression, field, now))
    else if (isSpecial(name)) tests.push(specialTest(name, expression, request))
  }
  const where: Condition = { all: parts }
  const found: StoredRecord[] = []
  for (let offset = 0; offset < lookedAtMax; offset += limits.pageMax) {
    const { records, next } = yield* askRecords({ ...of, page: { offset, limit: limits.pageMax } })
    found.push(
      ...records.filter(
        (record) =>
          tests.every((passes) => passes(record)) &&
          holds(where, { event: {}, profile: storedFields(record), changes: [], now }),
      ),
    )
    if (next === null) return found
  }
  throw new Fault('query_timeout', {
    message: `There are more than ${lookedAtMax} subprofiles; ask for those of one profile, or for a part`,
  })
}

/** What is no field of a subprofile, but stands beside them. */
function specialTest(
  name: Special,
  expression: Expression,
  { now, workspace }: DialectRequest,
): (record: StoredRecord) => boolean {
  const { operator, value } = expression
  if (name === 'modified') {
    const range = timeRange(expression, now)
    return ({ updatedAt }) => isWithin(updatedAt, range)
  }
  if (name === 'id') {
    if (operator === '==') return (record) => shownRecordId(record) === value.trim()
    if (operator === '!=' || operator === '<>') {
      return (record) => shownRecordId(record) !== value.trim()
    }
    const range = idRange(expression)
    return (record) => isWithin(Number(shownRecordId(record)), range)
  }
  assertEquals(expression)
  return (record) => secretOfSubprofile(record, workspace) === value
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

/** Where none was set it is one that nobody can guess. */
function secretOfSubprofile(record: StoredRecord, workspace: Workspace): string {
  return bodyText(record, 'secret') ?? recordSecret(record.id, workspace)
}

export function* changeSubprofile(
  collection: Collection,
  record: StoredRecord,
  values: JsonObject,
  secret: string | null = null,
): Asking<void> {
  const { id, kind, subject, version } = record
  const fields = filled({ ...storedFields(record), ...values })
  // What another call wrote meanwhile is not undone: it is refused, and asked again.
  const set = { fields, ...(secret !== null && { secret }) }
  const patch = { op: 'patch', kind, at: { id }, set, version } as const
  yield* writeSubprofile('updated', collection, subject as ProfileId, fields, patch)
}

export function* removeSubprofile(collection: Collection, record: StoredRecord): Asking<void> {
  const { id, kind, subject, createdAt: created } = record
  // It goes on answering that it was there; nothing of what it said is kept. One that goes in the
  // transaction that made it was never there to anybody.
  const body = { kind, created }
  const trace = { op: 'put', kind: REMOVED_SUBPROFILE, name: String(id), subject, body } as const
  yield* writeSubprofile(
    'removed',
    collection,
    subject as ProfileId,
    storedFields(record),
    { op: 'delete', kind, at: { id } },
    ...(id > 0 ? [trace] : []),
  )
}

/** The event and the record are one transaction; rules may react to it. */
function* writeSubprofile(
  what: 'created' | 'updated' | 'removed',
  { key, record }: Collection,
  subject: ProfileId,
  fields: JsonObject,
  ...writes: RecordWrite[]
): Asking<StoredRecord | null> {
  const { records } = yield* askCommand({
    kind: 'record-event',
    type: `subprofile.${what}`,
    attributes: { collection: key, database: databaseKeyOf(record), fields },
    identifiers: [],
    subject: [{ profile: subject }],
    records: writes,
    reply: 'outcome',
  })
  return records?.[0] ?? null
}

function filled(values: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
}
