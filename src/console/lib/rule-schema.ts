import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'

/** What rules and destinations may be made of; it stays the same for as long as the server runs. */
export const ruleSchema = queryOptions({
  queryKey: ['rule-schema'],
  queryFn: ({ signal }) => api.getRuleSchema({ signal }),
  staleTime: Number.POSITIVE_INFINITY,
})

const dayMs = 86_400_000
/** How far back is looked for what there is to choose from. */
const typeDays = 14

export const eventTypes = queryOptions({
  queryKey: ['event-types'],
  queryFn: ({ signal }) => {
    const today = Math.floor(Date.now() / dayMs) * dayMs
    const from = new Date(today - typeDays * dayMs).toISOString()
    return api.countEvents({ from, step: 'day', by: 'type', signal })
  },
  select: ({ data }) => [...new Set(data.flatMap(({ name }) => name ?? []))],
  staleTime: 60_000,
})

export const destinationNames = queryOptions({
  queryKey: ['destinations'],
  queryFn: ({ signal }) => api.listDestinations({ signal }),
  select: ({ data }) => data.map(({ name }) => name),
})
