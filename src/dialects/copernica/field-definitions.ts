import type { Asking } from '../../core/ask.ts'
import { Fault } from '../../core/errors.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../core/json.ts'
import type { StoredRecord } from '../../core/record.ts'
import { type Database, parentOf, parentOfKey, usersKey } from './databases.ts'
import { type FieldType, fieldTypes, readValue, type TypedField } from './field-types.ts'
import { fields as namedFields, standardName } from './fields.ts'
import { FIELD, shownRecordId } from './kinds.ts'
import { askNamed, endsInNumber, folded, keyOf, shownKey, shownName } from './names.ts'
import { isTrue } from './query.ts'

/** A field of a database or a collection. */
export interface Field extends TypedField {
  id: string
  /** What it is called now. */
  name: string
  /** Null for one that is always there and was never changed. */
  record: StoredRecord | null
  /** Where its value is kept: an attribute of the profile, or a name in a subprofile's record. */
  stored: string
  /** What somebody new has in it, as stored. */
  initial: JsonValue
  shown: JsonObject
}

const shownDefaults: JsonObject = {
  type: 'text',
  value: '',
  displayed: false,
  ordered: false,
  length: '255',
  textlines: '1',
  hidden: false,
  index: false,
}

export const fieldsMax = 500
const textLengthMax = 4_096
const typeNames: readonly string[] = fieldTypes

const builtIn: readonly Field[] = [...namedFields].map(([name, stored], index) => {
  const id = String(index + 1)
  const type: FieldType = name === 'email' ? 'email' : 'text'
  const shown = { ...shownDefaults, type, displayed: true }
  return { id, name, type, choices: [], record: null, stored, initial: null, shown }
})

/**
 * Those of a database: of every profile first, and then its own, which hide one of every profile
 * that is called the same.
 */
export function* fieldsOf(database: Database): Asking<Field[]> {
  const records = yield* askNamed(FIELD, usersParent)
  const changed = new Map(records.map((record) => [folded(FIELD, keyOf(record)), record]))
  const ofAll = builtIn.map((field) => {
    const record = changed.get(field.name)
    return record ? { ...readField(record, field.stored, field.shown), id: field.id } : field
  })
  const others = records.filter((record) => !namedFields.has(folded(FIELD, keyOf(record))))
  const shared = [...ofAll, ...others.map((record) => readField(record, attributeOf(record, '')))]
  if (database.isUsers) return shared
  const own = (yield* askNamed(FIELD, parentOf(database))).map((record) => {
    return readField(record, attributeOf(record, `${database.key}:`))
  })
  const hidden = byName(own)
  return [...shared.filter(({ name }) => !hidden.has(name.toLowerCase())), ...own]
}

/** What the fields of every profile belong to. */
export const usersParent = parentOfKey(usersKey)

/** Whether every profile has it, whatever was set. */
export function isBuiltIn({ stored, record }: Field): boolean {
  return builtIn.some((field) => {
    return field.stored === stored && (record?.parent ?? usersParent) === usersParent
  })
}

export function* fieldsOfParent(parent: string): Asking<Field[]> {
  return (yield* askNamed(FIELD, parent)).map((record) => readField(record, keyOf(record)))
}

/** Fields by their names in lower case: callers write them in any (wire notes 3.1). */
export function byName(fields: readonly Field[]): ReadonlyMap<string, Field> {
  return new Map(fields.map((field) => [field.name.toLowerCase(), field]))
}

export function showField({ id, name, shown }: Field): JsonObject {
  return { ID: id, name, ...shown }
}

/**
 * The attribute that a name of no field means in the database of all. Null for one that a field is
 * kept in which is called otherwise by now: its old name is nobody's, until something is called so.
 */
export function attributeNamed(name: string, fields: readonly Field[]): string | null {
  const attribute = standardName(name) ?? name
  const lower = attribute.toLowerCase()
  const isKept = fields.some(({ stored, shown }) => {
    return own(shown, 'key') !== undefined && stored.toLowerCase() === lower
  })
  return isKept ? null : attribute
}

/** What everybody calls the same is the same attribute, whatever database it is a field of. */
function attributeOf(record: StoredRecord, before: string): string {
  const key = keyOf(record)
  return standardName(key) ?? before + key
}

function readField(record: StoredRecord, stored: string, defaults = shownDefaults): Field {
  const set = Object.entries(record.body).filter(([name]) => Object.hasOwn(shownDefaults, name))
  const shown: JsonObject = { ...defaults, ...Object.fromEntries(set), ...shownKey(record) }
  const type = fieldTypes.find((word) => word === shown.type) ?? 'text'
  const value = typeof shown.value === 'string' ? shown.value : ''
  const choices = type === 'select' ? choicesIn(value) : []
  const initial = type === 'select' || value === '' ? null : value
  const id = shownRecordId(record)
  const read = { id, name: shownName(record), type, choices, record, stored, shown }
  return { ...read, initial: initial && readValue(initial, read, record.createdAt) }
}

/** One on each line; the vendor marks the one that is chosen at first with a star. */
function choicesIn(value: string): string[] {
  return value
    .split(/\r\n|[\r\n]/)
    .map((line) => line.replace(/\*$/, ''))
    .filter((line) => line !== '')
}

/**
 * What a body says of a field. What it does not name is absent; what nobody knows is passed over.
 *
 * @throws Fault `invalid_field`
 */
export function readFieldBody(body: JsonObject): JsonObject {
  const set: JsonObject = {}
  const name = own(body, 'name')
  if (name !== undefined) set.name = readName(name, 'name')
  const type = own(body, 'type')
  if (type !== undefined) {
    if (typeof type !== 'string' || !typeNames.includes(type)) {
      throw refusal(`Parameter type must be one of ${fieldTypes.join(', ')}`)
    }
    set.type = type
  }
  for (const text of ['value', 'length', 'textlines']) {
    const given = own(body, text)
    if (given !== undefined) set[text] = readText(given, text)
  }
  for (const flag of ['displayed', 'ordered', 'hidden', 'index']) {
    const given = own(body, flag)
    if (given !== undefined) set[flag] = isTrue(given)
  }
  return set
}

/** The name of a database, a field, an interest or a collection. */
export function readName(given: JsonValue | undefined, parameter: string): string {
  const name = typeof given === 'number' ? String(given) : given
  if (name === undefined) throw refusal(`Parameter ${parameter} is required`)
  if (typeof name !== 'string' || name.trim() === '' || name.length > nameLengthMax) {
    throw refusal(`Parameter ${parameter} must be text of 1 to ${nameLengthMax} characters`)
  }
  if (!name.isWellFormed() || /\p{Cc}/u.test(name)) {
    throw refusal(`Parameter ${parameter} must not hold control characters`)
  }
  if (endsInNumber(name.trim())) {
    throw refusal(`Parameter ${parameter} must not end in ~ and a number`)
  }
  return name
}

/** A name is part of a tag's or an attribute's, and of what goes before it there. */
const nameLengthMax = 48

export function readText(given: JsonValue, parameter: string): string {
  if (isObject(given) || Array.isArray(given)) throw refusal(`Parameter ${parameter} must be text`)
  const text = given === null || given === false ? '' : given === true ? '1' : String(given)
  if (text.length > textLengthMax) {
    throw refusal(`Parameter ${parameter} is longer than ${textLengthMax} characters`)
  }
  return text
}

export function refusal(message: string): Fault {
  return new Fault('invalid_field', { message })
}
