import { invalidField } from '../../core/errors.ts'
import { type JsonObject, own } from '../../core/json.ts'
import { displayName, EMAIL, type ProfileId } from '../../core/profile.ts'
import {
  foldName,
  type ProfileFilter,
  type ProfileOrder,
  type ProfileQuery,
} from '../../core/profile-query.ts'
import { randomKey } from '../../core/random-order.ts'
import { candidateFromRow, type Row } from '../rows.ts'
import { nameEntry } from './shown-names.ts'

/** What a profile is sorted by; null comes last in either direction. */
export type SortKey = number | string | null

/** A place in a list. */
export interface Place {
  key: SortKey
  id: ProfileId
}

export function sortKey({ order, filter }: ProfileQuery, row: Row): SortKey {
  switch (order?.by) {
    case 'prefix':
      return textOf(filter, row)
    case undefined:
    case 'id':
      return row.id as number
    case 'created':
      return row.created_at as number
    case 'updated':
      return row.updated_at as number
    case 'random':
      return randomKey(order.seed, row.id as number)
    case 'attribute': {
      const attributes = JSON.parse(row.attributes as string) as JsonObject
      const value = own(attributes, order.name)
      if (order.as === 'number') return typeof value === 'number' ? value : null
      return typeof value === 'string' ? value.normalize('NFC').toLowerCase() : null
    }
  }
}

/** By which text a profile counts of those that begin as a filter asks; null where none does. */
export function textOf({ name, identifier }: ProfileFilter = {}, row: Row): string | null {
  const profile = candidateFromRow(row, name !== undefined)
  if (name !== undefined) {
    const shown = displayName(profile)
    if (shown !== undefined && foldName(shown).startsWith(foldName(name))) return nameEntry(shown)
  }
  const wanted = name === undefined ? identifier : { kind: EMAIL, prefix: foldName(name) }
  if (!wanted || !('prefix' in wanted)) return null
  const { kind, prefix } = wanted
  return profile.identifiers
    .filter((each) => each.kind === kind && each.value.startsWith(prefix))
    .map(({ value }) => value)
    .reduce((a: string | null, b) => (a !== null && compareTexts(a, b) < 0 ? a : b), null)
}

/** By the bytes of UTF-8, as indexes have them. */
export function compareTexts(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** Below 0 when `a` comes before `b`. */
export function compareKeys(order: ProfileOrder | undefined, a: Place, b: Place): number {
  const sign = order?.descending ? -1 : 1
  if (a.key !== b.key) {
    if (a.key === null) return 1
    if (b.key === null) return -1
    if (order?.by === 'prefix') return compareTexts(String(a.key), String(b.key))
    if (a.key < b.key) return -sign
    if (a.key > b.key) return sign
  }
  return (a.id - b.id) * sign
}

/** The place as text; only `readCursor` with the same order reads it. */
export function writeCursor({ order }: ProfileQuery, key: SortKey, id: ProfileId): string {
  return Buffer.from(JSON.stringify([nameOf(order), key, id])).toString('base64url')
}

/** @throws Fault `invalid_field` for what no query of this order has given. */
export function readCursor({ order }: ProfileQuery, cursor: string | undefined): Place | null {
  if (cursor === undefined) return null
  try {
    const read = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    const [name, key, id] = read
    const isKey = key === null || typeof key === 'number' || typeof key === 'string'
    if (name === nameOf(order) && isKey && Number.isSafeInteger(id)) {
      return { key, id: id as ProfileId }
    }
  } catch {
    // Not one of ours: said below.
  }
  throw invalidField('after', 'is no place in a list of this order.')
}

/** Whether a cursor is a place in the order of what begins as the filter asks. */
export function isByPrefix(cursor: string): boolean {
  const order = { by: 'prefix' } as const
  try {
    return readCursor({ order, page: { limit: 1 } }, cursor) !== null
  } catch {
    return false
  }
}

function nameOf(order: ProfileOrder | undefined): string {
  const { by, descending } = order ?? { by: 'id' }
  const what = order?.by === 'attribute' ? `${order.as} ${order.name}` : by
  return `${what}${descending ? ' descending' : ''}`
}
