import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { api } from '../lib/api.ts'
import { toSeries } from '../lib/series.ts'
import { useWords } from '../lib/words.tsx'
import { Section } from './section.tsx'
import { Empty, Loaded, Waiting } from './states.tsx'

const words = {
  title: [
    'Events per minute by source, the last hour',
    'Gebeurtenissen per minuut per bron, het laatste uur',
  ],
  none: ['No events in the last hour', 'Geen gebeurtenissen in het laatste uur'],
} as const

const Bars = lazy(() => import('./bars.tsx').then(({ Bars: default_ }) => ({ default: default_ })))

const minuteMs = 60_000
const minutes = 60

export function EventRate() {
  const said = useWords(words)
  const counts = useQuery({
    queryKey: ['event-rate'],
    queryFn: ({ signal }) => {
      const from = new Date(Date.now() - (minutes - 1) * minuteMs).toISOString()
      return api.countEvents({ from, step: 'minute', by: 'source', signal })
    },
    refetchInterval: 5_000,
  })
  return (
    <Section title={said.title}>
      <Loaded
        query={counts}
        isEmpty={({ data }) => data.length === 0}
        empty={<Empty title={said.none} />}
      >
        {({ data, from }) => (
          <Suspense fallback={<Waiting />}>
            <Bars label={said.title} series={toSeries(data, Date.parse(from), minutes, minuteMs)} />
          </Suspense>
        )}
      </Loaded>
    </Section>
  )
}
