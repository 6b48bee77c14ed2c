import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import type { ProfileQuery, Range } from '../../core/profile-query.ts'
import type { Row } from '../rows.ts'
import type { Path } from './plan-search.ts'
import { blockOf, gapBlock, type ProfileSource, type SearchState } from './profile-source.ts'
import type { SearchBudget } from './search-budget.ts'
import { type Place, textOf } from './search-order.ts'
import { walkTexts } from './walk-texts.ts'

/** Rows looked at between two looks at the clock. */
export const batch = 500
/** The same of rows without their texts. */
const briefBatch = 4_000
/** Rows looked up by their ids in one go. */
const idsMax = 200
/** Ids looked through in one go where the engine does it. */
const holdingStretch = 4_000

/** A query at work. */
export interface Search {
  source: ProfileSource
  workspaceId: WorkspaceId
  query: ProfileQuery
  state: SearchState
  path: Path
  budget: SearchBudget
  /** A text that the attributes of everybody hold who passes; null where none is known. */
  holding: string | null
  /** Whether times are all that is looked at, so that rows need nothing else. */
  brief: boolean
  /** Whether ids are all that is wanted, and the path tells them: then no row is read. */
  bare: boolean
  /** Whether a row is what the filter asks for. */
  passes(row: Row): boolean
}

export interface Start {
  after: { at: number; id: ProfileId; text?: string } | null
  skip: number
}

/** Everybody on the path, in order, a batch at a time. */
export async function* walk(search: Search, start: Start, size: number): AsyncGenerator<Row[]> {
  const { source, workspaceId, query, path, budget } = search
  const { order, include = 'living' } = query
  const descending = order?.descending ?? false
  if (path.by === 'texts') {
    const { text, id } = start.after ?? {}
    const after = text === undefined ? null : { text, id: id as ProfileId }
    yield* walkTexts(search, path, { after, size }, (row) => textOf(query.filter, row))
    return
  }
  if (path.by !== 'scan') {
    for await (const ids of walkIds(search, start, Math.min(size, idsMax))) {
      budget.spend(ids.length)
      if (search.bare) {
        yield ids.map((id) => ({ id }))
        continue
      }
      const rows = await source.byIds(workspaceId, ids)
      yield rows.sort((a, b) => (idOf(a) - idOf(b)) * (descending ? -1 : 1))
    }
    return
  }
  const by = order?.by === 'created' ? 'created' : 'id'
  if (by === 'id' && search.holding !== null) {
    yield* walkHolding(search, start, search.holding)
    return
  }
  let { after, skip } = start
  const most = search.brief ? briefBatch : batch
  for (let limit = search.brief ? most : size; ; limit = most) {
    const wanted = { by, after, descending, include, skip, limit, brief: search.brief } as const
    const rows = await source.scan(workspaceId, wanted)
    budget.spend(rows.length)
    yield rows
    const last = rows.at(-1)
    if (!last || rows.length < limit || isPast(last, query)) return
    after = { at: last.created_at as number, id: idOf(last) }
    skip = 0
  }
}

export function placeAt({ key, id }: Place): Start['after'] {
  return { at: Number(key), id, text: String(key) }
}

/** Nothing is read before the times or ids that are asked for begin, or after they end. */
export function firstPlace({ filter, order }: ProfileQuery): Start['after'] {
  const byAge = order?.by === 'created'
  const { from, until } = rangeOf(filter, order) ?? {}
  if (order?.descending) {
    if (until === undefined) return null
    return byAge ? { at: until, id: 0 as ProfileId } : { at: 0, id: until as ProfileId }
  }
  if (from === undefined) return null
  return byAge ? { at: from, id: 0 as ProfileId } : { at: 0, id: (from - 1) as ProfileId }
}

/** What the filter asks of that by which the list is in order. */
function rangeOf(filter: ProfileQuery['filter'], order: ProfileQuery['order']): Range | undefined {
  if (order?.by === 'created') return filter?.created
  return !order || order.by === 'id' ? filter?.idsWithin : undefined
}

function isPast(row: Row, { filter, order }: ProfileQuery): boolean {
  const { from = 0, until = Number.MAX_SAFE_INTEGER } = rangeOf(filter, order) ?? {}
  const place = order?.by === 'created' ? (row.created_at as number) : idOf(row)
  return order?.descending ? place < from : place >= until
}

/** Everybody whose attributes hold a text that the engine looks for, a stretch of ids at a time. */
async function* walkHolding(
  { source, workspaceId, query, state, budget }: Search,
  start: Start,
  text: string,
): AsyncGenerator<Row[]> {
  const { order, include = 'living' } = query
  const descending = order?.descending ?? false
  const end = state.lastProfile + 1
  const first = start.after?.id ?? (descending ? end : 0)
  const edges = descending
    ? { near: Math.min(first, end), step: -holdingStretch }
    : { near: first, step: holdingStretch }
  for (let { near, step } = edges; descending ? near > 1 : near < end - 1; near += step) {
    const far = near + step
    const [above, below] = descending ? [Math.max(far - 1, 0), near] : [near, far + 1]
    const stretch = { above, below, descending, include, text } as const
    const rows = await source.holding(workspaceId, stretch)
    budget.spend(holdingStretch)
    yield rows
  }
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
  let { skip } = start
  if (path.by === 'scan' || path.by === 'texts') return
  for (let limit = size; ; limit = idsMax) {
    const ids =
      path.by === 'set'
        ? path.set.page({ after, descending, skip, limit })
        : await phoned(path.phones, limit)
    if (ids.length === 0) return
    yield ids
    after = ids.at(-1) as ProfileId
    skip = 0
  }

  async function phoned(phones: readonly string[], limit: number): Promise<ProfileId[]> {
    const found = new Set<ProfileId>()
    for (const phone of phones) {
      const wanted = { after, descending, limit }
      for (const id of await source.phoned(workspaceId, phone, wanted)) found.add(id)
    }
    return [...found].sort((a, b) => (a - b) * sign).slice(0, limit)
  }
}

/**
 * Where a page of the plain list begins. Ids have no gaps but those of profiles that are gone, and
 * these are counted by blocks: so the block is found without reading a profile.
 */
export async function findOffset(search: Search, offset: number): Promise<Start | null> {
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

export function idOf(row: Row): ProfileId {
  return row.id as ProfileId
}
