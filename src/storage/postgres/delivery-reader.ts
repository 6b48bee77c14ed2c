import { isHeldBack } from '../../core/claim-turns.ts'
import { defaultBreaker } from '../../core/delivery-breaker.ts'
import { countedMax, overdueMs } from '../../core/delivery-health.ts'
import type { Attempt, Delivery, DeliveryId } from '../../core/planned-delivery.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import {
  attemptColumns,
  attemptFromRow,
  deliveryColumns,
  deliveryFromRow,
  destinationColumns,
  destinationFromRow,
} from '../delivery-rows.ts'
import type {
  DeliveryCount,
  DeliveryFilter,
  DeliveryHealth,
  DeliverySelection,
} from '../delivery-store.ts'
import type { Row } from '../rows.ts'
import { loadOf } from './busy-destination.ts'
import { testsOf } from './delivery-filter.ts'
import type { Statement } from './transaction.ts'

type Ask = (statement: Statement | string, values?: unknown[]) => Promise<Row[]>

export const selectDelivery: Statement = {
  name: 'select_delivery',
  text: `SELECT ${deliveryColumns} FROM deliveries WHERE workspace_id = $1 AND id = $2`,
}

export const selectMayDeliver: Statement = {
  name: 'select_may_deliver',
  text: `
    SELECT EXISTS (SELECT 1 FROM destinations) OR EXISTS (SELECT 1 FROM destination_notices)
      OR EXISTS (SELECT 1 FROM deliveries WHERE wake_at IS NOT NULL) AS may`,
}

/**
 * Those that are over, then the one that is under way. Months go as a whole, and so may hold
 * attempts of deliveries that went before.
 */
export const selectAttempts: Statement = {
  name: 'select_attempts',
  text: `
    SELECT ${attemptColumns} FROM attempts
    WHERE workspace_id = $1 AND delivery_id = $2 AND EXISTS (
      SELECT 1 FROM deliveries WHERE workspace_id = $1 AND id = $2)
    UNION ALL
    SELECT id, attempt_count, worker, began_at, NULL, sent, NULL FROM deliveries
    WHERE workspace_id = $1 AND id = $2 AND began_at IS NOT NULL
    ORDER BY number`,
}

/**
 * For somebody who watches. What waits is counted up to a number, so that it takes no longer the
 * more there is; what is queued is looked for among as many that are not over.
 */
export const selectHealth: Statement = {
  name: 'select_health',
  text: `
    SELECT d.workspace_id, home.name AS workspace, counts.*,
      ${destinationColumns.replaceAll(/(\w+)/g, 'd.$1')}
    FROM destinations d
    CROSS JOIN LATERAL (SELECT name FROM workspaces w WHERE w.id = d.workspace_id LIMIT 1) AS home
    CROSS JOIN LATERAL (
      SELECT (
        SELECT count(*) FROM (
          SELECT 1 FROM deliveries o WHERE o.workspace_id = d.workspace_id
            AND o.destination = d.name AND o.state = 'pending'
            AND o.wake_at IS NOT NULL LIMIT $3) AS part) AS pending, (
        SELECT count(*) FROM (
          SELECT 1 FROM deliveries o WHERE o.workspace_id = d.workspace_id
            AND o.destination = d.name AND o.state = 'claimed'
            AND o.wake_at IS NOT NULL LIMIT $3) AS part) AS claimed, (
        SELECT count(*) FILTER (WHERE part.state = 'queued') FROM (
          SELECT state FROM deliveries o WHERE o.workspace_id = d.workspace_id
            AND o.destination = d.name AND o.ended_at IS NULL
          ORDER BY o.subject, o.place LIMIT $3) AS part) AS queued, (
        SELECT count(*) FROM (
          SELECT 1 FROM deliveries o WHERE o.workspace_id = d.workspace_id
            AND o.destination = d.name AND o.state = 'dead' LIMIT $3) AS part) AS dead, (
        SELECT count(*) FROM (
          SELECT 1 FROM deliveries o WHERE o.workspace_id = d.workspace_id
            AND o.destination = d.name AND o.state = 'pending' AND o.wake_at < $1::bigint
          LIMIT $3) AS part) AS overdue, (
        SELECT o.wake_at FROM deliveries o WHERE o.workspace_id = d.workspace_id
          AND o.destination = d.name AND o.state = 'pending' AND o.wake_at <= $2::bigint
        ORDER BY o.wake_at LIMIT 1) AS oldest_due_at
    ) AS counts
    ORDER BY d.workspace_id, d.name`,
}

/** Of one destination; all of them are told in the same words without it. */
export const selectTallyOf: Statement = { name: 'select_tally_of', text: tally('destination = $2') }

function tally(test: string): string {
  return `
    SELECT destination, state, count(*) AS count, min(planned_at) AS "oldestPlannedAt"
    FROM deliveries WHERE workspace_id = $1 AND ended_at IS NULL AND ${test}
    GROUP BY destination, state
    UNION ALL
    SELECT destination, 'dead', count(*), min(planned_at) FROM deliveries
    WHERE workspace_id = $1 AND state = 'dead' AND ${test} GROUP BY destination`
}

/** How many a destination has, up to a number of them. */
export const selectFewOf: Statement = {
  name: 'select_few_of',
  text: `
    SELECT count(*) AS count FROM (
      SELECT 1 FROM deliveries WHERE workspace_id = $1 AND destination = $2
      ORDER BY destination, id LIMIT $3) AS few`,
}

/** So few of a destination are looked at sooner than all of a rule. */
const fewOfMax = 500

const countDestinations = 'SELECT count(*) AS count FROM destinations'

/** What does not come in the order of ids is sorted by its id alone, without its row. */
export function selectList(workspaceId: WorkspaceId, filter: DeliveryFilter, hasFew = false) {
  const values: unknown[] = [workspaceId, filter.limit]
  // Plans are made without a look at the values; a text that is put together has no index.
  const led = (test: string) => (hasFew ? test.replace(/^rule =/, `rule || '' =`) : test)
  const tests = ['workspace_id = $1', ...testsOf(filter, values).map(led)]
  const { cursor, oldestFirst } = filter
  if (cursor !== undefined) tests.push(`id ${oldestFirst ? '>' : '<'} $${values.push(cursor)}`)
  const direction = oldestFirst ? '' : 'DESC'
  const text = `
    SELECT ${deliveryColumns} FROM deliveries WHERE workspace_id = $1 AND id IN (
      SELECT id FROM deliveries WHERE ${tests.join(' AND ')}
      ORDER BY ${isByTime(filter) ? 'id + 0' : 'id'} ${direction} LIMIT $2)
    ORDER BY id ${direction}`
  return { text, values }
}

/**
 * Whether nothing but the time tells which index to use. The planner, which does not know how long
 * the time is, would read in the order of ids; a sum has no index.
 */
function isByTime(filter: DeliveryFilter): boolean {
  const { ids, states, rule, event, subject, reason, plannedFrom, plannedUntil } = filter
  if (plannedFrom === undefined && plannedUntil === undefined) return false
  return [ids, states, rule, event, subject, reason].every((part) => part === undefined)
}

/** Reads deliveries and what was tried of them. */
export class DeliveryReader {
  readonly #ask: Ask

  constructor(ask: Ask) {
    this.#ask = ask
  }

  async mayDeliver(): Promise<boolean> {
    const [row] = await this.#ask(selectMayDeliver)
    return row?.may === true
  }

  async find(workspaceId: WorkspaceId, id: DeliveryId): Promise<Delivery | null> {
    const [row] = await this.#ask(selectDelivery, [workspaceId, id])
    return row ? deliveryFromRow(row) : null
  }

  async list(workspaceId: WorkspaceId, filter: DeliveryFilter): Promise<Delivery[]> {
    const hasFew = await this.#hasFew(workspaceId, filter)
    const { text, values } = selectList(workspaceId, filter, hasFew)
    const rows = await this.#ask(text, values)
    return rows.map(deliveryFromRow)
  }

  async #hasFew(id: WorkspaceId, { rule, destination }: DeliveryFilter): Promise<boolean> {
    if (rule === undefined || destination === undefined) return false
    const [row] = await this.#ask(selectFewOf, [id, destination, fewOfMax])
    return (row?.count as number) < fewOfMax
  }

  async attempts(workspaceId: WorkspaceId, id: DeliveryId): Promise<Attempt[]> {
    return (await this.#ask(selectAttempts, [workspaceId, id])).map(attemptFromRow)
  }

  async tally(
    workspaceId: WorkspaceId,
    destination?: string,
  ): Promise<Omit<DeliveryCount, 'reason'>[]> {
    const rows =
      destination === undefined
        ? await this.#ask(tally('TRUE'), [workspaceId])
        : await this.#ask(selectTallyOf, [workspaceId, destination])
    return rows as unknown as Omit<DeliveryCount, 'reason'>[]
  }

  async count(workspaceId: WorkspaceId, selection: DeliverySelection): Promise<DeliveryCount[]> {
    const values: unknown[] = [workspaceId]
    const tests = ['workspace_id = $1', ...testsOf(selection, values)]
    // The index of the dead has all of it but the state, which is told by its being there.
    const areDead = selection.states?.every((each) => each === 'dead') === true
    const rows = await this.#ask(
      `SELECT destination, ${areDead ? `'dead'` : 'state'} AS state, reason, count(*) AS count,
         min(planned_at) AS oldest
       FROM deliveries WHERE ${tests.join(' AND ')} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
      values,
    )
    return rows.map((row) => ({
      destination: row.destination as string,
      state: row.state as DeliveryCount['state'],
      reason: row.reason as string | null,
      count: row.count as number,
      oldestPlannedAt: row.oldest as number,
    }))
  }

  async health(now: number): Promise<DeliveryHealth> {
    const [all] = await this.#ask(countDestinations)
    const most = countedMax(all?.count as number)
    const rows = await this.#ask(selectHealth, [now - overdueMs, now, most])
    const called = rows.filter(({ state }) => state === 'active')
    const due = called.map((row) => row.oldest_due_at as number | null).filter((at) => at !== null)
    return {
      oldestDueAt: due.length === 0 ? null : Math.min(...due),
      overdue: rows.reduce(
        (sum, row) => sum + (isWaiting(row, now) ? 0 : (row.overdue as number)),
        0,
      ),
      destinations: rows.map((row) => {
        const { name, state, breaker, beginWithinMs = null } = destinationFromRow(row)
        return {
          workspaceId: row.workspace_id as WorkspaceId,
          workspace: row.workspace as string,
          destination: name,
          state,
          breaker,
          pending: row.pending as number,
          queued: row.queued as number,
          claimed: row.claimed as number,
          dead: row.dead as number,
          oldestDueAt: row.oldest_due_at as number | null,
          beginWithinMs,
        }
      }),
    }
  }
}

/** Whether what is due waits on purpose. */
function isWaiting(row: Row, now: number): boolean {
  const load = { ...loadOf(destinationFromRow(row), row), claimed: row.claimed as number }
  return isHeldBack(load, now, defaultBreaker)
}
