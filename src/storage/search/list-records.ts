import { invalidField } from '../../core/errors.ts'
import type { JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { assertAcceptable } from '../../core/normalise.ts'
import type { ProfileId } from '../../core/profile.ts'
import type {
  RecordId,
  RecordKey,
  RecordPage,
  RecordQuery,
  RecordsWanted,
  StoredRecord,
} from '../../core/record.ts'
import { type Row, recordFromRow } from '../rows.ts'

/**
 * Refuses a query that cannot be answered.
 *
 * @throws Fault `invalid_field`.
 */
export function assertRecordQuery(query: RecordQuery): void {
  const { kind, parent, subject, page } = query
  const { limit } = page
  if (!Number.isInteger(limit) || limit < 1 || limit > limits.pageMax) {
    throw invalidField('limit', `must be a whole number from 1 to ${limits.pageMax}.`)
  }
  const place = 'offset' in page ? page.offset : (page.after ?? 0)
  if (!Number.isSafeInteger(place) || place < 0) {
    throw invalidField('offset' in page ? 'offset' : 'after', 'must be a whole number from 0.')
  }
  if (subject !== undefined && parent !== undefined) {
    throw invalidField('parent', 'cannot be asked for together with a subject.')
  }
  if (subject === undefined && kind === null) {
    throw invalidField('kind', 'may only be left out where a subject is named.')
  }
  assertAcceptable(query as unknown as JsonValue)
}

/** Whether any record can have this key: callers make ids and names out of anything. */
export function isPossibleKey(kind: string, key: RecordKey): boolean {
  if ('id' in key) return Number.isSafeInteger(key.id) && key.id > 0
  return [kind, key.parent ?? '', key.name].every((text) => {
    return text.isWellFormed() && !text.includes('\0')
  })
}

/** What can be there at all of what is wanted, each one time. */
export interface PossibleRecords {
  ids: RecordId[]
  /** By what they are names of. */
  names: { kind: string; parent: string; names: string[] }[]
  subjects: ProfileId[]
}

/** @throws Fault `invalid_field` for more than `pageMax` of something. */
export function possibleRecords(wanted: RecordsWanted): PossibleRecords {
  const { ids = [], names = [], subjects = [] } = wanted
  for (const [field, { length }] of Object.entries({ ids, names, subjects })) {
    if (length > limits.pageMax) throw invalidField(field, `are more than ${limits.pageMax}.`)
  }
  const whole = (id: number) => Number.isSafeInteger(id) && id > 0
  return {
    ids: [...new Set(ids)].filter(whole),
    names: possibleNames(names),
    subjects: [...new Set(subjects)].filter(whole),
  }
}

function possibleNames(wanted: NonNullable<RecordsWanted['names']>): PossibleRecords['names'] {
  const groups = new Map<string, { kind: string; parent: string; names: Set<string> }>()
  for (const key of wanted) {
    if (!isPossibleKey(key.kind, key)) continue
    const { kind, name } = key
    const parent = key.parent ?? ''
    const group = `${kind}\0${parent}`
    const known = groups.get(group)
    if (known) known.names.add(name)
    else groups.set(group, { kind, parent, names: new Set([name]) })
  }
  return [...groups.values()].map((group) => ({ ...group, names: [...group.names] }))
}

/** Found records in order, each one time. */
export function foundRecords(rows: readonly Row[]): StoredRecord[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  return [...byId.values()].map(recordFromRow).sort((a, b) => a.id - b.id)
}

/** The page that its rows, and one more where there is a next page, make. */
export function recordPage({ page }: RecordQuery, rows: Row[], total: number | null): RecordPage {
  const records = rows.slice(0, page.limit).map(recordFromRow)
  const next = rows.length > page.limit ? (records.at(-1)?.id ?? null) : null
  return { records, next, total }
}
