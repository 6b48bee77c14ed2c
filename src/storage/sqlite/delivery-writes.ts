import type { DatabaseSync } from 'node:sqlite'
import type { Notice } from '../../core/notice.ts'
import type {
  AttemptResult,
  BeginAttempt,
  Claim,
  ClaimRequest,
  FailedDelivery,
  ReleasePause,
} from '../delivery-store.ts'
import { DeliveryClaims } from './delivery-claims.ts'
import { DeliveryOperations } from './delivery-operations.ts'
import { DeliveryPlanner } from './delivery-planner.ts'
import { DeliveryResults } from './delivery-results.ts'
import { DeliveryTable } from './delivery-table.ts'
import { DestinationTable } from './destination-table.ts'
import { operatorWrites } from './operator-writes.ts'
import { PlanLookup } from './plan-lookup.ts'
import { SubscriptionWriter } from './subscription-writer.ts'
import type { WorkspaceStates } from './workspace-state.ts'

export type DeliveryWrites = ReturnType<typeof deliveryWrites>
export type DeliveryMethod = keyof DeliveryWrites
/** What a method is called with, the time apart. */
export type DeliveryArguments<M extends DeliveryMethod> =
  Parameters<DeliveryWrites[M]> extends [number, ...infer Rest] ? Rest : never
export type DeliveryAnswer<M extends DeliveryMethod> = ReturnType<DeliveryWrites[M]>

/** Everything about deliveries that belongs to one open connection. */
export function deliveryTables(db: DatabaseSync, states: WorkspaceStates) {
  const table = new DeliveryTable(db)
  const destinations = new DestinationTable(db, table)
  const plans = new PlanLookup(db)
  const writes = deliveryWrites({
    db,
    destinations,
    claims: new DeliveryClaims(db, table, destinations, plans),
    results: new DeliveryResults(table, destinations),
    operations: new DeliveryOperations(db, table, states),
  })
  const subscriptions = new SubscriptionWriter(db, destinations, states)
  return { planner: new DeliveryPlanner(db, table), plans, writes, subscriptions }
}

/**
 * What the writing thread can be asked for, each in a transaction of its own. Arguments and answers
 * are plain JSON; the time comes first.
 */
function deliveryWrites(parts: {
  db: DatabaseSync
  destinations: DestinationTable
  claims: DeliveryClaims
  results: DeliveryResults
  operations: DeliveryOperations
}) {
  const { db, destinations, claims, results, operations } = parts
  return {
    ...operatorWrites({ db, destinations, operations }),
    claimDeliveries: (now: number, request: ClaimRequest) => claims.claim(request, now),
    beginAttempts: (now: number, attempts: readonly BeginAttempt[]) => results.begin(attempts, now),
    recordAttempts: (now: number, ended: readonly AttemptResult[]) => results.record(ended, now),
    failDeliveries: (now: number, failures: readonly FailedDelivery[]) =>
      results.fail(failures, now),
    releaseDeliveries: (now: number, held: readonly Claim[], pause: ReleasePause | null) =>
      results.release(held, pause, now),
    extendLeases: (now: number, held: readonly Claim[], leaseMs: number) =>
      results.extend(held, leaseMs, now),
    markTold: (_: number, notice: Notice) => destinations.markTold(notice),
  }
}
