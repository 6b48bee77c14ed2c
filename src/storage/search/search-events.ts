import { Fault, invalidField } from '../../core/errors.ts'
import type { EventQuery } from '../../core/event-query.ts'
import type { JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { assertAcceptable } from '../../core/normalise.ts'
import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import type { Row } from '../rows.ts'
import { findBounds } from './event-bounds.ts'
import { termPartsOf, walkFew } from './event-parts.ts'
import type { Bounds, EventSource } from './event-source.ts'
import { kindAsked } from './long-history.ts'
import type { SearchBudget } from './search-budget.ts'
import {
  type LogSearch,
  walkCaused,
  walkChain,
  walkLongHistory,
  walkStretches,
  walkTermed,
} from './walk-events.ts'

export interface EventRows {
  rows: Row[]
  more: boolean
}

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
  const rows: Row[] = []
  for await (const some of walk(source, workspaceId, query, budget)) {
    for (const row of some)
      if (rows.push(row) > limit) return { rows: rows.slice(0, -1), more: true }
  }
  return { rows, more: false }
}

/** What passes, in order, on the shortest way to it. */
async function* walk(
  source: EventSource,
  workspaceId: WorkspaceId,
  query: EventQuery,
  budget: SearchBudget,
): AsyncGenerator<Row[]> {
  const span = await source.span(workspaceId)
  if (!span) return
  const descending = query.order !== 'ascending'
  const bounds = await findBounds(source, workspaceId, query, span)
  const search: LogSearch = { source, workspaceId, query, descending, budget }
  if (query.cause !== undefined) return yield* walkCaused(search, query.cause, bounds)
  const parts = await termPartsOf(search)
  const { above, below } = bounds
  // What came after the terms were entered is read from the log, and is not much.
  const logged = { above: Math.max(above, span.entered), below }
  const entered = { above, below: Math.min(below, span.entered + 1) }
  if (query.subject !== undefined) {
    const few = parts && (await walkFew(search, parts, entered))
    if (!few) return yield* walkHistory(search, query.subject, bounds)
  }
  if (!parts) return yield* walkStretches(search, bounds)
  if (descending) yield* walkStretches(search, logged)
  yield* walkTermed(search, parts, entered)
  if (!descending) yield* walkStretches(search, logged)
}

/**
 * A person's events: those of a kind by what a long history tells of each, and the others by their
 * links.
 */
async function* walkHistory(
  search: LogSearch,
  subject: ProfileId,
  bounds: Bounds,
): AsyncGenerator<Row[]> {
  const { source, workspaceId, query } = search
  const { above, below } = bounds
  const isAsked = kindAsked(query)
  const last = isAsked ? await source.lastOfHistory(workspaceId, subject) : null
  if (!isAsked || last === null || last <= above) return yield* walkChain(search, subject, bounds)
  const entered = { above, below: Math.min(below, last + 1) }
  const newer = { above: last, below }
  const hasNewer = newer.below - newer.above > 1
  if (hasNewer && search.descending) yield* walkChain(search, subject, newer)
  yield* walkLongHistory(search, subject, entered, isAsked)
  if (hasNewer && !search.descending) yield* walkChain(search, subject, newer)
}

function tooLong(query: EventQuery, ms: number, read: number): Fault {
  const names = ['occurred', 'text', 'changing'] as const
  const unknown: string[] = names.filter((name) => query[name] !== undefined)
  if (query.types?.some((type) => type.endsWith('*'))) unknown.push('types')
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
