import type { DatabaseSync } from 'node:sqlite'
import type { Actor } from '../../core/audit.ts'
import type { DeliveryId, DeliveryRequest } from '../../core/planned-delivery.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import {
  changedDestinations,
  movedDeliveries,
  putDetails,
  replacedSecrets,
  type Tell,
} from '../audit-details.ts'
import type { DeliverySelection, NewDestination, SealedSecrets } from '../delivery-store.ts'
import { auditValues } from '../rows.ts'
import type { DeliveryOperations } from './delivery-operations.ts'
import type { DestinationTable } from './destination-table.ts'
import { insertAudit } from './statements.ts'

interface Parts {
  db: DatabaseSync
  destinations: DestinationTable
  operations: DeliveryOperations
}

/**
 * What operators do with destinations and deliveries, entered in the audit trail where it changed
 * something, inside the transaction that is open. Time and actor come first.
 */
export function operatorWrites({ db, destinations, operations }: Parts) {
  const insert = db.prepare(insertAudit)
  const telling = (at: number, by: Actor): Tell => {
    return (workspace, action, target, details) => {
      insert.run(...auditValues({ at, workspace, by, action, target, details }))
    }
  }
  return {
    ...destinationWrites(destinations, telling),
    ...deliveryWrites(operations, telling),
  }
}

type Telling = (at: number, by: Actor) => Tell

function destinationWrites(destinations: DestinationTable, telling: Telling) {
  return {
    replaceDestinations(now: number, by: Actor, id: WorkspaceId, all: readonly NewDestination[]) {
      const before = destinations.list(id)
      const after = destinations.replaceAll(id, all, now)
      telling(now, by)(id, 'destinations.replaced', 'destinations', {
        ...changedDestinations(before, after),
      })
      return after
    },
    putDestination(now: number, by: Actor, id: WorkspaceId, one: NewDestination) {
      const { name } = one.definition
      const before = destinations.find(id, name)?.destination ?? null
      const after = destinations.put(id, one, now)
      const action = before ? 'destination.updated' : 'destination.created'
      telling(now, by)(id, action, name, putDetails(before, one))
      return after
    },
    removeDestination(now: number, by: Actor, id: WorkspaceId, name: string) {
      const removed = destinations.remove(id, name, now)
      if (removed) telling(now, by)(id, 'destination.removed', name, {})
      return removed
    },
    setDestinationState(
      now: number,
      by: Actor,
      id: WorkspaceId,
      name: string,
      to: 'active' | 'paused',
    ) {
      const found = destinations.setState(id, name, to, now)
      const action = to === 'active' ? 'destination.resumed' : 'destination.paused'
      if (found) telling(now, by)(id, action, name, {})
      return found
    },
    replaceSecrets(
      now: number,
      by: Actor,
      id: WorkspaceId,
      name: string,
      to: Partial<SealedSecrets>,
    ) {
      const before = destinations.find(id, name)?.destination
      if (!before) return false
      const secrets = replacedSecrets(before.secrets, to)
      telling(now, by)(id, 'destination.secrets_replaced', name, { secrets })
      return destinations.replaceSecrets(id, name, to)
    },
  }
}

function deliveryWrites(operations: DeliveryOperations, telling: Telling) {
  return {
    cancelDeliveries(
      now: number,
      by: Actor,
      id: WorkspaceId,
      chosen: DeliverySelection,
      limit: number,
    ) {
      const count = operations.cancel(id, chosen, limit, now)
      const details = movedDeliveries(chosen, count)
      if (count > 0) telling(now, by)(id, 'deliveries.cancelled', 'deliveries', details)
      return count
    },
    redeliverDeliveries(
      now: number,
      by: Actor,
      id: WorkspaceId,
      chosen: DeliverySelection,
      limit: number,
    ) {
      const redelivered = operations.redeliver(id, chosen, limit, now)
      const { count } = redelivered
      const details = movedDeliveries(chosen, count)
      if (count > 0) telling(now, by)(id, 'deliveries.redelivered', 'deliveries', details)
      return redelivered
    },
    resendDelivery(
      now: number,
      by: Actor,
      id: WorkspaceId,
      one: DeliveryId,
      request: DeliveryRequest,
    ) {
      const resent = operations.resend(id, one, request, now)
      if (resent) telling(now, by)(id, 'delivery.resent', String(one), {})
      return resent
    },
  }
}
