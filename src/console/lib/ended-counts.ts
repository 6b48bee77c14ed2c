import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'

/** How far back deliveries that are over are counted beside those that are not. */
export const endedHours = 24

const hourMs = 3_600_000
const endStates = ['delivered', 'cancelled'] as const

export interface EndedCount {
  destination: string
  state: (typeof endStates)[number]
  count: number
}

/** How many were delivered and cancelled of late, by destination. */
export const endedCounts = queryOptions({
  queryKey: ['deliveries', 'ended', endedHours],
  refetchInterval: 5_000,
  queryFn: async ({ signal }) => {
    const from = new Date(Date.now() - endedHours * hourMs).toISOString()
    const common = { from, step: 'day', by: 'destination', signal } as const
    const found = endStates.map(async (state) => {
      const { data } = await api.countEndedDeliveries({ ...common, state })
      const byName = Map.groupBy(data, ({ name }) => name ?? '')
      return [...byName].map(([destination, counts]): EndedCount => {
        return { destination, state, count: counts.reduce((sum, each) => sum + each.count, 0) }
      })
    })
    return (await Promise.all(found)).flat()
  },
})
