import type { Asking } from './ask.ts'
import type { WorkspaceView } from './dialect.ts'
import type { JsonValue } from './json.ts'
import type { SeenForDelivery } from './planned-delivery.ts'
import type { Profile, WorkspaceId } from './profile.ts'
import type { Workspace } from './workspace.ts'

/** What a payload is made of: the event and the person, as the step found them. */
export interface PayloadInput {
  event: SeenForDelivery['event']
  /** Somebody who was removed is as they were before; null where it is about nobody. */
  person: Profile | null
  /** The record the run was about, as it was then; undefined where it was about none. */
  record: SeenForDelivery['record']
  workspace: Workspace
  /** When the delivery was planned, milliseconds UTC; the same on every try. */
  plannedAt: number
  /** The step's `json`, its templates put through; undefined where it has none. */
  given: JsonValue | undefined
}

/** The body that every try sends, and the headers that go with it. */
export interface RenderedPayload {
  contentType: string
  body: string
}

/**
 * The body of one vendor's webhooks, which a step of the webhook action names. Rendered once,
 * before the first try.
 */
export interface Payload {
  /** What `payload` of a step says; the id of its dialect, where there is one of it. */
  name: string
  /** Pure but for what it is told: see `Asking`. It may ask for records and profiles only. */
  render(input: PayloadInput, view: WorkspaceView): Asking<RenderedPayload>
  /** How the vendor signs webhooks that its API registers; without it they are not signed. */
  signature?: PayloadSignature
}

/** One try, with what a signature may be about. */
export interface CallToSign {
  workspaceId: WorkspaceId
  method: string
  url: string
  contentType: string
  body: string
  /** The time of this try, milliseconds UTC. */
  now: number
  /** Another for each try. */
  nonce: string
}

export interface PayloadSignature {
  /** The kind of the record that has the workspace's RSA key, sealed, and its public half. */
  keyKind: string
  /** The headers that a try has besides; the key is PEM text. */
  headers(call: CallToSign, privateKey: string): { [name: string]: string }
}

/** What a worker asks of whoever has the dialects. */
export interface PayloadAsked {
  workspaceId: WorkspaceId
  name: string
  seen: SeenForDelivery
  plannedAt: number
  given?: JsonValue
}

export type PayloadAnswer =
  | { kind: 'rendered'; rendered: RenderedPayload }
  | { kind: 'fault'; reason: string; detail: string }
