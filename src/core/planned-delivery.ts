import type { DeliveryState } from './delivery.ts'
import type { Change, Source } from './event.ts'
import type { JsonObject } from './json.ts'
import type { EventId, Profile, ProfileId, WorkspaceId } from './profile.ts'
import type { RecordId } from './record.ts'

/** Unique in its workspace, counting up; a cursor of deliveries. Within 2^40. */
export type DeliveryId = number & { readonly deliveryId: unique symbol }

/** One action owed for one event: what a step with an external action planned. */
export interface Delivery {
  id: DeliveryId
  /** With rule and step what it is owed for; nothing plans the same three twice. */
  event: EventId
  /** The rule's name. */
  rule: string
  version: number
  /** The path of the step, as in `StepRecord`. */
  step: string
  /** The action type that renders and executes it. */
  action: string
  /** The destination's name. */
  destination: string
  /** Whom it is about. With workspace and destination its lane; null has no lane. */
  subject: ProfileId | null
  state: DeliveryState
  /** Attempts that have begun. */
  attemptCount: number
  /** When it may be tried, milliseconds UTC; null where it is not `pending`. */
  dueAt: number | null
  /** The last failure, or why it is over; dead letters are grouped by it. */
  reason: DeliveryReason | null
  /** More about the reason, in words; holds no secrets and no stored values. */
  detail: string | null
  plannedAt: number
  /** When it was delivered, dead or cancelled. */
  endedAt: number | null
  seen: SeenForDelivery
  /** What is sent, the same on every try; null until it was rendered, before the first attempt. */
  request: DeliveryRequest | null
}

/**
 * A failure's code (`sendFailures`), `http_` and a status, a template's reason, or why Roster or an
 * operator ended it.
 */
export type DeliveryReason = string

/** What a delivery keeps to be rendered from: the state as the step found it, for ever the same. */
export interface SeenForDelivery {
  event: {
    id: EventId
    type: string
    occurredAt: number
    receivedAt: number
    source: Source['dialect']
    attributes: JsonObject
    changes: Change[]
    /** How far down a chain of rules; left out where it came from outside. */
    depth?: number
  }
  /** Null where the run is about nobody. */
  profile: { id: ProfileId; version: number; attributes: JsonObject; tags: string[] } | null
  /** The whole person, where the action asks for it; one who was removed as they were before. */
  person?: Profile
  /** The record the run was about, with what it held by its names. */
  record?: { kind: string; id: RecordId; values: JsonObject }
}

/** What goes to a destination. Its address and credentials are added at each attempt. */
export interface DeliveryRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  headers: { [name: string]: string }
  body: string | null
}

/** A delivery a worker has claimed, with all it takes to try it. */
export interface ClaimedDelivery extends Delivery {
  workspaceId: WorkspaceId
  workspaceName: string
  /** The workspace's `idKey`; the stable id that receivers see is derived with it. */
  idKey: string
  /** The fencing number of this claim: a result that comes with an older one is refused. */
  lease: number
  /** Attempts begun since it was planned or last redelivered; what the schedule counts. */
  tryCount: number
  /**
   * The step's `with`, of the very version that planned it; templates not yet rendered. Null where
   * the store has no such step: then nothing can be sent.
   */
  settings: JsonObject | null
}

/** One try at a delivery. */
export interface Attempt {
  delivery: DeliveryId
  /** From 1. */
  number: number
  /** The node that made it. */
  worker: string
  beganAt: number
  /** Null while it is under way, or when nobody came back from it. */
  endedAt: number | null
  /** What was really sent, secrets masked, bounded. */
  sent: {
    url: string
    method: string
    headers: { [name: string]: string }
    body: string | null
  } | null
  outcome: AttemptOutcomeRecord | null
}

export type AttemptOutcomeRecord =
  | {
      kind: 'answer'
      status: number
      headers: { [name: string]: string }
      /** The start of the body as text, bounded. */
      body: string
      isCut: boolean
      tookMs: number
      address: string | null
    }
  | { kind: 'failure'; code: string; message: string; tookMs: number; address: string | null }
  /** The lease ran out before anybody heard of it. */
  | { kind: 'lost' }
