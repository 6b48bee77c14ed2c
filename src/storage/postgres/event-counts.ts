import type pg from 'pg'
import type { EventCountQuery, EventCounts } from '../../core/event-query.ts'
import type { EventId, WorkspaceId } from '../../core/profile.ts'
import type { Row } from '../rows.ts'
import { answerMs, transact } from './transaction.ts'

/** Events counted in one transaction. */
const batch = 5_000

const selectBehind = `
  SELECT c.workspace_id, c.last_event_id
  FROM counters c LEFT JOIN roll_ups r ON r.workspace_id = c.workspace_id
  WHERE c.last_event_id > coalesce(r.last_event_id, 0)`

const makePlace = `
  INSERT INTO roll_ups (workspace_id, last_event_id) VALUES ($1, 0) ON CONFLICT DO NOTHING`

/** A place that another node holds is not waited for: that node is counting. */
const lockPlace = `
  SELECT last_event_id FROM roll_ups WHERE workspace_id = $1 FOR UPDATE SKIP LOCKED`

const countBatch = `
  INSERT INTO event_counts AS c (workspace_id, minute, type, source, count)
  SELECT $1, received_at / 60000, type, source, count(*) FROM events
  WHERE workspace_id = $1 AND id > $2 AND id <= $3 GROUP BY 2, 3, 4
  ON CONFLICT (workspace_id, minute, type, source) DO UPDATE SET count = c.count + excluded.count`

const keepPlace = 'UPDATE roll_ups SET last_event_id = $2 WHERE workspace_id = $1'

type Ask = (statement: string, values?: unknown[]) => Promise<Row[]>

export async function rollUpEvents(pool: pg.Pool, ask: Ask): Promise<number> {
  let counted = 0
  for (const { workspace_id: workspaceId, last_event_id: last } of await ask(selectBehind)) {
    await ask(makePlace, [workspaceId])
    for (let some = -1; some !== 0; ) {
      some = await rollUpSome(pool, workspaceId as number, last as number)
      counted += some
    }
  }
  return counted
}

function rollUpSome(pool: pg.Pool, workspaceId: number, last: number): Promise<number> {
  return transact(pool, performance.now() + answerMs, async (transaction) => {
    const { rows } = await transaction.query<Row>(lockPlace, [workspaceId])
    const done = rows[0]?.last_event_id as number | undefined
    if (done === undefined || done >= last) {
      transaction.discard()
      return 0
    }
    const upTo = Math.min(done + batch, last)
    await transaction.query(countBatch, [workspaceId, done, upTo])
    await transaction.query(keepPlace, [workspaceId, upTo])
    return upTo - done
  })
}

const names = { type: 'type', source: 'source', none: 'NULL::text' }

export async function countEvents(
  ask: Ask,
  workspaceId: WorkspaceId,
  { from, until, minutes, by, limit }: EventCountQuery,
): Promise<EventCounts> {
  const select = `
    SELECT minute / $4 * $4 * 60000 AS at, ${names[by]} AS name, sum(count)::bigint AS count
    FROM event_counts WHERE workspace_id = $1 AND minute >= $2 AND minute < $3
    GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2 LIMIT $5`
  const range = [Math.floor(from / 60_000), Math.ceil(until / 60_000)]
  const [counts, place] = await Promise.all([
    ask(select, [workspaceId, ...range, minutes, limit]),
    ask('SELECT last_event_id FROM roll_ups WHERE workspace_id = $1', [workspaceId]),
  ])
  const upTo = (place[0]?.last_event_id ?? 0) as EventId | 0
  return { counts: counts as unknown as EventCounts['counts'], upTo }
}
