import { SimpleGrid } from '@mantine/core'
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
  planned: [
    'Deliveries planned per minute by destination, the last hour',
    'Geplande bezorgingen per minuut per bestemming, het laatste uur',
  ],
  nonePlanned: ['No deliveries in the last hour', 'Geen bezorgingen in het laatste uur'],
} as const

const Bars = lazy(() => import('./bars.tsx').then(({ Bars: default_ }) => ({ default: default_ })))

const minuteMs = 60_000
const minutes = 60

/** What came in and what was planned, minute by minute. */
export function Rates() {
  const said = useWords(words)
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Rate title={said.title} none={said.none} name="events" count={countEvents} />
      <Rate title={said.planned} none={said.nonePlanned} name="planned" count={countPlanned} />
    </SimpleGrid>
  )
}

type Count = (asked: { from: string; signal: AbortSignal }) => Promise<{
  from: string
  data: { at: string; name: string | null; count: number }[]
}>

const countEvents: Count = (asked) => api.countEvents({ ...asked, step: 'minute', by: 'source' })
const countPlanned: Count = (asked) =>
  api.countPlannedDeliveries({ ...asked, step: 'minute', by: 'destination' })

interface RateProps {
  title: string
  none: string
  name: string
  count: Count
}

function Rate({ title, none, name, count }: RateProps) {
  const counts = useQuery({
    queryKey: ['rate', name],
    queryFn: ({ signal }) => {
      const from = new Date(Date.now() - (minutes - 1) * minuteMs).toISOString()
      return count({ from, signal })
    },
    refetchInterval: 5_000,
  })
  return (
    <Section title={title}>
      <Loaded
        query={counts}
        isEmpty={({ data }) => data.length === 0}
        empty={<Empty title={none} />}
      >
        {({ data, from }) => (
          <Suspense fallback={<Waiting />}>
            <Bars label={title} series={toSeries(data, Date.parse(from), minutes, minuteMs)} />
          </Suspense>
        )}
      </Loaded>
    </Section>
  )
}
