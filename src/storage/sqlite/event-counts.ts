import type { DatabaseSync } from 'node:sqlite'
import {
  countNames,
  type EndState,
  type EventCountQuery,
  type EventCounts,
} from '../../core/event-query.ts'
import type { EventId, WorkspaceId } from '../../core/profile.ts'
import type { Row } from '../rows.ts'
import { countSpans, stretchesAsked } from '../search/count-spans.ts'
import { enteredInto, termsOfEvents } from '../search/event-terms.ts'
import {
  continuedBy,
  type HistoryPart,
  milestonesOfLong,
  newestMilestones,
} from '../search/long-history.ts'
import { nameEntryOf, renamesMax } from '../search/shown-names.ts'
import {
  idsBelow,
  putEventBlock,
  putHistory,
  selectEventBlock,
  selectHistoryBack,
  selectHistoryLinks,
  selectMilestones,
  selectTermsOfEvents,
} from './event-statements.ts'
import { enterWarnings } from './ingest-warnings.ts'
import { deleteShownName, putShownName, selectRenamed, selectRenames } from './search-statements.ts'
import { rowKey } from './statements.ts'

/** Rows counted in one transaction; those who write meanwhile wait about a millisecond for it. */
const batch = 2_000
/** Links of a chain followed at once. */
const linksRead = 1_000

const spans = countSpans.map((span) => `SELECT ${span} AS span`).join(' UNION ALL ')

/** What is counted: a table whose ids grow, and how far it was counted. */
const kinds = {
  events: {
    last: 'last_event_id',
    count: countInto('event_counts', 'type, source', 'received_at', 'events'),
  },
  deliveries: {
    last: 'last_delivery_id',
    count: countInto('delivery_counts', 'rule, destination', 'planned_at', 'deliveries'),
  },
} as const

/**
 * What one round counts: up to what was there when it began. One that went on to whatever is new
 * would never end while others write, and would never get to what comes behind it.
 */
export type RollUpGoal =
  | { of: keyof typeof kinds; workspaceId: number; last: number }
  | { of: 'ends'; before: number }

/** The rows are put together by the minute first, so that longer spans are made of few. */
function countInto(counts: string, names: string, at: string, table: string): string {
  return `
    INSERT INTO ${counts} (workspace_id, span, minute, ${names}, count, last_minute)
    SELECT ?1, span, at / span * span, ${names}, sum(counted), max(at)
    FROM (
      SELECT ${at} / 60000 AS at, ${names}, count(*) AS counted FROM ${table}
      WHERE key > ${rowKey('?1', '?2')} AND key <= ${rowKey('?1', '?3')}
      GROUP BY ${at} / 60000, ${names}
    ) CROSS JOIN (${spans})
    WHERE true GROUP BY 2, 3, 4, 5
    ON CONFLICT DO UPDATE SET count = count + excluded.count,
      last_minute = max(last_minute, excluded.last_minute)`
}

const selectBehind = (last: string) => `
  SELECT c.workspace_id, c.${last} AS last
  FROM counters c LEFT JOIN roll_ups r ON r.workspace_id = c.workspace_id
  WHERE c.${last} > coalesce(r.${last}, 0)`

/** No row where the workspace was deleted meanwhile. */
const selectDone = (last: string) => `
  SELECT coalesce(r.${last}, 0) AS done
  FROM counters c LEFT JOIN roll_ups r ON r.workspace_id = c.workspace_id
  WHERE c.workspace_id = ?`

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
  INSERT INTO end_counts (workspace_id, span, minute, destination, state, count, last_minute)
  SELECT workspace_id, span, ended_at / 60000 / span * span, destination, state, count(*),
    max(ended_at / 60000)
  FROM (SELECT workspace_id, ended_at, destination, state ${endedSince}) CROSS JOIN (${spans})
  GROUP BY 1, 2, 3, 4, 5 ON CONFLICT DO UPDATE SET count = count + excluded.count,
    last_minute = max(last_minute, excluded.last_minute)`

const keepEnd = 'UPDATE end_roll_up SET counted_to = ?1 - 1'

/** What was not counted yet; nothing where all is. */
export function rollUpGoals(db: DatabaseSync, endedBefore: number): RollUpGoal[] {
  const goals: RollUpGoal[] = []
  for (const name of ['events', 'deliveries'] as const) {
    for (const { workspace_id, last } of db.prepare(selectBehind(kinds[name].last)).all()) {
      goals.push({ of: name, workspaceId: Number(workspace_id), last: Number(last) })
    }
  }
  const hasEnded = db.prepare(`SELECT 1 ${endedSince} LIMIT 1`).get(endedBefore) !== undefined
  return hasEnded ? [...goals, { of: 'ends', before: endedBefore }] : goals
}

/** Counts up to a batch, inside the transaction that is open; 0 when all are counted. */
export function rollUpSome(db: DatabaseSync, goal: RollUpGoal): number {
  if (goal.of === 'ends') return rollUpEnds(db, goal.before)
  const { workspaceId } = goal
  const { last, count } = kinds[goal.of]
  const done = Number(db.prepare(selectDone(last)).get(workspaceId)?.done ?? goal.last)
  if (done >= goal.last) return 0
  const most = Math.min(done + batch, goal.last)
  const upTo = goal.of === 'events' ? upToRenames(db, workspaceId, done, most) : most
  db.prepare(count).run(workspaceId, done, upTo)
  if (goal.of === 'events') {
    enterTerms(db, workspaceId, done, upTo)
    enterNames(db, workspaceId, done, upTo)
    enterWarnings(db, workspaceId, done, upTo)
  }
  db.prepare(keepPlace(last)).run(workspaceId, upTo)
  return upTo - done
}

function rollUpEnds(db: DatabaseSync, endedBefore: number): number {
  const ended = db.prepare(selectEnded).all(endedBefore)
  if (ended.length === 0) return 0
  const before = Number(ended.at(-1)?.at) + 1
  db.prepare(countEnds).run(before)
  db.prepare(keepEnd).run(before)
  return ended.length
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
  enterHistories(db, workspaceId, rows)
}

/** What long histories go on with up to the newest of their milestones among some events. */
function enterHistories(db: DatabaseSync, workspaceId: number, rows: readonly Row[]): void {
  const milestones = db.prepare(selectMilestones)
  const back = db.prepare(selectHistoryBack)
  const follow = db.prepare(selectHistoryLinks)
  const put = db.prepare(putHistory)
  for (const [subject, newest] of newestMilestones(rows)) {
    const [held] = back.all(workspaceId, subject, 0, idsBelow, 1) as unknown as HistoryPart[]
    const above = held?.last ?? 0
    const known = held ? [] : milestones.all(workspaceId, subject, 0, milestonesOfLong)
    if (!held && known.length < milestonesOfLong) continue
    const events: Row[] = []
    for (let from: EventId | null = newest; from !== null && from > above; ) {
      const links: Row[] = follow.all(workspaceId, from, linksRead, above)
      for (const link of links) events.push(link)
      from = (links.at(-1)?.previous ?? null) as EventId | null
    }
    for (const { first, last, kinds, events: list } of continuedBy(held, events)) {
      put.run(workspaceId, subject, first, last, kinds, list)
    }
  }
}

/** No further than to the last of as many renames as are entered together. */
function upToRenames(db: DatabaseSync, workspaceId: number, done: number, most: number): number {
  const renames = db.prepare(selectRenames).all(workspaceId, done, most)
  return renames.length < renamesMax ? most : Number(renames.at(-1)?.id)
}

/** How those are called whom the same events may have renamed. */
function enterNames(db: DatabaseSync, workspaceId: number, done: number, upTo: number): void {
  const put = db.prepare(putShownName)
  const remove = db.prepare(deleteShownName)
  const rows: Row[] = db.prepare(selectRenamed).all(workspaceId, done, upTo)
  for (const row of rows) {
    const name = nameEntryOf(row)
    if (name === null) remove.run(workspaceId, row.id as number)
    else put.run(workspaceId, row.id as number, name)
  }
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
  const { of, minutes, by, limit } = query
  const { count, values, state } = stretchesAsked(query)
  const select = selectCounts(tables[of], names[by], count, state)
  const rows = db.prepare(select).all(workspaceId, minutes, limit, ...values)
  const upTo = Number(db.prepare(places[of]).get(workspaceId)?.last ?? 0)
  return { counts: rows as unknown as EventCounts['counts'], upTo }
}

/** The workspace, the minutes of a step and the limit, then the three values of each stretch. */
export function selectCounts(
  table: string,
  name: string,
  stretches: number,
  state?: EndState,
): string {
  // One of three words, which a statement may hold.
  const where = `workspace_id = ?1${state === undefined ? '' : ` AND state = '${state}'`}`
  const parts = Array.from({ length: stretches }, (_, n) => {
    const [span, from, until] = [4, 5, 6].map((place) => `?${place + 3 * n}`)
    return `
      SELECT minute, ${name} AS name, count, last_minute FROM ${table}
      WHERE ${where} AND span = ${span} AND minute >= ${from} AND minute < ${until}`
  })
  return `
    SELECT minute / CAST(?2 AS INTEGER) * CAST(?2 AS INTEGER) * 60000 AS at, name,
      sum(count) AS count, max(last_minute) * 60000 AS lastAt
    FROM (${parts.join(' UNION ALL ')}) GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2 LIMIT ?3`
}
