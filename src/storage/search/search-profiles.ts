import type { Condition } from '../../core/condition.ts'
import { Fault, invalidField } from '../../core/errors.ts'
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { assertAcceptable } from '../../core/normalise.ts'
import type { Profile, ProfileId, WorkspaceId } from '../../core/profile.ts'
import { matchesFilter, type ProfileFilter, type ProfileQuery } from '../../core/profile-query.ts'
import { candidateFromRow, type Row } from '../rows.ts'
import { choosePath, type Path, withoutIndex } from './plan-search.ts'
import { blockOf, gapBlock, type ProfileSource, type SearchState } from './profile-source.ts'
import type { SearchBudget } from './search-budget.ts'
import {
  compareKeys,
  type Place,
  readCursor,
  type SortKey,
  sortKey,
  writeCursor,
} from './search-order.ts'

/** A page as rows: whoever asked turns them into profiles. */
export interface RowPage {
  rows: Row[]
  next: string | null
  total: number | null
}

/** Rows looked at between two looks at the clock. */
const batch = 500

interface Search {
  source: ProfileSource
  workspaceId: WorkspaceId
  query: ProfileQuery
  state: SearchState
  path: Path
  budget: SearchBudget
  /** Whether a row is what the filter asks for. */
  passes(row: Row): boolean
}

interface Hit {
  row: Row
  key: SortKey
}

/** Answers a query by what an engine can look up; see `QueryStore.queryProfiles`. */
export async function searchProfiles(
  source: ProfileSource,
  workspaceId: WorkspaceId,
  query: ProfileQuery,
  budget: SearchBudget,
): Promise<RowPage> {
  assertQuery(query)
  const state = await source.state(workspaceId)
  if (!state) return { rows: [], next: null, total: query.total ? 0 : null }
  budget.explain = (read) => tooLong(query, state, budget.ms, read)
  const path = await choosePath(source, workspaceId, state, query)
  const search: Search = {
    ...{ source, workspaceId, query, state, path, budget },
    passes: filterOf(query, budget.now),
  }
  const hits = isInOrder(search) ? await readPage(search) : await sortPage(search)
  const { limit } = query.page
  const last = hits[limit - 1]
  return {
    rows: hits.slice(0, limit).map(({ row }) => row),
    next: hits.length > limit && last ? writeCursor(query, last.key, idOf(last.row)) : null,
    total: query.total ? await count(search) : null,
  }
}

/** Whether what is walked comes in the order asked for, so that reading can stop at the page. */
function isInOrder({ query: { order }, path }: Search): boolean {
  if (!order || order.by === 'id') return true
  return order.by === 'created' && path.by === 'scan'
}

/** Reads on from where the page begins until it is full, and one more that tells of a next one. */
async function readPage(search: Search): Promise<Hit[]> {
  const { query } = search
  const { order, page, filter } = query
  const cursor = 'after' in page ? readCursor(query, page.after) : null
  let skip = 'offset' in page ? page.offset : 0
  const start: Start = { after: cursor ? placeAt(cursor) : firstPlace(query), skip: 0 }
  if (skip > 0 && !filter && (!order || order.by === 'id')) {
    const found = await findOffset(search, skip)
    if (!found) return []
    Object.assign(start, found)
    skip = 0
  }
  const hits: Hit[] = []
  for await (const rows of walk(search, start, filter ? batch : Math.min(page.limit + 1, batch))) {
    for (const row of rows) {
      if (!search.passes(row)) continue
      if (skip > 0) skip -= 1
      else if (hits.push({ row, key: sortKey(order, row) }) > page.limit) return hits
    }
  }
  return hits
}

/** Everybody who matches, sorted; only the page's rows are kept. */
async function sortPage(search: Search): Promise<Hit[]> {
  const { query, source, workspaceId } = search
  const { order, page } = query
  const cursor = 'after' in page ? readCursor(query, page.after) : null
  const keys: { key: SortKey; id: ProfileId }[] = []
  for await (const rows of walk(search, { after: null, skip: 0 }, batch)) {
    for (const row of rows) {
      if (!search.passes(row)) continue
      const entry = { key: sortKey(order, row), id: idOf(row) }
      if (!cursor || compareKeys(order, entry, cursor) > 0) keys.push(entry)
    }
  }
  keys.sort((a, b) => compareKeys(order, a, b))
  const offset = 'offset' in page ? page.offset : 0
  const wanted = keys.slice(offset, offset + page.limit + 1)
  const rows = await source.byIds(
    workspaceId,
    wanted.map(({ id }) => id),
  )
  const byId = new Map(rows.map((row) => [idOf(row), row]))
  return wanted.flatMap(({ key, id }) => {
    const row = byId.get(id)
    return row ? [{ key, row }] : []
  })
}

async function count(search: Search): Promise<number> {
  const { query, state } = search
  const { filter, include = 'living' } = query
  if (!filter) {
    const { living, lastProfile } = state
    return include === 'all' ? lastProfile : include === 'living' ? living : lastProfile - living
  }
  const byId = { ...search, query: { ...query, order: { by: 'id' as const } } }
  let found = 0
  for await (const rows of walk(byId, { after: null, skip: 0 }, batch)) {
    for (const row of rows) if (search.passes(row)) found += 1
  }
  return found
}

interface Start {
  after: { at: number; id: ProfileId } | null
  skip: number
}

/** Everybody on the path, in order, a batch at a time. */
async function* walk(search: Search, start: Start, size: number): AsyncGenerator<Row[]> {
  const { source, workspaceId, query, path, budget } = search
  const { order, include = 'living' } = query
  const descending = order?.descending ?? false
  if (path.by !== 'scan') {
    for await (const ids of walkIds(search, start, Math.min(size, 200))) {
      const rows = await source.byIds(workspaceId, ids)
      budget.spend(ids.length)
      yield rows.sort((a, b) => (idOf(a) - idOf(b)) * (descending ? -1 : 1))
    }
    return
  }
  const by = order?.by === 'created' ? 'created' : 'id'
  let { after, skip } = start
  for (let limit = size; ; limit = batch) {
    const wanted = { by, after, descending, include, skip, limit } as const
    const rows = await source.scan(workspaceId, wanted)
    budget.spend(rows.length)
    yield rows
    const last = rows.at(-1)
    if (!last || rows.length < limit || isPast(last, query)) return
    after = { at: last.created_at as number, id: idOf(last) }
    skip = 0
  }
}

function placeAt({ key, id }: Place): Start['after'] {
  return { at: Number(key), id }
}

/** The list by age need not be read before the time that is asked for begins, or after it ends. */
function firstPlace({ filter, order }: ProfileQuery): Start['after'] {
  if (order?.by !== 'created' || !filter?.created) return null
  const { from, until } = filter.created
  if (order.descending) return until === undefined ? null : { at: until, id: 0 as ProfileId }
  return from === undefined ? null : { at: from, id: 0 as ProfileId }
}

function isPast(row: Row, { filter, order }: ProfileQuery): boolean {
  if (order?.by !== 'created' || !filter?.created) return false
  const { from = 0, until = Number.MAX_SAFE_INTEGER } = filter.created
  const at = row.created_at as number
  return order.descending ? at < from : at >= until
}

/** The ids of the path in the direction of the query, each once. */
async function* walkIds(
  { source, workspaceId, query, path }: Search,
  start: Start,
  size: number,
): AsyncGenerator<ProfileId[]> {
  // Only the order by id begins anywhere but at the beginning.
  const descending = query.order?.descending ?? false
  const sign = descending ? -1 : 1
  let after = start.after?.id ?? null
  const isBehind = (id: ProfileId) => after === null || (id - after) * sign > 0
  if (path.by === 'ids') {
    const ids = path.ids.filter(isBehind)
    if (descending) ids.reverse()
    for (let at = 0; at < ids.length; at += size) yield ids.slice(at, at + size)
    return
  }
  if (path.by !== 'postings') return
  for (;;) {
    const wanted = { after, descending, limit: size }
    const found = new Set<ProfileId>()
    for (const posting of path.postings) {
      for (const id of await source.postings(workspaceId, posting, wanted)) found.add(id)
    }
    const ids = [...found].sort((a, b) => (a - b) * sign).slice(0, size)
    if (ids.length === 0) return
    yield ids
    after = ids.at(-1) as ProfileId
  }
}

/**
 * Where a page of the plain list begins. Ids have no gaps but those of profiles that are gone, and
 * these are counted by blocks: so the block is found without reading a profile.
 */
async function findOffset(search: Search, offset: number): Promise<Start | null> {
  const { source, workspaceId, state, query } = search
  const { include = 'living', order } = query
  const { lastProfile } = state
  const descending = order?.descending ?? false
  const gone = new Map<number, number>()
  if (include !== 'all') {
    for (const { block, count } of await source.gaps(workspaceId)) gone.set(block, count)
  }
  const lastBlock = lastProfile === 0 ? -1 : blockOf(lastProfile as ProfileId)
  let skip = offset
  for (let n = 0; n <= lastBlock; n++) {
    const block = descending ? lastBlock - n : n
    const size = Math.min(gapBlock, lastProfile - block * gapBlock)
    const gaps = gone.get(block) ?? 0
    const counted = include === 'removed' ? gaps : size - gaps
    if (skip < counted) {
      const edge = descending ? block * gapBlock + size + 1 : block * gapBlock
      return { after: { at: 0, id: edge as ProfileId }, skip }
    }
    skip -= counted
  }
  return null
}

/** What an index leads to may have been removed, or changed, since it was entered there. */
function filterOf(
  { filter, include = 'living' }: ProfileQuery,
  now: number,
): (row: Row) => boolean {
  const needsShownName = filter?.name !== undefined
  return (row) => {
    if (include !== 'all' && (row.removed_at === null) !== (include === 'living')) return false
    return !filter || matchesFilter(candidateFromRow(row, needsShownName), filter, now)
  }
}

function idOf(row: Row): ProfileId {
  return row.id as Profile['id']
}

function tooLong(query: ProfileQuery, state: SearchState, ms: number, read: number): Fault {
  const unknown = withoutIndex(query, state)
  const without =
    unknown.length > 0
      ? `No index knows: ${unknown.join(', ')}.`
      : 'What the indexes know of it is too common.'
  return new Fault('query_timeout', {
    message:
      `The query was stopped after ${ms} ms and ${read} profiles. ${without} Narrow it down by ` +
      'something that is indexed, or name attributes it compares in `indexedAttributes`.',
    fields: unknown.map((field) => ({ field, message: 'has no index.' })),
  })
}

function assertQuery({ filter, page }: ProfileQuery): void {
  const { limit } = page
  if (!Number.isInteger(limit) || limit < 1 || limit > limits.pageMax) {
    throw invalidField('limit', `must be a whole number from 1 to ${limits.pageMax}.`)
  }
  if ('offset' in page && (!Number.isSafeInteger(page.offset) || page.offset < 0)) {
    throw invalidField('offset', 'must be a whole number from 0.')
  }
  if (!filter) return
  assertAcceptable(filter as unknown as JsonValue)
  assertFilter(filter)
}

function assertFilter({ ids, identifier, name, where }: ProfileFilter): void {
  if (name?.trim() === '') throw invalidField('name', 'must not be empty.')
  if (ids && !ids.every((id) => Number.isSafeInteger(id))) {
    throw invalidField('ids', 'must be whole numbers.')
  }
  if (identifier && 'prefix' in identifier && identifier.prefix === '') {
    throw invalidField('identifier', 'the beginning must not be empty.')
  }
  if (where) assertAboutProfile(where)
}

/** A condition may also ask about an event, and there is none here. */
function assertAboutProfile(condition: Condition): void {
  if ('all' in condition) return condition.all.forEach(assertAboutProfile)
  if ('any' in condition) return condition.any.forEach(assertAboutProfile)
  if ('not' in condition) return assertAboutProfile(condition.not)
  const { profile, tag } = condition as unknown as JsonObject
  if (!isObject(condition) || (profile === undefined && tag === undefined)) {
    throw invalidField('where', 'may only ask about `profile` and `tag`.')
  }
}
