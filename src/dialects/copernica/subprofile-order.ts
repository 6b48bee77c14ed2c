import { own } from '../../core/json.ts'
import { randomKey } from '../../core/random-order.ts'
import type { StoredRecord } from '../../core/record.ts'
import type { Collection } from './collections.ts'
import { byName } from './field-definitions.ts'
import { isNumber } from './field-types.ts'
import { type ListQuery, randomSeed } from './query.ts'
import { storedFields } from './subprofiles.ts'

/** `compare` is null where the list is in the order of ids, forward or back. */
export interface SubprofileOrder {
  compare: ((a: StoredRecord, b: StoredRecord) => number) | null
  descending: boolean
}

/** As of profiles: by a field's name or id, `modified` or `random`; anything else is no order. */
export function subprofileOrder(
  query: ListQuery,
  { fields }: Collection,
  now: number,
): SubprofileOrder {
  const descending = query.get('order')?.toLowerCase() === 'desc'
  const name = query.get('orderby')?.toLowerCase()
  if (name === undefined) return { compare: null, descending }
  const field = byName(fields).get(name) ?? fields.find(({ id }) => id === name)
  if (!field && name === 'random') {
    const seed = randomSeed(now)
    const keyOf = ({ id }: StoredRecord) => randomKey(seed, id)
    return { compare: (a, b) => keyOf(a) - keyOf(b) || a.id - b.id, descending: false }
  }
  if (!field && name !== 'modified') return { compare: null, descending }
  const numeric = field !== undefined && isNumber(field.type)
  const keyOf = (record: StoredRecord): string | number | null => {
    if (!field) return record.updatedAt
    const value = own(storedFields(record), field.stored)
    if (numeric) return typeof value === 'number' ? value : null
    return typeof value === 'string' ? value.normalize('NFC').toLowerCase() : null
  }
  const sign = descending ? -1 : 1
  const compare = (one: StoredRecord, other: StoredRecord) => {
    const [a, b] = [keyOf(one), keyOf(other)]
    if (a === b) return (one.id - other.id) * sign
    // Whoever has no value comes last, in either direction.
    if (a === null || b === null) return a === null ? 1 : -1
    return (a < b ? -1 : 1) * sign
  }
  return { compare, descending }
}
