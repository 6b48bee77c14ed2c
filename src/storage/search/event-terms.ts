import type { EventId } from '../../core/profile.ts'
import type { Row } from '../rows.ts'
import { idBlockOf, withIds } from './id-set.ts'

/**
 * What events are found by, but for whom they are about. They are entered in the background, as
 * events are counted; what came since is read from the log.
 */
export const eventTermKinds = ['type', 'source', 'rule'] as const

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

/** Rules are asked for in any version. */
function ruleTerm(rule: string): string {
  const at = rule.indexOf('@')
  return at < 0 ? rule : rule.slice(0, at)
}

/** What a block holds once some events are entered. */
export function enteredInto(held: Uint8Array | undefined, events: readonly EventId[]): Uint8Array {
  return withIds(held, events)
}
