import { Fault, invalidField } from '../../core/errors.ts'
import { type EventQuery, matchesEvent } from '../../core/event-query.ts'
import type { JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { assertAcceptable } from '../../core/normalise.ts'
import type { EventId, ProfileId, WorkspaceId } from '../../core/profile.ts'
import type { Range } from '../../core/profile-query.ts'
import { eventFromRow, type Row } from '../rows.ts'
import type { SearchBudget } from './search-budget.ts'

/** What searching for events needs of an engine; each look-up is short and bounded. */
export interface EventSource {
  /** The first and the last event there are; null when there is none. */
  span(workspaceId: WorkspaceId): Promise<{ first: number; last: number } | null>
  /** The newest event about a profile, removed or not. */
  newestOf(workspaceId: WorkspaceId, subject: ProfileId): Promise<EventId | null>
  /** The event, and those before it about the same profile, from it back; at most `limit`. */
  chain(workspaceId: WorkspaceId, from: EventId, limit: number): Promise<Row[]>
  /** Events with `above < id < below` that pass the test, in order, at most `limit`. */
  stretch(workspaceId: WorkspaceId, wanted: StretchWanted): Promise<Row[]>
}

export interface StretchWanted {
  above: number
  below: number
  descending: boolean
  limit: number
  test: EventTest
}

/** The part of a query that an engine itself can tell; null passes everything. */
export interface EventTest {
  types: readonly string[] | null
  source: string | null
  cause: EventId | null
  rule: string | null
  received: Range | null
}

export interface EventRows {
  rows: Row[]
  more: boolean
}

/** Ids looked through between two looks at the clock, where the engine tests; and where we do. */
const stretchTested = 5_000
const stretchRead = 1_000
const chainRead = 100

/** Answers a query by what an engine can look up; see `QueryStore.queryEvents`. */
export async function searchEvents(
  source: EventSource,
  workspaceId: WorkspaceId,
  query: EventQuery,
  budget: SearchBudget,
): Promise<EventRows> {
  assertQuery(query)
  budget.explain = (read) => tooLong(query, budget.ms, read)
  const { limit } = query
  const rows =
    query.subject === undefined
      ? await readLog(source, workspaceId, query, budget)
      : await readChain(source, workspaceId, { ...query, subject: query.subject }, budget)
  return { rows: rows.slice(0, limit), more: rows.length > limit }
}

/** By the links from each event to the one before it about the same person. */
async function readChain(
  source: EventSource,
  workspaceId: WorkspaceId,
  query: EventQuery & { subject: ProfileId },
  budget: SearchBudget,
): Promise<Row[]> {
  const ascending = query.order === 'ascending'
  const found: Row[] = []
  let from = await beginChain(source, workspaceId, query)
  while (from !== null) {
    const rows = await source.chain(workspaceId, from, chainRead)
    budget.spend(rows.length)
    from = null
    for (const row of rows) {
      const id = row.id as EventId
      if (query.after !== undefined && id <= query.after) {
        return ascending ? found.reverse() : found
      }
      if (matchesEvent(eventFromRow(row), query)) found.push(row)
      if (!ascending && found.length > query.limit) return found
      from = row.previous as EventId | null
    }
  }
  return ascending ? found.reverse() : found
}

/** Where one page ended, the next goes on, without the walk to there. */
async function beginChain(
  source: EventSource,
  workspaceId: WorkspaceId,
  { subject, before }: EventQuery & { subject: ProfileId },
): Promise<EventId | null> {
  if (before !== undefined) {
    const [row] = await source.chain(workspaceId, before, 1)
    if (row && row.subject === subject) return row.previous as EventId | null
  }
  return source.newestOf(workspaceId, subject)
}

/** Through the log, a stretch of ids at a time. */
async function readLog(
  source: EventSource,
  workspaceId: WorkspaceId,
  query: EventQuery,
  budget: SearchBudget,
): Promise<Row[]> {
  const span = await source.span(workspaceId)
  if (!span) return []
  const descending = query.order !== 'ascending'
  const { test, whole } = testOf(query)
  const size = whole ? stretchTested : stretchRead
  let { above, below } = await received(source, workspaceId, query.received, {
    above: Math.max(query.after ?? 0, span.first - 1),
    below: Math.min(query.before ?? Number.MAX_SAFE_INTEGER, span.last + 1),
  })
  const found: Row[] = []
  while (below - above > 1) {
    const near = descending ? Math.max(above, below - size - 1) : above
    const far = descending ? below : Math.min(below, above + size + 1)
    const limit = whole ? query.limit + 1 : size
    const wanted = { above: near, below: far, descending, limit, test }
    const rows = await source.stretch(workspaceId, wanted)
    budget.spend(far - near - 1)
    for (const row of rows) {
      if (!whole && !matchesEvent(eventFromRow(row), query)) continue
      if (found.push(row) > query.limit) return found
    }
    if (descending) below = near + 1
    else above = far - 1
  }
  return found
}

/** Ids follow the time of receipt but for what clocks of several nodes are apart. */
const clocksApartMs = 10_000

/** The ids within which everything was received that was received in a stretch of time. */
async function received(
  source: EventSource,
  workspaceId: WorkspaceId,
  range: EventQuery['received'],
  { above, below }: { above: number; below: number },
): Promise<{ above: number; below: number }> {
  const test = { types: null, source: null, cause: null, rule: null, received: null }
  /** The highest id of which all that is as low was received before a time, or the lowest bound. */
  const lastBefore = async (at: number) => {
    let low = above
    let high = below
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      const wanted = { above: middle - 1, below: high, descending: false, limit: 1, test }
      const [row] = await source.stretch(workspaceId, wanted)
      if (row && (row.received_at as number) < at) low = row.id as number
      else high = middle
    }
    return low
  }
  const first = range?.from === undefined ? above : await lastBefore(range.from - clocksApartMs)
  const end = range?.until === undefined ? null : await lastBefore(range.until + clocksApartMs)
  return { above: first, below: end === null ? below : Math.min(below, end + 1) }
}

/** What the engine is to test, and whether that is all there is to it. */
function testOf(query: EventQuery): { test: EventTest; whole: boolean } {
  const { types, source, cause, rule, text, received, occurred } = query
  const isExact = !types?.some((type) => type.endsWith('*'))
  return {
    test: {
      types: types && isExact ? types : null,
      source: source ?? null,
      cause: cause ?? null,
      rule: rule ?? null,
      received: received ?? null,
    },
    whole: isExact && text === undefined && !occurred,
  }
}

function tooLong(query: EventQuery, ms: number, read: number): Fault {
  const names = ['types', 'source', 'received', 'occurred', 'text', 'cause', 'rule'] as const
  const unknown = names.filter((name) => query[name] !== undefined)
  return new Fault('query_timeout', {
    message:
      `The query was stopped after ${ms} ms and ${read} events. No index knows: ` +
      `${unknown.join(', ')}. Name the person, or ask for a part of the log with \`before\` and ` +
      '`after`.',
    fields: unknown.map((field) => ({ field, message: 'has no index.' })),
  })
}

function assertQuery(query: EventQuery): void {
  const { limit, types, text, before, after, subject, cause } = query
  if (!Number.isInteger(limit) || limit < 1 || limit > limits.pageMax) {
    throw invalidField('limit', `must be a whole number from 1 to ${limits.pageMax}.`)
  }
  for (const [field, id] of Object.entries({ before, after, subject, cause })) {
    if (id !== undefined && !Number.isSafeInteger(id)) {
      throw invalidField(field, 'must be a whole number.')
    }
  }
  if (types?.length === 0 || types?.includes('')) throw invalidField('types', 'must not be empty.')
  if (text === '') throw invalidField('text', 'must not be empty.')
  assertAcceptable(query as unknown as JsonValue)
}
