import type pg from 'pg'
import { countNames, type EventCountQuery, type EventCounts } from '../../core/event-query.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Row } from '../rows.ts'
import { answerMs, transact } from './transaction.ts'

/** Rows counted in one transaction. */
const batch = 5_000

/** What is counted: a table whose ids grow, and how far it was counted. */
const kinds = [
  {
    last: 'last_event_id',
    count: `
      INSERT INTO event_counts AS c (workspace_id, minute, type, source, count)
      SELECT $1, received_at / 60000, type, source, count(*) FROM events
      WHERE workspace_id = $1 AND id > $2 AND id <= $3 GROUP BY 2, 3, 4
      ON CONFLICT (workspace_id, minute, type, source)
      DO UPDATE SET count = c.count + excluded.count`,
  },
  {
    last: 'last_delivery_id',
    count: `
      INSERT INTO delivery_counts AS c (workspace_id, minute, rule, destination, count)
      SELECT $1, planned_at / 60000, rule, destination, count(*) FROM deliveries
      WHERE workspace_id = $1 AND id > $2 AND id <= $3 GROUP BY 2, 3, 4
      ON CONFLICT (workspace_id, minute, rule, destination)
      DO UPDATE SET count = c.count + excluded.count`,
  },
] as const
type Kind = (typeof kinds)[number]

const selectBehind = (last: string) => `
  SELECT c.workspace_id, c.${last} AS last
  FROM counters c LEFT JOIN roll_ups r ON r.workspace_id = c.workspace_id
  WHERE c.${last} > coalesce(r.${last}, 0)`

const makePlace = `
  INSERT INTO roll_ups (workspace_id, last_event_id, last_delivery_id)
  VALUES ($1, 0, 0) ON CONFLICT DO NOTHING`

/** A place that another node holds is not waited for: that node is counting. */
const lockPlace = (last: string) => `
  SELECT ${last} AS done FROM roll_ups WHERE workspace_id = $1 FOR UPDATE SKIP LOCKED`

const keepPlace = (last: string) => `UPDATE roll_ups SET ${last} = $2 WHERE workspace_id = $1`

/** What ended is counted in the order of time, of all workspaces together, as its index has it. */
const lockEnds = 'SELECT counted_to AS done FROM end_roll_up FOR UPDATE SKIP LOCKED'

/** The last of a batch; all of one millisecond are counted together. */
const selectEnded = `
  SELECT max(ended_at) AS last, count(*) AS count FROM (
    SELECT ended_at FROM deliveries WHERE ended_at > $1 AND ended_at < $2
    ORDER BY ended_at LIMIT ${batch}) AS next`

const countEnds = `
  INSERT INTO end_counts AS c (workspace_id, minute, destination, state, count)
  SELECT workspace_id, ended_at / 60000, destination, state, count(*) FROM deliveries
  WHERE ended_at > $1 AND ended_at <= $2 GROUP BY 1, 2, 3, 4
  ON CONFLICT (workspace_id, minute, destination, state)
  DO UPDATE SET count = c.count + excluded.count`

const keepEnd = 'UPDATE end_roll_up SET counted_to = $1'

type Ask = (statement: string, values?: unknown[]) => Promise<Row[]>

export async function rollUpEvents(pool: pg.Pool, ask: Ask, endedBefore: number): Promise<number> {
  let counted = 0
  for (const kind of kinds) {
    for (const { workspace_id: workspaceId, last } of await ask(selectBehind(kind.last))) {
      await ask(makePlace, [workspaceId])
      for (let some = -1; some !== 0; ) {
        some = await rollUpSome(pool, kind, workspaceId as number, last as number)
        counted += some
      }
    }
  }
  for (let some = -1; some !== 0; ) {
    some = await rollUpEnds(pool, endedBefore)
    counted += some
  }
  return counted
}

function rollUpEnds(pool: pg.Pool, endedBefore: number): Promise<number> {
  return transact(pool, performance.now() + answerMs, async (transaction) => {
    const [place] = (await transaction.query<Row>(lockEnds)).rows
    const done = Number(place?.done)
    const ended = place && (await transaction.query<Row>(selectEnded, [done, endedBefore])).rows[0]
    const count = Number(ended?.count ?? 0)
    if (count === 0) transaction.discard()
    else {
      const last = Number(ended?.last)
      await transaction.query(countEnds, [done, last])
      await transaction.query(keepEnd, [last])
    }
    return count
  })
}

function rollUpSome(pool: pg.Pool, kind: Kind, workspaceId: number, last: number): Promise<number> {
  return transact(pool, performance.now() + answerMs, async (transaction) => {
    const { rows } = await transaction.query<Row>(lockPlace(kind.last), [workspaceId])
    const done = rows[0]?.done as number | undefined
    if (done === undefined || done >= last) {
      transaction.discard()
      return 0
    }
    const upTo = Math.min(done + batch, last)
    await transaction.query(kind.count, [workspaceId, done, upTo])
    await transaction.query(keepPlace(kind.last), [workspaceId, upTo])
    return upTo - done
  })
}

const names = { ...countNames, none: 'NULL::text' }
const tables = { events: 'event_counts', deliveries: 'delivery_counts', ends: 'end_counts' }
const places = {
  events: 'SELECT last_event_id AS last FROM roll_ups WHERE workspace_id = $1',
  deliveries: 'SELECT last_delivery_id AS last FROM roll_ups WHERE workspace_id = $1',
  ends: 'SELECT counted_to AS last FROM end_roll_up WHERE $1::bigint > 0',
}

export async function countEvents(
  ask: Ask,
  workspaceId: WorkspaceId,
  query: EventCountQuery,
): Promise<EventCounts> {
  const { of, from, until, minutes, by, limit } = query
  const state = of === 'ends' ? query.state : undefined
  const select = `
    SELECT minute / $4 * $4 * 60000 AS at, ${names[by]} AS name, sum(count)::bigint AS count,
      max(minute) * 60000 AS "lastAt"
    FROM ${tables[of]} WHERE workspace_id = $1 AND minute >= $2 AND minute < $3 ${state === undefined ? '' : 'AND state = $6'}
    GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2 LIMIT $5`
  const range = [Math.floor(from / 60_000), Math.ceil(until / 60_000)]
  const [counts, place] = await Promise.all([
    ask(select, [workspaceId, ...range, minutes, limit, ...(state === undefined ? [] : [state])]),
    ask(places[of], [workspaceId]),
  ])
  const upTo = Number(place[0]?.last ?? 0)
  return { counts: counts as unknown as EventCounts['counts'], upTo }
}
