import { type Asking, askCommand, askRecord, askRecords } from '../../core/ask.ts'
import type { AskingEndpoint, DialectRequest } from '../../core/dialect.ts'
import { Fault, type FieldFault } from '../../core/errors.ts'
import { type JsonObject, type JsonValue, own } from '../../core/json.ts'
import type { StoredRecord } from '../../core/record.ts'
import { type ValueType, valueTypes } from './attribute-types.ts'
import { boolean } from './coerce.ts'
import { contentTypes, type Definition, definitionKey, readDefinition } from './definitions.ts'
import { fields } from './fields.ts'
import { ATTRIBUTE, pathRecordId } from './kinds.ts'
import { showSome } from './paging.ts'
import { parameters } from './query.ts'
import { assertNone, noContent, optional, readObject, required, requiredList } from './requests.ts'
import { versionOf } from './version.ts'

const nameLengthMax = 32
const choicesMax = 500
const choiceLengthMax = 255
/** Attributes of one content type that a list shows. */
const listedMax = 1_000

/** `GET /attributes/`: those of every content type, first the users' own. */
const list: AskingEndpoint = {
  method: 'GET',
  path: '/attributes',
  scope: 'profiles:read',
  *ask(request) {
    versionOf(request)
    const given = parameters(request.query)
    const asked = given.get('content_type')?.text
    const all: JsonValue[] = []
    for (const type of contentTypes) {
      if (asked !== undefined && asked !== '' && asked !== type) continue
      const { records } = yield* askRecords({
        kind: ATTRIBUTE,
        parent: type,
        page: { limit: listedMax },
      })
      const shown = records.filter((record) => !readDefinition(record).deleted)
      all.push(...shown.map((record) => showAttribute(record)))
    }
    return showSome(request, given.get('page')?.text, all)
  },
}

/** `POST /attributes/` (wire notes 7). */
const create: AskingEndpoint = {
  method: 'POST',
  path: '/attributes',
  scope: 'profiles:write',
  *ask(request) {
    versionOf(request)
    const { contentType, name, body } = readAttribute(request)
    const { kind, parent, name: key } = definitionKey(name, contentType)
    const found = yield* askRecord(kind, { parent: parent ?? null, name: key })
    const known = found && readDefinition(found)
    const isTaken = contentType === 'clientuser' && fields.has(key)
    if (isTaken || (known && !known.deleted)) throw taken()
    const stored = known?.stored ?? key
    const kept = known ? { deleted_at: known.deletedAt } : {}
    const version = found?.version ?? 0
    const write = { op: 'put', kind, parent: contentType, name: key, version } as const
    try {
      const records = [{ ...write, body: { ...body, ...kept, stored } }]
      const applied = yield* askCommand({ kind: 'write-records', records })
      return { status: 201, body: showAttribute(applied.records?.[0] as StoredRecord) }
    } catch (error) {
      throw error instanceof Fault && error.code === 'conflict' ? taken() : error
    }
  },
}

const read: AskingEndpoint = {
  method: 'GET',
  path: '/attributes/:id',
  scope: 'profiles:read',
  *ask(request) {
    versionOf(request)
    return { status: 200, body: showAttribute(yield* findAttribute(request)) }
  },
}

/** Its values are not shown any more; the name may be used again. */
const remove: AskingEndpoint = {
  method: 'DELETE',
  path: '/attributes/:id',
  scope: 'profiles:write',
  *ask(request) {
    versionOf(request)
    const { id } = yield* findAttribute(request)
    const set = { deleted: true, deleted_at: request.now }
    const record = { op: 'patch', kind: ATTRIBUTE, at: { id }, set } as const
    yield* askCommand({ kind: 'write-records', records: [record] })
    return noContent
  },
}

/** `GET /attribute-type/<name_std>/users/`, and the same of companies. */
const typeOf = (last: string, contentType: string): AskingEndpoint => ({
  method: 'GET',
  path: `/attribute-type/:name/${last}`,
  scope: 'profiles:read',
  *ask(request) {
    versionOf(request)
    const { kind, ...key } = definitionKey(request.params.name ?? '', contentType)
    const record = key.name === '' ? null : yield* askRecord(kind, key)
    const definition = record && readDefinition(record)
    if (!definition || definition.deleted) throw new Fault('record_not_found')
    return { status: 200, body: { value_type: definition.type } }
  },
})

function* findAttribute({ params: { id = '' } }: DialectRequest): Asking<StoredRecord> {
  const record = yield* askRecord(ATTRIBUTE, { id: pathRecordId(id) })
  if (!record || readDefinition(record).deleted) throw new Fault('record_not_found')
  return record
}

interface NewAttribute {
  contentType: string
  name: string
  body: JsonObject
}

function readAttribute({ body }: DialectRequest): NewAttribute {
  const given = readObject(body)
  const faults: FieldFault[] = []
  const asked = required(given, 'content_type', nameLengthMax, faults)
  const contentType = asked === 'user' ? 'clientuser' : asked
  if (asked !== '' && !contentTypes.some((type) => type === contentType)) {
    faults.push({ field: 'content_type', message: `"${asked}" is not a valid choice.` })
  }
  const name = required(given, 'name', nameLengthMax, faults)
  const type = readType(own(given, 'value_type'), faults)
  const description = typeof given.description === 'string' ? given.description : ''
  const attribute: JsonObject = { name, value_type: type, description, declared: true }
  if (type === 'fixed_choice') {
    const choices = requiredList(given, 'choices', choicesMax, faults)
    attribute.choices = choices.map((choice) => {
      return required({ choices: choice }, 'choices', choiceLengthMax, faults)
    })
    attribute.multiple = optional(given, 'allow_multiple_choices', boolean, faults) ?? false
  }
  assertNone(faults)
  return { contentType, name, body: attribute }
}

/** A type by its word, however it is joined, or by its number. */
function readType(given: JsonValue | undefined, faults: FieldFault[]): ValueType {
  const field = 'value_type'
  if (given === undefined || given === null || given === '') {
    faults.push({ field, message: 'This field is required.' })
    return 'string'
  }
  const word = String(given)
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_')
  const byWord = word === 'choice' ? 'fixed_choice' : valueTypes.find((type) => type === word)
  const type = byWord ?? (/^[1-8]$/.test(word) ? valueTypes[Number(word) - 1] : undefined)
  if (type) return type
  const shown = String(typeof given === 'object' ? JSON.stringify(given) : given).slice(0, 100)
  faults.push({ field, message: `"${shown.toWellFormed()}" is not a valid choice.` })
  return 'string'
}

function taken(): Fault {
  const message = 'An attribute of this name already exists.'
  return new Fault('invalid_field', { fields: [{ field: 'name', message }] })
}

function showAttribute(record: StoredRecord): JsonObject {
  const { id, name, nameStd, type }: Definition = readDefinition(record)
  return { id, name, name_std: nameStd, value_type: type, content_type: record.parent }
}

export const attributeEndpoints = [
  list,
  create,
  read,
  remove,
  typeOf('users', 'clientuser'),
  typeOf('companies', 'company'),
]
