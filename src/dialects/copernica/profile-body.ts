import type { Asking } from '../../core/ask.ts'
import { asStandard } from '../../core/attributes.ts'
import type { Changes } from '../../core/command.ts'
import type { DialectRequest } from '../../core/dialect.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { type Database, keyOfTag } from './databases.ts'
import { attributeNamed, byName, type Field, refusal } from './field-definitions.ts'
import { readValue, showText } from './field-types.ts'
import { interestNames, interestTags } from './interest-names.ts'
import type { Home } from './profile-object.ts'
import { isTrue } from './query.ts'
import { bodyOf } from './requests.ts'
import { SECRET } from './secrets.ts'

/** What a body says of a profile, before it is known which fields there are. */
export interface ProfileBody {
  fields: JsonObject
  interests: Interests | null
  secret: string | null
}

/** Interests to have and not to have. */
export interface Interests {
  add: string[]
  remove: string[]
}

const beside = new Set(['interests', 'secret', 'access_token'])

/**
 * Version 1 has fields at the top of the body, later ones below `fields`; there are clients of
 * version 4 that write them at the top all the same, so where there is no `fields` the top it is.
 *
 * @throws Fault `invalid_field`
 */
export function readProfileBody(request: DialectRequest): ProfileBody {
  const body = bodyOf(request)
  const given = own(body, 'fields')
  const secret = own(body, 'secret')
  const interests = own(body, 'interests')
  return {
    fields: given === undefined ? fieldsAtTop(body) : readMap(given),
    interests: interests === undefined ? null : readInterests(interests),
    secret: secret === undefined || secret === null ? null : readSecret(secret),
  }
}

function fieldsAtTop(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !beside.has(name)))
}

/** PHP writes a map without entries as a list. */
export function readMap(given: JsonValue): JsonObject {
  if (isObject(given)) return given
  if (Array.isArray(given) && given.length === 0) return {}
  throw refusal('Invalid data provided')
}

/** A list of names, or a map of names to whether they are wanted (wire notes 5.1). */
export function readInterests(given: JsonValue): Interests {
  const wanted: [string, boolean][] = Array.isArray(given)
    ? given.map((name) => [readInterest(name), true])
    : Object.entries(readMap(given)).map(([name, on]) => [readInterest(name), isTrue(on)])
  const named = new Map(wanted)
  const names = [...named.keys()]
  return {
    add: names.filter((name) => named.get(name)),
    remove: names.filter((name) => !named.get(name)),
  }
}

function readInterest(name: JsonValue): string {
  if (typeof name !== 'string' || name.trim() === '' || name.length > limits.nameLengthMax) {
    const span = `1 to ${limits.nameLengthMax} characters`
    throw refusal(`Parameter interests must hold names of ${span}`)
  }
  if (keyOfTag(name) !== null) throw refusal(`"${name}" cannot be an interest`)
  return name
}

export function readSecret(given: JsonValue): string {
  if (typeof given === 'string' && /^[\w-]{8,128}$/.test(given)) return given
  throw refusal('Parameter secret must be 8 to 128 letters, digits, - or _')
}

/** Field values as attributes. Names of no field are passed over, but in `users`: see README. */
export function fieldChanges(
  given: JsonObject,
  { fields, database }: Home,
  now: number,
): Pick<Changes, 'set' | 'unknown'> {
  const known = byName(fields)
  const set = new Map<string, JsonValue>()
  const unknown = new Set<string>()
  for (const [name, value] of Object.entries(given)) {
    const field = known.get(name.toLowerCase())
    if (field) set.set(field.stored, typed(field.stored, readValue(value, field, now)))
    else if (database.isUsers && name !== '') {
      const attribute = attributeNamed(name, fields)
      if (attribute === null) continue
      set.set(attribute, value === '' ? null : asStandard(attribute, value))
      unknown.add(attribute)
    }
  }
  for (const { stored } of fields) unknown.delete(stored)
  return {
    set: Object.fromEntries(set),
    ...(unknown.size > 0 && { unknown: [...unknown] }),
  }
}

/** What a field holds, in the type its attribute has for others, if the field shows it the same. */
function typed(name: string, value: JsonValue): JsonValue {
  const read = asStandard(name, value)
  return showText(read) === showText(value) ? read : value
}

export function* interestChanges(
  interests: Interests | null,
  database: Database,
): Asking<{ tags?: Interests }> {
  return interests ? { tags: interestTags(interests, yield* interestNames(database)) } : {}
}

/** What somebody new has in fields that the body does not name. */
export function initialValues(set: JsonObject, fields: readonly Field[]): JsonObject {
  const missing = fields.filter(
    ({ stored, initial }) => initial !== null && !Object.hasOwn(set, stored),
  )
  return { ...Object.fromEntries(missing.map(({ stored, initial }) => [stored, initial])), ...set }
}

export function secretChange(secret: string | null): Pick<Changes, 'identify'> {
  return secret === null ? {} : { identify: [{ kind: SECRET, value: secret }] }
}
