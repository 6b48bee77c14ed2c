import { createHash } from 'node:crypto'
import { asStandard, standardAttributes } from '../../core/attributes.ts'
import type { Key, WriteProfile } from '../../core/command.ts'
import { imported, type Source } from '../../core/event.ts'
import { instantOf } from '../../core/instant.ts'
import { type JsonObject, type JsonValue, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { assertAcceptable, assertText } from '../../core/normalise.ts'
import {
  EMAIL,
  emailIdentifier,
  type Identifier,
  MERGED_PROFILE,
  type ProfileId,
} from '../../core/profile.ts'
import { unguarded } from '../csv-cell.ts'
import type { ColumnMap, ColumnMapping } from './map-columns.ts'
import type { SourceRow } from './source-row.ts'

export interface RowRules {
  map: ColumnMap
  /** Identifier kinds, `email` and `phone` that people are found by; null for all but `phone`. */
  findBy: readonly string[] | null
  /** Whether rules react to what is imported. */
  followUps: boolean
  /** Whether an empty cell clears what is stored. */
  clearEmpty: boolean
  /** The same for every start of one import, and for no other. */
  importId: string
}

/** A row that cannot be stored, and why. */
export class RowFault extends Error {}

export interface RowCommand {
  command: WriteProfile
  /** What tells whether two rows may be about one person. */
  names: string[]
  /** A phone number to find the person by, where that is asked. */
  phone: string | null
}

interface Read {
  set: JsonObject
  tags: string[]
  identifiers: Identifier[]
  profile: ProfileId | null
  occurredAt: number | null
}

/** What stores a row. @throws RowFault | Fault that says why it cannot be stored. */
export function rowCommand(row: SourceRow, rules: RowRules): RowCommand {
  if (row.cells === null) throw new RowFault(`The row ${row.fault ?? 'cannot be read'}.`)
  const read = readCells(row.cells, rules)
  const { set, tags, identifiers, profile } = read
  assertAcceptable(set)
  const email = emailIdentifier(own(set, EMAIL))
  const finds = (kind: string) => rules.findBy === null || rules.findBy.includes(kind)
  const keys: Key[] = identifiers
    .filter(({ kind }) => finds(kind))
    .map((identifier) => ({ identifier }))
  if (profile !== null) keys.push({ profile })
  const matchEmail = email !== null && finds(EMAIL)
  // With nothing else to go by, the address is the key, whatever the workspace says of matching.
  if (matchEmail && identifiers.length === 0 && profile === null) keys.push({ identifier: email })
  if (Object.keys(set).length + tags.length + identifiers.length === 0) {
    throw new RowFault('The row holds nothing to store.')
  }
  const phone = own(set, 'phone')
  const asksPhone = rules.findBy?.includes('phone') === true && typeof phone === 'string'
  const unkeyed = keys.length === 0 && !asksPhone
  const source: Source = {
    dialect: rules.followUps ? 'cli' : imported,
    token: null,
    request: null,
  }
  const command: WriteProfile = {
    kind: 'write-profile',
    source,
    keys,
    matchEmail,
    onMissing: 'create',
    changes: {
      set,
      ...(tags.length > 0 && { tags: { add: tags, remove: [] } }),
      ...(identifiers.length > 0 && { identify: identifiers }),
    },
    reply: 'outcome',
    ...(read.occurredAt !== null && { occurredAt: read.occurredAt }),
    // Writing a row again changes nothing where it finds its person; else, and where rules would
    // react again, the store remembers that it was written.
    ...((unkeyed || rules.followUps) && { idempotency: rowKey(row, rules.importId, set) }),
  }
  const names = identifiers.map(({ kind, value }) => `${kind} ${value}`)
  if (email) names.push(`${email.kind} ${email.value}`)
  if (profile !== null) names.push(`profile ${profile}`)
  if (asksPhone) names.push(`phone ${phone}`)
  return { command, names, phone: asksPhone ? phone : null }
}

function rowKey({ number }: SourceRow, importId: string, set: JsonObject) {
  const bodyHash = createHash('sha256').update(JSON.stringify(set)).digest('hex')
  return { key: `${importId}:${number}`, route: 'import', bodyHash }
}

function readCells(cells: NonNullable<SourceRow['cells']>, rules: RowRules): Read {
  const read: Read = { set: {}, tags: [], identifiers: [], profile: null, occurredAt: null }
  for (const [column, cell] of cells) {
    const mapping = rules.map.of(column)
    if (mapping.target.to === 'skip') continue
    // An export was UTF-8; what was damaged before that is kept as it was.
    if (typeof cell === 'string' && cell.includes('\uFFFD') && !rules.map.isExport) {
      throw new RowFault(`${column}: is not valid UTF-8.`)
    }
    readCell(read, mapping, cell, rules.clearEmpty)
  }
  return read
}

function readCell(read: Read, mapping: ColumnMapping, cell: JsonValue, clear: boolean): void {
  const { column, target } = mapping
  const isEmpty = mapping.cells !== 'values' && cell === ''
  if (isEmpty && !(clear && target.to === 'attribute')) return
  const value = isEmpty ? null : valueIn(mapping, cell)
  switch (target.to) {
    case 'attribute':
      read.set[target.name] = attribute(mapping, target.name, value)
      return
    case 'identifier':
      if (value !== null) read.identifiers.push(identifier(column, target.kind, value))
      return
    case 'identifiers':
      for (const { kind, value: text } of entries(column, value)) {
        const first = !read.identifiers.some((known) => known.kind === kind)
        if (first && !follows(kind)) read.identifiers.push(identifier(column, kind, text))
      }
      return
    case 'attributes':
      if (!isMap(value)) throw new RowFault(`${column}: must be a map of attributes.`)
      for (const [name, each] of Object.entries(value)) read.set[name] = each
      return
    case 'tags':
      read.tags.push(...tagsOf(column, value))
      return
    case 'profile_id':
      if (!/^\d{1,15}$/.test(String(value))) throw new RowFault(`${column}: must be a number.`)
      read.profile = Number(value) as ProfileId
      return
    case 'occurred_at':
      read.occurredAt = instantOf(value)
      if (read.occurredAt === null) {
        throw new RowFault(`${column}: must be a time such as 2026-11-28T10:00:00Z.`)
      }
      return
    case 'skip':
      return
  }
}

/** Kinds that come with something else: the address with its attribute, the other with a merge. */
function follows(kind: string): boolean {
  return kind === EMAIL || kind === MERGED_PROFILE
}

function valueIn({ column, cells }: ColumnMapping, cell: JsonValue): JsonValue {
  if (cells === 'values' || typeof cell !== 'string') return cell
  const text = unguarded(cell)
  if (cells === 'text') return text
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    throw new RowFault(`${column}: is not JSON.`)
  }
}

/** JSON is stored as it is, but for what says a standard attribute's value in another type. */
function attribute({ column, cells }: ColumnMapping, name: string, value: JsonValue): JsonValue {
  if (cells === 'text') return typed(column, name, value)
  return cells === 'values' ? asStandard(name, value) : value
}

/** Text of a cell as the type that a standard attribute has. */
function typed(column: string, name: string, value: JsonValue): JsonValue {
  if (typeof value !== 'string') return value
  const type = own<'text' | 'boolean' | 'integer'>(standardAttributes, name)
  const read = asStandard(name, value)
  if (typeof read === 'string' && type === 'boolean') {
    throw new RowFault(`${column}: must be true or false.`)
  }
  if (typeof read === 'string' && type === 'integer') {
    throw new RowFault(`${column}: must be a whole number.`)
  }
  return read
}

function identifier(column: string, kind: string, value: JsonValue): Identifier {
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw new RowFault(`${column}: an identifier is text.`)
  }
  const text = String(value).trim()
  if (text === '') throw new RowFault(`${column}: an identifier must not be empty.`)
  assertText(column, text, limits.identifierLengthMax)
  return { kind, value: text }
}

function* entries(column: string, value: JsonValue): Generator<{ kind: string; value: JsonValue }> {
  if (!Array.isArray(value)) throw new RowFault(`${column}: must be a list of identifiers.`)
  for (const entry of value) {
    const kind = isMap(entry) ? own(entry, 'kind') : undefined
    if (!isMap(entry) || typeof kind !== 'string' || !/^[a-z0-9_.-]{1,64}$/.test(kind)) {
      throw new RowFault(`${column}: an identifier is {"kind": ..., "value": ...}.`)
    }
    yield { kind, value: own(entry, 'value') ?? null }
  }
}

/** A list, or a text with commas or semicolons between its tags. */
function tagsOf(column: string, value: JsonValue): string[] {
  if (value === null) return []
  const list = typeof value === 'string' ? value.split(/[,;]/) : value
  if (!Array.isArray(list)) throw new RowFault(`${column}: must be a list of tags.`)
  const tags = list.map((tag) => (typeof tag === 'string' ? tag.trim() : ''))
  for (const tag of tags) assertText(column, tag, limits.nameLengthMax)
  return [...new Set(tags)].filter((tag) => tag !== '')
}

function isMap(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
