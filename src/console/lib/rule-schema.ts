import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'

/** What rules and destinations may be made of; it stays the same for as long as the server runs. */
export const ruleSchema = queryOptions({
  queryKey: ['rule-schema'],
  queryFn: ({ signal }) => api.getRuleSchema({ signal }),
  staleTime: Number.POSITIVE_INFINITY,
})

/** To choose from; what is new in the last minute is not missed. */
export const eventTypes = queryOptions({
  queryKey: ['event-types'],
  queryFn: ({ signal }) => api.countEvents({ step: 'day', by: 'type', signal }),
  staleTime: 60_000,
})

export const allDestinations = queryOptions({
  queryKey: ['destinations'],
  queryFn: ({ signal }) => api.listDestinations({ signal }),
})
