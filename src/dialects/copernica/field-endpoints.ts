import { type Asking, askCommand } from '../../core/ask.ts'
import type { AskingEndpoint, DialectRequest } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { own } from '../../core/json.ts'
import { putNew } from './database-endpoints.ts'
import { findDatabase, parentOf } from './databases.ts'
import {
  byName,
  type Field,
  fieldsMax,
  fieldsOf,
  readFieldBody,
  readName,
  refusal,
  showField,
} from './field-definitions.ts'
import { FIELD, shownRecordId } from './kinds.ts'
import { cutOut, shown } from './paging.ts'
import { readPage, readQuery } from './query.ts'
import { bodyOf, created, deleted, done, eitherWay } from './requests.ts'

/** What fields belong to: all that can be seen there, and what its own have for a parent. */
export interface Owner {
  parent: string
  fields: Field[]
}

type FindOwner = (request: DialectRequest) => Asking<Owner>

function* ofDatabase(request: DialectRequest): Asking<Owner> {
  const database = yield* findDatabase(request)
  return { parent: parentOf(database), fields: yield* fieldsOf(database) }
}

/** The calls on the fields of a database or a collection. */
export function fieldCalls(path: string, find: FindOwner): AskingEndpoint[] {
  const list: AskingEndpoint = {
    method: 'GET',
    path: `${path}/fields`,
    scope: 'profiles:read',
    *ask(request) {
      const { fields } = yield* find(request)
      return shown(cutOut(readPage(readQuery(request.query)), fields.map(showField)))
    },
  }
  const create: AskingEndpoint = {
    method: 'POST',
    path: `${path}/fields`,
    scope: 'profiles:write',
    ask: (request) => createField(request, find),
  }
  const update = eitherWay({
    path: `${path}/field/:field`,
    scope: 'profiles:write',
    ask: (request) => updateField(request, find),
  })
  const remove: AskingEndpoint = {
    method: 'DELETE',
    path: `${path}/field/:field`,
    scope: 'profiles:write',
    *ask(request) {
      const { fields, parent } = yield* find(request)
      const { record, id } = ownField(request, fields, parent)
      const write = { op: 'delete', kind: FIELD, at: { id: record.id }, missing: 'pass' } as const
      yield* askCommand({ kind: 'write-records', records: [write] })
      return deleted('field', id)
    },
  }
  return [list, create, ...update, remove]
}

/** A field that every profile has is there already, whatever database asks for it. */
function* createField(request: DialectRequest, find: FindOwner) {
  const { fields, parent } = yield* find(request)
  const body = bodyOf(request)
  const name = readName(own(body, 'name'), 'name').trim()
  const set = { ...readFieldBody(body), name }
  const key = name.toLowerCase()
  const there = byName(fields).get(key)
  if (there && there.record?.parent !== parent) return created(request, 'field', there.id)
  if (fields.filter(({ record }) => record?.parent === parent).length >= fieldsMax) {
    throw refusal(`There are ${fieldsMax} fields already`)
  }
  const record = yield* putNew(FIELD, parent, key, set, name)
  return created(request, 'field', shownRecordId(record))
}

/** A field keeps its name: values are kept under it. Its type may change. */
function* updateField(request: DialectRequest, find: FindOwner) {
  const { fields, parent } = yield* find(request)
  const { record, name } = ownField(request, fields, parent)
  const set = readFieldBody(bodyOf(request))
  if (typeof set.name === 'string' && set.name.trim().toLowerCase() !== name.toLowerCase()) {
    throw refusal('Parameter name: a field keeps its name, under which its values are kept')
  }
  delete set.name
  const write = { op: 'patch', kind: FIELD, at: { id: record.id }, set } as const
  yield* askCommand({ kind: 'write-records', records: [write] })
  return done
}

function ownField(
  { params: { field: given = '' } }: DialectRequest,
  fields: Field[],
  parent: string,
) {
  const field = fields.find(({ id }) => id === given) ?? byName(fields).get(given.toLowerCase())
  if (!field) throw new Fault('record_not_found', { message: 'No field with supplied ID' })
  const { record } = field
  if (record?.parent !== parent) {
    throw refusal(`The field ${field.name} is one of every profile, and is not changed here`)
  }
  return { ...field, record }
}

export const fieldEndpoints = fieldCalls('/database/:database', ofDatabase)
