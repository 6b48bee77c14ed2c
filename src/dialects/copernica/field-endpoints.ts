import type { Asking } from '../../core/ask.ts'
import type { AskingEndpoint, DialectRequest } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { own } from '../../core/json.ts'
import { findDatabase, parentOf } from './databases.ts'
import {
  byName,
  type Field,
  fieldsMax,
  fieldsOf,
  isBuiltIn,
  readFieldBody,
  readName,
  refusal,
  showField,
  usersParent,
} from './field-definitions.ts'
import { standardName } from './fields.ts'
import { FIELD, shownRecordId } from './kinds.ts'
import { changeNamed, putNew, removeNamed, stored, taken } from './names.ts'
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
      const field = ownField(request, fields, parent)
      if (isBuiltIn(field) || !field.record) {
        throw refusal(`The field ${field.name} is one of every profile, and is not deleted`)
      }
      yield* removeNamed(field.record)
      return deleted('field', field.id)
    },
  }
  return [list, create, ...update, remove]
}

/** A field that every profile has is there already, whatever database asks for it. */
function* createField(request: DialectRequest, find: FindOwner) {
  const { fields, parent } = yield* find(request)
  const body = bodyOf(request)
  const name = readName(own(body, 'name'), 'name').trim()
  const there = byName(fields).get(name.toLowerCase())
  if (there && there.record?.parent !== parent) return created(request, 'field', there.id)
  if (fields.filter(({ record }) => record?.parent === parent).length >= fieldsMax) {
    throw refusal(`There are ${fieldsMax} fields already`)
  }
  // Every database knows some attributes by name; one that is called otherwise now is not this.
  const attribute = standardName(name)
  const isApart = fields.some(({ stored }) => stored === attribute)
  const { name: _, ...set } = readFieldBody(body)
  const record = yield* putNew(FIELD, parent, name, set, isApart)
  return created(request, 'field', shownRecordId(record))
}

/** Its values are kept under its key, whatever it is called. */
function* updateField(request: DialectRequest, find: FindOwner) {
  const { fields, parent } = yield* find(request)
  const field = ownField(request, fields, parent)
  const { name: given, ...set } = readFieldBody(bodyOf(request))
  const name = typeof given === 'string' ? given.trim() : undefined
  const taking = name === undefined ? undefined : byName(fields).get(name.toLowerCase())
  if (name !== undefined && taking && taking.id !== field.id) throw taken(name)
  const record = field.record ?? (yield* stored(FIELD, parent, field.name, name))
  yield* changeNamed(record, name, set)
  return done
}

/** Those of every profile are changed where they belong, which is in the database of all. */
function ownField(
  { params: { field: given = '' } }: DialectRequest,
  fields: Field[],
  parent: string,
): Field {
  const field = fields.find(({ id }) => id === given) ?? byName(fields).get(given.toLowerCase())
  if (!field) throw new Fault('record_not_found', { message: 'No field with supplied ID' })
  if (isBuiltIn(field) ? parent !== usersParent : field.record?.parent !== parent) {
    throw refusal(
      `The field ${field.name} is one of every profile; it is changed in the database with ID 1`,
    )
  }
  return field
}

export const fieldEndpoints = fieldCalls('/database/:database', ofDatabase)
