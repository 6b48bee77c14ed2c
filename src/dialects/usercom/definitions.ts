import { type Asking, askRecordsFound } from '../../core/ask.ts'
import type { Changes } from '../../core/command.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import type { RecordId, RecordsWanted, RecordWrite, StoredRecord } from '../../core/record.ts'
import {
  convert,
  inferType,
  type TypedAttribute,
  type ValueType,
  valueTypes,
} from './attribute-types.ts'
import { ownAttributes, slug } from './fields.ts'
import { ATTRIBUTE, bodyText } from './kinds.ts'

/** What the vendor has custom attributes of; Roster has two of these. */
export const contentTypes = [
  ...(['activity', 'clientuser', 'company', 'deal', 'product', 'ticket'] as const),
] as const

/** A custom attribute, as it was defined or as its first value made it. */
export interface Definition extends TypedAttribute {
  id: RecordId
  nameStd: string
  /** As it was given. */
  name: string
  description: string
  /** The name it has on a profile or a company. */
  stored: string
  /** Whether somebody said the type; one that was guessed gives way to other numbers. */
  declared: boolean
  /** Values from before then are gone; 0 for one that was never deleted. */
  deletedAt: number
  /** Deleted, and not written to again since. */
  deleted: boolean
}

type Wanted = NonNullable<RecordsWanted['names']>[number]

/** The vendor's name of an attribute; one without a letter or digit stands for itself. */
export function nameStd(name: string): string {
  const read = slug(name)
  return /[\p{L}\p{N}]/u.test(read) ? read : name
}

export function definitionKey(name: string, contentType = 'clientuser'): Wanted {
  return { kind: ATTRIBUTE, parent: contentType, name: nameStd(name) }
}

export function readDefinition(record: StoredRecord): Definition {
  const { body } = record
  const nameOf = record.name ?? ''
  const type = valueTypes.find((word) => word === body.value_type) ?? 'json'
  const { choices } = body
  return {
    id: record.id,
    nameStd: nameOf,
    name: bodyText(record, 'name') ?? nameOf,
    description: bodyText(record, 'description') ?? '',
    stored: bodyText(record, 'stored') ?? nameOf,
    type,
    choices: Array.isArray(choices) ? choices.filter((each) => typeof each === 'string') : [],
    multiple: body.multiple === true,
    declared: body.declared === true,
    deletedAt: typeof body.deleted_at === 'number' ? body.deleted_at : 0,
    deleted: body.deleted === true,
  }
}

/** Looks up many names, as many at once as can be. */
export function* findNamed(names: readonly Wanted[]): Asking<StoredRecord[]> {
  const found: StoredRecord[] = []
  for (let at = 0; at < names.length; at += limits.pageMax) {
    found.push(...(yield* askRecordsFound({ names: names.slice(at, at + limits.pageMax) })))
  }
  return found
}

/** Custom attributes as they are to be stored, and what has to be written besides. */
export interface Custom {
  set: JsonObject
  /** Names in `set` that the workspace's setting decides on. */
  unknown: string[]
  dropped: NonNullable<Changes['dropped']>
  records: RecordWrite[]
}

/** Names and tags that one call defines; what is beyond is stored, and defined by a later one. */
export const definedPerCallMax = 400

/** Whether names that nobody has defined become attributes. */
export type UnknownNames = 'create' | 'leave'

/**
 * Brings custom attributes under the names and into the types of their definitions, and defines
 * those that are new (wire notes 7). `found` holds the records of their `definitionKey`s.
 */
export function defineCustom(
  given: readonly (readonly [name: string, value: JsonValue])[],
  found: readonly StoredRecord[],
  names: UnknownNames,
  contentType = 'clientuser',
): Custom {
  const known = new Map<string, Definition>()
  for (const record of found) {
    const isOne = record.kind === ATTRIBUTE && record.parent === contentType
    if (isOne) known.set(record.name ?? '', readDefinition(record))
  }
  const custom: Custom = { set: {}, unknown: [], dropped: [], records: [] }
  const made = new Map<string, { type: ValueType; stored: string }>()
  for (const [name, value] of given) {
    const key = nameStd(name)
    const definition = known.get(key)
    const isOwn = name === '' || ownAttributes.has(name)
    if (!isOwn && definition && !(definition.deleted && names === 'leave')) {
      setDefined(custom, name, value, definition)
      continue
    }
    const stored = made.get(key)?.stored ?? name
    custom.set[stored] = value
    if (isOwn || names === 'leave') custom.unknown.push(stored)
    else if (value !== null && !made.has(key) && made.size < definedPerCallMax) {
      made.set(key, { type: inferType(value), stored })
    }
  }
  for (const [name, { type, stored }] of made) {
    const body = { name: stored, value_type: type, stored, description: '' }
    custom.records.push({ op: 'put', kind: ATTRIBUTE, parent: contentType, name, version: 0, body })
  }
  return custom
}

function setDefined(custom: Custom, name: string, value: JsonValue, definition: Definition): void {
  const { id, stored, declared, deleted } = definition
  const inferred = value === null ? definition.type : inferType(value)
  // What was deleted and is written to again begins anew; a guess of whole numbers was too narrow.
  const widens = definition.type === 'integer' && inferred === 'float'
  const type = !declared && (deleted || widens) ? inferred : definition.type
  const read = convert(value, { ...definition, type })
  if (read === undefined) {
    custom.dropped.push({ name, reason: 'unfit_value' })
    return
  }
  custom.set[stored] = read
  if (value === null || (!deleted && type === definition.type)) return
  const set = { value_type: type, deleted: null }
  custom.records.push({ op: 'patch', kind: ATTRIBUTE, at: { id }, set })
}
