import { Alert, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Destination } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { fill, useWords } from '../lib/words.tsx'
import { PlaceLink } from './place-link.tsx'
import { Age } from './time.tsx'

const words = {
  good: ['Everything works', 'Alles werkt'],
  goodHint: ['Writes are taken.', 'Er kan geschreven worden.'],
  bad: ['Writes are not taken now', 'Er kan nu niet geschreven worden'],
  late: ['{overdue} deliveries are late', '{overdue} bezorgingen zijn te laat'],
  oldest: ['The oldest has been due for', 'De oudste is aan de beurt sinds'],
  stopped: [
    'These destinations are not called now',
    'Deze bestemmingen worden nu niet aangeroepen',
  ],
  away: ['The server is not reached', 'De server is niet bereikbaar'],
} as const

/** Nothing is sent to it now, whoever it was that stopped it. */
function isStopped({ state, breaker }: Destination): boolean {
  return state !== 'active' || breaker.phase !== 'closed'
}

interface Readiness {
  status: string
  reason?: string
  deliveries?: { overdue: number; oldest_due_at: string | null }
}

/** Is it healthy? In one line, and what is the matter where it is not. */
export function Health() {
  const said = useWords(words)
  const ready = useQuery({
    queryKey: ['ready'],
    queryFn: async ({ signal }) => (await (await fetch('/readyz', { signal })).json()) as Readiness,
    refetchInterval: 5_000,
  })
  const destinations = useQuery({
    queryKey: ['destinations'],
    queryFn: ({ signal }) => api.listDestinations({ signal }),
    refetchInterval: 5_000,
  })
  if (ready.isPending) return null
  if (ready.isError) {
    return <Alert color="red" variant="outline" role="alert" title={said.away} />
  }
  const { status, reason, deliveries } = ready.data
  if (status !== 'ready') {
    return (
      <Alert color="red" variant="outline" role="alert" title={said.bad}>
        {reason}
      </Alert>
    )
  }
  // What keeps them from being read is told where they would stand.
  if (!destinations.data) return null
  const stopped = destinations.data.data.filter(isStopped).map(({ name }) => name)
  if (stopped.length === 0 && !deliveries) {
    return (
      <Alert color="teal" variant="outline" title={said.good}>
        <Text size="sm">{said.goodHint}</Text>
      </Alert>
    )
  }
  return (
    <>
      {stopped.length > 0 && (
        <Alert color="orange" variant="outline" title={said.stopped}>
          <PlaceLink to="/destinations" className="small">
            {stopped.join(', ')}
          </PlaceLink>
        </Alert>
      )}
      {deliveries && (
        <Alert color="orange" variant="outline" title={fill(said.late, deliveries)}>
          {deliveries.oldest_due_at !== null && (
            <Text size="sm">
              {said.oldest} <Age at={deliveries.oldest_due_at} />
            </Text>
          )}
        </Alert>
      )}
    </>
  )
}
