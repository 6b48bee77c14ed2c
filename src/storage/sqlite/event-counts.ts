import type { DatabaseSync } from 'node:sqlite'
import { countNames, type EventCountQuery, type EventCounts } from '../../core/event-query.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Row } from '../rows.ts'
import { countedStretches, countSpans } from '../search/count-spans.ts'
import { enteredInto, termsOfEvents } from '../search/event-terms.ts'
import { putEventBlock, selectEventBlock, selectTermsOfEvents } from './event-statements.ts'
import { rowKey } from './statements.ts'

/** Rows counted in one transaction; those who write meanwhile wait about a millisecond for it. */
const batch = 2_000

/** What is counted: a table whose ids grow, and how far it was counted. */
const kinds = [
  {
    last: 'last_event_id',
    count: countInto('event_counts', 'type, source', 'received_at', 'events'),
  },
  {
    last: 'last_delivery_id',
    count: countInto('delivery_counts', 'rule, destination', 'planned_at', 'deliveries'),
  },
] as const

/** The rows are outside, so that they are read once for all spans. */
function countInto(counts: string, names: string, at: string, table: string): string {
  const spans = countSpans.map((span) => `SELECT ${span} AS span`).join(' UNION ALL ')
  return `
    INSERT INTO ${counts} (workspace_id, span, minute, ${names}, count, last_minute)
    SELECT ?1, span, ${at} / 60000 / span * span, ${names}, count(*), max(${at} / 60000)
    FROM ${table} CROSS JOIN (${spans})
    WHERE key > ${rowKey('?1', '?2')} AND key <= ${rowKey('?1', '?3')} GROUP BY 2, 3, 4, 5
    ON CONFLICT DO UPDATE SET count = count + excluded.count,
      last_minute = max(last_minute, excluded.last_minute)`
}

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
  const range = [Math.floor(from / 60_000), Math.ceil(until / 60_000)] as const
  const stretches = countedStretches(...range, minutes)
  const select = selectCounts(tables[of], names[by], stretches.length)
  const values = stretches.flatMap((each) => [each.span, each.from, each.until])
  const rows = db.prepare(select).all(workspaceId, minutes, limit, ...values)
  const last = of === 'events' ? 'last_event_id' : 'last_delivery_id'
  const place = `SELECT ${last} AS last FROM roll_ups WHERE workspace_id = ?`
  const upTo = Number(db.prepare(place).get(workspaceId)?.last ?? 0)
  return { counts: rows as unknown as EventCounts['counts'], upTo }
}

/** The workspace, the minutes of a step and the limit, then the three values of each stretch. */
export function selectCounts(table: string, name: string, stretches: number): string {
  const parts = Array.from({ length: stretches }, (_, n) => {
    const [span, from, until] = [4, 5, 6].map((place) => `?${place + 3 * n}`)
    return `
      SELECT minute, ${name} AS name, count, last_minute FROM ${table}
      WHERE workspace_id = ?1 AND span = ${span} AND minute >= ${from} AND minute < ${until}`
  })
  return `
    SELECT minute / CAST(?2 AS INTEGER) * CAST(?2 AS INTEGER) * 60000 AS at, name,
      sum(count) AS count, max(last_minute) * 60000 AS lastAt
    FROM (${parts.join(' UNION ALL ')}) GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2 LIMIT ?3`
}
