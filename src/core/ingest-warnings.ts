import type { Dropped, DropReason } from './event.ts'
import type { JsonValue } from './json.ts'
import type { EventId } from './profile.ts'

/** What is amiss with what comes in, though it was taken. */
export type WarningKind =
  /** An event of a caller's own with neither a time nor an idempotency key. */
  | 'no_time_or_key'
  /** It says a time that had not come yet. */
  | 'time_ahead'
  /** It says a time that was long ago. */
  | 'time_long_ago'
  /** A value of it was not stored, for a reason that `dropped` gives. */
  | `dropped_${DropReason}`

/** One kind of warning about one source; counted since the first of its kind. */
export interface IngestWarning {
  kind: WarningKind
  source: string
  token: number | null
  count: number
  /** Milliseconds UTC of receipt. */
  firstAt: number
  lastAt: number
  /** The latest event that it is about. */
  event: EventId
}

/** How far a time may lie ahead, and how long ago, before it is told of; milliseconds. */
export const aheadMs = 60_000
export const longAgoMs = 30 * 86_400_000

/** Days that a warning is shown for after the last event that it is about. */
export const warnedDays = 7

/** What is looked at of an event that may be warned about. */
export interface Suspect {
  id: number
  source: string
  token_id: number | null
  occurred_at: number
  received_at: number
  /** JSON. */
  dropped: string
}

/** The warnings about some events, in the order of the log. */
export function warningsOf(suspects: readonly Suspect[]): IngestWarning[] {
  const found = new Map<string, IngestWarning>()
  for (const suspect of suspects) {
    for (const kind of kindsOf(suspect)) {
      const { id, source, token_id: token, received_at: at } = suspect
      const key = `${kind} ${token} ${source}`
      const earlier = found.get(key) ?? { kind, source, token, count: 0, firstAt: at }
      const count = earlier.count + 1
      found.set(key, { ...earlier, count, lastAt: at, event: id as EventId })
    }
  }
  return [...found.values()]
}

function kindsOf({
  occurred_at: occurred,
  received_at: received,
  dropped,
}: Suspect): WarningKind[] {
  const drops = dropped === '[]' ? [] : (JSON.parse(dropped) as JsonValue as unknown as Dropped[])
  // What a rule could not do is no fault of the caller's.
  const own = drops.filter(({ rule }) => rule === undefined)
  const reasons = new Set(own.map(({ reason }): WarningKind => `dropped_${reason}`))
  return [
    ...reasons,
    ...(occurred > received + aheadMs ? (['time_ahead'] as const) : []),
    ...(occurred < received - longAgoMs ? (['time_long_ago'] as const) : []),
  ]
}

const said: { [kind in WarningKind]?: string } = {
  no_time_or_key:
    'Events come with neither a time nor a key: one that is sent again counts twice, and one that is late counts as new. Send occurred_at where the call takes it, and an Idempotency-Key.',
  time_ahead:
    'Events say times that have not come yet: the clock of the caller is ahead. They are kept at 5 minutes ahead at most.',
  time_long_ago:
    'Events say times of more than 30 days ago. What is older than stored has no effect.',
  dropped_unknown_attribute:
    'Attributes are not stored, since the vendor does not know them: see the setting unknownKeys.',
  dropped_older_than_stored: 'Values are not stored, since newer ones are there.',
  dropped_unfit_value: 'Values are not stored, since they do not fit their attribute.',
  dropped_already_set: 'Values that are set once are not stored, since there are some already.',
}

/** A warning in a sentence. */
export function warningSentence(kind: WarningKind): string {
  const reason = kind.replace(/^dropped_/, '')
  return said[kind] ?? `Values or steps have no effect: ${reason}. See "dropped" of the event.`
}
