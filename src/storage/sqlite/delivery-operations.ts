import type { DatabaseSync } from 'node:sqlite'
import { type DeliveryState, isOver } from '../../core/delivery.ts'
import { limits } from '../../core/limits.ts'
import type { DeliveryId, DeliveryRequest } from '../../core/planned-delivery.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { DeliverySelection, Redelivered } from '../delivery-store.ts'
import { selectDeliveries } from './delivery-selection.ts'
import type { DeliveryTable, Standing } from './delivery-table.ts'
import type { WorkspaceStates } from './workspace-state.ts'

/** What waits behind others first: ending a head would only make it pending. */
const unfinished: readonly DeliveryState[][] = [['queued'], ['pending', 'claimed']]
const over: readonly DeliveryState[][] = [['dead'], ['delivered', 'cancelled']]

/** To a place that is gone nothing can be sent again. */
const isDeliverable = `EXISTS (
  SELECT 1 FROM destinations WHERE destinations.workspace_id = deliveries.workspace_id
    AND destinations.name = deliveries.destination)`

/** What an operator does with deliveries, inside the transaction that is open. */
export class DeliveryOperations {
  readonly #db: DatabaseSync
  readonly #table: DeliveryTable
  readonly #states: WorkspaceStates

  constructor(db: DatabaseSync, table: DeliveryTable, states: WorkspaceStates) {
    this.#db = db
    this.#table = table
    this.#states = states
  }

  cancel(id: WorkspaceId, selection: DeliverySelection, limit: number, now: number): number {
    const chosen = this.#choose(id, selection, unfinished, limit, 'TRUE')
    for (const { id: delivery } of chosen) {
      // One before it in its lane may have made it pending meanwhile.
      const standing = this.#table.find(id, delivery)
      const ending = { state: 'cancelled', reason: 'operator', detail: null } as const
      if (standing) this.#table.end(standing, ending, now)
    }
    return chosen.length
  }

  redeliver(
    id: WorkspaceId,
    selection: DeliverySelection,
    limit: number,
    now: number,
  ): Redelivered {
    const chosen = this.#choose(id, selection, over, limit, isDeliverable)
    for (const standing of chosen) this.#redeliver(standing, now)
    const gone = chosen.length < limit ? this.#gone(id, selection) : []
    return { count: chosen.length, gone }
  }

  /** Destinations that are not there, of what is over and matches. */
  #gone(workspaceId: WorkspaceId, selection: DeliverySelection): string[] {
    const names = over.flatMap((group) => {
      const states = group.filter((state) => selection.states?.includes(state) ?? true)
      if (states.length === 0) return []
      const { from, where, values } = selectDeliveries(workspaceId, { ...selection, states })
      const select = `
        SELECT DISTINCT destination FROM ${from} WHERE ${where} AND NOT ${isDeliverable}
        ORDER BY destination LIMIT ?`
      const rows = this.#db.prepare(select).all(...values, limits.destinationsPerWorkspaceMax)
      return rows.map(({ destination }) => destination as string)
    })
    return [...new Set(names)].sort()
  }

  resend(workspaceId: WorkspaceId, id: DeliveryId, request: DeliveryRequest, now: number): boolean {
    const [standing] = this.#choose(workspaceId, { ids: [id] }, over, 1, isDeliverable)
    if (!standing) return false
    this.#table.replaceRequest(standing, JSON.stringify(request))
    this.#redeliver(standing, now)
    return true
  }

  /** Its new place is behind all that was planned before now, and before all that comes later. */
  #redeliver(standing: Standing, now: number): void {
    if (!isOver(standing.state)) throw new Error(`Delivery ${standing.id} is not over.`)
    this.#table.redeliver(standing, this.#states.takeDeliveryId(standing.workspaceId), now)
  }

  /** Oldest first within each group of states. */
  #choose(
    workspaceId: WorkspaceId,
    selection: DeliverySelection,
    groups: readonly DeliveryState[][],
    limit: number,
    also: string,
  ): Standing[] {
    const chosen: Standing[] = []
    for (const group of groups) {
      const states = group.filter((state) => selection.states?.includes(state) ?? true)
      if (states.length === 0 || chosen.length >= limit) continue
      const { from, where, values } = selectDeliveries(workspaceId, { ...selection, states })
      const select = `SELECT id FROM ${from} WHERE ${where} AND ${also} ORDER BY key LIMIT ?`
      const rows = this.#db.prepare(select).all(...values, limit - chosen.length)
      const found = rows.map((row) => this.#table.find(workspaceId, row.id as DeliveryId))
      chosen.push(...found.filter((standing) => standing !== null))
    }
    return chosen
  }
}
