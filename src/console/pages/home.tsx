import { lazy, Suspense, useState } from 'react'
import { api } from '../lib/api.ts'
import { useMainQuery } from '../lib/use-main-query.ts'
import { useWords } from '../lib/words.tsx'
import { After } from '../parts/after.tsx'
import { EventList } from '../parts/event-list.tsx'
import { FirstUse } from '../parts/first-use.tsx'
import { Health } from '../parts/health.tsx'
import { IngestWarnings } from '../parts/ingest-warnings.tsx'
import { Page } from '../parts/page.tsx'
import { Rates } from '../parts/rates.tsx'
import { Section } from '../parts/section.tsx'
import { Loaded, Waiting } from '../parts/states.tsx'

const DeliveryCharts = lazy(async () => {
  const { DeliveryCharts: default_ } = await import('../parts/delivery-charts.tsx')
  return { default: default_ }
})

const words = {
  title: ['Home', 'Overzicht'],
  latest: ['Latest events', 'Laatste gebeurtenissen'],
} as const

export function Home() {
  const said = useWords(words)
  const latest = useMainQuery({
    queryKey: ['latest-events'],
    queryFn: ({ signal }) => api.listEvents({ order: 'desc', limit: 10, signal }),
    refetchInterval: 2_000,
  })
  const isEmpty = latest.data?.data.length === 0
  // What was to be pasted stays once the first event is there: the token is shown this once.
  const [wasEmpty, setWasEmpty] = useState(false)
  if (isEmpty && !wasEmpty) setWasEmpty(true)
  const events = (
    <Section title={said.latest}>
      <Loaded query={latest}>{({ data }) => <EventList events={data} withPerson />}</Loaded>
    </Section>
  )
  return (
    <Page title={said.title}>
      <Health />
      {wasEmpty && !isEmpty && events}
      {wasEmpty && <FirstUse isDone={!isEmpty} />}
      {!isEmpty && (
        <After instead={<Waiting />}>
          <Rates />
          <IngestWarnings />
          <Suspense fallback={<Waiting />}>
            <DeliveryCharts />
          </Suspense>
        </After>
      )}
      {!wasEmpty && events}
    </Page>
  )
}
