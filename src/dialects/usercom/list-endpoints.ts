import { type Asking, askCommand, askRecord, askRecords } from '../../core/ask.ts'
import type { AskingEndpoint, DialectRequest } from '../../core/dialect.ts'
import { Fault, type FieldFault } from '../../core/errors.ts'
import { type JsonObject, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import type { RecordId, StoredRecord } from '../../core/record.ts'
import { text } from './coerce.ts'
import { bodyText, LIST, LIST_MEMBER, pathRecordId } from './kinds.ts'
import { showRecords } from './list-records.ts'
import { assertNone, noContent, optional, readObject, required } from './requests.ts'
import { versionOf } from './version.ts'

const nameLengthMax = 255
/** Members are taken off a list that is deleted by so many at a time, this often in one call. */
const clearingsMax = 90

const list: AskingEndpoint = {
  method: 'GET',
  path: '/lists',
  scope: 'profiles:read',
  ask: (request) => showRecords(request, LIST, showList),
}

const create: AskingEndpoint = {
  method: 'POST',
  path: '/lists',
  scope: 'profiles:write',
  *ask(request) {
    versionOf(request)
    const faults: FieldFault[] = []
    const body = readObject(request.body)
    const name = required(body, 'name', nameLengthMax, faults)
    const description = optional(body, 'description', text(limits.stringLengthMax), faults) ?? ''
    assertNone(faults)
    const record = { op: 'put', kind: LIST, body: { name, description } } as const
    const { records } = yield* askCommand({ kind: 'write-records', records: [record] })
    return { status: 201, body: showList(records?.[0] as StoredRecord) }
  },
}

const read: AskingEndpoint = {
  method: 'GET',
  path: '/lists/:id',
  scope: 'profiles:read',
  *ask(request) {
    versionOf(request)
    const record = yield* findList(request)
    return { status: 200, body: showList(record) }
  },
}

const update: AskingEndpoint = {
  method: 'PUT',
  path: '/lists/:id',
  scope: 'profiles:write',
  *ask(request) {
    versionOf(request)
    const { id } = yield* findList(request)
    const faults: FieldFault[] = []
    const body = readObject(request.body)
    const set: JsonObject = {}
    if (own(body, 'name') !== undefined) set.name = required(body, 'name', nameLengthMax, faults)
    const description = optional(body, 'description', text(limits.stringLengthMax), faults)
    if (description !== undefined) set.description = description ?? ''
    assertNone(faults)
    const record = { op: 'patch', kind: LIST, at: { id }, set } as const
    const { records } = yield* askCommand({ kind: 'write-records', records: [record] })
    return { status: 200, body: showList(records?.[0] as StoredRecord) }
  },
}

const remove: AskingEndpoint = {
  method: 'DELETE',
  path: '/lists/:id',
  scope: 'profiles:write',
  *ask(request) {
    versionOf(request)
    const { id } = yield* findList(request)
    yield* clearMembers(LIST_MEMBER, id)
    const record = { op: 'delete', kind: LIST, at: { id }, missing: 'pass' } as const
    yield* askCommand({ kind: 'write-records', records: [record] })
    return noContent
  },
}

/**
 * Takes away everybody who belongs to a record.
 *
 * @throws Fault `unavailable` when there are too many for one call: asked again, it goes on.
 */
export function* clearMembers(kind: string, id: RecordId): Asking<void> {
  const of = { parent: String(id) }
  for (let clearings = 0; clearings < clearingsMax; clearings++) {
    const { records } = yield* askRecords({ kind, ...of, page: { limit: 1 } })
    if (records.length === 0) return
    yield* askCommand({ kind: 'write-records', records: [{ op: 'clear', kind, of }] })
  }
  throw new Fault('unavailable', {
    message: 'There are very many members; ask again to go on with the removal.',
    retryAfterSeconds: 1,
  })
}

function* findList({ params: { id = '' } }: DialectRequest): Asking<StoredRecord> {
  const record = yield* askRecord(LIST, { id: pathRecordId(id) })
  if (!record) throw new Fault('record_not_found')
  return record
}

function showList(record: StoredRecord): JsonObject {
  const description = bodyText(record, 'description') ?? ''
  return { id: record.id, name: bodyText(record, 'name'), description }
}

export const listEndpoints = [list, create, read, update, remove]
