import { limits } from './limits.ts'

/** What is due for longer is overdue, unless it is held back on purpose; in milliseconds. */
export const overdueMs = 60_000

/** Whether something that is due has waited longer for its try than its destination allows. */
export function isLate(
  {
    state,
    beginWithinMs,
    oldestDueAt,
  }: { state: string; beginWithinMs: number | null; oldestDueAt: number | null },
  now: number,
): boolean {
  if (state !== 'active' || beginWithinMs === null || oldestDueAt === null) return false
  return now - oldestDueAt > beginWithinMs
}

/**
 * How far deliveries of one destination and state are counted for somebody who watches, when there
 * are so many destinations. What all of it costs is bounded by that, however much waits.
 */
export function countedMax(destinations: number): number {
  const share = Math.floor(limits.deliveriesCountedMax / Math.max(destinations, 1))
  return Math.min(
    limits.deliveriesPerDestinationCountedMax,
    Math.max(share, limits.deliveriesPerDestinationCountedMin),
  )
}
