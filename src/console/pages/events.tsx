import { Badge, Button, Group, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useLiveEvents } from '../lib/use-live-events.ts'
import { useWords } from '../lib/words.tsx'
import { EventList } from '../parts/event-list.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Empty, Failed, Waiting } from '../parts/states.tsx'

const words = {
  title: ['Events', 'Gebeurtenissen'],
  type: ['Type', 'Soort'],
  typeHint: ['order.paid, or order.* for all', 'order.paid, of order.* voor alle'],
  person: ['Person', 'Persoon'],
  personHint: ['The number of a person', 'Het nummer van een persoon'],
  pause: ['Pause', 'Pauze'],
  resume: ['Go on', 'Verder'],
  live: ['Live', 'Live'],
  paused: ['Paused', 'Gepauzeerd'],
  connecting: ['Connecting', 'Verbinden'],
  none: ['No events yet', 'Nog geen gebeurtenissen'],
  noneHint: [
    'They appear here by themselves as they come in.',
    'Ze verschijnen hier vanzelf zodra ze binnenkomen.',
  ],
  noneSuch: ['No such events', 'Geen zulke gebeurtenissen'],
  noneSuchHint: [
    'They appear here by themselves as they come in. A type is compared whole; a star at its end stands for the rest.',
    'Ze verschijnen hier vanzelf zodra ze binnenkomen. Een soort moet helemaal gelijk zijn; een ster aan het eind staat voor de rest.',
  ],
  isPart: [
    'Older ones of this type would take too long to look for; new ones appear.',
    'Oudere van deze soort zoeken duurt te lang; nieuwe verschijnen wel.',
  ],
  list: ['Newest first', 'Nieuwste eerst'],
} as const

export function Events() {
  const said = useWords(words)
  const { type = '', person = '' } = useSearch({ strict: false })
  const navigate = useNavigate()
  const [isPaused, setPaused] = useState(false)
  const [filter] = useDebouncedValue({ type, person }, 250)
  const { events, state, isPart, error } = useLiveEvents({
    type: filter.type.trim(),
    profileId: Number(filter.person) || 0,
    isPaused,
  })
  const isFiltered = filter.type.trim() !== '' || filter.person !== ''
  const change = (changed: { type?: string; person?: string }) => {
    const search = Object.entries({ type, person, ...changed }).filter(([, text]) => text !== '')
    void navigate({ to: '/events', search: Object.fromEntries(search), replace: true })
  }
  return (
    <Page title={said.title}>
      <Group align="flex-end">
        <TextInput
          label={said.type}
          placeholder={said.typeHint}
          value={type}
          onChange={(event) => change({ type: event.currentTarget.value })}
        />
        <TextInput
          label={said.person}
          placeholder={said.personHint}
          inputMode="numeric"
          value={person}
          onChange={(event) => change({ person: event.currentTarget.value.replace(/\D/g, '') })}
        />
        <Button variant="default" onClick={() => setPaused(!isPaused)}>
          {isPaused ? said.resume : said.pause}
        </Button>
        <Badge variant="default" size="lg" tt="none" role="status">
          {said[state]}
        </Badge>
      </Group>
      {error != null && <Failed error={error} />}
      <Section title={said.list}>
        {events.length > 0 && <EventList events={events} withPerson />}
        {events.length === 0 && state === 'connecting' && error == null && <Waiting />}
        {events.length === 0 && state !== 'connecting' && (
          <Empty title={isFiltered ? said.noneSuch : said.none}>
            {isFiltered ? said.noneSuchHint : said.noneHint}
          </Empty>
        )}
        {isPart && <Text c="dimmed">{said.isPart}</Text>}
      </Section>
    </Page>
  )
}
