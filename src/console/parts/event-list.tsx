import { Anchor, Badge, Group, Stack, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { Event } from '../../client/client.js'
import { fill, useWords } from '../lib/words.tsx'
import { Time } from './time.tsx'
import { Value } from './value.tsx'

const words = {
  from: ['from {source}', 'van {source}'],
  byRule: ['by rule {rule}', 'door regel {rule}'],
  cleared: ['cleared', 'gewist'],
  dropped: ['dropped', 'vervallen'],
  person: ['person', 'persoon'],
} as const

/** Events one below the other, each with what it changed and what was dropped. */
export function EventList({ events, withPerson }: { events: Event[]; withPerson?: boolean }) {
  return (
    <ol className="plain-list">
      {events.map((event) => (
        <li key={event.id}>
          <EventLine event={event} withPerson={withPerson === true} />
        </li>
      ))}
    </ol>
  )
}

export function EventLine({ event, withPerson }: { event: Event; withPerson: boolean }) {
  const said = useWords(words)
  const { cause, source } = event
  return (
    <Stack gap={2} py="xs" className="line">
      <Group gap="xs">
        <Text size="sm" c="dimmed">
          <Time at={event.received_at} />
        </Text>
        <Anchor component={Link} to={`/events/${event.id}`} fw={600}>
          {event.type}
        </Anchor>
        <Text size="sm" c="dimmed">
          {cause ? fill(said.byRule, cause) : fill(said.from, { source: source.dialect })}
        </Text>
        {withPerson && event.profile_id !== null && (
          <Anchor component={Link} to={`/people/${event.profile_id}`} size="sm">
            {said.person} #{event.profile_id}
          </Anchor>
        )}
      </Group>
      <Changes event={event} />
    </Stack>
  )
}

export function Changes({ event }: { event: Pick<Event, 'changes' | 'dropped'> }) {
  const said = useWords(words)
  if (event.changes.length + event.dropped.length === 0) return null
  return (
    <Stack component="ul" className="plain-list" gap={2} pl="md">
      {event.changes.map(({ of, name, from, to }) => (
        <Text component="li" size="sm" key={`${of} ${name}`}>
          <b>{name}</b> {from !== null && <Value value={from} />} →{' '}
          {to === null ? <i>{said.cleared}</i> : <Value value={to} />}
        </Text>
      ))}
      {event.dropped.map(({ name, reason, rule }) => (
        <Text component="li" size="sm" key={`${rule} ${name}`}>
          <Badge variant="default" size="xs" tt="none">
            {said.dropped}
          </Badge>{' '}
          <b>{name}</b> {reason} {rule}
        </Text>
      ))}
    </Stack>
  )
}
