import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { claimableAt, type DestinationLoad, roomOf, takeTurns } from '../../core/claim-turns.ts'
import { afterClaim, defaultBreaker } from '../../core/delivery-breaker.ts'
import { afterCalls } from '../../core/delivery-rate.ts'
import type { ClaimedDelivery } from '../../core/planned-delivery.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { clockSkewMs, leaseMsMax, longestWaitMs } from '../../core/schedule.ts'
import { deliveryFromRow } from '../delivery-rows.ts'
import type { ClaimedDeliveries, ClaimRequest, Destination } from '../delivery-store.ts'
import * as sql from './delivery-statements.ts'
import { type DeliveryTable, standingFromRow } from './delivery-table.ts'
import type { DestinationTable } from './destination-table.ts'
import type { PlanLookup } from './plan-lookup.ts'

/** A destination that has something pending or claimed. */
interface Waiting {
  workspaceId: WorkspaceId
  destination: Destination
  load: DestinationLoad
}

/** Claims, inside the transaction that is open. */
export class DeliveryClaims {
  readonly #table: DeliveryTable
  readonly #destinations: DestinationTable
  readonly #plans: PlanLookup
  readonly #nextAwake: StatementSync
  readonly #nextAwakeWorkspace: StatementSync
  readonly #leasesOut: StatementSync
  readonly #claimedCount: StatementSync
  readonly #nextPending: StatementSync
  readonly #firstAhead: StatementSync
  readonly #lastAhead: StatementSync
  readonly #tooFarAhead: StatementSync
  readonly #leasesTooLong: StatementSync
  readonly #dueCount: StatementSync
  readonly #due: StatementSync
  /** Whose turn was first in the last claim, so that the next begins behind it. */
  #lastFirst: { workspaceId: number; name: string } = { workspaceId: 0, name: '' }

  constructor(
    db: DatabaseSync,
    table: DeliveryTable,
    destinations: DestinationTable,
    plans: PlanLookup,
  ) {
    this.#table = table
    this.#destinations = destinations
    this.#plans = plans
    this.#nextAwake = db.prepare(sql.selectNextAwake)
    this.#nextAwakeWorkspace = db.prepare(sql.selectNextAwakeWorkspace)
    this.#leasesOut = db.prepare(sql.selectLeasesOut)
    this.#claimedCount = db.prepare(sql.selectClaimedCount)
    this.#nextPending = db.prepare(sql.selectNextPending)
    this.#firstAhead = db.prepare(sql.selectFirstAhead)
    this.#lastAhead = db.prepare(sql.selectLastAhead)
    this.#tooFarAhead = db.prepare(sql.updateTooFarAhead)
    this.#leasesTooLong = db.prepare(sql.updateLeasesTooLong)
    this.#dueCount = db.prepare(sql.selectDueCount)
    this.#due = db.prepare(sql.selectDue)
  }

  claim(request: ClaimRequest, now: number): ClaimedDeliveries {
    const { limit, leaseMs, perDestinationMax } = request
    const waiting = this.#waiting(now)
    for (const { workspaceId, destination } of request.leaveOut ?? []) {
      const left = waiting.find(
        (one) => one.workspaceId === workspaceId && one.destination.name === destination,
      )
      if (left) left.load.concurrency = 0
    }
    const most = Math.min(limit, perDestinationMax ?? limit)
    const wanted = waiting.map(({ workspaceId, destination, load }) => {
      const room = Math.min(roomOf(load, now, defaultBreaker), most)
      return room > 0 ? this.#countDue(workspaceId, destination.name, now, room) : 0
    })
    const given = takeTurns(wanted, limit, this.#start(waiting, wanted))
    const claimed: ClaimedDeliveries = { deliveries: [], destinations: [], nextInMs: null }
    for (const [index, one] of waiting.entries()) {
      const count = given[index] ?? 0
      if (count === 0) continue
      const { workspaceId, destination } = one
      claimed.deliveries.push(...this.#claimOf(one, count, now, now + leaseMs))
      claimed.destinations.push({ workspaceId, destination })
    }
    claimed.nextInMs = nextInMs(waiting, now)
    return claimed
  }

  /** Every destination with something pending or claimed; leases that ran out are given back. */
  #waiting(now: number): Waiting[] {
    const waiting: Waiting[] = []
    let at: { workspaceId: number; name: string } = { workspaceId: 0, name: '' }
    for (;;) {
      const row =
        this.#nextAwake.get(at.workspaceId, at.name) ?? this.#nextAwakeWorkspace.get(at.workspaceId)
      if (!row) return waiting
      at = { workspaceId: row.workspace_id as number, name: row.destination as string }
      const workspaceId = at.workspaceId as WorkspaceId
      const found = this.#destinations.find(workspaceId, at.name)
      // A workspace that is being deleted may have lost its destinations already.
      if (!found) continue
      for (const out of this.#leasesOut.all(workspaceId, at.name, now)) {
        const standing = standingFromRow(out)
        this.#table.release(standing, standing.wakeAt ?? now)
      }
      const { destination, bucket } = found
      const { state, concurrency, rate, breaker } = destination
      this.#pullIn(workspaceId, destination, now)
      const claims = this.#claimedCount.get(workspaceId, at.name)
      waiting.push({
        workspaceId,
        destination,
        load: {
          ...{ state, concurrency, rate, bucket, breaker },
          claimed: claims?.claimed as number,
          leaseEndsAt: claims?.lease_ends_at as number | null,
          dueAt: this.#nextDue(workspaceId, at.name),
        },
      })
    }
  }

  #claimOf(one: Waiting, count: number, now: number, until: number): ClaimedDelivery[] {
    const { workspaceId, destination, load } = one
    const { name } = destination
    const deliveries: ClaimedDelivery[] = []
    for (const row of this.#due.all(workspaceId, name, now, count)) {
      const delivery = { ...deliveryFromRow(row), state: 'claimed' as const, dueAt: null }
      const { id, rule, version, step } = delivery
      const lease = this.#table.claim({ workspaceId, id }, until)
      const settings = this.#plans.settings(workspaceId, rule, version, step)
      const { name: workspaceName, idKey } = this.#plans.workspace(workspaceId)
      const tryCount = row.try_count as number
      const claim = { workspaceId, workspaceName, idKey, lease, tryCount, settings }
      deliveries.push({ ...delivery, ...claim })
    }
    const { rate } = destination
    const begun = deliveries.length
    const breaker = afterClaim(load.breaker, now, defaultBreaker)
    const bucket = rate ? afterCalls(rate, load.bucket, begun, now) : load.bucket
    if (breaker !== load.breaker || bucket !== load.bucket) {
      this.#destinations.saveLoad(workspaceId, name, breaker, bucket)
    }
    load.breaker = breaker
    load.bucket = bucket
    load.claimed += begun
    load.leaseEndsAt = Math.min(load.leaseEndsAt ?? until, until)
    load.dueAt = this.#nextDue(workspaceId, name)
    destination.breaker = breaker
    return deliveries
  }

  /** Times from before the clock was set back: nothing waits for it to get there again. */
  #pullIn(workspaceId: WorkspaceId, { name, retry }: Destination, now: number): void {
    const claims = this.#claimedCount.get(workspaceId, name)
    if ((claims?.last_ends_at as number) > now + leaseMsMax) {
      this.#leasesTooLong.run(workspaceId, name, now + leaseMsMax)
    }
    const ahead = now + clockSkewMs
    const longest = now + longestWaitMs(retry)
    const ends = [this.#firstAhead, this.#lastAhead]
    const isTooFar = ends.some((statement) => {
      const row = statement.get(workspaceId, name, ahead)
      return row && (row.reason === null || (row.wake_at as number) > longest)
    })
    if (isTooFar) this.#tooFarAhead.run(workspaceId, name, now, ahead, longest)
  }

  #nextDue(workspaceId: WorkspaceId, name: string): number | null {
    return (this.#nextPending.get(workspaceId, name)?.wake_at as number | undefined) ?? null
  }

  #countDue(workspaceId: WorkspaceId, name: string, now: number, most: number): number {
    return this.#dueCount.get(workspaceId, name, now, most)?.due as number
  }

  /** The first behind the last claim's first that wants any. */
  #start(waiting: readonly Waiting[], wanted: readonly number[]): number {
    const last = this.#lastFirst
    const isBehind = ({ workspaceId, destination }: Waiting) =>
      workspaceId > last.workspaceId ||
      (workspaceId === last.workspaceId && destination.name > last.name)
    const wants = (index: number) => (wanted[index] ?? 0) > 0
    const behind = waiting.findIndex((one, index) => wants(index) && isBehind(one))
    const start =
      behind >= 0
        ? behind
        : Math.max(
            0,
            wanted.findIndex((count) => count > 0),
          )
    const first = waiting[start]
    if (first && wants(start)) {
      this.#lastFirst = { workspaceId: first.workspaceId, name: first.destination.name }
    }
    return start
  }
}

function nextInMs(waiting: readonly Waiting[], now: number): number | null {
  let next = Number.POSITIVE_INFINITY
  for (const { load } of waiting) {
    next = Math.min(next, claimableAt(load, now, defaultBreaker) ?? next)
  }
  return next === Number.POSITIVE_INFINITY ? null : Math.max(0, next - now)
}
