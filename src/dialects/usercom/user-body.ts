import type { Changes } from '../../core/command.ts'
import { bodyKind } from '../../core/dialect.ts'
import { Fault, type FieldFault, invalidField } from '../../core/errors.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { USER_ID } from '../../core/profile.ts'
import { readText } from './coerce.ts'
import { type Field, fieldByDisplayName, fields } from './fields.ts'
import type { Version } from './version.ts'

/** What the body of a user asks for. */
export interface UserBody {
  /** The customer's own id, where the body has one that is not empty. */
  userId: string | undefined
  /** The customer's own id of a company the user is to work at. */
  company: string | undefined
  /** Custom attributes are in `set`, and their names are the `unknown` ones. */
  changes: Changes
}

/**
 * Reads the body of a user. Every fault of every field is reported at once, and then nothing is
 * written (wire notes 3.4). An unknown key is never a fault: it is a custom attribute, and the
 * workspace's settings decide on it.
 *
 * @throws Fault `invalid_field`
 */
export function readUserBody(body: JsonValue | undefined, version: Version): UserBody {
  const record = body === undefined ? {} : body
  if (!isObject(record)) throw notAnObject(record)
  const reading: Reading = { set: {}, unknown: [], tags: [], faults: [] }
  const others: string[] = []
  for (const name of Object.keys(record)) {
    const field = fields.get(name)
    if (field) take(reading, field, name, record[name] ?? null)
    else others.push(name)
  }
  // A field's own name wins over its display name, and both over a custom attribute of that name.
  for (const name of others) takeOther(reading, name, record[name] ?? null)
  if (reading.faults.length > 0) throw new Fault('invalid_field', { fields: reading.faults })
  const [first, second] =
    version === 2 ? [reading.customId, reading.userId] : [reading.userId, reading.customId]
  const userId = first ?? second ?? undefined
  return { userId, company: reading.company, changes: changesOf(reading, userId) }
}

interface Reading {
  set: JsonObject
  unknown: string[]
  tags: string[]
  faults: FieldFault[]
  company?: string
  userId?: string | null | undefined
  customId?: string | null | undefined
}

function take(reading: Reading, field: Field, name: string, value: JsonValue): void {
  const { faults } = reading
  switch (field.kind) {
    case 'attribute': {
      const read = field.read(value, name, faults)
      if (read !== undefined) reading.set[field.attribute] = read
      return
    }
    case 'user_id': {
      const read = readText(value, name, faults, limits.identifierLengthMax)
      if (field.version === 1) reading.userId = read
      else reading.customId = read
      return
    }
    case 'company': {
      const read = readText(value, name, faults, limits.identifierLengthMax)
      if (read) reading.company = read
      return
    }
    case 'tags':
      readTags(reading, name, value)
      return
    case 'read-only':
      return
  }
}

function takeOther(reading: Reading, name: string, value: JsonValue): void {
  const field = fieldByDisplayName(name)
  if (field === undefined) {
    if (Object.hasOwn(reading.set, name)) return
    reading.set[name] = value
    reading.unknown.push(name)
    return
  }
  if (field.kind === 'attribute' && Object.hasOwn(reading.set, field.attribute)) return
  if (field.kind === 'user_id' && reading.userId !== undefined) return
  take(reading, field, name, value)
}

/** A list of names, or of the `{name, id}` that the user object shows. Null adds nothing. */
function readTags(reading: Reading, field: string, value: JsonValue): void {
  if (value === null) return
  if (!Array.isArray(value)) {
    const message = `Expected a list of items but got type "${typeName(value)}".`
    reading.faults.push({ field, message })
    return
  }
  for (const entry of value) {
    const name = isObject(entry) ? (own(entry, 'name') ?? entry) : entry
    const read = readText(name, field, reading.faults, limits.nameLengthMax)
    if (read) reading.tags.push(read)
    else if (read === null) reading.faults.push({ field, message: 'This field may not be blank.' })
  }
}

function changesOf(reading: Reading, userId: string | undefined): Changes {
  const changes: Changes = { set: reading.set }
  if (userId !== undefined) changes.identify = [{ kind: USER_ID, value: userId }]
  if (reading.unknown.length > 0) changes.unknown = reading.unknown
  // Tags are only ever added by this call (wire notes 1, G2).
  if (reading.tags.length > 0) changes.tags = { add: reading.tags, remove: [] }
  return changes
}

export function notAnObject(body: JsonValue): Fault {
  if (body === null) return invalidField('', 'No data provided')
  return invalidField('', `Invalid data. Expected a dictionary, but got ${typeName(body)}.`)
}

/** The name the vendor's language has for a type. */
export function typeName(value: JsonValue): string {
  const kind = bodyKind(value)
  if (kind === 'number') return Number.isInteger(value) ? 'int' : 'float'
  return { string: 'str', boolean: 'bool', object: 'dict', null: 'NoneType' }[kind] ?? kind
}
