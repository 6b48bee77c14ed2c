import type pg from 'pg'
import { Fault } from '../../core/errors.ts'
import type { DeliveryId } from '../../core/planned-delivery.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Claim, DeliverySelection, DeliveryStore } from '../delivery-store.ts'
import type { Row } from '../rows.ts'
import type { Admin } from './admin.ts'
import { DeliveryClaimer } from './claim-deliveries.ts'
import type { DatabaseClock } from './database-clock.ts'
import * as attempts from './delivery-attempts.ts'
import { DeliveryReader } from './delivery-reader.ts'
import { Destinations } from './destinations.ts'
import type { DueSignal } from './due-signal.ts'
import { isCollision, isPartitionMissing, storageFault } from './faults.ts'
import { endSome, moveBatch, reopenSome } from './move-deliveries.ts'
import { ensurePartitions } from './partitions.ts'
import { RuleVersions } from './rule-versions.ts'
import { type Statement, type Transaction, transact } from './transaction.ts'

/** How long a transaction of a worker's may take, in milliseconds. */
const answerMs = 4_800
/** How often one is tried again after it met others in a way that undid it. */
const collisionsMax = 10

export interface DeliveriesOptions {
  pool: pg.Pool
  admin: Admin
  ask(statement: Statement | string, values?: unknown[]): Promise<Row[]>
  clock(): number
  databaseClock: DatabaseClock
  signal: DueSignal
}

/** Destinations and deliveries, for any number of nodes. */
export function deliveryStore(options: DeliveriesOptions): DeliveryStore {
  const { ask, clock, signal } = options
  const reader = new DeliveryReader(ask)
  const write = writerOf(options)
  /** The same, and whoever claims hears of it. */
  const writeDue = async <T>(work: (transaction: Transaction) => Promise<T>): Promise<T> => {
    const result = await write(work)
    signal.due()
    return result
  }
  const endAll = async (workspaceId: WorkspaceId, name: string) => {
    const end = { state: 'dead', reason: 'destination_removed', at: clock() } as const
    const selection = { destination: name }
    const some = () =>
      write((transaction) => endSome(transaction, workspaceId, selection, end, moveBatch))
    while ((await some()) > 0);
  }
  const destinations = new Destinations({ admin: options.admin, ask, clock, endAll })
  const claimer = new DeliveryClaimer({
    transact: write,
    ask,
    versions: new RuleVersions(),
    setClock: (time, askedAt) => options.databaseClock.set(time, askedAt),
    clock,
  })
  const heard = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work
    signal.due()
    return result
  }
  const recordFailures: DeliveryStore['failDeliveries'] = (failures) =>
    writeDue((transaction) => attempts.failDeliveries(transaction, failures, clock()))
  const reopen = (workspaceId: WorkspaceId, selection: DeliverySelection) =>
    moveAll((limit, after) => {
      const more = { ...selection, after }
      return writeDue((transaction) => reopenSome(transaction, workspaceId, more, clock(), limit))
    })
  return {
    replaceDestinations: (id, all) => heard(destinations.replaceAll(id, all)),
    putDestination: (id, destination) => heard(destinations.put(id, destination)),
    removeDestination: (id, name) => destinations.remove(id, name),
    listDestinations: (id) => destinations.list(id),
    findDestination: (id, name) => destinations.find(id, name),
    setDestinationState: (id, name, state) => heard(destinations.setState(id, name, state)),
    replaceSecrets: (id, name, secrets) => destinations.replaceSecrets(id, name, secrets),
    claimDeliveries: async (request) => {
      const { orphans, broken, ...claimed } = await claimer.claim(request)
      for (const [workspaceId, name] of orphans) await endAll(workspaceId, name)
      if (broken.length > 0) await recordFailures(broken.map(withoutStep))
      return claimed
    },
    beginAttempts: (begun) =>
      begun.length === 0
        ? Promise.resolve([])
        : write((transaction) => attempts.beginAttempts(transaction, begun, clock())),
    recordAttempts: (results) =>
      results.length === 0
        ? Promise.resolve([])
        : writeDue((transaction) => attempts.recordAttempts(transaction, results, clock())),
    failDeliveries: recordFailures,
    releaseDeliveries: (claims) =>
      writeDue((transaction) => attempts.releaseDeliveries(transaction, claims, clock())),
    extendLeases: (claims, leaseMs) =>
      write((transaction) => attempts.extendLeases(transaction, claims, clock() + leaseMs)),
    onDeliveriesDue: (listener) => signal.listen(listener),
    untoldNotices: (limit) => destinations.notices(limit),
    markTold: (notice) => destinations.markTold(notice),
    findDelivery: (id, delivery) => reader.find(id, delivery),
    listDeliveries: (id, filter) => reader.list(id, filter),
    listAttempts: (id, delivery) => reader.attempts(id, delivery),
    countDeliveries: (id, selection) => reader.count(id, selection),
    cancelDeliveries: (id, selection, limit) =>
      moveAll(async (most) => {
        const end = { state: 'cancelled', reason: 'cancelled', at: clock() } as const
        const cancel = (transaction: Transaction) => endSome(transaction, id, selection, end, most)
        return { count: await writeDue(cancel), last: null }
      })(limit),
    redeliverDeliveries: (id, selection, limit) => reopen(id, selection)(limit),
    resendDelivery: async (id, delivery, request) => {
      const resend = (transaction: Transaction) =>
        reopenSome(transaction, id, { ids: [delivery] }, clock(), 1, request)
      return (await writeDue(resend)).count === 1
    },
    deliveryHealth: () => reader.health(clock()),
  }
}

/** Runs work in a transaction, again where it met others or found no partition. */
function writerOf({ pool, clock }: DeliveriesOptions) {
  return async <T>(work: (transaction: Transaction) => Promise<T>): Promise<T> => {
    const deadline = performance.now() + answerMs
    for (let collisions = 0; ; ) {
      try {
        return await transact(pool, deadline, work)
      } catch (error) {
        if (isPartitionMissing(error)) await addPartition(pool, clock())
        else if (!isCollision(error) || ++collisions > collisionsMax) throw storageFault(error)
        if (performance.now() >= deadline) throw new Fault('unavailable', { retryAfterSeconds: 1 })
      }
    }
  }
}

/** Moves batch after batch until nothing more is found, or as many as were asked for. */
function moveAll(
  move: (
    limit: number,
    after: DeliveryId | null,
  ) => Promise<{
    count: number
    last: DeliveryId | null
  }>,
) {
  return async (limit: number): Promise<number> => {
    let after: DeliveryId | null = null
    for (let count = 0; ; ) {
      if (count >= limit) return count
      const moved = await move(Math.min(limit - count, moveBatch), after)
      count += moved.count
      if (moved.count === 0) return count
      after = moved.last
    }
  }
}

async function addPartition(pool: pg.Pool, time: number): Promise<void> {
  const client = await pool.connect()
  try {
    await ensurePartitions(client, [time])
  } finally {
    client.release()
  }
}

function withoutStep(claim: Claim) {
  return { ...claim, reason: 'no_step', detail: 'The rule does not have the step any more.' }
}
