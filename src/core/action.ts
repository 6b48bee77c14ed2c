import type { Key, RemoveIntent, WriteIntent } from './command.ts'
import type { DropReason } from './event.ts'
import type { JsonObject } from './json.ts'
import type { Identifier, Profile } from './profile.ts'

/** What an internal action sees: the event and, when there is one, the person it is about. */
export interface StepState {
  event: { type: string; attributes: JsonObject; identifiers: readonly Identifier[] }
  subject: Profile | null
}

/** What a step wants done, or why it does nothing. */
export type StepPlan =
  | WriteIntent
  | RemoveIntent
  /** The rest of the run is about whoever these find; without anybody it ends. */
  | { kind: 'find'; keys: Key[] }
  /** An event of the rule's own, about the run's person. */
  | { kind: 'tell'; type: string; attributes: JsonObject }
  | { kind: 'skip'; name: string; reason: DropReason }

/**
 * The contract of an action that runs inside the transaction of its event. `plan` is pure: the same
 * settings and state give the same plan, because a decision may be run again.
 */
export interface InternalAction {
  type: string
  /**
   * JSON Schema of `with`; checked when rules are applied, so `plan` may rely on it. Plain data: the
   * thread that writes loads actions, and has no use for a schema library.
   */
  settings: JsonObject
  /** True where it can set off a rule again: such rules are counted against a limit a minute. */
  isCounted?: true
  /** Text in the settings has been through the templates by now. */
  plan(settings: JsonObject, state: StepState): StepPlan
}

export type InternalActions = ReadonlyMap<string, InternalAction>

/** Declares an action; a registry line makes it known. */
export function defineAction(action: InternalAction): InternalAction {
  return action
}
