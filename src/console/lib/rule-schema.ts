import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'

/** What rules and destinations may be made of; it stays the same for as long as the server runs. */
export const ruleSchema = queryOptions({
  queryKey: ['rule-schema'],
  queryFn: ({ signal }) => api.getRuleSchema({ signal }),
  staleTime: Number.POSITIVE_INFINITY,
})
