import type { EventId, WorkspaceId } from '../../core/profile.ts'
import type { Bounds, EventSource } from './event-source.ts'
import type { EventTermKind } from './event-terms.ts'
import { IdSet, idBlockOf } from './id-set.ts'
import type { SearchBudget } from './search-budget.ts'

/** One of these values of a kind: all such parts of a query have to hold. */
export interface TermPart {
  kind: EventTermKind
  values: readonly string[]
}

interface TermSearch {
  source: EventSource
  workspaceId: WorkspaceId
  descending: boolean
  budget: SearchBudget
}

/** Rows of a term that are read in one go: few at first, since most pages are full soon. */
const blocksFirst = 4
const blocksMax = 512
/** Of so many rows it can be told at once how few events there are. */
const blocksCounted = 64

interface Chunk {
  set: IdSet
  numbers: readonly number[]
  /** The block up to which this is all there is; null where there is no more. */
  reach: number | null
}

/**
 * The events that the terms of all parts have in common, in order, in lists that are never empty.
 * What is read of the terms ends with the page, and of a term that many events have only what one
 * that few have leaves.
 */
export async function* walkEventTerms(
  search: TermSearch,
  parts: TermPart[],
  bounds: Bounds,
): AsyncGenerator<EventId[]> {
  const { above, below } = bounds
  const { descending } = search
  if (below - above < 2) return
  const end = blockOf(descending ? above + 1 : below - 1)
  let edge = blockOf(descending ? below - 1 : above + 1)
  for (let limit = blocksFirst; ; limit = Math.min(limit * 4, blocksMax)) {
    const { set, reach } = await readShared(search, parts, edge, limit)
    search.budget.spend(0)
    const ids = set.within(above + 1, below).all() as number[] as EventId[]
    if (descending) ids.reverse()
    if (ids.length > 0) yield ids
    if (reach === null || (descending ? reach <= end : reach >= end)) return
    edge = reach + (descending ? -1 : 1)
  }
}

/** How many events the parts have in common, where a look tells; infinitely many where not. */
export async function countTerms(
  search: TermSearch,
  parts: TermPart[],
  { above, below }: Bounds,
): Promise<number> {
  if (below - above < 2) return 0
  const edge = blockOf(search.descending ? below - 1 : above + 1)
  const { set, reach } = await readShared(search, parts, edge, blocksCounted)
  return reach === null ? set.within(above + 1, below).size : Number.POSITIVE_INFINITY
}

/** What all parts have in common of the next blocks. */
async function readShared(
  { source, workspaceId, descending }: TermSearch,
  parts: TermPart[],
  edge: number,
  limit: number,
): Promise<Chunk> {
  const wanted = { edge, descending, limit }
  const chunks = await Promise.all(
    parts.map((part) => readChunk(source, workspaceId, part, wanted)),
  )
  const furthest = chunks.reduce((a, b) => (isFurther(b, a, descending) ? b : a))
  let { set } = furthest
  for (const [at, chunk] of chunks.entries()) {
    if (chunk === furthest) continue
    const isWhole = chunk.reach === furthest.reach
    const part = parts[at] as TermPart
    const { numbers } = furthest
    set = set.and(isWhole ? chunk.set : await readSome(source, workspaceId, part, numbers))
  }
  return { ...furthest, set }
}

function blockOf(id: number): number {
  return idBlockOf(Math.max(id, 1) as EventId)
}

function isFurther(one: Chunk, other: Chunk, descending: boolean): boolean {
  if (one.reach === null || other.reach === null) return other.reach !== null
  return descending ? one.reach < other.reach : one.reach > other.reach
}

/** The next blocks of each value, as far as all of them were read. */
async function readChunk(
  source: EventSource,
  workspaceId: WorkspaceId,
  { kind, values }: TermPart,
  { edge, descending, limit }: { edge: number; descending: boolean; limit: number },
): Promise<Chunk> {
  const lists: [number, Uint8Array][][] = []
  let reach: number | null = null
  for (const value of values) {
    const wanted = { kind, value, edge, descending, limit }
    const rows = await source.eventBlocks(workspaceId, wanted)
    lists.push(rows)
    const last = rows.length < limit ? undefined : rows.at(-1)?.[0]
    if (last === undefined) continue
    if (reach === null || (descending ? last > reach : last < reach)) reach = last
  }
  const within = ([block]: readonly [number, Uint8Array]) =>
    reach === null || (descending ? block >= reach : block <= reach)
  const kept = lists.map((rows) => rows.filter(within))
  const numbers = [...new Set(kept.flatMap((rows) => rows.map(([block]) => block)))]
  return { set: union(kept), numbers, reach }
}

async function readSome(
  source: EventSource,
  workspaceId: WorkspaceId,
  { kind, values }: TermPart,
  numbers: readonly number[],
): Promise<IdSet> {
  const lists: [number, Uint8Array][][] = []
  for (const value of values) {
    lists.push(await source.someEventBlocks(workspaceId, { kind, value }, numbers))
  }
  return union(lists)
}

function union(lists: [number, Uint8Array][][]): IdSet {
  return lists
    .map((rows) => IdSet.ofRows(rows.sort(([a], [b]) => a - b)))
    .reduce((all, set) => all.or(set), IdSet.empty)
}
