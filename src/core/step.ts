import type { Condition } from './condition.ts'
import type { JsonObject } from './json.ts'
import type { QuietHours } from './quiet-hours.ts'

/** One thing a rule does, as it stands in the rules file. */
export type Step = ActionStep | WaitStep | CheckStep | StopStep

export interface ActionStep {
  /** An action type of the registry. */
  action: string
  /** Checked by the action's own schema before it is stored. */
  with: JsonObject
}

/** The run goes on later; it survives restarts and may be cancelled meanwhile. */
export interface WaitStep {
  /** A duration such as `PT10M`, or until when. */
  wait: string | WaitUntil | WaitForHours
}

/** A time that has passed already is no wait. */
export interface WaitUntil {
  until: string | AttributeTime
}

/**
 * The time an attribute holds, or a duration before or after it. Without such a time the run ends,
 * and says so: what was to happen at an appointment does not happen when there is none.
 */
export type AttributeTime = ({ event: string } | { profile: string }) & {
  /** `-P3D` is three days before. */
  plus?: string
}

/** No wait, except in quiet hours: then until their end. */
export interface WaitForHours {
  quiet_hours: Omit<QuietHours, 'zone'> & { zone: string | AttributeZone }
}

/** The zone an attribute names, or the given one where it names none. */
export interface AttributeZone {
  profile: string
  default: string
}

/**
 * The run goes on when the condition holds, on the profile as it is by then. Else it does what
 * `otherwise` says and ends.
 */
export interface CheckStep {
  check: Condition
  otherwise?: Step[]
}

/** The run ends; the last step of its list. */
export interface StopStep {
  stop: true
}

/** The step at a path such as `2.0`, or null where there is none. */
export function stepAt(steps: readonly Step[], path: string): Step | null {
  let list: readonly Step[] | undefined = steps
  let step: Step | undefined
  for (const index of path.split('.')) {
    step = list?.[Number(index)]
    list = step && 'check' in step ? step.otherwise : undefined
  }
  return step ?? null
}

/** The keys that tell the kinds of step apart. */
export const stepKinds = ['action', 'wait', 'check', 'stop'] as const
