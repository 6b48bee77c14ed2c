import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Delivery, DeliveryId } from '../../core/planned-delivery.ts'
import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import { deliveryValues } from '../delivery-rows.ts'
import type { Row } from '../rows.ts'
import * as sql from './delivery-statements.ts'

/** Where a delivery stands, as is looked at before it is changed. */
export interface Standing {
  workspaceId: WorkspaceId
  id: DeliveryId
  destination: string
  subject: ProfileId | null
  state: Delivery['state']
  attemptCount: number
  /** Attempts from before it was redelivered last. */
  triesFrom: number
  lease: number
  /** When it is due, or its lease ends. */
  wakeAt: number | null
}

/** How a delivery ends. */
export interface Ending {
  state: 'delivered' | 'dead' | 'cancelled'
  reason: string | null
  detail: string | null
}

/** Why a delivery is not over yet. */
export interface Why {
  reason: string
  detail: string | null
}

const lost = '{"kind":"lost"}'

/**
 * The rows of deliveries and attempts, changed inside the transaction that is open. Whatever ends a
 * delivery here makes the next of its lane pending.
 */
export class DeliveryTable {
  readonly #select: StatementSync
  readonly #laneHead: StatementSync
  readonly #insert: StatementSync
  readonly #pending: StatementSync
  readonly #retry: StatementSync
  readonly #claimed: StatementSync
  readonly #leaseEnd: StatementSync
  readonly #ended: StatementSync
  readonly #redelivered: StatementSync
  readonly #request: StatementSync
  readonly #begun: StatementSync
  readonly #begunWithRequest: StatementSync
  readonly #insertAttempt: StatementSync
  readonly #updateAttempt: StatementSync

  constructor(db: DatabaseSync) {
    this.#select = db.prepare(sql.selectStanding)
    this.#laneHead = db.prepare(sql.selectLaneHead)
    this.#insert = db.prepare(sql.insertDelivery)
    this.#pending = db.prepare(sql.updatePending)
    this.#retry = db.prepare(sql.updateRetry)
    this.#claimed = db.prepare(sql.updateClaimed)
    this.#leaseEnd = db.prepare(sql.updateLeaseEnd)
    this.#ended = db.prepare(sql.updateEnded)
    this.#redelivered = db.prepare(sql.updateRedelivered)
    this.#request = db.prepare(sql.updateRequest)
    this.#begun = db.prepare(sql.updateBegun)
    this.#begunWithRequest = db.prepare(sql.updateBegunWithRequest)
    this.#insertAttempt = db.prepare(sql.insertAttempt)
    this.#updateAttempt = db.prepare(sql.updateAttempt)
  }

  find(workspaceId: WorkspaceId, id: DeliveryId): Standing | null {
    const row = this.#select.get(workspaceId, id)
    return row ? standingFromRow(row) : null
  }

  /** As it is, or queued where its lane has others. A new one takes its id for its place. */
  insert(workspaceId: WorkspaceId, delivery: Delivery): Delivery['state'] {
    const { id, destination, subject } = delivery
    const isOver = delivery.endedAt !== null
    const queued = !isOver && this.#hasLane(workspaceId, subject, destination)
    const place = isOver || subject === null ? null : id
    const written: Delivery = queued ? { ...delivery, state: 'queued', dueAt: null } : delivery
    this.#insert.run(workspaceId, ...deliveryValues(written), place)
    return written.state
  }

  claim({ workspaceId, id }: Pick<Standing, 'workspaceId' | 'id'>, until: number): number {
    return this.#claimed.get(workspaceId, id, until)?.lease as number
  }

  extendLease({ workspaceId, id }: Standing, until: number): void {
    this.#leaseEnd.run(workspaceId, id, until)
  }

  /** From claimed to due then; an attempt that is under way is lost. */
  release(standing: Standing, dueAt: number, why: Why | null = null): void {
    this.#loseAttempt(standing)
    if (why) this.retry(standing, dueAt, why, true)
    else this.#pending.run(standing.workspaceId, standing.id, dueAt)
  }

  /** From claimed to due then; an attempt that is no try is not counted against its tries. */
  retry({ workspaceId, id }: Standing, dueAt: number, why: Why, isTry: boolean): void {
    this.#retry.run(workspaceId, id, dueAt, why.reason, why.detail, isTry ? 0 : 1)
  }

  end(standing: Standing, { state, reason, detail }: Ending, now: number): void {
    const { workspaceId, id } = standing
    if (standing.state === 'claimed') this.#loseAttempt(standing)
    this.#ended.run(workspaceId, id, state, reason, detail, now)
    if (standing.state !== 'queued') this.#promote(standing, now)
  }

  /** Puts one that is over at the tail of its lane. */
  redeliver({ workspaceId, id, subject, destination }: Standing, place: number, now: number): void {
    const queued = this.#hasLane(workspaceId, subject, destination)
    const lanePlace = subject === null ? null : place
    const state = queued ? 'queued' : 'pending'
    this.#redelivered.run(workspaceId, id, state, lanePlace, queued ? null : now)
  }

  replaceRequest({ workspaceId, id }: Standing, request: string): void {
    this.#request.run(workspaceId, id, request)
  }

  beginAttempt(
    { workspaceId, id }: Standing,
    { worker, sent, request }: { worker: string; sent: string | null; request: string | null },
    now: number,
  ): void {
    const row =
      request === null
        ? this.#begun.get(workspaceId, id)
        : this.#begunWithRequest.get(workspaceId, id, request)
    this.#insertAttempt.run(workspaceId, id, row?.attempt_count as number, worker, now, sent)
  }

  /** False where no attempt is under way. */
  endAttempt({ workspaceId, id, attemptCount }: Standing, outcome: string, now: number): boolean {
    return this.#updateAttempt.run(workspaceId, id, attemptCount, now, outcome).changes === 1
  }

  #loseAttempt({ workspaceId, id, attemptCount }: Standing): void {
    if (attemptCount > 0) this.#updateAttempt.run(workspaceId, id, attemptCount, null, lost)
  }

  #hasLane(workspaceId: WorkspaceId, subject: ProfileId | null, destination: string): boolean {
    return subject !== null && this.#laneHead.get(workspaceId, subject, destination) !== undefined
  }

  #promote({ workspaceId, subject, destination }: Standing, now: number): void {
    if (subject === null) return
    const head = this.#laneHead.get(workspaceId, subject, destination)
    if (head?.state === 'queued') this.#pending.run(workspaceId, head.id as number, now)
  }
}

export function standingFromRow(row: Row): Standing {
  return {
    workspaceId: row.workspace_id as WorkspaceId,
    id: row.id as DeliveryId,
    destination: row.destination as string,
    subject: row.subject as ProfileId | null,
    state: row.state as Delivery['state'],
    attemptCount: row.attempt_count as number,
    triesFrom: row.tries_from as number,
    lease: row.lease as number,
    wakeAt: row.wake_at as number | null,
  }
}
