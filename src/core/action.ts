import type { Key, RemoveIntent, WriteIntent } from './command.ts'
import type { DropReason } from './event.ts'
import { isObject, type JsonObject, type JsonValue } from './json.ts'
import type { DeliveryRequest, SeenForDelivery } from './planned-delivery.ts'
import type { Identifier, Profile } from './profile.ts'
import type { TemplateReason, Templates } from './template.ts'

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
  | RecordStep
  | { kind: 'skip'; name: string; reason: DropReason }

/** Something to do with records: of the run's person, where it does not say otherwise. */
export interface RecordStep {
  kind: 'record'
  op: 'find' | 'create' | 'change' | 'remove'
  /** Its name; left out, the record is meant that the run is about. */
  collection?: string
  /** Whether it is looked for among those of everybody, and its person becomes the run's. */
  everybody?: true
  /** Values that a record must have; without any all of the collection are meant. */
  match?: JsonObject
  /** Values it is to have. */
  set?: JsonObject
  /** What happens where there is none: the run ends, it goes on without one, or one is made. */
  missing?: 'end' | 'pass' | 'create'
}

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

/** What an external action is rendered from. */
export interface RenderInput {
  /** As they stand in the rule; templates are the action's own business. */
  settings: JsonObject
  seen: SeenForDelivery
  workspace: { name: string }
  /** When it was planned, milliseconds UTC: what `now` is in a template, on every try. */
  plannedAt: number
  templates: Templates
}

/** The request that every try sends; without one the delivery is dead at once, and says why. */
export type RenderedAction =
  | { kind: 'request'; request: DeliveryRequest }
  /** The body is a dialect's payload, which whoever has the dialects makes. */
  | { kind: 'payload'; name: string; given?: JsonValue; request: Omit<DeliveryRequest, 'body'> }
  | { kind: 'fault'; reason: TemplateReason | 'too_large'; detail: string }

/**
 * The contract of an action that reaches outside. A step with it plans a delivery to the
 * destination that its settings name; a worker renders it once and sends it until it arrives.
 */
export interface ExternalAction {
  type: string
  /** JSON Schema of `with`; it has a property `destination`, which is never a template. */
  settings: JsonObject
  /** The type a destination must have to be named. */
  destinationType: string
  /** Whether rendering takes the whole person, and not only their attributes and tags. */
  keepsPerson?(settings: JsonObject): boolean
  /** Pure: the same input gives the same bytes. Never throws for what a rule or a person holds. */
  render(input: RenderInput): RenderedAction
}

export type Action = InternalAction | ExternalAction
export type Actions = ReadonlyMap<string, Action>

/** Declares an action that runs inside the transaction; a registry line makes it known. */
export function defineAction(action: InternalAction): InternalAction {
  return action
}

/** Declares an action that reaches outside; a registry line makes it known. */
export function defineExternalAction(action: ExternalAction): ExternalAction {
  return action
}

export function isExternal(action: Action): action is ExternalAction {
  return 'render' in action
}

/** The actions, of which those that take a payload take one of these names only. */
export function withPayloads(actions: Actions, names: readonly string[]): Actions {
  return new Map(
    [...actions].map(([type, action]) => {
      const { properties } = action.settings
      if (!isObject(properties) || !Object.hasOwn(properties, 'payload')) return [type, action]
      const named = { ...properties, payload: { enum: [...names] } }
      return [type, { ...action, settings: { ...action.settings, properties: named } }]
    }),
  )
}
