import type { DatabaseSync } from 'node:sqlite'
import { countNames, type EventCountQuery, type EventCounts } from '../../core/event-query.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Row } from '../rows.ts'
import { enteredInto, termsOfEvents } from '../search/event-terms.ts'
import { putEventBlock, selectEventBlock, selectTermsOfEvents } from './event-statements.ts'
import { rowKey } from './statements.ts'

/** Rows counted in one transaction; those who write meanwhile wait about a millisecond for it. */
const batch = 2_000

/** What is counted: a table whose ids grow, and how far it was counted. */
const kinds = [
  {
    last: 'last_event_id',
    count: `
      INSERT INTO event_counts (workspace_id, minute, type, source, count)
      SELECT ?1, received_at / 60000, type, source, count(*) FROM events
      WHERE key > ${rowKey('?1', '?2')} AND key <= ${rowKey('?1', '?3')} GROUP BY 2, 3, 4
      ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  },
  {
    last: 'last_delivery_id',
    count: `
      INSERT INTO delivery_counts (workspace_id, minute, rule, destination, count)
      SELECT ?1, planned_at / 60000, rule, destination, count(*) FROM deliveries
      WHERE key > ${rowKey('?1', '?2')} AND key <= ${rowKey('?1', '?3')} GROUP BY 2, 3, 4
      ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  },
] as const

const selectBehind = (last: string) => `
  SELECT c.workspace_id, coalesce(r.${last}, 0) AS done, c.${last} AS last
  FROM counters c LEFT JOIN roll_ups r ON r.workspace_id = c.workspace_id
  WHERE c.${last} > coalesce(r.${last}, 0) LIMIT 1`

const keepPlace = (last: string) => `
  INSERT INTO roll_ups (workspace_id, last_event_id, last_delivery_id)
  VALUES (?1, ${last === 'last_event_id' ? '?2, 0' : '0, ?2'})
  ON CONFLICT DO UPDATE SET ${last} = excluded.${last}`

/** Whether there are events or deliveries that were not counted yet. */
export function isBehind(db: DatabaseSync): boolean {
  return kinds.some(({ last }) => db.prepare(selectBehind(last)).get() !== undefined)
}

/** Counts up to a batch, inside the transaction that is open; 0 when all are counted. */
export function rollUpSome(db: DatabaseSync): number {
  for (const { last, count } of kinds) {
    const behind = db.prepare(selectBehind(last)).get()
    if (!behind) continue
    const { workspace_id: workspaceId, done, last: to } = behind as { [column: string]: number }
    const upTo = Math.min(Number(done) + batch, Number(to))
    db.prepare(count).run(Number(workspaceId), Number(done), upTo)
    if (last === 'last_event_id') enterTerms(db, Number(workspaceId), Number(done), upTo)
    db.prepare(keepPlace(last)).run(Number(workspaceId), upTo)
    return upTo - Number(done)
  }
  return 0
}

/** What events are found by, of the same events and in the same transaction as their counts. */
function enterTerms(db: DatabaseSync, workspaceId: number, done: number, upTo: number): void {
  const select = db.prepare(selectEventBlock)
  const put = db.prepare(putEventBlock)
  const rows: Row[] = db.prepare(selectTermsOfEvents).all(workspaceId, done, upTo)
  for (const { kind, value, block, events } of termsOfEvents(rows)) {
    const held = select.get(workspaceId, kind, value, block)?.ids as Uint8Array | undefined
    put.run(workspaceId, kind, value, block, enteredInto(held, events))
  }
}

const names = { ...countNames, none: 'NULL' }
const tables = { events: 'event_counts', deliveries: 'delivery_counts' }

export function countEvents(
  db: DatabaseSync,
  workspaceId: WorkspaceId,
  { of, from, until, minutes, by, limit }: EventCountQuery,
): EventCounts {
  const select = `
    SELECT minute / CAST(?4 AS INTEGER) * CAST(?4 AS INTEGER) * 60000 AS at,
      ${names[by]} AS name, sum(count) AS count, max(minute) * 60000 AS lastAt
    FROM ${tables[of]} WHERE workspace_id = ?1 AND minute >= ?2 AND minute < ?3
    GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2 LIMIT ?5`
  const first = Math.floor(from / 60_000)
  const end = Math.ceil(until / 60_000)
  const rows = db.prepare(select).all(workspaceId, first, end, minutes, limit)
  const last = of === 'events' ? 'last_event_id' : 'last_delivery_id'
  const place = `SELECT ${last} AS last FROM roll_ups WHERE workspace_id = ?`
  const upTo = Number(db.prepare(place).get(workspaceId)?.last ?? 0)
  return { counts: rows as unknown as EventCounts['counts'], upTo }
}
