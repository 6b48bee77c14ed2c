import { Grid, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { Event } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { useMainQuery } from '../lib/use-main-query.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Changes, EventList } from '../parts/event-list.tsx'
import { Fact, Facts } from '../parts/facts.tsx'
import { Page } from '../parts/page.tsx'
import { PlaceLink } from '../parts/place-link.tsx'
import { Reactions } from '../parts/reactions.tsx'
import { Section } from '../parts/section.tsx'
import { SomeDeliveries } from '../parts/some-deliveries.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { UndoMerge } from '../parts/undo-merge.tsx'
import { ValueTable } from '../parts/value-table.tsx'

const words = {
  title: ['Event {id}', 'Gebeurtenis {id}'],
  received: ['Received', 'Ontvangen'],
  occurred: ['Occurred', 'Gebeurd'],
  source: ['Source', 'Bron'],
  request: ['Request', 'Verzoek'],
  person: ['Person', 'Persoon'],
  foundBy: ['Found by', 'Gevonden via'],
  cause: ['Caused by', 'Veroorzaakt door'],
  came: ['What came in', 'Wat binnenkwam'],
  nothing: ['It came without attributes', 'Zonder attributen'],
  changed: ['What changed and what was dropped', 'Wat veranderde en wat verviel'],
  nothingChanged: ['It changed nothing by itself', 'Zelf veranderde het niets'],
  rules: ['Rules', 'Regels'],
  followed: ['Events that followed', 'Gebeurtenissen die volgden'],
  nothingFollowed: ['No event followed from it', 'Er volgde geen gebeurtenis uit'],
} as const

export function EventPage() {
  const said = useWords(words)
  const params = useParams({ strict: false })
  const id = Number(params.id)
  const found = useMainQuery({
    queryKey: ['event', id],
    queryFn: ({ signal }) => api.getEvent({ id, explain: true, signal }),
  })
  const title = fill(said.title, { id })
  const isMissing = found.data === undefined && found.errorUpdateCount > 0
  return (
    <Page
      title={found.data ? `${title}: ${found.data.event.type}` : title}
      actions={
        found.data?.event.type === 'profile.merged' && <UndoMerge event={found.data.event} />
      }
    >
      <Grid>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Loaded query={found}>{({ event }) => <EventParts event={event} />}</Loaded>
        </Grid.Col>
        {/* Asked for along with the event, not after. */}
        {!isMissing && (
          <Grid.Col span={{ base: 12, md: 6 }}>
            <Stack>
              <Section title={said.rules}>
                <Loaded query={found}>
                  {({ explanation }) => <Reactions reactions={explanation?.rules ?? []} />}
                </Loaded>
              </Section>
              <Section title={said.followed}>
                <Followed id={id} />
              </Section>
              <SomeDeliveries event_id={id} />
            </Stack>
          </Grid.Col>
        )}
      </Grid>
    </Page>
  )
}

function EventParts({ event }: { event: Event }) {
  const said = useWords(words)
  return (
    <Stack>
      <EventFacts event={event} />
      <Section title={said.came}>
        <Came event={event} />
      </Section>
      <Section title={said.changed}>
        {event.changes.length + event.dropped.length === 0 && <Empty title={said.nothingChanged} />}
        <Changes event={event} />
      </Section>
    </Stack>
  )
}

function EventFacts({ event }: { event: Event }) {
  const said = useWords(words)
  const { cause, source, profile_id: person } = event
  return (
    <Facts>
      <Fact name={said.received}>
        <Time at={event.received_at} />
      </Fact>
      <Fact name={said.occurred}>
        <Time at={event.occurred_at} />
      </Fact>
      <Fact name={said.source}>{source.dialect}</Fact>
      {source.request_id !== null && <Fact name={said.request}>{source.request_id}</Fact>}
      {person !== null && (
        <Fact name={said.person}>
          <PlaceLink to={`/people/${person}`}>#{person}</PlaceLink>
        </Fact>
      )}
      {event.found_by !== null && <Fact name={said.foundBy}>{event.found_by}</Fact>}
      {cause && (
        <Fact name={said.cause}>
          <PlaceLink to={`/events/${cause.event_id}`}>{cause.event_id}</PlaceLink> {cause.rule}
        </Fact>
      )}
    </Facts>
  )
}

function Came({ event }: { event: Event }) {
  const said = useWords(words)
  const identifiers = event.identifiers.map(({ kind, value }) => [kind, value] as const)
  const rows = [...identifiers, ...Object.entries(event.attributes)]
  if (rows.length === 0) return <Empty title={said.nothing} />
  return <ValueTable rows={rows} />
}

/** Of what followed the first so many are shown. */
const followedMax = 100

function Followed({ id }: { id: number }) {
  const said = useWords(words)
  const events = useQuery({
    queryKey: ['event', id, 'followed'],
    queryFn: ({ signal }) => api.listEvents({ cause: id, limit: followedMax, signal }),
    refetchInterval: 5_000,
  })
  return (
    <Loaded
      query={events}
      isEmpty={({ data }) => data.length === 0}
      empty={<Empty title={said.nothingFollowed} />}
    >
      {({ data }) => <EventList events={data} withPerson />}
    </Loaded>
  )
}
