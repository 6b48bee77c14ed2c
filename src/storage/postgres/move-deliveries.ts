import { limits } from '../../core/limits.ts'
import type { DeliveryId, DeliveryRequest } from '../../core/planned-delivery.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { DeliverySelection } from '../delivery-store.ts'
import type { Row } from '../rows.ts'
import { columnsOf } from './columns.ts'
import { testsOf } from './delivery-filter.ts'
import { insertAttempts, nothingUnderWay, underWay } from './delivery-statements.ts'
import { lockLanes, settleLanes, takePlaces } from './lane-statements.ts'
import type { Statement, Transaction } from './transaction.ts'

/** Deliveries moved in one transaction, so that none holds the others up for long. */
export const moveBatch = 1_000

/** Keys come in their order. A claimed one ends too; whoever holds its lease is refused then. */
export const endDeliveries: Statement = {
  name: 'end_deliveries',
  text: `
    WITH held AS MATERIALIZED (
      SELECT now.*
      FROM unnest($2::bigint[]) AS asked (id)
      CROSS JOIN LATERAL (
        SELECT workspace_id, id, ended_at, ${underWay} FROM deliveries o
        WHERE o.workspace_id = $1::bigint AND o.id = asked.id LIMIT 1 FOR NO KEY UPDATE) AS now
      WHERE now.ended_at IS NULL
    ), lost AS (
      ${insertAttempts}
      SELECT workspace_id, id, ${underWay}, NULL, '{"kind":"lost"}' FROM held
      WHERE began_at IS NOT NULL
    )
    UPDATE deliveries d SET state = $3, reason = $4, detail = NULL, ended_at = $5, wake_at = NULL,
      ${nothingUnderWay}
    FROM held WHERE d.workspace_id = held.workspace_id AND d.id = held.id`,
}

/** Puts what is over at its place; one without a lane is due at once. */
export const reopenDeliveries: Statement = {
  name: 'reopen_deliveries',
  text: `
    WITH held AS MATERIALIZED (
      SELECT now.workspace_id, now.id, now.ended_at, again.place
      FROM unnest($2::bigint[], $3::bigint[]) AS again (id, place)
      CROSS JOIN LATERAL (
        SELECT workspace_id, id, ended_at FROM deliveries o
        WHERE o.workspace_id = $1::bigint AND o.id = again.id LIMIT 1 FOR NO KEY UPDATE) AS now
      WHERE now.ended_at IS NOT NULL
    )
    UPDATE deliveries d SET state = CASE WHEN d.subject IS NULL THEN 'pending' ELSE 'queued' END,
      wake_at = CASE WHEN d.subject IS NULL THEN $4::bigint END, place = held.place,
      tries_from = d.attempt_count, reason = NULL, detail = NULL, ended_at = NULL,
      request = coalesce($5, d.request)
    FROM held WHERE d.workspace_id = held.workspace_id AND d.id = held.id`,
}

/** How deliveries end by hand, or with their destination. */
export interface End {
  state: 'cancelled' | 'dead'
  reason: string
  at: number
}

/** What is to be reopened, and with what request where it gets another one. */
export interface Reopening {
  selection: DeliverySelection
  range: { after: DeliveryId | null; limit: number }
  request: DeliveryRequest | null
}

/** Ends up to a batch of what is unfinished and matches; null where nothing did. */
export async function endSome(
  transaction: Transaction,
  workspaceId: WorkspaceId,
  selection: DeliverySelection,
  end: End,
  limit: number,
): Promise<number | null> {
  const values: unknown[] = [workspaceId, limit]
  const tests = testsOf(selection, values).map((test) => `AND ${test}`)
  // Where all of them go, sorting each time what is left of them would be most of the work.
  const order = limit < moveBatch ? 'ORDER BY id' : ''
  const { rows } = await transaction.query<Row>(
    `SELECT id, destination, subject FROM deliveries
     WHERE workspace_id = $1 AND ended_at IS NULL ${tests.join(' ')} ${order} LIMIT $2`,
    values,
  )
  if (rows.length === 0) {
    transaction.discard()
    return null
  }
  const lanes = columnsOf(3, rows.filter(hasLane), (row) => [
    ...[workspaceId, row.destination, row.subject],
  ])
  const ids = rows.map(({ id }) => id as number).sort((a, b) => a - b)
  const [, ended] = await Promise.all([
    transaction.query(lockLanes, lanes),
    transaction.query(endDeliveries, [workspaceId, ids, end.state, end.reason, end.at]),
    transaction.query(settleLanes, [...lanes, end.at]),
  ])
  return ended.rowCount ?? 0
}

/** Reopens up to a batch of what is over and matches, of destinations that exist. */
export async function reopenSome(
  transaction: Transaction,
  workspaceId: WorkspaceId,
  { selection, range, request }: Reopening,
  now: number,
): Promise<{ count: number; last: DeliveryId | null }> {
  const values: unknown[] = [workspaceId, range.limit]
  const tests = testsOf(selection, values).map((test) => `AND ${test}`)
  if (range.after !== null) tests.push(`AND id > $${values.push(range.after)}`)
  const { rows } = await transaction.query<Row>(
    `SELECT id, destination, subject FROM deliveries d
     WHERE workspace_id = $1 AND ended_at IS NOT NULL ${tests.join(' ')}
       AND EXISTS (SELECT 1 FROM destinations p
         WHERE p.workspace_id = d.workspace_id AND p.name = d.destination)
     ORDER BY id LIMIT $2`,
    values,
  )
  if (rows.length === 0) {
    transaction.discard()
    return { count: 0, last: null }
  }
  const lanes = new Map<string, Row[]>()
  for (const row of rows.filter(hasLane)) {
    const key = `${row.subject} ${row.destination}`
    lanes.set(key, [...(lanes.get(key) ?? []), row])
  }
  const columns = columnsOf(3, [...lanes.values()], (lane) => [
    ...[lane[0]?.destination, lane[0]?.subject, lane.length],
  ])
  const taken = await transaction.query<Row>(takePlaces, [workspaceId, ...columns])
  const places = new Map<Row, number>()
  for (const { subject, destination, last_place: last } of taken.rows) {
    const lane = lanes.get(`${subject} ${destination}`) ?? []
    for (const [index, row] of lane.entries()) {
      places.set(row, (last as number) - lane.length + index + 1)
    }
  }
  const again = columnsOf(2, rows, (row) => [row.id, places.get(row) ?? 0])
  const laneKeys = columnsOf(3, [...lanes.values()], (lane) => [
    ...[workspaceId, lane[0]?.destination, lane[0]?.subject],
  ])
  const body = request && JSON.stringify(request)
  const [reopened] = await Promise.all([
    transaction.query(reopenDeliveries, [workspaceId, ...again, now, body]),
    transaction.query(settleLanes, [...laneKeys, now]),
  ])
  return { count: reopened.rowCount ?? 0, last: rows.at(-1)?.id as DeliveryId }
}

/** Destinations that are not there, of what is over and matches. */
export async function goneOf(
  transaction: Transaction,
  workspaceId: WorkspaceId,
  selection: DeliverySelection,
): Promise<string[]> {
  const values: unknown[] = [workspaceId, limits.destinationsPerWorkspaceMax]
  const tests = testsOf(selection, values).map((test) => `AND ${test}`)
  const { rows } = await transaction.query<Row>(
    `SELECT DISTINCT destination FROM deliveries d
     WHERE workspace_id = $1 AND ended_at IS NOT NULL ${tests.join(' ')}
       AND NOT EXISTS (SELECT 1 FROM destinations p
         WHERE p.workspace_id = d.workspace_id AND p.name = d.destination)
     ORDER BY destination LIMIT $2`,
    values,
  )
  return rows.map(({ destination }) => destination as string)
}

function hasLane(row: Row): boolean {
  return row.subject !== null
}
