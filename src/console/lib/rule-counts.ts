import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'

/* What rules did of late, out of the counts that the server keeps. */

export interface RuleCount {
  events: number
  deliveries: number
  /** The last minute in which it did something; null for a rule that did nothing. */
  lastAt: string | null
}

const dayMs = 86_400_000
/** How far back it is counted. */
export const countedDays = 30

export const noCount: RuleCount = { events: 0, deliveries: 0, lastAt: null }

export const ruleCounts = queryOptions({
  queryKey: ['rule-counts'],
  queryFn: async ({ signal }) => {
    // Whole days are counted together already.
    const today = Math.floor(Date.now() / dayMs) * dayMs
    const from = new Date(today - countedDays * dayMs).toISOString()
    const asked = { from, step: 'day', signal } as const
    const [events, deliveries] = await Promise.all([
      api.countEvents({ ...asked, by: 'source' }),
      api.countPlannedDeliveries({ ...asked, by: 'rule' }),
    ])
    const counts = new Map<string, RuleCount>()
    const add = (name: string, of: 'events' | 'deliveries', count: number, at: string) => {
      const before = counts.get(name) ?? noCount
      const lastAt = before.lastAt !== null && before.lastAt > at ? before.lastAt : at
      counts.set(name, { ...before, [of]: before[of] + count, lastAt })
    }
    for (const { name, count, last_at } of events.data) {
      // An event that a rule caused came from `rule:NAME@VERSION`.
      const rule = /^rule:(.+)@\d+$/.exec(name ?? '')?.[1]
      if (rule !== undefined) add(rule, 'events', count, last_at)
    }
    for (const { name, count, last_at } of deliveries.data) {
      add(name ?? '', 'deliveries', count, last_at)
    }
    return counts
  },
  refetchInterval: 10_000,
})
