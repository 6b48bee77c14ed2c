import type { EventId, ProfileId } from '../../core/profile.ts'
import type { Row } from '../rows.ts'
import { IdSet, idBlockOf, withIds } from './id-set.ts'

/**
 * What events are found by: of whom they are about only those with a long history. They are entered
 * in the background, as events are counted; what came since is read from the log.
 */
export const eventTermKinds = ['type', 'source', 'rule', 'subject'] as const

/** A history with so many milestones is long: that is about 500 events. */
export const milestonesOfLong = 8

/** One event in so many is a milestone of its subject's. */
const milestoneEvery = 61

export type EventTermKind = (typeof eventTermKinds)[number]

/** One block of ids of a term, in the form that profiles' terms have; see id-set.ts. */
export interface EventTermBlock {
  kind: EventTermKind
  value: string
  block: number
  ids: Uint8Array
}

/** What is to be added to a block of a term. */
export interface EventEntry extends Omit<EventTermBlock, 'ids'> {
  events: EventId[]
}

/** The terms of some events, by block: what is to be added to what is held of each. */
export function termsOfEvents(rows: readonly Row[]): EventEntry[] {
  const found = new Map<string, EventEntry>()
  const enter = (kind: EventTermKind, value: string, id: EventId) => {
    const block = idBlockOf(id)
    const key = `${kind}\n${block}\n${value}`
    const held = found.get(key)
    if (held) held.events.push(id)
    else found.set(key, { kind, value, block, events: [id] })
  }
  for (const { id, type, source, cause_rule: rule } of rows) {
    enter('type', type as string, id as EventId)
    enter('source', source as string, id as EventId)
    if (rule !== null) enter('rule', ruleTerm(rule as string), id as EventId)
  }
  return [...found.values()]
}

/** Whose milestones are among some events, and which is the newest of each. */
export function newestMilestones(rows: readonly Row[]): Map<ProfileId, EventId> {
  const newest = new Map<ProfileId, EventId>()
  for (const { id, subject, received_at: at } of rows) {
    if (subject === null || ((id as number) + (at as number)) % milestoneEvery !== 0) continue
    newest.set(subject as ProfileId, id as EventId)
  }
  return newest
}

/** Events that a history goes on with, by block. */
export function termsOfHistory(subject: ProfileId, events: readonly EventId[]): EventEntry[] {
  const byBlock = Map.groupBy(events, idBlockOf)
  const term = { kind: 'subject', value: String(subject) } as const
  return [...byBlock].map(([block, inBlock]) => ({ ...term, block, events: inBlock }))
}

/** The last event of the last row of a term; 0 where there is none. */
export function lastEntered(rows: readonly [block: number, ids: Uint8Array][]): EventId {
  return (IdSet.ofRows(rows).all().at(-1) ?? 0) as EventId
}

/** Rules are asked for in any version. */
function ruleTerm(rule: string): string {
  const at = rule.indexOf('@')
  return at < 0 ? rule : rule.slice(0, at)
}

/** What a block holds once some events are entered. */
export function enteredInto(held: Uint8Array | undefined, events: readonly EventId[]): Uint8Array {
  return withIds(held, events)
}
