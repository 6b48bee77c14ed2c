import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Decided } from '../../core/decision.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { selectDestinationExists } from './delivery-statements.ts'
import type { DeliveryTable } from './delivery-table.ts'

/** Writes what steps planned, inside the transaction of their event. */
export class DeliveryPlanner {
  readonly #table: DeliveryTable
  readonly #destination: StatementSync
  #planned = false

  constructor(db: DatabaseSync, table: DeliveryTable) {
    this.#table = table
    this.#destination = db.prepare(selectDestinationExists)
  }

  write(workspaceId: WorkspaceId, { deliveries }: Decided): void {
    for (const delivery of deliveries) {
      if (this.#destination.get(workspaceId, delivery.destination)) {
        if (this.#table.insert(workspaceId, delivery) === 'pending') this.#planned = true
      } else {
        const over = { state: 'dead', reason: 'no_destination', dueAt: null } as const
        this.#table.insert(workspaceId, { ...delivery, ...over, endedAt: delivery.plannedAt })
      }
    }
  }

  /** Whether anything may be claimed since this was asked last. */
  takePlanned(): boolean {
    const planned = this.#planned
    this.#planned = false
    return planned
  }
}
