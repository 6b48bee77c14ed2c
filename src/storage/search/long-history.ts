import { versionTypes } from '../../core/event.ts'
import { type EventQuery, isOfType } from '../../core/event-query.ts'
import type { EventId, ProfileId } from '../../core/profile.ts'
import type { Row } from '../rows.ts'

/** A history with so many milestones is long: that is about 500 events. */
export const milestonesOfLong = 8
/** One event in so many is a milestone of its subject's. */
const milestoneEvery = 61
/** Events of a row: one is read for most pages, and written anew as often as it gets longer. */
const eventsOfPart = 512

/**
 * A row of a long history. `kinds` lists what its events are, each once; `events` has two numbers
 * of each event: how much higher its id is than the one before, and the place of its kind.
 */
export interface HistoryPart {
  first: EventId
  last: EventId
  kinds: string
  events: string
}

/** What is told of an event without reading it. */
export interface EventKind {
  type: string
  source: string
  /** With its version; null where no rule caused it. */
  rule: string | null
  /** Whether it changed the profile. */
  isChange: boolean
}

type KindRow = [type: string, source: string, rule: string | null, isChange: 0 | 1]

/** Whose milestones are among some events, and which is the newest of each. */
export function newestMilestones(rows: readonly Row[]): Map<ProfileId, EventId> {
  const newest = new Map<ProfileId, EventId>()
  for (const { id, subject, received_at: at } of rows) {
    if (subject === null || ((id as number) + (at as number)) % milestoneEvery !== 0) continue
    newest.set(subject as ProfileId, id as EventId)
  }
  return newest
}

/**
 * What a history goes on with: its last row, if it has one, with more events, and the rows behind
 * it. `rows` are the events that are newer, from the newest back.
 */
export function continuedBy(held: HistoryPart | undefined, rows: readonly Row[]): HistoryPart[] {
  if (rows.length === 0) return []
  const entries = held ? entriesOf(held) : []
  for (const row of rows.toReversed()) {
    const isChange = row.changed === true || row.changed === 1 ? 1 : 0
    const kind: KindRow = [
      ...([row.type, row.source, row.cause_rule] as [string, string, string | null]),
      isChange,
    ]
    entries.push([row.id as EventId, JSON.stringify(kind)])
  }
  const parts: HistoryPart[] = []
  for (let at = 0; at < entries.length; at += eventsOfPart) {
    parts.push(partOf(entries.slice(at, at + eventsOfPart)))
  }
  return parts
}

/** The events of a row that are of a kind asked for, in order. */
export function eventsOf(part: HistoryPart, isAsked: (kind: EventKind) => boolean): EventId[] {
  const kinds = JSON.parse(part.kinds) as KindRow[]
  const asked = kinds.map(([type, source, rule, isChange]) => {
    return isAsked({ type, source, rule, isChange: isChange === 1 })
  })
  return asked.includes(true) ? idsOf(part, (kind) => asked[kind] === true) : []
}

/** Whether a kind is what a query asks for; null where the query asks for none. */
export function kindAsked({
  types,
  source,
  rule,
  changing,
}: EventQuery): ((kind: EventKind) => boolean) | null {
  if (!types && source === undefined && rule === undefined && !changing) return null
  return (kind) => {
    if (changing && !kind.isChange && !versionTypes.includes(kind.type)) return false
    if (source !== undefined && kind.source !== source) return false
    if (rule !== undefined && !kind.rule?.startsWith(`${rule}@`)) return false
    return types?.some((type) => isOfType(kind.type, type)) ?? true
  }
}

function entriesOf(part: HistoryPart): [id: EventId, kind: string][] {
  const kinds = (JSON.parse(part.kinds) as KindRow[]).map((kind) => JSON.stringify(kind))
  const entries: [EventId, string][] = []
  idsOf(part, (kind, id) => {
    entries.push([id, kinds[kind] as string])
    return false
  })
  return entries
}

function idsOf({ first, events }: HistoryPart, isAsked: (kind: number, id: EventId) => boolean) {
  const numbers = JSON.parse(events) as number[]
  const ids: EventId[] = []
  let id: number = first
  for (let at = 0; at < numbers.length; at += 2) {
    id += numbers[at] as number
    if (isAsked(numbers[at + 1] as number, id as EventId)) ids.push(id as EventId)
  }
  return ids
}

function partOf(entries: readonly [id: EventId, kind: string][]): HistoryPart {
  const first = entries[0]?.[0] as EventId
  const kinds = new Map<string, number>()
  const numbers: number[] = []
  let before: number = first
  for (const [id, kind] of entries) {
    const place = kinds.get(kind) ?? kinds.size
    kinds.set(kind, place)
    numbers.push(id - before, place)
    before = id
  }
  return {
    ...{ first, last: before as EventId },
    ...{ kinds: `[${[...kinds.keys()].join()}]`, events: JSON.stringify(numbers) },
  }
}
