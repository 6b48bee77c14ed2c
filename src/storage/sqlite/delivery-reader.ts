import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type DestinationLoad, isHeldBack } from '../../core/claim-turns.ts'
import type { DeliveryState } from '../../core/delivery.ts'
import { defaultBreaker } from '../../core/delivery-breaker.ts'
import { countedMax, overdueMs } from '../../core/delivery-health.ts'
import type { Notice } from '../../core/notice.ts'
import type { Attempt, Delivery, DeliveryId } from '../../core/planned-delivery.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import {
  attemptColumns,
  attemptFromRow,
  bucketFromRow,
  deliveryColumns,
  deliveryFromRow,
  destinationColumns,
  destinationFromRow,
  noticeFromRow,
} from '../delivery-rows.ts'
import type {
  DeliveryCount,
  DeliveryFilter,
  DeliveryHealth,
  DeliverySelection,
  Destination,
} from '../delivery-store.ts'
import type { Row } from '../rows.ts'
import { selectDeliveries } from './delivery-selection.ts'
import {
  countDead,
  countPending,
  countQueued,
  selectClaimedCount,
  selectDestination,
  selectDestinations,
  selectDueCount,
  selectNextPending,
  selectNotices,
} from './delivery-statements.ts'
import { rowKey } from './statements.ts'

const selectOne = `SELECT ${deliveryColumns} FROM deliveries WHERE key = ${rowKey('?', '?')}`

const selectAttempts = `
  SELECT ${attemptColumns} FROM attempts
  WHERE workspace_id = ? AND delivery_id = ? ORDER BY number`

const selectAllDestinations = `
  SELECT workspace_id, workspaces.name AS workspace, ${prefixed(destinationColumns)}
  FROM destinations JOIN workspaces ON workspaces.id = workspace_id
  ORDER BY workspace_id, destinations.name`

const selectMayDeliver = `
  SELECT EXISTS (SELECT 1 FROM destinations) OR EXISTS (SELECT 1 FROM destination_notices)
    OR EXISTS (SELECT 1 FROM deliveries INDEXED BY deliveries_by_wake WHERE wake_at IS NOT NULL)
    AS may`

/** What does not come in the order of ids is sorted by its key alone, without its row. */
/** How many a destination has, up to a number of them. */
export const selectFewOf = `
  SELECT count(*) AS count FROM (
    SELECT 1 FROM deliveries INDEXED BY deliveries_by_destination
    WHERE workspace_id = ? AND destination = ? LIMIT ?)`

/** So few of a destination are looked at sooner than all of a rule. */
const fewOfMax = 500

export function selectList(from: string, where: string, oldestFirst = false) {
  const direction = oldestFirst ? 'ASC' : 'DESC'
  return `
    SELECT ${deliveryColumns} FROM deliveries WHERE key IN (
      SELECT key FROM ${from} WHERE ${where} ORDER BY key ${direction} LIMIT ?)
    ORDER BY key ${direction}`
}

/** Each of an index that holds all it tells; ids are given out in the order of planning. */
export function selectTallies(ofOne: boolean): string[] {
  const tally = (index: string, state: string, test: string) => `
    SELECT destination, state, count, (
      SELECT planned_at FROM deliveries WHERE key = first) AS oldestPlannedAt
    FROM (
      SELECT destination, ${state} AS state, count(*) AS count, min(key) AS first
      FROM deliveries INDEXED BY ${index}
      WHERE workspace_id = ?1 ${ofOne ? 'AND destination = ?2' : ''} AND ${test}
      GROUP BY 1, 2)`
  return [
    tally('deliveries_queued', "'queued'", "state = 'queued'"),
    tally('deliveries_by_wake', 'state', "state IN ('claimed', 'pending') AND wake_at IS NOT NULL"),
    tally('deliveries_dead', "'dead'", "state = 'dead'"),
  ]
}

/** Reads destinations and deliveries beside the writer. */
export class DeliveryReader {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  mayDeliver(): boolean {
    return this.#db.prepare(selectMayDeliver).get()?.may === 1
  }

  listDestinations(workspaceId: WorkspaceId): Destination[] {
    return this.#db.prepare(selectDestinations).all(workspaceId).map(destinationFromRow)
  }

  findDestination(workspaceId: WorkspaceId, name: string): Destination | null {
    const row = this.#db.prepare(selectDestination).get(workspaceId, name)
    return row ? destinationFromRow(row) : null
  }

  notices(limit: number): Notice[] {
    return this.#db.prepare(selectNotices).all(limit).map(noticeFromRow)
  }

  find(workspaceId: WorkspaceId, id: DeliveryId): Delivery | null {
    const row = this.#db.prepare(selectOne).get(workspaceId, id)
    return row ? deliveryFromRow(row) : null
  }

  list(workspaceId: WorkspaceId, filter: DeliveryFilter): Delivery[] {
    const { cursor, oldestFirst, limit, ...selection } = filter
    const page = { cursor, oldestFirst, hasFew: this.#hasFew(workspaceId, selection) }
    const { from, where, values } = selectDeliveries(workspaceId, selection, page)
    return this.#db
      .prepare(selectList(from, where, oldestFirst))
      .all(...values, limit)
      .map(deliveryFromRow)
  }

  #hasFew(workspaceId: WorkspaceId, { rule, destination }: DeliverySelection): boolean {
    if (rule === undefined || destination === undefined) return false
    const [row] = this.#db.prepare(selectFewOf).all(workspaceId, destination, fewOfMax)
    return (row?.count as number) < fewOfMax
  }

  attempts(workspaceId: WorkspaceId, id: DeliveryId): Attempt[] {
    return this.#db.prepare(selectAttempts).all(workspaceId, id).map(attemptFromRow)
  }

  tally(workspaceId: WorkspaceId, destination?: string): Omit<DeliveryCount, 'reason'>[] {
    const values = destination === undefined ? [workspaceId] : [workspaceId, destination]
    const statements = selectTallies(destination !== undefined)
    return statements.flatMap((text) => {
      return this.#db.prepare(text).all(...values) as unknown as Omit<DeliveryCount, 'reason'>[]
    })
  }

  count(workspaceId: WorkspaceId, selection: DeliverySelection): DeliveryCount[] {
    const { from, where, values } = selectDeliveries(workspaceId, selection)
    const select = `
      SELECT destination, state, reason, count(*) AS count, min(planned_at) AS oldest
      FROM ${from} WHERE ${where}
      GROUP BY destination, state, reason ORDER BY destination, state, reason`
    return this.#db
      .prepare(select)
      .all(...values)
      .map((row) => ({
        destination: row.destination as string,
        state: row.state as DeliveryState,
        reason: row.reason as string | null,
        count: row.count as number,
        oldestPlannedAt: row.oldest as number,
      }))
  }

  /** Others have their turn after each destination: it counts on the thread that serves. */
  async health(now: number): Promise<DeliveryHealth> {
    const health: DeliveryHealth = { oldestDueAt: null, overdue: 0, destinations: [] }
    const rows = this.#db.prepare(selectAllDestinations).all()
    const statements = this.#healthStatements()
    for (const row of rows) {
      const one = healthOf(statements, row, now, countedMax(rows.length))
      const { oldestDueAt } = one.told
      health.destinations.push(one.told)
      health.overdue += one.overdue
      await new Promise((resolve) => setImmediate(resolve))
      if (oldestDueAt === null || one.told.state !== 'active') continue
      health.oldestDueAt = Math.min(health.oldestDueAt ?? oldestDueAt, oldestDueAt)
    }
    return health
  }

  #healthStatements(): HealthStatements {
    return {
      claims: this.#db.prepare(selectClaimedCount),
      next: this.#db.prepare(selectNextPending),
      pending: this.#db.prepare(countPending),
      queued: this.#db.prepare(countQueued),
      dead: this.#db.prepare(countDead),
      overdue: this.#db.prepare(selectDueCount),
    }
  }
}

type HealthStatements = {
  [N in 'claims' | 'next' | 'pending' | 'queued' | 'dead' | 'overdue']: StatementSync
}

function healthOf(
  statements: HealthStatements,
  row: Row,
  now: number,
  most: number,
): { told: DeliveryHealth['destinations'][0]; overdue: number } {
  const destination = destinationFromRow(row)
  const { name, state, breaker, concurrency, rate, beginWithinMs = null } = destination
  const workspaceId = row.workspace_id as WorkspaceId
  const read = (statement: StatementSync, ...values: number[]) =>
    statement.get(workspaceId, name, ...values)
  const claims = read(statements.claims)
  const dueAt = (read(statements.next)?.wake_at as number | undefined) ?? null
  const load: DestinationLoad = {
    ...{ state, concurrency, rate, breaker, dueAt, bucket: bucketFromRow(row) },
    claimed: claims?.claimed as number,
    leaseEndsAt: claims?.lease_ends_at as number | null,
  }
  const lateAt = now - overdueMs - 1
  const isLate = dueAt !== null && dueAt <= lateAt
  const held = isLate && isHeldBack(load, now, defaultBreaker)
  return {
    told: {
      ...{ workspaceId, workspace: row.workspace as string, destination: name, state, breaker },
      pending: read(statements.pending, most)?.count as number,
      queued: read(statements.queued, most)?.count as number,
      claimed: load.claimed,
      dead: read(statements.dead, most)?.count as number,
      oldestDueAt: dueAt !== null && dueAt <= now ? dueAt : null,
      beginWithinMs,
    },
    overdue: isLate && !held ? (read(statements.overdue, lateAt, most)?.due as number) : 0,
  }
}

function prefixed(columns: string): string {
  return columns
    .split(',')
    .map((column) => `destinations.${column.trim()}`)
    .join(', ')
}
