import type { DeliveryId } from './planned-delivery.ts'
import type { EventId, ProfileId, WorkspaceId } from './profile.ts'

/** A delivery that was given up on, as the event about it tells. */
export interface Death {
  rule: string
  version: number
  subject: ProfileId | null
  event: EventId
  eventType: string
  /** How far down its chain the event stands that it was for. */
  depth: number
}

/**
 * What happened to a destination, or to a delivery for it, and has to be told in the event log. It
 * is kept in the transaction that it comes from, so that a server that is killed leaves none out.
 */
export interface Notice {
  workspaceId: WorkspaceId
  destination: string
  kind: 'opened' | 'recovered' | 'disabled' | 'dead'
  reason: string | null
  at: number
  /** The one that died, or whose try opened, disabled or recovered the destination. */
  delivery: DeliveryId
  /** Of the kind `dead` alone. */
  death: Death | null
}
