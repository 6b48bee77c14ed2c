import type { DatabaseSync } from 'node:sqlite'
import type { Actor } from '../../core/audit.ts'
import type { DeliveryStore } from '../delivery-store.ts'
import type { CommitQueue } from './commit-queue.ts'
import { DeliveryReader } from './delivery-reader.ts'
import type { DeliveryArguments, DeliveryMethod } from './delivery-writes.ts'
import type { DueSignal } from './due-signal.ts'

/** The part of the store that is about deliveries: the writing thread writes, this one reads. */
export function sqliteDeliveries(parts: {
  queue: CommitQueue
  db: DatabaseSync
  clock: () => number
  due: DueSignal
  /** Whose changes they are, where a call does not say. */
  actor: Actor
}): DeliveryStore {
  const { queue, db, clock, due, actor } = parts
  const reader = new DeliveryReader(db)

  /** For writes after which more may be claimed than before. */
  async function freeing<M extends DeliveryMethod>(method: M, ...given: DeliveryArguments<M>) {
    const answer = await queue.writeDeliveries(method, ...given)
    due.tell()
    return answer
  }

  return {
    replaceDestinations: (id, all, by = actor) => freeing('replaceDestinations', by, id, all),
    putDestination: (id, one, by = actor) => freeing('putDestination', by, id, one),
    removeDestination: (id, name, by = actor) =>
      queue.writeDeliveries('removeDestination', by, id, name),
    listDestinations: async (id) => reader.listDestinations(id),
    findDestination: async (id, name) => reader.findDestination(id, name),
    setDestinationState: (id, name, to, by = actor) =>
      freeing('setDestinationState', by, id, name, to),
    replaceSecrets: (id, name, to, by = actor) =>
      queue.writeDeliveries('replaceSecrets', by, id, name, to),
    claimDeliveries: (request) => queue.writeDeliveries('claimDeliveries', request),
    beginAttempts: (attempts) => queue.writeDeliveries('beginAttempts', attempts),
    recordAttempts: (results) => freeing('recordAttempts', results),
    failDeliveries: (failures) => freeing('failDeliveries', failures),
    releaseDeliveries: (claims, pause = null) => freeing('releaseDeliveries', claims, pause),
    extendLeases: (claims, leaseMs) => queue.writeDeliveries('extendLeases', claims, leaseMs),
    mayDeliver: async () => reader.mayDeliver(),
    workerPort: () => queue.workerPort(),
    onDeliveriesDue: (listener) => due.listen(listener),
    untoldNotices: async (limit) => reader.notices(limit),
    markTold: async (notice) => void (await queue.writeDeliveries('markTold', notice)),
    findDelivery: async (id, delivery) => reader.find(id, delivery),
    listDeliveries: async (id, filter) => reader.list(id, filter),
    listAttempts: async (id, delivery) => reader.attempts(id, delivery),
    tallyBacklog: async (id, destination) => reader.tally(id, destination),
    countDeliveries: async (id, selection) => reader.count(id, selection),
    cancelDeliveries: (id, selection, limit, by = actor) =>
      freeing('cancelDeliveries', by, id, selection, limit),
    redeliverDeliveries: (id, selection, limit, by = actor) =>
      freeing('redeliverDeliveries', by, id, selection, limit),
    resendDelivery: (id, delivery, request, by = actor) =>
      freeing('resendDelivery', by, id, delivery, request),
    deliveryHealth: () => reader.health(clock()),
  }
}
