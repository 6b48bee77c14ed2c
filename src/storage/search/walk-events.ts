import { type EventQuery, matchesEvent } from '../../core/event-query.ts'
import type { EventId, ProfileId, WorkspaceId } from '../../core/profile.ts'
import { isWithin } from '../../core/profile-query.ts'
import { eventFromRow, type Row } from '../rows.ts'
import type { Bounds, EventSource, EventTest, Link } from './event-source.ts'
import { type EventKind, eventsOf } from './long-history.ts'
import type { SearchBudget } from './search-budget.ts'
import { type TermPart, walkEventTerms } from './walk-event-terms.ts'

/** A query at work. */
export interface LogSearch {
  source: EventSource
  workspaceId: WorkspaceId
  query: EventQuery
  descending: boolean
  budget: SearchBudget
}

/** Ids looked through between two looks at the clock, where the engine tests; and where we do. */
const stretchTested = 5_000
const stretchRead = 1_000
const chainRead = 100
const linksRead = 1_000
/** The same at first, where a page may be full soon. */
const linksFirst = 100
/** Milestones gone on by at once, at most. */
const milestonesMax = 16
/** Rows of a long history read at once: few at first, where a page may be full soon. */
const partsFirst = 2
const partsMax = 32
/** Rows looked up by their ids in one go, where most of them may not pass. */
const idsRead = 200

/** Through the log, a stretch of ids at a time. */
export async function* walkStretches(search: LogSearch, bounds: Bounds): AsyncGenerator<Row[]> {
  const { source, workspaceId, query, descending, budget } = search
  const { test, whole } = testOf(query)
  const size = whole ? stretchTested : stretchRead
  let { above, below } = bounds
  while (below - above > 1) {
    const near = descending ? Math.max(above, below - size - 1) : above
    const far = descending ? below : Math.min(below, above + size + 1)
    const limit = whole ? query.limit + 1 : size
    const wanted = { above: near, below: far, descending, limit, test }
    const rows = await source.stretch(workspaceId, wanted)
    budget.spend(far - near - 1)
    yield whole ? rows : rows.filter((row) => matchesEvent(eventFromRow(row), query))
    if (descending) below = near + 1
    else above = far - 1
  }
}

/** By what caused them, of which a query names one. */
export async function* walkCaused(
  search: LogSearch,
  cause: EventId,
  bounds: Bounds,
): AsyncGenerator<Row[]> {
  const { source, workspaceId, descending, budget } = search
  const passes = passesOf(search.query)
  for (let { above, below } = bounds; ; ) {
    const wanted = { above, below, descending, limit: idsRead }
    const rows = await source.caused(workspaceId, cause, wanted)
    budget.spend(rows.length)
    yield rows.filter(passes)
    const last = rows.at(-1)?.id as number | undefined
    if (last === undefined || rows.length < idsRead) return
    if (descending) below = last
    else above = last
  }
}

/** By the links from each event to the one before it about the same person. */
export async function* walkChain(
  search: LogSearch,
  subject: ProfileId,
  { above, below }: Bounds,
): AsyncGenerator<Row[]> {
  const { source, workspaceId, query, descending, budget } = search
  const passes = passesOf(query)
  let limit = Math.min(query.limit + 1, chainRead)
  let from = await beginChain(search, subject, below)
  if (!descending) return yield* walkOldestFirst(search, subject, { above, newest: from }, passes)
  if (isTested(query)) return yield* walkTestedBack(search, from, above, passes)
  while (from !== null && from > above) {
    const rows = await source.chain(workspaceId, from, limit)
    budget.spend(rows.length)
    yield rows.filter((row) => (row.id as number) > above && passes(row))
    limit = chainRead
    from = (rows.at(-1)?.previous ?? null) as EventId | null
  }
}

/** The same where the engine can tell of most events that they are not wanted. */
async function* walkTestedBack(
  search: LogSearch,
  newest: EventId | null,
  above: number,
  passes: (row: Row) => boolean,
): AsyncGenerator<Row[]> {
  let from = newest
  for (let limit = linksFirst; from !== null && from > above; limit = linksRead) {
    const { ids, next } = await readLinks(search, from, above, limit)
    yield* readInOrder(search, ids, passes)
    from = next
  }
}

/**
 * Links lead back only. So what comes first is read from the next milestone back, and then what is
 * between that and one further on: further each time, as fewer of the events pass.
 */
async function* walkOldestFirst(
  search: LogSearch,
  subject: ProfileId,
  { above, newest }: { above: number; newest: EventId | null },
  passes: (row: Row) => boolean,
): AsyncGenerator<Row[]> {
  const { source, workspaceId } = search
  let done = above
  for (
    let limit = 1;
    newest !== null && newest > done;
    limit = Math.min(limit * 2, milestonesMax)
  ) {
    const next = await source.milestones(workspaceId, subject, { above: done, limit })
    const furthest = next[limit - 1] ?? newest
    const end = furthest < newest ? furthest : newest
    yield* walkLinks(search, end, done, passes)
    done = end
  }
}

/** The events above one, from another back by nothing but the links, and on again from there. */
async function* walkLinks(
  search: LogSearch,
  newest: EventId,
  above: number,
  passes: (row: Row) => boolean,
): AsyncGenerator<Row[]> {
  const all: EventId[] = []
  for (let from: EventId | null = newest; from !== null && from > above; ) {
    const { ids, next } = await readLinks(search, from, above, linksRead)
    for (const id of ids) all.push(id)
    from = next
  }
  yield* readInOrder(search, all.reverse(), passes)
}

/** Ids that a part of the chain leads to, but for those the engine can tell are not wanted. */
async function readLinks(
  { source, workspaceId, query, budget }: LogSearch,
  from: EventId,
  above: number,
  limit: number,
): Promise<{ ids: EventId[]; next: EventId | null }> {
  if (!isTested(query)) {
    const links = await source.links(workspaceId, from, { above, limit })
    budget.spend(links.length)
    return { ids: links.map(({ id }) => id), next: links.at(-1)?.previous ?? null }
  }
  const wanted = { above, limit, test: testOf(query).test }
  const links = await source.testedLinks(workspaceId, from, wanted)
  budget.spend(limit)
  const ids = links.filter(({ passes }) => passes).map(({ id }) => id)
  return { ids, next: links.at(-1)?.previous ?? null }
}

/** The events of a list, a page at a time, in the direction of the query. */
async function* readInOrder(
  { source, workspaceId, query, descending, budget }: LogSearch,
  ids: readonly EventId[],
  passes: (row: Row) => boolean,
): AsyncGenerator<Row[]> {
  const sign = descending ? -1 : 1
  const size = Math.min(query.limit + 1, chainRead)
  for (let at = 0; at < ids.length; at += size) {
    const rows = await source.eventsByIds(workspaceId, ids.slice(at, at + size))
    budget.spend(rows.length)
    yield rows.sort((a, b) => byId(a, b) * sign).filter(passes)
  }
}

/** Where one page ended, the next goes on, without the walk to there. */
async function beginChain(
  { source, workspaceId, query: { before } }: LogSearch,
  subject: ProfileId,
  below: number,
): Promise<EventId | null> {
  if (before !== undefined) {
    const [row] = await source.chain(workspaceId, before, 1)
    if (row && row.subject === subject) return row.previous as EventId | null
  }
  const newest = await source.newestOf(workspaceId, subject)
  if (newest === null || newest < below) return newest
  const above = below - 1
  const [behind] = await source.milestones(workspaceId, subject, { above, limit: 1 })
  let from: EventId | null = behind ?? newest
  while (from !== null && from >= below) {
    const links: Link[] = await source.links(workspaceId, from, { above, limit: linksRead })
    from = links.at(-1)?.previous ?? null
  }
  return from
}

/** By the terms that their types, source and rule are entered under. */
export async function* walkTermed(
  search: LogSearch,
  parts: TermPart[],
  bounds: Bounds,
): AsyncGenerator<Row[]> {
  const passes = passesOf(search.query)
  for await (const ids of walkEventTerms(search, parts, bounds)) {
    yield* readInOrder(search, ids, passes)
  }
}

/** By what the rows of a long history tell of each event, of which those asked for are read. */
export async function* walkLongHistory(
  search: LogSearch,
  subject: ProfileId,
  bounds: Bounds,
  isAsked: (kind: EventKind) => boolean,
): AsyncGenerator<Row[]> {
  const { source, workspaceId, query, descending, budget } = search
  const passes = passesOf(query)
  let { above, below } = bounds
  for (let limit = partsFirst; below - above > 1; limit = Math.min(limit * 4, partsMax)) {
    const wanted = { above, below, descending, limit }
    const parts = await source.historyParts(workspaceId, subject, wanted)
    budget.spend(0)
    const ids = parts.flatMap((part) => {
      const inOrder = eventsOf(part, isAsked)
      return descending ? inOrder.reverse() : inOrder
    })
    const within = ids.filter((id) => id > above && id < below)
    yield* readInOrder(search, within, passes)
    const furthest = parts.at(-1)
    if (!furthest || parts.length < limit) return
    if (descending) below = furthest.first
    else above = furthest.last
  }
}

/** What the engine is to test, and whether that is all there is to it. */
function testOf(query: EventQuery): { test: EventTest; whole: boolean } {
  const { types, source, rule, text, received, occurred } = query
  const isExact = !types?.some((type) => type.endsWith('*'))
  return {
    test: {
      types: types && isExact ? types : null,
      source: source ?? null,
      rule: rule ?? null,
      received: received ?? null,
    },
    whole:
      isExact && text === undefined && !occurred && !query.changing && query.subject === undefined,
  }
}

/** Whether an engine can tell of an event that it is not wanted. */
function isTested(query: EventQuery): boolean {
  return Object.values(testOf(query).test).some((part) => part !== null)
}

/** Whether a row is what a query asks for; what costs little is looked at first. */
function passesOf(query: EventQuery): (row: Row) => boolean {
  const { subject, source, types, received } = query
  const exact = types && !types.some((type) => type.endsWith('*')) ? new Set(types) : null
  return (row) => {
    if (subject !== undefined && row.subject !== subject) return false
    if (source !== undefined && row.source !== source) return false
    if (exact && !exact.has(row.type as string)) return false
    if (received && !isWithin(row.received_at as number, received)) return false
    return matchesEvent(eventFromRow(row), query)
  }
}

function byId(a: Row, b: Row): number {
  return (a.id as number) - (b.id as number)
}
