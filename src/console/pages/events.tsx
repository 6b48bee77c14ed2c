import { Badge, Button, Group, Text } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { keptMax, useLiveEvents } from '../lib/use-live-events.ts'
import { fill, useLanguage, useWords } from '../lib/words.tsx'
import { EventList } from '../parts/event-list.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Empty, Failed, Waiting } from '../parts/states.tsx'
import { TypedField } from '../parts/typed-field.tsx'

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
    'Older ones of this group would take too long to look for; new ones appear.',
    'Oudere van deze groep zoeken duurt te lang; nieuwe verschijnen wel.',
  ],
  list: ['Newest first', 'Nieuwste eerst'],
  kept: [
    'The list keeps the newest {max}. Earlier ones that have left it: {left}. All are stored, and found by their type or person.',
    'De lijst houdt de nieuwste {max} vast. Eerdere die eruit verdwenen: {left}. Alle zijn opgeslagen, en te vinden op soort of persoon.',
  ],
} as const

export function Events() {
  const said = useWords(words)
  const { language } = useLanguage()
  const { type = '', person = '' } = useSearch({ strict: false })
  const navigate = useNavigate()
  const [isPaused, setPaused] = useState(false)
  const { events, left, state, isPart, error, again } = useLiveEvents({
    type: type.trim(),
    profileId: Number(person) || 0,
    isPaused,
  })
  const isFiltered = type.trim() !== '' || person !== ''
  const change = (changed: { type?: string; person?: string }) => {
    const search = Object.entries({ type, person, ...changed }).filter(([, text]) => text !== '')
    void navigate({ to: '/events', search: Object.fromEntries(search), replace: true })
  }
  return (
    <Page title={said.title}>
      <Group align="flex-end">
        <TypedField
          label={said.type}
          placeholder={said.typeHint}
          value={type}
          onChange={(text) => change({ type: text })}
        />
        <TypedField
          label={said.person}
          placeholder={said.personHint}
          inputMode="numeric"
          value={person}
          onChange={(text) => change({ person: text.replace(/\D/g, '') })}
        />
        <Button variant="default" onClick={() => setPaused(!isPaused)}>
          {isPaused ? said.resume : said.pause}
        </Button>
        <Badge variant="default" size="lg" tt="none" role="status">
          {said[state]}
        </Badge>
      </Group>
      {error != null && <Failed error={error} retry={again} />}
      <Section title={said.list}>
        {left > 0 && (
          <Text size="sm" c="dimmed" mb="xs">
            {fill(said.kept, { max: keptMax, left: left.toLocaleString(language) })}
          </Text>
        )}
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
