import type { BeginRun } from './command.ts'
import { Fault } from './errors.ts'
import type { Source } from './event.ts'
import type { EventId, ProfileId } from './profile.ts'

/** Why a rule does not run for an event of the log after all. */
export type NotBegun = keyof typeof whyNot

const whyNot = {
  has_run: 'The rule has run for this event.',
  no_event: 'The event is not kept any more.',
  not_taken: 'No rule of this name that is switched on takes events of this type.',
  source: 'The rule does not take events from where this one came.',
  condition: 'The condition of the rule does not hold.',
  subject_removed: 'The person was removed since.',
  depth: 'The chain of rules is as long as it may get.',
  rate_limit: 'The rule has run for this person as often as it may in a minute.',
} as const

/** The refusal of a run that is not begun; it changes nothing. */
export function notBegun(why: NotBegun): Fault {
  const message = whyNot[why]
  return new Fault('conflict', { message, fields: [{ field: why, message }] })
}

/** Why a run was not begun, of what `notBegun` made; null for any other refusal. */
export function reasonNotBegun({ code, fields }: Fault): NotBegun | null {
  const name = fields[0]?.field
  return code === 'conflict' && name !== undefined && name in whyNot ? (name as NotBegun) : null
}

/** The command that begins the run of a rule on an event of the log. */
export function beginRun(
  event: { id: EventId; subject: ProfileId | null },
  rule: string,
  source: Source,
): BeginRun {
  const run = { event: event.id, rule }
  return { kind: 'begin-run', run, subject: event.subject, source, reply: 'outcome' }
}
