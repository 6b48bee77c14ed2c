import type { Condition } from '../../core/condition.ts'
import { Fault, invalidField } from '../../core/errors.ts'
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { assertAcceptable } from '../../core/normalise.ts'
import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import { matchesFilter, type ProfileFilter, type ProfileQuery } from '../../core/profile-query.ts'
import { candidateFromRow, type Row } from '../rows.ts'
import { canDraw, drawPage } from './draw-page.ts'
import { choosePath, orderedStretches, type Path, textHeld, withoutIndex } from './plan-search.ts'
import type { ProfileSource, SearchState } from './profile-source.ts'
import type { SearchBudget } from './search-budget.ts'
import {
  compareKeys,
  isByPrefix,
  readCursor,
  type SortKey,
  sortKey,
  writeCursor,
} from './search-order.ts'
import { findRenamed } from './shown-names.ts'
import {
  batch,
  findOffset,
  firstPlace,
  idOf,
  placeAt,
  type Search,
  type Start,
  walk,
} from './walk-profiles.ts'

/** A page as rows: whoever asked turns them into profiles. */
export interface RowPage {
  rows: Row[]
  next: string | null
  total: number | null
}

interface Hit {
  row: Row
  key: SortKey
}

/** Answers a query by what an engine can look up; see `QueryStore.queryProfiles`. */
export async function searchProfiles(
  source: ProfileSource,
  workspaceId: WorkspaceId,
  asked: ProfileQuery,
  budget: SearchBudget,
  only: 'rows' | 'ids' = 'rows',
): Promise<RowPage> {
  assertQuery(asked, only === 'ids' ? limits.idPageMax : limits.pageMax)
  const state = await source.state(workspaceId)
  if (!state) return { rows: [], next: null, total: asked.total ? 0 : null }
  const query = inKnownOrder(withoutEmptyFilter(asked))
  budget.explain = (read) => tooLong(query, state, budget.ms, read)
  const renamed = await findRenamed({ source, workspaceId, state, budget }, query)
  const path = await choosePath(source, workspaceId, { ...state, renamed }, query)
  const isBare = only === 'ids' && (query.order?.by ?? 'id') === 'id'
  const bare = isBare && path.by === 'set' && path.exact
  const search: Search = {
    ...{ source, workspaceId, query, state, path, budget, bare },
    holding: textHeld(query.filter?.where),
    brief: isBrief(query, path) || (isBare && !query.filter),
    passes: bare ? () => true : filterOf(query, budget.now),
  }
  const hits = await readHits(search)
  const { limit } = query.page
  const last = hits[limit - 1]
  return {
    rows: await wholeRows(search, hits.slice(0, limit), only),
    next: hits.length > limit && last ? placeBehind(query, last) : null,
    total: query.total ? await count(search) : null,
  }
}

async function readHits(search: Search): Promise<Hit[]> {
  const { order } = search.query
  if (order?.by !== 'random') return isInOrder(search) ? readPage(search) : sortPage(search)
  if (!canDraw(search)) return sortPage(search)
  const rows = await drawPage(search, order.seed)
  return rows.map((row) => ({ row, key: null }))
}

/** A random order is paged by offset alone. */
function placeBehind(query: ProfileQuery, { key, row }: Hit): string | null {
  return query.order?.by === 'random' ? null : writeCursor(query, key, idOf(row))
}

/** A filter that asks for nothing is none: everybody is counted already, and can be skipped. */
function withoutEmptyFilter(query: ProfileQuery): ProfileQuery {
  const asks = Object.values(query.filter ?? {}).some((part) => part !== undefined)
  if (asks) return query
  const { filter, ...rest } = query
  return rest
}

/** The first page settles the order of those behind it, whatever indexes there are by then. */
function inKnownOrder(query: ProfileQuery): ProfileQuery {
  const { order, page } = query
  if (order?.by !== 'prefix') return query
  const cursor = 'after' in page ? page.after : undefined
  const known = cursor === undefined ? orderedStretches(query) !== null : isByPrefix(cursor)
  return known ? query : { ...query, order: { by: 'id' } }
}

/** Whether what is walked comes in the order asked for, so that reading can stop at the page. */
function isInOrder({ query: { order }, path }: Search): boolean {
  if (!order || order.by === 'id') return true
  if (order.by === 'prefix') return path.by === 'texts'
  return order.by === 'created' && path.by === 'scan'
}

/** Whether nothing but times decides: much more can be read of rows without their texts. */
function isBrief({ filter = {}, order }: ProfileQuery, path: Path): boolean {
  if (path.by !== 'scan' || (filter.updated === undefined && order?.by !== 'updated')) return false
  const { updated, created, ...others } = filter
  return order?.by !== 'attribute' && Object.values(others).every((part) => part === undefined)
}

async function wholeRows(
  { brief, source, workspaceId }: Search,
  hits: Hit[],
  only: 'rows' | 'ids',
): Promise<Row[]> {
  const rows = hits.map(({ row }) => row)
  if (only === 'ids' || !brief || rows[0]?.attributes !== undefined) return rows
  const whole = await source.byIds(workspaceId, rows.map(idOf))
  const byId = new Map(whole.map((row) => [idOf(row), row]))
  return rows.flatMap((row): Row[] => {
    const found = byId.get(idOf(row))
    return found ? [found] : []
  })
}

/** Reads on from where the page begins until it is full, and one more that tells of a next one. */
async function readPage(search: Search): Promise<Hit[]> {
  const { query } = search
  const { order, page, filter } = query
  const cursor = 'after' in page ? readCursor(query, page.after) : null
  let skip = 'offset' in page ? page.offset : 0
  const start: Start = { after: cursor ? placeAt(cursor) : firstPlace(query), skip: 0 }
  const { path } = search
  const isExact = path.by === 'set' && path.exact
  if (isExact) {
    start.skip = skip
    skip = 0
  } else if (skip > 0 && !filter && (!order || order.by === 'id')) {
    const found = await findOffset(search, skip)
    if (!found) return []
    Object.assign(start, found)
    skip = 0
  }
  const hits: Hit[] = []
  // Most of those whom an index leads to pass; of everybody it may be few.
  const size = filter && path.by === 'scan' ? batch : Math.min(page.limit + 1, batch)
  for await (const rows of walk(search, start, size)) {
    for (const row of rows) {
      if (!search.passes(row)) continue
      if (skip > 0) skip -= 1
      else if (hits.push({ row, key: sortKey(query, row) }) > page.limit) return hits
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
      const entry = { key: sortKey(query, row), id: idOf(row) }
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
  const { query, state, path } = search
  const { filter, include = 'living' } = query
  if (!filter) {
    const { living, lastProfile } = state
    return include === 'all' ? lastProfile : include === 'living' ? living : lastProfile - living
  }
  if (path.by === 'set' && path.exact) return path.set.size
  const byId = { ...search, query: { ...query, order: { by: 'id' as const } } }
  let found = 0
  for await (const rows of walk(byId, { after: firstPlace(byId.query), skip: 0 }, batch)) {
    for (const row of rows) if (search.passes(row)) found += 1
  }
  return found
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

function tooLong(query: ProfileQuery, state: SearchState, ms: number, read: number): Fault {
  const unknown = withoutIndex(query, state)
  const without =
    unknown.length > 0
      ? `No index knows: ${unknown.join(', ')}.`
      : 'What the indexes know of it is too common.'
  return new Fault('query_timeout', {
    message:
      `The query was stopped after ${ms} ms and ${read} profiles. ${without} Narrow it down by ` +
      'something that is indexed, or name attributes it compares in `indexedAttributes`.' +
      (query.filter?.name !== undefined && state.namedTo < state.lastEvent
        ? ' Names are entered in the background by a server that runs; try again in a while.'
        : ''),
    fields: unknown.map((field) => ({ field, message: 'has no index.' })),
  })
}

function assertQuery({ filter, order, page }: ProfileQuery, limitMax: number): void {
  const { limit } = page
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) {
    throw invalidField('limit', `must be a whole number from 1 to ${limitMax}.`)
  }
  if ('offset' in page && (!Number.isSafeInteger(page.offset) || page.offset < 0)) {
    throw invalidField('offset', 'must be a whole number from 0.')
  }
  if (order?.by === 'random' && 'after' in page && page.after !== undefined) {
    throw invalidField('after', 'is no place in a random order; ask for an offset.')
  }
  if (!filter) return
  assertAcceptable(filter as unknown as JsonValue)
  assertFilter(filter)
}

function assertFilter({ ids, notIds, idsWithin, identifier, name, where }: ProfileFilter): void {
  if (name?.trim() === '') throw invalidField('name', 'must not be empty.')
  if (ids && !ids.every((id) => Number.isSafeInteger(id))) {
    throw invalidField('ids', 'must be whole numbers.')
  }
  if (notIds && !notIds.every((id) => Number.isSafeInteger(id))) {
    throw invalidField('notIds', 'must be whole numbers.')
  }
  if (idsWithin && !Object.values(idsWithin).every((id) => Number.isSafeInteger(id))) {
    throw invalidField('idsWithin', 'must be whole numbers.')
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
