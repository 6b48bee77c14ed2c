import type { EventQuery } from '../../core/event-query.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Bounds, EventSource, LogSpan } from './event-source.ts'

/** Ids follow the time of receipt but for what clocks of several nodes are apart. */
const clocksApartMs = 10_000

/** The ids within which everything lies that a query can find. */
export async function findBounds(
  source: EventSource,
  workspaceId: WorkspaceId,
  { before, after, received }: EventQuery,
  span: LogSpan,
): Promise<Bounds> {
  const above = Math.max(after ?? 0, span.first - 1)
  const below = Math.min(before ?? Number.MAX_SAFE_INTEGER, span.last + 1)
  const { from, until } = received ?? {}
  const lastBefore = (at: number) =>
    below - above > 1 ? source.lastBefore(workspaceId, { above, below }, at) : above
  const [first, end] = await Promise.all([
    from === undefined ? above : lastBefore(from - clocksApartMs),
    until === undefined ? null : lastBefore(until + clocksApartMs),
  ])
  return { above: first, below: end === null ? below : Math.min(below, end + 1) }
}
