import { memo } from 'react'
import type { Event } from '../../client/client.js'
import { fill, useWords } from '../lib/words.tsx'
import { Badge } from './badge.tsx'
import { PlaceLink } from './place-link.tsx'
import { Time } from './time.tsx'
import { Value } from './value.tsx'

const words = {
  from: ['from {source}', 'van {source}'],
  byRule: ['by rule {rule}', 'door regel {rule}'],
  cleared: ['cleared', 'gewist'],
  dropped: ['dropped', 'vervallen'],
  person: ['person', 'persoon'],
} as const

interface EventLineProps {
  event: Event
  withPerson: boolean
}

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

export const EventLine = memo(function EventLine({ event, withPerson }: EventLineProps) {
  const said = useWords(words)
  const { cause, source } = event
  return (
    <div className="entry">
      <div className="row">
        <span className="small dim">
          <Time at={event.received_at} />
        </span>
        <PlaceLink to={`/events/${event.id}`} className="strong">
          {event.type}
        </PlaceLink>
        <span className="small dim">
          {cause ? fill(said.byRule, cause) : fill(said.from, { source: source.dialect })}
        </span>
        {withPerson && event.profile_id !== null && (
          <PlaceLink to={`/people/${event.profile_id}`} className="small">
            {said.person} #{event.profile_id}
          </PlaceLink>
        )}
      </div>
      <Changes event={event} />
    </div>
  )
})

export function Changes({ event }: { event: Pick<Event, 'changes' | 'dropped'> }) {
  const said = useWords(words)
  if (event.changes.length + event.dropped.length === 0) return null
  return (
    <ul className="plain-list inset small">
      {event.changes.map(({ of, name, from, to }) => (
        <li key={`${of} ${name}`}>
          <b>{name}</b> {from !== null && <Value value={from} />} →{' '}
          {to === null ? <i>{said.cleared}</i> : <Value value={to} />}
        </li>
      ))}
      {event.dropped.map(({ name, reason, rule }) => (
        <li key={`${rule} ${name}`}>
          <Badge>{said.dropped}</Badge> <b>{name}</b> {reason} {rule}
        </li>
      ))}
    </ul>
  )
}
