import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Destination } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Wire } from './attempts.tsx'
import { Badge } from './badge.tsx'
import { Confirm } from './confirm.tsx'
import { EditDestination, ShownSecret } from './edit-destination.tsx'
import { Fact, Facts } from './facts.tsx'
import { PlaceLink } from './place-link.tsx'
import { Section } from './section.tsx'
import { Failed, Loaded } from './states.tsx'

const words = {
  state: ['State', 'Toestand'],
  active: ['active', 'actief'],
  paused: ['paused', 'gepauzeerd'],
  disabled: ['disabled', 'uitgezet'],
  late: ['late', 'te laat'],
  breaker: ['Breaker', 'Beveiliging'],
  closed: ['closed: calls go out', 'dicht: aanroepen gaan eruit'],
  open: ['open after {failures} failures', 'open na {failures} fouten'],
  'half-open': ['half open: trying', 'half open: proberen'],
  rate: ['Rate used', 'Gebruikt van het tempo'],
  rateUsed: ['{used} of {rate}', '{used} van {rate}'],
  noRate: ['no limit', 'geen grens'],
  waiting: ['Waiting', 'Wachtend'],
  dead: ['Dead', 'Opgegeven'],
  pause: ['Pause', 'Pauze'],
  resume: ['Resume', 'Hervatten'],
  test: ['Test call', 'Proefaanroep'],
  edit: ['Edit', 'Bewerken'],
  rotate: ['New secret', 'Nieuw geheim'],
  rotateWhat: [
    'A new signing secret is made. Calls are signed with the old one too for 24 hours.',
    'Er wordt een nieuw ondertekengeheim gemaakt. Aanroepen worden nog 24 uur ook met het oude ondertekend.',
  ],
  remove: ['Remove', 'Verwijderen'],
  removeWhat: [
    '{given_up} deliveries that wait for it would end as dead.',
    '{given_up} bezorgingen die erop wachten worden opgegeven.',
  ],
  good: ['It works: {kind} {status}', 'Het werkt: {kind} {status}'],
  bad: ['It does not work: {kind} {status}', 'Het werkt niet: {kind} {status}'],
} as const

export function DestinationCard({ destination }: { destination: Destination }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const { name, state, breaker, deliveries, rate } = destination
  const refresh = () => queries.invalidateQueries({ queryKey: ['destinations'] })
  const [isEditing, setEditing] = useState(false)
  const isStopped = state !== 'active' || breaker.phase === 'open'
  const switching = useMutation({
    mutationFn: () =>
      isStopped ? api.resumeDestination({ name }) : api.pauseDestination({ name }),
    onSettled: refresh,
  })
  const testing = useMutation({ mutationFn: () => api.testDestination({ name }) })
  return (
    <Section title={name}>
      <Stack>
        <Text size="sm">{destination.definition.url}</Text>
        <Facts>
          <Fact name={said.state}>
            <Badge>{said[state]}</Badge> {destination.late && <Badge>{said.late}</Badge>}{' '}
            {destination.state_reason}
          </Fact>
          <Fact name={said.breaker}>{fill(said[breaker.phase], breaker)}</Fact>
          <Fact name={said.rate}>
            {rate === null
              ? said.noRate
              : fill(said.rateUsed, { used: rate.used, rate: destination.definition.rate })}
          </Fact>
          <Fact name={said.waiting}>
            {deliveries.queued + deliveries.pending + deliveries.claimed}
          </Fact>
          <Fact name={said.dead}>
            <PlaceLink to="/deliveries" search={{ state: 'dead', destination: name }}>
              {deliveries.dead}
            </PlaceLink>
          </Fact>
        </Facts>
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            loading={switching.isPending}
            onClick={() => switching.mutate()}
          >
            {isStopped ? said.resume : said.pause}
          </Button>
          <Button
            size="xs"
            variant="default"
            loading={testing.isPending}
            onClick={() => testing.mutate()}
          >
            {said.test}
          </Button>
          <Button size="xs" variant="default" onClick={() => setEditing(true)}>
            {said.edit}
          </Button>
          <RotateSecret name={name} />
          <RemoveDestination name={name} />
        </Group>
        {switching.isError && <Failed error={switching.error} />}
        {testing.isError && <Failed error={testing.error} />}
        {testing.data && <TestResult result={testing.data} />}
      </Stack>
      {isEditing && <EditDestination stored={destination} onClose={() => setEditing(false)} />}
    </Section>
  )
}

type Tested = Awaited<ReturnType<typeof api.testDestination>>

function TestResult({ result: { ok, outcome } }: { result: Tested }) {
  const said = useWords(words)
  const shown = { kind: outcome.code ?? outcome.kind, status: outcome.status ?? '' }
  return (
    <Alert
      role="status"
      variant="outline"
      color={ok ? 'teal' : 'red'}
      title={fill(ok ? said.good : said.bad, shown)}
    >
      <Wire
        first={String(outcome.status ?? outcome.code ?? '')}
        headers={outcome.headers ?? {}}
        body={outcome.body ?? outcome.message ?? null}
      />
    </Alert>
  )
}

function RotateSecret({ name }: { name: string }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const rotating = useMutation({
    mutationFn: () => api.rotateDestinationSecret({ name, hours: 24 }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['destinations'] }),
  })
  const close = () => {
    setOpen(false)
    rotating.reset()
  }
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setOpen(true)}>
        {said.rotate}
      </Button>
      <Confirm
        title={`${said.rotate}: ${name}`}
        verb={said.rotate}
        isOpen={isOpen}
        isDone={rotating.data !== undefined}
        acting={rotating}
        onClose={close}
      >
        <Text>{said.rotateWhat}</Text>
        {rotating.data && <ShownSecret secret={rotating.data.secret} />}
      </Confirm>
    </>
  )
}

function RemoveDestination({ name }: { name: string }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const preview = useQuery({
    queryKey: ['removal of a destination', name],
    queryFn: () => api.removeDestination({ name, dry_run: true }),
    enabled: isOpen,
    gcTime: 0,
  })
  const removing = useMutation({
    mutationFn: () => api.removeDestination({ name }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['destinations'] }),
  })
  return (
    <>
      <Button size="xs" variant="outline" color="red" onClick={() => setOpen(true)}>
        {said.remove}
      </Button>
      <Confirm
        title={`${said.remove}: ${name}`}
        verb={said.remove}
        isDangerous
        isOpen={isOpen}
        isReady={preview.isSuccess}
        acting={removing}
        onClose={() => setOpen(false)}
      >
        {isOpen && (
          <Loaded query={preview}>{(found) => <Text>{fill(said.removeWhat, found)}</Text>}</Loaded>
        )}
      </Confirm>
    </>
  )
}
