import { SimpleGrid } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useCallback } from 'react'
import { api } from '../lib/api.ts'
import { toSeries } from '../lib/series.ts'
import { useWords } from '../lib/words.tsx'
import { After } from './after.tsx'
import { deliveryWords, stateColours } from './delivery-state.tsx'
import { Section } from './section.tsx'
import { Empty, Loaded, Waiting } from './states.tsx'

const words = {
  title: [
    'Events per minute by source, the last hour',
    'Gebeurtenissen per minuut per bron, het laatste uur',
  ],
  none: ['No events in the last hour', 'Geen gebeurtenissen in het laatste uur'],
  behind: [
    'The newest are counted within seconds.',
    'De nieuwste zijn binnen enkele seconden geteld.',
  ],
  planned: [
    'Deliveries planned per minute by destination, the last hour',
    'Geplande bezorgingen per minuut per bestemming, het laatste uur',
  ],
  nonePlanned: ['No deliveries in the last hour', 'Geen bezorgingen in het laatste uur'],
  ended: [
    'Deliveries that ended per minute by state, the last hour',
    'Afgelopen bezorgingen per minuut per toestand, het laatste uur',
  ],
  noneEnded: ['No delivery ended in the last hour', 'Er liep het laatste uur geen bezorging af'],
} as const

const Bars = lazy(() => import('./bars.tsx').then(({ Bars: default_ }) => ({ default: default_ })))

const minuteMs = 60_000
const minutes = 60

/** What came in, what was planned and how it ended, minute by minute. */
export function Rates() {
  const said = useWords(words)
  const named = useWords(deliveryWords)
  const nameOf = useCallback(
    (state: string) => named[state as keyof typeof named] ?? state,
    [named],
  )
  return (
    <SimpleGrid cols={{ base: 1, md: 3 }}>
      <Rate title={said.title} none={said.none} name="events" count={countEvents} />
      <Rate title={said.planned} none={said.nonePlanned} name="planned" count={countPlanned} />
      <Rate
        title={said.ended}
        none={said.noneEnded}
        name="ended"
        count={countEnded}
        nameOf={nameOf}
        colours={stateColours}
      />
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
const countEnded: Count = (asked) =>
  api.countEndedDeliveries({ ...asked, step: 'minute', by: 'state' })

const toMinutes = ({ data, from }: Awaited<ReturnType<Count>>) =>
  toSeries(data, Date.parse(from), minutes, minuteMs)

interface RateProps {
  title: string
  none: string
  name: string
  count: Count
  nameOf?: (name: string) => string
  colours?: { readonly [name: string]: string }
}

function Rate({ title, none, name, count, ...looks }: RateProps) {
  const said = useWords(words)
  const counts = useQuery({
    queryKey: ['rate', name],
    queryFn: ({ signal }) => {
      const from = new Date(Date.now() - (minutes - 1) * minuteMs).toISOString()
      return count({ from, signal })
    },
    select: toMinutes,
    refetchInterval: 5_000,
  })
  return (
    <Section title={title}>
      <Loaded
        query={counts}
        isEmpty={({ groups }) => groups.length === 0}
        empty={<Empty title={none}>{said.behind}</Empty>}
      >
        {(series) => (
          <After instead={<Waiting />}>
            <Suspense fallback={<Waiting />}>
              <Bars label={title} series={series} {...looks} />
            </Suspense>
          </After>
        )}
      </Loaded>
    </Section>
  )
}
