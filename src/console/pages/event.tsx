import { Anchor, Grid, Stack, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { Event, Explanation } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Changes, EventList } from '../parts/event-list.tsx'
import { Fact, Facts } from '../parts/facts.tsx'
import { Page } from '../parts/page.tsx'
import { Reactions } from '../parts/reactions.tsx'
import { Section } from '../parts/section.tsx'
import { SomeDeliveries } from '../parts/some-deliveries.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { UndoMerge } from '../parts/undo-merge.tsx'
import { Value } from '../parts/value.tsx'

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
  const found = useQuery({
    queryKey: ['event', id],
    queryFn: ({ signal }) => api.getEvent({ id, explain: true, signal }),
  })
  const title = fill(said.title, { id })
  return (
    <Page
      title={found.data ? `${title}: ${found.data.event.type}` : title}
      actions={
        found.data?.event.type === 'profile.merged' && <UndoMerge event={found.data.event} />
      }
    >
      <Loaded query={found}>
        {({ event, explanation }) => (
          <Grid>
            <Grid.Col span={{ base: 12, md: 6 }}>
              <Stack>
                <EventFacts event={event} />
                <Section title={said.came}>
                  <Came event={event} />
                </Section>
                <Section title={said.changed}>
                  {event.changes.length + event.dropped.length === 0 && (
                    <Empty title={said.nothingChanged} />
                  )}
                  <Changes event={event} />
                </Section>
              </Stack>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 6 }}>
              <Stack>
                <Section title={said.rules}>
                  <Reactions reactions={explanation?.rules ?? []} />
                </Section>
                <Section title={said.followed}>
                  <Followed event={event} caused={causedBy(explanation)} />
                </Section>
                <SomeDeliveries event_id={id} />
              </Stack>
            </Grid.Col>
          </Grid>
        )}
      </Loaded>
    </Page>
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
          <Anchor component={Link} to={`/people/${person}`}>
            #{person}
          </Anchor>
        </Fact>
      )}
      {event.found_by !== null && <Fact name={said.foundBy}>{event.found_by}</Fact>}
      {cause && (
        <Fact name={said.cause}>
          <Anchor component={Link} to={`/events/${cause.event_id}`}>
            {cause.event_id}
          </Anchor>{' '}
          {cause.rule}
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
  return (
    <Table>
      <Table.Tbody>
        {rows.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row">{name}</Table.Th>
            <Table.Td>
              <Value value={value} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

function causedBy(explanation: Explanation | undefined): number[] {
  return explanation?.rules.flatMap(({ caused = [] }) => caused) ?? []
}

/** As many as these are looked up one by one. */
const othersMax = 50

/**
 * What rules made of it at once is known; what came after a wait is found along its person. No
 * index knows what an event caused.
 */
async function followedBy({ id, profile_id }: Event, caused: number[], signal: AbortSignal) {
  const along =
    profile_id === null
      ? []
      : (await api.listEvents({ cause: id, profile_id, limit: 100, signal })).data
  const others = caused.filter((one) => !along.some((each) => each.id === one)).slice(0, othersMax)
  const more = await Promise.all(others.map((one) => api.getEvent({ id: one, signal })))
  return [...along, ...more.map(({ event }) => event)].sort((a, b) => a.id - b.id)
}

function Followed({ event, caused }: { event: Event; caused: number[] }) {
  const said = useWords(words)
  const events = useQuery({
    queryKey: ['event', event.id, 'followed', caused],
    queryFn: ({ signal }) => followedBy(event, caused, signal),
    refetchInterval: 5_000,
  })
  return (
    <Loaded
      query={events}
      isEmpty={(found) => found.length === 0}
      empty={<Empty title={said.nothingFollowed} />}
    >
      {(found) => <EventList events={found} withPerson />}
    </Loaded>
  )
}
