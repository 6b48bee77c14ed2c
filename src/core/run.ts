import type { Change, DropReason, Event, Source } from './event.ts'
import type { JsonObject } from './json.ts'
import type { DeliveryId } from './planned-delivery.ts'
import type { EventId, Identifier, ProfileId } from './profile.ts'
import type { RecordRef } from './rule-records.ts'

export type RunState = 'waiting' | 'done' | 'failed' | 'cancelled'

/** A rule reacts to an event once, so the two name the run, and nothing can begin it twice. */
export interface RunKey {
  event: EventId
  /** The rule's name. */
  rule: string
}

/**
 * One rule version at work on one event. It is kept when it waited or failed; what a run did that
 * was over at once is in the log, as events whose cause names the rule.
 */
export interface Run extends RunKey {
  version: number
  /** Whom the steps are about: the event's profile, or the one a step found. */
  subject: ProfileId | null
  state: RunState
  /** While it waits, the path of the step to go on with: its place, then those in `otherwise`. */
  cursor: number[]
  /** While it waits, until when; milliseconds UTC. */
  dueAt: number | null
  /** Why it ended, once it has. */
  reason: RunReason | null
  /** More about the reason, in words. */
  detail: string | null
  /** The event that ended it, when one did. */
  endedBy: EventId | null
  beganAt: number
  endedAt: number | null
  seen: SeenEvent
  /** What each step did, in order. */
  log: StepRecord[]
}

export type RunReason =
  /** Every step was carried out. */
  | 'completed'
  /** A step `stop`. */
  | 'stopped'
  /** A `check` did not hold. */
  | 'check'
  /** The attribute to wait for holds no time. */
  | 'no_time'
  /** A step looked for a person and there was none. */
  | 'no_profile'
  /** A step looked for a record and there was none. */
  | 'no_record'
  /** The person was removed while the run waited. */
  | 'subject_removed'
  /** An event that `cancel_when` names. */
  | 'event'
  /** Somebody cancelled it by hand. */
  | 'operator'
  /** A template gave nothing that can be used. */
  | 'template'
  /** Something failed inside Roster. */
  | 'internal'

/** What a run keeps of its event, which may be deleted for its age while the run waits. */
export interface SeenEvent {
  type: string
  occurredAt: number
  receivedAt: number
  source: Source['dialect']
  attributes: JsonObject
  changes: Change[]
  identifiers: Identifier[]
  depth: number
  /** The record that the run is about: the event's, or the one that a step found or made. */
  record?: RecordRef
}

export interface StepRecord {
  /** The path of the step: `2`, or `2.0` for the first of the `otherwise` of the third. */
  step: string
  did: 'acted' | 'planned' | 'dropped' | 'waited' | 'passed' | 'failed_check' | 'stopped' | 'failed'
  /** What it caused. */
  events?: EventId[]
  /** The delivery it planned. */
  delivery?: DeliveryId
  /** Until when it waits. */
  until?: number
  /** What had no effect, and why. */
  name?: string
  reason?: DropReason
  detail?: string
}

/** What is to be written about runs; the order counts. */
export type RunWrite =
  | { kind: 'put'; run: Run }
  /** Ends what waits of one rule version about one person. */
  | { kind: 'cancel'; rule: string; version: number; subject: ProfileId; by: EventId; at: number }

/** How often a rule ran for a person in a minute; `minute` counts from 1970. */
export interface RuleCount {
  rule: string
  subject: ProfileId
  minute: number
  count: number
}

/** The key under which `Known.runs` holds a run, and how people name it: `41:tell-the-shop`. */
export function runId({ event, rule }: RunKey): string {
  return `${event}:${rule}`
}

/** Reads what `runId` writes, or null when it is none. */
export function parseRunId(text: string): RunKey | null {
  const match = /^(\d{1,15}):([a-z0-9]+(?:-[a-z0-9]+)*)$/.exec(text)
  return match ? { event: Number(match[1]) as EventId, rule: match[2] as string } : null
}

/** What a run keeps of an event. */
export function seenEvent(event: Event): SeenEvent {
  const { type, occurredAt, receivedAt, attributes, changes, identifiers, cause } = event
  const source = event.source.dialect
  const depth = cause?.depth ?? 0
  return { type, occurredAt, receivedAt, source, attributes, changes, identifiers, depth }
}

/** The run, ended. What it had planned beyond this is not done any more. */
export function endRun(
  run: Run,
  end: { state: Exclude<RunState, 'waiting'>; reason: RunReason; detail?: string; by?: EventId },
  now: number,
): Run {
  return {
    ...run,
    state: end.state,
    reason: end.reason,
    detail: end.detail ?? null,
    endedBy: end.by ?? null,
    cursor: [],
    dueAt: null,
    endedAt: now,
  }
}

/** Whether a cancellation is about this run. */
export function isCancelledBy(run: Run, write: Extract<RunWrite, { kind: 'cancel' }>): boolean {
  return (
    run.state === 'waiting' &&
    run.rule === write.rule &&
    run.version === write.version &&
    run.subject === write.subject
  )
}
