import {
  type QueryFunction,
  type QueryKey,
  type UseQueryOptions,
  type UseQueryResult,
  usePrefetchQuery,
  useQuery,
} from '@tanstack/react-query'

/**
 * What a page is about, asked before anything that its parts ask: those would else be first, and
 * the server answers in turn.
 */
export function useMainQuery<T, Key extends QueryKey>(
  options: UseQueryOptions<T, Error, T, Key> & { queryFn: QueryFunction<T, Key> },
): UseQueryResult<T, Error> {
  usePrefetchQuery(options)
  return useQuery(options)
}
