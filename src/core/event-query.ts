import { changedProfile, type Event } from './event.ts'
import type { EventId, ProfileId } from './profile.ts'
import { isWithin, type Range } from './profile-query.ts'

/** Which events to list. Every part that is given has to hold; times are milliseconds UTC. */
export interface EventQuery {
  /** The person they are about. */
  subject?: ProfileId
  /** One of these types; one that ends in `*` means every type that begins so. */
  types?: readonly string[]
  /** What they came through: a dialect's id, `cli`, or `rule:<name>`. */
  source?: string
  received?: Range
  occurred?: Range
  /** Anywhere in the type, or in the attributes, changes or identifiers as JSON; in any case. */
  text?: string
  /** The event that caused them. */
  cause?: EventId
  /** The rule that caused them, in any version. */
  rule?: string
  /** Only those that changed the person, or are a version of theirs. */
  changing?: boolean
  /** Only ids below this. */
  before?: EventId
  /** Only ids above this. */
  after?: EventId
  /** Newest first when left out. */
  order?: 'ascending' | 'descending'
  limit: number
}

export interface EventPage {
  events: Event[]
  /** Whether there are more in the same direction, behind the last one given. */
  more: boolean
}

/** What tells counts apart, with its column. */
export const countNames = {
  type: 'type',
  source: 'source',
  rule: 'rule',
  destination: 'destination',
  state: 'state',
} as const

/** How many events there were, or deliveries were planned or ended, in steps of time. */
export type EventCountQuery = CountedTime &
  (
    | { of: 'events'; by: 'type' | 'source' | 'none' }
    | { of: 'deliveries'; by: 'rule' | 'destination' | 'none' }
    | { of: 'ends'; by: 'destination' | 'state' | 'none'; state?: EndState }
  )

/** In which a delivery is over. */
export type EndState = 'delivered' | 'dead' | 'cancelled'

interface CountedTime {
  /** Milliseconds UTC; `from` counts and `until` does not, by the minute. */
  from: number
  until: number
  /** Minutes in each step of the answer. */
  minutes: number
  /** Rows of the answer at most. */
  limit: number
}

export interface EventCounts {
  /** In the order of their time; `name` is null where nothing tells them apart, `lastAt` the last minute. */
  counts: { at: number; name: string | null; count: number; lastAt: number }[]
  /** Those with an id up to this one are counted; of ends those up to this time. */
  upTo: number
}

/** Whether an event is what the query asks for, its place among the others included. Pure. */
export function matchesEvent(event: Event, query: EventQuery): boolean {
  const { subject, types, source, received, occurred, text, cause, rule, before, after } = query
  if (before !== undefined && event.id >= before) return false
  if (after !== undefined && event.id <= after) return false
  if (subject !== undefined && event.subject !== subject) return false
  if (types && !types.some((type) => isOfType(event.type, type))) return false
  if (source !== undefined && event.source.dialect !== source) return false
  if (query.changing && !changedProfile(event)) return false
  if (received && !isWithin(event.receivedAt, received)) return false
  if (occurred && !isWithin(event.occurredAt, occurred)) return false
  if (cause !== undefined && event.cause?.event !== cause) return false
  if (rule !== undefined && !event.cause?.rule.startsWith(`${rule}@`)) return false
  return text === undefined || holdsText(event, text.toLowerCase())
}

/** Whether a type is the one that is wanted, or begins as it does before its star. */
export function isOfType(type: string, wanted: string): boolean {
  return wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted
}

function holdsText(event: Event, folded: string): boolean {
  const { type, attributes, changes, identifiers } = event
  return [type, ...[attributes, changes, identifiers].map((part) => JSON.stringify(part))].some(
    (text) => text.toLowerCase().includes(folded),
  )
}
