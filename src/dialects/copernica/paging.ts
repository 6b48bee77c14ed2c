import { type Asking, askRecords } from '../../core/ask.ts'
import type { DialectResponse } from '../../core/dialect.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { ProfileId } from '../../core/profile.ts'
import type { RecordPage, StoredRecord } from '../../core/record.ts'
import type { PageWanted } from './query.ts'

/** The envelope of every list; `total` is null where it was not asked for. */
export function envelope(page: PageWanted, data: JsonValue[], total: number | null): JsonObject {
  const { start, limit } = page
  return { start, limit, count: data.length, data, ...(page.total && total !== null && { total }) }
}

/**
 * Where the part that follows begins, for a list in the order of IDs that has one: clients ask for
 * `ID>=` this. The vendor shows it as a number, beside IDs as text.
 */
export function nextId(shownIds: readonly string[], isMore: boolean): JsonObject {
  const last = shownIds.at(-1)
  return isMore && last !== undefined ? { nextid: Number(last) + 1 } : {}
}

/** The same of a list that is short enough to be had as a whole. */
export function cutOut(page: PageWanted, all: readonly JsonValue[]): JsonObject {
  return envelope(page, inPage(page, all), all.length)
}

export function inPage<T>({ start, limit, isEmpty }: PageWanted, all: readonly T[]): T[] {
  return isEmpty ? [] : all.slice(start, start + limit)
}

/** A whole list within another object, as a database shows its fields. */
export function wholeList(data: JsonValue[]): JsonObject {
  return { start: 0, limit: wholeLimit, count: data.length, data, total: data.length }
}

const wholeLimit = 1_000

export function shown(body: JsonValue): DialectResponse {
  return { status: 200, body }
}

/** A page of records of a kind, those of a parent or about a person. */
export function* recordPage(
  of: { kind: string; parent?: string | null; subject?: ProfileId; descending?: boolean },
  page: PageWanted,
): Asking<RecordPage> {
  const wanted = page.isEmpty ? { offset: 0, limit: 1 } : { offset: page.start, limit: page.limit }
  const found = yield* askRecords({ ...of, page: wanted, total: page.total })
  return page.isEmpty ? { ...found, records: [] } : found
}

/** All records of a kind that belong to something, of which there are never more than a page. */
export function* allRecords(kind: string, parent: string | null): Asking<StoredRecord[]> {
  const { records } = yield* askRecords({ kind, parent, page: { limit: wholeLimit } })
  return records
}
