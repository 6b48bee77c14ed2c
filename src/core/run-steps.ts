import { type ConditionInput, firstFailure, reach } from './condition.ts'
import { describeFailure } from './condition-failure.ts'
import { addDuration, parseDuration, parseSignedDuration } from './duration.ts'
import { instantOf } from './instant.ts'
import { isZone, nextAllowedInstant } from './quiet-hours.ts'
import type { RunReason, StepRecord } from './run.ts'
import type { ActionStep, Step, WaitForHours, WaitStep, WaitUntil } from './step.ts'

/** Where a list of steps got to. */
export type Progress =
  | { kind: 'waiting'; cursor: number[]; dueAt: number }
  | { kind: 'ended'; state: 'done' | 'failed'; reason: RunReason; detail?: string }

/** What the steps work on. */
export interface StepHost {
  /** Milliseconds UTC. */
  now: number
  /** What conditions look at, as the steps before have left it. */
  input(): ConditionInput
  /** Carries an action out. An answer of `end` is the end of the run too. */
  act(step: ActionStep, path: string): { record: Omit<StepRecord, 'step'>; end?: Ended }
}

export interface Ended {
  state: 'done' | 'failed'
  reason: RunReason
  detail?: string
}

/**
 * Carries out a rule's steps from `cursor` on, until they end or have to wait. Each step that was
 * reached is told of in `log`. A step is carried out at most once: the cursor only moves on, and
 * out of an `otherwise` there is no way back.
 */
export function runSteps(
  steps: readonly Step[],
  cursor: readonly number[],
  host: StepHost,
  log: StepRecord[],
): Progress {
  const path = [...cursor]
  let list = steps
  for (const index of path.slice(0, -1)) list = otherwiseOf(list[index])
  for (;;) {
    const step = list[path.at(-1) ?? 0]
    // The end of an `otherwise` is the end of the run: its check did not hold.
    if (!step)
      return { kind: 'ended', state: 'done', reason: path.length > 1 ? 'check' : 'completed' }
    const at = path.length === 1 ? String(path[0]) : path.join('.')
    if ('stop' in step) {
      log.push({ step: at, did: 'stopped' })
      return { kind: 'ended', state: 'done', reason: 'stopped' }
    }
    if ('check' in step) {
      const failure = firstFailure(step.check, host.input())
      if (!failure) log.push({ step: at, did: 'passed' })
      else {
        log.push({ step: at, did: 'failed_check', detail: describeFailure(failure) })
        path.push(0)
        list = step.otherwise ?? []
        continue
      }
    } else if ('wait' in step) {
      const due = dueAt(step, host)
      if (due === null) {
        log.push({ step: at, did: 'failed_check', detail: 'There is no time to wait for.' })
        return { kind: 'ended', state: 'done', reason: 'no_time' }
      }
      if (due > host.now) {
        log.push({ step: at, did: 'waited', until: due })
        return { kind: 'waiting', cursor: next(path), dueAt: due }
      }
      log.push({ step: at, did: 'passed' })
    } else {
      const { record, end } = host.act(step, at)
      log.push({ step: at, ...record })
      if (end) return { kind: 'ended', ...end }
    }
    path[path.length - 1] = (path.at(-1) ?? 0) + 1
  }
}

function next(path: readonly number[]): number[] {
  return path.with(-1, (path.at(-1) ?? 0) + 1)
}

function otherwiseOf(step: Step | undefined): readonly Step[] {
  return (step && 'check' in step && step.otherwise) || []
}

/** When a wait is over; in the past or now when there is nothing to wait for, null when never. */
function dueAt({ wait }: WaitStep, host: StepHost): number | null {
  if (typeof wait === 'string') {
    const duration = parseDuration(wait)
    return duration && addDuration(host.now, duration)
  }
  return 'until' in wait ? untilWhen(wait, host) : untilAllowed(wait, host)
}

function untilWhen({ until }: WaitUntil, { input }: StepHost): number | null {
  if (typeof until === 'string') return instantOf(until)
  const { event, profile } = input()
  const value = 'event' in until ? reach(event, until.event) : reach(profile, until.profile)
  const at = instantOf(value)
  if (at === null || until.plus === undefined) return at
  const plus = parseSignedDuration(until.plus)
  return plus && addDuration(at, plus.duration, plus.sign)
}

function untilAllowed({ quiet_hours: hours }: WaitForHours, { now, input }: StepHost): number {
  const { from, to } = hours
  if (typeof hours.zone === 'string') return nextAllowedInstant(now, { from, to, zone: hours.zone })
  const named = reach(input().profile, hours.zone.profile)
  const zone = typeof named === 'string' && isZone(named) ? named : hours.zone.default
  return nextAllowedInstant(now, { from, to, zone })
}
