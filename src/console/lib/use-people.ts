import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { Profile } from '../../client/client.js'
import { RosterError } from '../../client/client.js'
import { findByName, findPeople, isName, together } from './find-people.ts'

/** A look through names that no index knows costs the server up to two seconds. */
const namesMs = 400

export interface FoundPeople {
  people: {
    data: Profile[] | undefined
    error: Error | null
    isFetching: boolean
    refetch(): unknown
  }
  /** Whether names could be looked through; `unknown` when there are too many without an index. */
  names: 'known' | 'unknown'
}

/** People by whatever was typed: at once whom an index leads to, and by name as soon as found. */
export function usePeople(text: string, isEnabled = true): FoundPeople {
  const indexed = useQuery({
    queryKey: ['people', text],
    queryFn: ({ signal }) => findPeople(text, signal),
    placeholderData: keepPreviousData,
    enabled: isEnabled,
  })
  const [settled] = useDebouncedValue(text, namesMs)
  // What an index leads to is often enough, and is not waited for.
  const isAsked = isEnabled && isName(text) && settled === text
  const named = useQuery({
    queryKey: ['people', text, 'by name'],
    queryFn: ({ signal }) => findByName(text, signal),
    enabled: isAsked,
  })
  const isUnknown = named.error instanceof RosterError && named.error.code === 'query_timeout'
  const isLooking = isName(text) && !named.isFetched
  const found = together(named.data ?? [], indexed.data ?? [])
  // Nobody is known to be nobody only once the names were looked through as well.
  const data = indexed.data && (found.length > 0 || !isLooking) ? found : undefined
  const error = indexed.error ?? (isUnknown ? null : named.error)
  return {
    people: {
      data: error && found.length === 0 ? undefined : data,
      error,
      get isFetching() {
        return indexed.isFetching || named.isFetching
      },
      refetch: () => Promise.all([indexed.refetch(), isAsked && named.refetch()]),
    },
    names: isUnknown ? 'unknown' : 'known',
  }
}
