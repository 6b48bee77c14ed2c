import type pg from 'pg'
import type { Actor } from '../../core/audit.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { DeliveryStore } from '../delivery-store.ts'
import type { Row } from '../rows.ts'
import type { Admin } from './admin.ts'
import { DeliveryClaimer } from './claim-deliveries.ts'
import type { DatabaseClock } from './database-clock.ts'
import * as attempts from './delivery-attempts.ts'
import { DeliveryMover } from './delivery-mover.ts'
import { DeliveryReader } from './delivery-reader.ts'
import { deliveryTransactions } from './delivery-transactions.ts'
import { Destinations } from './destinations.ts'
import type { DueSignal } from './due-signal.ts'
import { RuleVersions } from './rule-versions.ts'
import type { Statement, Transaction } from './transaction.ts'

export interface DeliveriesOptions {
  pool: pg.Pool
  admin: Admin
  ask(statement: Statement | string, values?: unknown[]): Promise<Row[]>
  clock(): number
  databaseClock: DatabaseClock
  signal: DueSignal
  /** Whose changes they are, where a call does not say. */
  actor: Actor
}

type Operations = Pick<
  DeliveryStore,
  | 'claimDeliveries'
  | 'beginAttempts'
  | 'recordAttempts'
  | 'failDeliveries'
  | 'releaseDeliveries'
  | 'extendLeases'
  | 'workerPort'
  | 'onDeliveriesDue'
>

/** Destinations and deliveries, for any number of nodes. */
export function deliveryStore(options: DeliveriesOptions): DeliveryStore {
  const { pool, ask, clock, admin, actor } = options
  const { write, heard } = deliveryTransactions(pool, clock, options.signal)
  const reader = new DeliveryReader(ask)
  const mover = new DeliveryMover(write, clock)
  const endAll = (id: WorkspaceId, name: string) => mover.endAll(id, name)
  const destinations = new Destinations({ admin, ask, clock, endAll })
  return {
    ...queue(options, endAll),
    replaceDestinations: (id, all, by) => heard(destinations.replaceAll(id, all, by)),
    putDestination: (id, destination, by) => heard(destinations.put(id, destination, by)),
    removeDestination: (id, name, by) => destinations.remove(id, name, by),
    listDestinations: (id) => destinations.list(id),
    findDestination: (id, name) => destinations.find(id, name),
    setDestinationState: (id, name, to, by) => heard(destinations.setState(id, name, to, by)),
    replaceSecrets: (id, name, to, by) => destinations.replaceSecrets(id, name, to, by),
    untoldNotices: (limit) => destinations.notices(limit),
    markTold: (notice) => destinations.markTold(notice),
    findDelivery: (id, delivery) => reader.find(id, delivery),
    listDeliveries: (id, filter) => reader.list(id, filter),
    listAttempts: (id, delivery) => reader.attempts(id, delivery),
    tallyBacklog: (id, destination) => reader.tally(id, destination),
    countDeliveries: (id, selection) => reader.count(id, selection),
    mayDeliver: () => reader.mayDeliver(),
    deliveryHealth: () => reader.health(clock()),
    cancelDeliveries: (id, selection, limit, by = actor) =>
      heard(mover.cancel(id, selection, limit, by)),
    redeliverDeliveries: (id, selection, limit, by = actor) =>
      heard(mover.redeliver(id, selection, limit, by)),
    resendDelivery: (id, delivery, request, by = actor) =>
      heard(mover.resend(id, delivery, request, by)),
  }
}

/** What workers do. */
function queue(
  { pool, ask, clock, databaseClock, signal }: DeliveriesOptions,
  endAll: (id: WorkspaceId, name: string) => Promise<void>,
): Operations {
  const { write, heard } = deliveryTransactions(pool, clock, signal)
  const setClock = (time: number, askedAt: number) => databaseClock.set(time, askedAt)
  const versions = new RuleVersions()
  const claimer = new DeliveryClaimer({ transact: write, ask, versions, setClock, clock })
  const fail: DeliveryStore['failDeliveries'] = async (failures) => {
    if (failures.length === 0) return []
    return heard(write((transaction) => attempts.failDeliveries(transaction, failures, clock())))
  }
  return {
    claimDeliveries: async (request) => {
      const { orphans, ...claimed } = await claimer.claim(request)
      for (const [workspaceId, name] of orphans) await endAll(workspaceId, name)
      return claimed
    },
    beginAttempts: async (begun) => {
      if (begun.length === 0) return []
      return write((transaction) => attempts.beginAttempts(transaction, begun, clock()))
    },
    recordAttempts: async (results) => {
      if (results.length === 0) return []
      return heard(write((transaction) => attempts.recordAttempts(transaction, results, clock())))
    },
    failDeliveries: fail,
    releaseDeliveries: async (claims, pause = null) => {
      if (claims.length === 0) return
      const release = (transaction: Transaction) =>
        attempts.releaseDeliveries(transaction, claims, pause, clock())
      await heard(write(release))
    },
    extendLeases: async (claims, leaseMs) => {
      if (claims.length === 0) return []
      const until = clock() + leaseMs
      return write((transaction) => attempts.extendLeases(transaction, claims, until))
    },
    workerPort: () => null,
    onDeliveriesDue: (listener) => signal.listen(listener, () => claimer.isReady()),
  }
}
