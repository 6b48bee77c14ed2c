import { Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { DeliveryInFull } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Attempts, Wire } from '../parts/attempts.tsx'
import { DeliveryState } from '../parts/delivery-state.tsx'
import { Fact, Facts } from '../parts/facts.tsx'
import { Page } from '../parts/page.tsx'
import { PlaceLink } from '../parts/place-link.tsx'
import { Resend } from '../parts/resend.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, Loaded } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'

const words = {
  title: ['Delivery {id}', 'Bezorging {id}'],
  state: ['State', 'Toestand'],
  reason: ['Reason', 'Reden'],
  destination: ['Destination', 'Bestemming'],
  rule: ['Rule', 'Regel'],
  event: ['Event', 'Gebeurtenis'],
  person: ['Person', 'Persoon'],
  due: ['Due', 'Aan de beurt'],
  planned: ['Planned', 'Gepland'],
  attempts: ['Attempts', 'Pogingen'],
  request: ['What every try sends', 'Wat elke poging verstuurt'],
  redeliver: ['Redeliver', 'Opnieuw bezorgen'],
  cancel: ['Cancel', 'Annuleren'],
} as const

export function DeliveryPage() {
  const said = useWords(words)
  const params = useParams({ strict: false })
  const id = Number(params.id)
  const delivery = useQuery({
    queryKey: ['deliveries', 'one', id],
    queryFn: ({ signal }) => api.getDelivery({ id, signal }),
    refetchInterval: 2_000,
  })
  return (
    <Page title={fill(said.title, { id })}>
      <Loaded query={delivery}>
        {(found) => (
          <Stack>
            <Doings delivery={found} />
            <DeliveryFacts delivery={found} />
            <Section title={said.attempts}>
              <Attempts attempts={found.attempts} />
            </Section>
            {found.request && (
              <Section title={said.request}>
                <Wire
                  first={found.request.method}
                  headers={found.request.headers}
                  body={found.request.body}
                />
              </Section>
            )}
          </Stack>
        )}
      </Loaded>
    </Page>
  )
}

function Doings({ delivery }: { delivery: DeliveryInFull }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const refresh = () => queries.invalidateQueries({ queryKey: ['deliveries'] })
  const { id, state } = delivery
  const isOver = state === 'dead' || state === 'delivered' || state === 'cancelled'
  const moving = useMutation({
    mutationFn: () => (isOver ? api.redeliverDelivery({ id }) : api.cancelDelivery({ id })),
    onSettled: refresh,
  })
  return (
    <>
      <Group>
        <Button
          variant={isOver ? 'filled' : 'default'}
          loading={moving.isPending}
          onClick={() => moving.mutate()}
        >
          {isOver ? said.redeliver : said.cancel}
        </Button>
        {isOver && <Resend key={delivery.attempt_count} delivery={delivery} onDone={refresh} />}
      </Group>
      {moving.isError && <Failed error={moving.error} />}
    </>
  )
}

function DeliveryFacts({ delivery }: { delivery: DeliveryInFull }) {
  const said = useWords(words)
  return (
    <Facts>
      <Fact name={said.state}>
        <DeliveryState state={delivery.state} />
      </Fact>
      {delivery.reason !== null && (
        <Fact name={said.reason}>
          {delivery.reason}
          {delivery.detail && (
            <Text size="sm" c="dimmed">
              {delivery.detail}
            </Text>
          )}
        </Fact>
      )}
      <Fact name={said.destination}>
        <PlaceLink to="/destinations">{delivery.destination}</PlaceLink>
      </Fact>
      <Fact name={said.rule}>
        <PlaceLink to={`/rules/${delivery.rule}`}>{delivery.rule}</PlaceLink>
      </Fact>
      <Fact name={said.event}>
        <PlaceLink to={`/events/${delivery.event_id}`}>
          {delivery.seen.event.type} {delivery.event_id}
        </PlaceLink>
      </Fact>
      {delivery.profile_id !== null && (
        <Fact name={said.person}>
          <PlaceLink to={`/people/${delivery.profile_id}`}>#{delivery.profile_id}</PlaceLink>
        </Fact>
      )}
      <Fact name={said.planned}>
        <Time at={delivery.planned_at} />
      </Fact>
      {delivery.due_at !== null && (
        <Fact name={said.due}>
          <Time at={delivery.due_at} />
        </Fact>
      )}
    </Facts>
  )
}
