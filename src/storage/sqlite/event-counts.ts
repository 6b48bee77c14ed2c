import type { DatabaseSync } from 'node:sqlite'
import type { EventCountQuery, EventCounts } from '../../core/event-query.ts'
import type { EventId, WorkspaceId } from '../../core/profile.ts'
import { rowKey } from './statements.ts'

/** Events counted in one transaction; those who write meanwhile wait about a millisecond for it. */
const batch = 2_000

const selectBehind = `
  SELECT c.workspace_id, coalesce(r.last_event_id, 0) AS done, c.last_event_id AS last
  FROM counters c LEFT JOIN roll_ups r ON r.workspace_id = c.workspace_id
  WHERE c.last_event_id > coalesce(r.last_event_id, 0) LIMIT 1`

const countBatch = `
  INSERT INTO event_counts (workspace_id, minute, type, source, count)
  SELECT ?1, received_at / 60000, type, source, count(*) FROM events
  WHERE key > ${rowKey('?1', '?2')} AND key <= ${rowKey('?1', '?3')} GROUP BY 2, 3, 4
  ON CONFLICT DO UPDATE SET count = count + excluded.count`

const keepPlace = `
  INSERT INTO roll_ups (workspace_id, last_event_id) VALUES (?, ?)
  ON CONFLICT DO UPDATE SET last_event_id = excluded.last_event_id`

/** Whether there are events that were not counted yet. */
export function isBehind(db: DatabaseSync): boolean {
  return db.prepare(selectBehind).get() !== undefined
}

/** Counts up to a batch of events, inside the transaction that is open; 0 when all are. */
export function rollUpSome(db: DatabaseSync): number {
  const behind = db.prepare(selectBehind).get()
  if (!behind) return 0
  const { workspace_id: workspaceId, done, last } = behind as { [column: string]: number }
  const upTo = Math.min(Number(done) + batch, Number(last))
  db.prepare(countBatch).run(Number(workspaceId), Number(done), upTo)
  db.prepare(keepPlace).run(Number(workspaceId), upTo)
  return upTo - Number(done)
}

const names = { type: 'type', source: 'source', none: 'NULL' }

export function countEvents(
  db: DatabaseSync,
  workspaceId: WorkspaceId,
  { from, until, minutes, by, limit }: EventCountQuery,
): EventCounts {
  const select = `
    SELECT minute / ?4 * ?4 * 60000 AS at, ${names[by]} AS name, sum(count) AS count
    FROM event_counts WHERE workspace_id = ?1 AND minute >= ?2 AND minute < ?3
    GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2 LIMIT ?5`
  const first = Math.floor(from / 60_000)
  const end = Math.ceil(until / 60_000)
  const rows = db.prepare(select).all(workspaceId, first, end, minutes, limit)
  const place = 'SELECT last_event_id FROM roll_ups WHERE workspace_id = ?'
  const upTo = (db.prepare(place).get(workspaceId)?.last_event_id ?? 0) as EventId | 0
  return { counts: rows as unknown as EventCounts['counts'], upTo }
}
