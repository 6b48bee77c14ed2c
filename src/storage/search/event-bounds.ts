import type { EventQuery } from '../../core/event-query.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { anyEvent, type Bounds, type EventSource, type LogSpan } from './event-source.ts'

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
  /** The highest id of which all that is as low was received before a time, or the lowest bound. */
  const lastBefore = async (at: number) => {
    let low = above
    let high = below
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      const wanted = { above: middle - 1, below: high, descending: false, limit: 1, test: anyEvent }
      const [row] = await source.stretch(workspaceId, wanted)
      if (row && (row.received_at as number) < at) low = row.id as number
      else high = middle
    }
    return low
  }
  const { from, until } = received ?? {}
  const first = from === undefined ? above : await lastBefore(from - clocksApartMs)
  const end = until === undefined ? null : await lastBefore(until + clocksApartMs)
  return { above: first, below: end === null ? below : Math.min(below, end + 1) }
}
