import type { EventCountQuery } from '../../core/event-query.ts'

/** Minutes that counts are kept for together: each of these for all of the log. */
export const countSpans = [1, 60, 1_440] as const

/** A stretch of time, in minutes counted from 1970, that is read from counts of one span. */
export interface CountedStretch {
  span: number
  from: number
  until: number
}

/** What a query is told of its stretches: how many, the three values of each, and the state. */
export function stretchesAsked(query: EventCountQuery) {
  const { from, until, minutes } = query
  const state = query.of === 'ends' ? query.state : undefined
  const stretches = countedStretches(Math.floor(from / 60_000), Math.ceil(until / 60_000), minutes)
  const values = stretches.flatMap((each) => [each.span, each.from, each.until])
  return { count: stretches.length, values, state }
}

/**
 * How a stretch of time is put together of the longest spans that fit into it and into the steps it
 * is asked for in: so what is read does not grow with the minutes.
 */
export function countedStretches(from: number, until: number, minutes: number): CountedStretch[] {
  const fitting = countSpans.filter((span) => minutes % span === 0).toReversed()
  return cover(from, until, fitting)
}

function cover(from: number, until: number, [span, ...shorter]: number[]): CountedStretch[] {
  if (span === undefined || from >= until) return []
  const first = Math.ceil(from / span) * span
  const end = Math.floor(until / span) * span
  if (first >= end) return cover(from, until, shorter)
  return [
    ...cover(from, first, shorter),
    { span, from: first, until: end },
    ...cover(end, until, shorter),
  ]
}
