import type { ProfileId } from '../../core/profile.ts'
import { shuffled } from '../../core/random-order.ts'
import type { Row } from '../rows.ts'
import { blockOf, gapBlock } from './profile-source.ts'
import { idOf, type Search } from './walk-profiles.ts'

/** Rows looked up in one go. */
const rowsMax = 200

/**
 * Whether a page of a random order can be drawn without reading the list: where all who match are
 * known as a set, or everybody is meant.
 */
export function canDraw({ query, path }: Search): boolean {
  if (path.by === 'set') return path.exact
  const { filter, include = 'living' } = query
  return path.by === 'scan' && !filter && include === 'living'
}

/** The rows of these places of the random order, and of one more where there is one. */
export async function drawPage(search: Search, seed: number): Promise<Row[]> {
  const { query, path, state } = search
  const { page } = query
  const size = path.by === 'set' ? path.set.size : state.living
  const from = 'offset' in page ? page.offset : 0
  const count = Math.max(0, Math.min(page.limit + 1, size - from))
  const places = Array.from({ length: count }, (_, n) => from + n)
  if (path.by !== 'set') return drawLiving(search, places, seed)
  const ids = path.set.at(places.map(shuffled(size, seed)))
  return rowsOf(search, ids)
}

/**
 * Ids have no gaps but those of people who are gone. So ids are shuffled, and where one is found of
 * somebody who is gone, the search goes on at the place that this one has behind the living. No two
 * places end at one person.
 */
async function drawLiving(search: Search, places: number[], seed: number): Promise<Row[]> {
  const { living, lastProfile } = search.state
  const at = shuffled(lastProfile, seed)
  const found = new Map<number, Row>()
  let open = places.map((place, index) => ({ index, id: (at(place) + 1) as ProfileId }))
  while (open.length > 0) {
    const rows = await rowsOf(search, [...new Set(open.map(({ id }) => id))])
    const byId = new Map(rows.map((row) => [idOf(row), row]))
    const gone: typeof open = []
    for (const each of open) {
      const row = byId.get(each.id)
      if (row && row.removed_at === null) found.set(each.index, row)
      else gone.push(each)
    }
    if (gone.length === 0) break
    const before = await goneBefore(search)
    open = []
    for (const { index, id } of gone) {
      const place = living + (await before(id))
      // Somebody may have gone since the state was read: then their place is empty.
      if (place < lastProfile) open.push({ index, id: (at(place) + 1) as ProfileId })
    }
  }
  return present(places.map((_, index) => found.get(index)))
}

/** How many ids below one are no living profile's: those of whole blocks are counted already. */
async function goneBefore(search: Search): Promise<(id: ProfileId) => Promise<number>> {
  const { source, workspaceId, budget } = search
  const gaps = await source.gaps(workspaceId)
  return async (id) => {
    const block = blockOf(id)
    const first = block * gapBlock
    const wanted = { by: 'id', descending: false, include: 'living', brief: true } as const
    const after = { at: 0, id: first as ProfileId }
    const limit = id - first - 1
    const rows =
      limit === 0 ? [] : await source.scan(workspaceId, { ...wanted, after, skip: 0, limit })
    budget.spend(rows.length)
    const earlier = gaps.filter((each) => each.block < block)
    const living = rows.filter((row) => idOf(row) < id).length
    return earlier.reduce((sum, { count }) => sum + count, 0) + limit - living
  }
}

/** In the order of the ids, those that are there. */
async function rowsOf(search: Search, ids: readonly ProfileId[]): Promise<Row[]> {
  const { source, workspaceId, budget } = search
  const byId = new Map<ProfileId, Row>()
  for (let at = 0; at < ids.length; at += rowsMax) {
    const some = ids.slice(at, at + rowsMax)
    for (const row of await source.byIds(workspaceId, some)) byId.set(idOf(row), row)
    budget.spend(some.length)
  }
  return present(ids.map((id) => byId.get(id)))
}

function present(rows: readonly (Row | undefined)[]): Row[] {
  return rows.filter((row) => row !== undefined)
}
