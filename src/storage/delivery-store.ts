import type { MessagePort } from 'node:worker_threads'
import type { Actor } from '../core/audit.ts'
import type { DeliveryState, Judgement } from '../core/delivery.ts'
import type { Breaker } from '../core/delivery-breaker.ts'
import type { RateBucket } from '../core/delivery-rate.ts'
import type { DestinationDefinition } from '../core/destination.ts'
import type { Death, Notice } from '../core/notice.ts'
import type {
  Attempt,
  AttemptOutcomeRecord,
  ClaimedDelivery,
  Delivery,
  DeliveryId,
  DeliveryRequest,
} from '../core/planned-delivery.ts'
import type { EventId, ProfileId, WorkspaceId } from '../core/profile.ts'

/**
 * Destinations and deliveries. Times are the store's own clock. Deliveries are planned by `apply`,
 * in the transaction of their event; everything after that is here.
 *
 * A **lane** is (workspace, destination, profile): of its unfinished deliveries only the one with
 * the lowest place is `pending` or `claimed`, the rest is `queued`; whatever ends it promotes the
 * next in the same transaction. A delivery without a profile has no lane.
 *
 * Changes by operators, those with `by`, are entered in the audit trail as those of `Store` are.
 */
export interface DeliveryStore {
  /**
   * Puts a rules file's destinations in the place of the workspace's own, in one transaction with
   * nothing else; unchanged ones keep their version. One that is left out is removed: what was
   * unfinished for it is dead with the reason `destination_removed`.
   */
  replaceDestinations(
    workspaceId: WorkspaceId,
    destinations: readonly NewDestination[],
    by?: Actor,
  ): Promise<Destination[]>
  /** Creates or replaces one. */
  putDestination(
    workspaceId: WorkspaceId,
    destination: NewDestination,
    by?: Actor,
  ): Promise<Destination>
  removeDestination(workspaceId: WorkspaceId, name: string, by?: Actor): Promise<boolean>
  listDestinations(workspaceId: WorkspaceId): Promise<Destination[]>
  findDestination(workspaceId: WorkspaceId, name: string): Promise<Destination | null>
  /**
   * Paused, nothing of it is claimed and everything waits; `active` also ends the state `disabled`,
   * and makes a breaker that had opened half open: the next call tries, and its success is told as
   * a recovery. False when there is no such destination.
   */
  setDestinationState(
    workspaceId: WorkspaceId,
    name: string,
    state: 'active' | 'paused',
    by?: Actor,
  ): Promise<boolean>
  /** Sealed secrets put in the place of others; what is left out stays. */
  replaceSecrets(
    workspaceId: WorkspaceId,
    name: string,
    secrets: Partial<SealedSecrets>,
    by?: Actor,
  ): Promise<boolean>

  /**
   * Claims what is due, oldest first within a destination and in turn between destinations, so that
   * no destination waits for another's queue. For each destination, over all nodes: not more under
   * way than its `concurrency`, not more begun than its `rate`, and what its breaker allows; none
   * where it is paused or disabled. Each claim is a lease until `leaseMs` from now with a new
   * fencing number; a claimed delivery whose lease ran out is due again, and its attempt is `lost`.
   */
  claimDeliveries(request: ClaimRequest): Promise<ClaimedDeliveries>
  /**
   * Notes that attempts begin, before anything is sent: counts the attempt, and keeps the rendered
   * request where there was none. False for one whose lease was lost: it must not be sent.
   */
  beginAttempts(attempts: readonly BeginAttempt[]): Promise<boolean[]>
  /**
   * Records how attempts ended, with the delivery's next state and time by `core/delivery.ts`, the
   * lane's next head and the destination's breaker (410 disables the destination), in one
   * transaction. False for one whose lease was lost: nothing of it is recorded.
   */
  recordAttempts(results: readonly AttemptResult[]): Promise<boolean[]>
  /** Ends claimed deliveries that could not even be rendered; no attempt is counted. */
  failDeliveries(failures: readonly FailedDelivery[]): Promise<boolean[]>
  /**
   * Gives claims back unused: due at once, for a worker that stops, or after a pause, with the
   * reason, where something of Roster's own stood in the way.
   */
  releaseDeliveries(claims: readonly Claim[], pause?: ReleasePause | null): Promise<void>
  /** Moves the end of leases to `leaseMs` from now. False for one that was lost. */
  extendLeases(claims: readonly Claim[], leaseMs: number): Promise<boolean[]>
  /**
   * A port to the thread that writes, where there is one, for a worker on a third thread: what it
   * asks by `PortAsked` does not pass this one. It is told there, and not by `onDeliveriesDue`, when
   * more may be claimed. Closes when that thread ends.
   */
  workerPort(): MessagePort | null
  /** Whether there is any destination, in any workspace, or anything left of one that is gone. */
  mayDeliver(): Promise<boolean>
  /** Called when this store committed something that may be claimed. Answers how to stop it. */
  onDeliveriesDue(listener: () => void): () => void
  /**
   * What the event log was not told yet, to be told by whoever asks and then marked. One that is
   * told twice does no harm.
   */
  untoldNotices(limit: number): Promise<Notice[]>
  markTold(notice: Notice): Promise<void>

  findDelivery(workspaceId: WorkspaceId, id: DeliveryId): Promise<Delivery | null>
  /** Newest first unless the filter says otherwise. */
  listDeliveries(workspaceId: WorkspaceId, filter: DeliveryFilter): Promise<Delivery[]>
  /** In order of their number; deleted with their delivery. */
  listAttempts(workspaceId: WorkspaceId, id: DeliveryId): Promise<Attempt[]>
  /** What is not over and what is dead, by destination and state; counted without being read. */
  tallyBacklog(id: WorkspaceId, destination?: string): Promise<Omit<DeliveryCount, 'reason'>[]>
  /** How many there are by destination, state and reason. */
  countDeliveries(workspaceId: WorkspaceId, filter: DeliverySelection): Promise<DeliveryCount[]>
  /**
   * Ends what is unfinished and matches, a claimed one too, whose result is then refused. At most
   * `limit`; answers how many.
   */
  cancelDeliveries(
    workspaceId: WorkspaceId,
    selection: DeliverySelection,
    limit: number,
    by?: Actor,
  ): Promise<number>
  /**
   * Puts what is over and matches at the tail of its lane again: the same id, the same bytes,
   * attempts counted on, and as many tries as a new one. At most `limit`; answers how many, and why
   * others that match stay as they are.
   */
  redeliverDeliveries(
    workspaceId: WorkspaceId,
    selection: DeliverySelection,
    limit: number,
    by?: Actor,
  ): Promise<Redelivered>
  /**
   * Redelivers one that is over with another request: the next attempts send that one. False where
   * it is not over, or its destination is gone.
   */
  resendDelivery(
    workspaceId: WorkspaceId,
    id: DeliveryId,
    request: DeliveryRequest,
    by?: Actor,
  ): Promise<boolean>
  /**
   * What an operator watches: over all workspaces, by destination. Deliveries of a destination and
   * state are counted up to `countedMax`: where that many are told there may be more.
   */
  deliveryHealth(): Promise<DeliveryHealth>
}

export interface SealedSecrets {
  /** Signs; null for a destination that is not signed. */
  signing: string | null
  /** The one before it, which signs too until then. */
  previous: { sealed: string; until: number } | null
  /** The value of the header that proves who calls. */
  auth: string | null
}

/** `definition` names where secrets came from and never holds one. */
export interface NewDestination {
  definition: DestinationDefinition
  secrets: SealedSecrets
}

export interface Destination extends DestinationDefinition {
  version: number
  state: 'active' | 'paused' | 'disabled'
  /** Why it is disabled, or `restored` where a restore has paused it. */
  stateReason: string | null
  secrets: SealedSecrets
  breaker: Breaker
  /** Failures since the last delivery, where its vendor counts them. */
  failedInRow: number
  /** What is left of its rate; null where it has none, or was never called. */
  bucket: RateBucket | null
  createdAt: number
  updatedAt: number
}

export interface ClaimRequest {
  worker: string
  limit: number
  leaseMs: number
  /** Most of one destination in one claim. */
  perDestinationMax?: number
  /** Of these destinations nothing is claimed: the worker has enough of them. */
  leaveOut?: readonly { workspaceId: WorkspaceId; destination: string }[]
}

export interface ClaimedDeliveries {
  deliveries: ClaimedDelivery[]
  /** Every destination that a claimed delivery names. */
  destinations: { workspaceId: WorkspaceId; destination: Destination }[]
  /** How long until something may be claimed, as far as is known; null when nothing waits. */
  nextInMs: number | null
}

export interface Claim {
  workspaceId: WorkspaceId
  id: DeliveryId
  lease: number
}

export interface BeginAttempt extends Claim {
  worker: string
  /** Left out where the delivery has one already. */
  request?: DeliveryRequest
  sent: Attempt['sent']
}

export interface AttemptResult extends Claim {
  outcome: AttemptOutcomeRecord
  judgement: Judgement
  /** From 0 up to 1, for the jitter. */
  random: number
  /** Kept as a notice where the delivery is dead by this. */
  death?: Death
}

export interface ReleasePause {
  ms: number
  reason: string
  detail: string
}

export interface FailedDelivery extends Claim {
  reason: string
  detail: string
  death?: Death
}

/** What deliveries are chosen by; everything given must hold. */
export interface DeliverySelection {
  ids?: readonly DeliveryId[]
  states?: readonly DeliveryState[]
  destination?: string
  rule?: string
  event?: EventId
  subject?: ProfileId
  reason?: string
  /** Milliseconds UTC of planning: from, inclusive, and until, exclusive. */
  plannedFrom?: number
  plannedUntil?: number
}

export interface DeliveryFilter extends DeliverySelection {
  /** Only ids below it, or above it when oldest come first. */
  cursor?: DeliveryId
  oldestFirst?: boolean
  limit: number
}

export interface Redelivered {
  count: number
  /**
   * Destinations that are gone and that others were for, by name: to a place that is gone nothing
   * can be sent again. Looked for once fewer than the limit were found.
   */
  gone: string[]
}

export interface DeliveryCount {
  destination: string
  state: DeliveryState
  reason: string | null
  count: number
  oldestPlannedAt: number
}

export interface DeliveryHealth {
  /** When what is due longest and unclaimed became due; of paused and disabled ones nothing. */
  oldestDueAt: number | null
  /** Due for more than a minute and not claimed, where nothing holds them back on purpose. */
  overdue: number
  destinations: {
    workspaceId: WorkspaceId
    workspace: string
    destination: string
    state: Destination['state']
    breaker: Breaker
    pending: number
    queued: number
    claimed: number
    dead: number
    oldestDueAt: number | null
    /** How long what is due may wait for its try; null where nobody said. */
    beginWithinMs: number | null
  }[]
}
