import { Alert, Text } from '@mantine/core'
import { type QueryCache, useQueryClient } from '@tanstack/react-query'
import { useCallback, useSyncExternalStore } from 'react'
import { explain } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'

const words = {
  stale: ['What stands here may be old', 'Wat hier staat kan verouderd zijn'],
  again: ['It is tried again by itself.', 'Het wordt vanzelf opnieuw geprobeerd.'],
} as const

/** Says so as long as something on the page could not be read anew: it stays as it was. */
export function Stale() {
  const said = useWords(words)
  const cache = useQueryClient().getQueryCache()
  const watch = useCallback((tell: () => void) => cache.subscribe(tell), [cache])
  const error = useSyncExternalStore(watch, () => firstFault(cache))
  if (error === null) return null
  return (
    <Alert color="orange" variant="outline" role="alert" title={said.stale} mb="md" maw={1200}>
      <Text size="sm">
        {explain(error)[0]} {said.again}
      </Text>
    </Alert>
  )
}

function firstFault(cache: QueryCache): unknown {
  const stale = cache.getAll().find(({ state, observers }) => {
    // What is not asked again by itself has a button where it stands.
    const isAskedAgain = observers.some((each) => each.options.refetchInterval)
    return isAskedAgain && state.data !== undefined && state.error !== null
  })
  return stale?.state.error ?? null
}
