import type { DatabaseSync } from 'node:sqlite'
import { countNames, type EventCountQuery, type EventCounts } from '../../core/event-query.ts'
import type { WorkspaceId } from '../../core/profile.ts'
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

/* What ended is counted in the order of time, of all workspaces together, as its index has it. */
const endedSince = `
  FROM deliveries INDEXED BY deliveries_by_end
  WHERE ended_at > (SELECT counted_to FROM end_roll_up) AND ended_at < ?1`

/** The last of a batch; all of one millisecond are counted together. */
const selectEnded = `SELECT ended_at AS at ${endedSince} ORDER BY ended_at LIMIT ${batch}`

const countEnds = `
  INSERT INTO end_counts (workspace_id, minute, destination, state, count)
  SELECT workspace_id, ended_at / 60000, destination, state, count(*) ${endedSince}
  GROUP BY 1, 2, 3, 4 ON CONFLICT DO UPDATE SET count = count + excluded.count`

const keepEnd = 'UPDATE end_roll_up SET counted_to = ?1 - 1'

/** Whether there is something that was not counted yet. */
export function isBehind(db: DatabaseSync, endedBefore: number): boolean {
  if (db.prepare(`SELECT 1 ${endedSince} LIMIT 1`).get(endedBefore)) return true
  return kinds.some(({ last }) => db.prepare(selectBehind(last)).get() !== undefined)
}

/** Counts up to a batch, inside the transaction that is open; 0 when all are counted. */
export function rollUpSome(db: DatabaseSync, endedBefore: number): number {
  for (const { last, count } of kinds) {
    const behind = db.prepare(selectBehind(last)).get()
    if (!behind) continue
    const { workspace_id: workspaceId, done, last: to } = behind as { [column: string]: number }
    const upTo = Math.min(Number(done) + batch, Number(to))
    db.prepare(count).run(Number(workspaceId), Number(done), upTo)
    db.prepare(keepPlace(last)).run(Number(workspaceId), upTo)
    return upTo - Number(done)
  }
  return rollUpEnds(db, endedBefore)
}

function rollUpEnds(db: DatabaseSync, endedBefore: number): number {
  const ended = db.prepare(selectEnded).all(endedBefore)
  if (ended.length === 0) return 0
  const before = Number(ended.at(-1)?.at) + 1
  db.prepare(countEnds).run(before)
  db.prepare(keepEnd).run(before)
  return ended.length
}

const names = { ...countNames, none: 'NULL' }
const tables = { events: 'event_counts', deliveries: 'delivery_counts', ends: 'end_counts' }
const places = {
  events: 'SELECT last_event_id AS last FROM roll_ups WHERE workspace_id = ?1',
  deliveries: 'SELECT last_delivery_id AS last FROM roll_ups WHERE workspace_id = ?1',
  ends: 'SELECT counted_to AS last FROM end_roll_up WHERE ?1 > 0',
}

export function countEvents(
  db: DatabaseSync,
  workspaceId: WorkspaceId,
  query: EventCountQuery,
): EventCounts {
  const { of, from, until, minutes, by, limit } = query
  const state = of === 'ends' ? query.state : undefined
  const select = `
    SELECT minute / CAST(?4 AS INTEGER) * CAST(?4 AS INTEGER) * 60000 AS at,
      ${names[by]} AS name, sum(count) AS count, max(minute) * 60000 AS lastAt
    FROM ${tables[of]} WHERE workspace_id = ?1 AND minute >= ?2 AND minute < ?3 ${state === undefined ? '' : 'AND state = ?6'}
    GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2 LIMIT ?5`
  const first = Math.floor(from / 60_000)
  const end = Math.ceil(until / 60_000)
  const more = state === undefined ? [] : [state]
  const rows = db.prepare(select).all(workspaceId, first, end, minutes, limit, ...more)
  const upTo = Number(db.prepare(places[of]).get(workspaceId)?.last ?? 0)
  return { counts: rows as unknown as EventCounts['counts'], upTo }
}
