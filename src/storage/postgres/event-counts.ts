import type pg from 'pg'
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
  putEventBlocks,
  putHistories,
  selectHeldBlocks,
  selectHistoryBack,
  selectHistoryLinks,
  selectMilestones,
  selectTermsOfEvents,
} from './event-statements.ts'
import { lockCounters } from './fill-indexes.ts'
import { enterWarnings } from './ingest-warnings.ts'
import {
  deleteShownNames,
  putShownNames,
  selectRenamed,
  selectRenames,
} from './search-statements.ts'
import { answerMs, type Transaction, transact } from './transaction.ts'

/** Rows counted in one transaction. */
const batch = 5_000
/** Links of a chain followed at once. */
const linksRead = 1_000

/** What is counted: a table whose ids grow, and how far it was counted. */
const kinds = [
  {
    last: 'last_event_id',
    count: countInto('event_counts', ['type', 'source'], 'received_at', 'events'),
  },
  {
    last: 'last_delivery_id',
    count: countInto('delivery_counts', ['rule', 'destination'], 'planned_at', 'deliveries'),
  },
] as const
type Kind = (typeof kinds)[number]

function countInto(counts: string, columns: string[], at: string, table: string): string {
  const names = columns.join(', ')
  return `
    INSERT INTO ${counts} AS c (workspace_id, span, minute, ${names}, count, last_minute)
    SELECT $1, span, ${at} / 60000 / span * span, ${names}, count(*), max(${at} / 60000)
    FROM ${table} CROSS JOIN unnest(ARRAY[${countSpans.join(', ')}]::bigint[]) AS span
    WHERE workspace_id = $1 AND id > $2 AND id <= $3 GROUP BY 2, 3, 4, 5
    ON CONFLICT (workspace_id, span, minute, ${names}) DO UPDATE
    SET count = c.count + excluded.count,
      last_minute = greatest(c.last_minute, excluded.last_minute)`
}

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
  INSERT INTO end_counts AS c
    (workspace_id, span, minute, destination, state, count, last_minute)
  SELECT workspace_id, span, ended_at / 60000 / span * span, destination, state, count(*),
    max(ended_at / 60000)
  FROM deliveries CROSS JOIN unnest(ARRAY[${countSpans.join(', ')}]::bigint[]) AS span
  WHERE ended_at > $1 AND ended_at <= $2 GROUP BY 1, 2, 3, 4, 5
  ON CONFLICT (workspace_id, span, minute, destination, state) DO UPDATE
  SET count = c.count + excluded.count,
    last_minute = greatest(c.last_minute, excluded.last_minute)`

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
    let upTo = Math.min(done + batch, last)
    const isLog = kind.last === 'last_event_id'
    let renames: Row[] = []
    if (isLog) {
      renames = (await transaction.query<Row>(selectRenames, [workspaceId, done, upTo])).rows
      if (renames.length === renamesMax) upTo = renames.at(-1)?.id as number
      await enterTerms(transaction, [workspaceId, done, upTo])
    }
    await transaction.query(kind.count, [workspaceId, done, upTo])
    if (isLog) await enterWarnings(transaction, [workspaceId, done, upTo])
    await transaction.query(keepPlace(kind.last), [workspaceId, upTo])
    // Last, as everybody who writes to the workspace waits from here on.
    if (renames.length > 0) await enterNames(transaction, [workspaceId, done, upTo])
    return upTo - done
  })
}

/** What events are found by, of the same events and in the same transaction as their counts. */
async function enterTerms(
  transaction: Pick<Transaction, 'query'>,
  [workspaceId, done, upTo]: [workspaceId: number, done: number, upTo: number],
): Promise<void> {
  const events = await transaction.query<Row>(selectTermsOfEvents, [workspaceId, done, upTo])
  const terms = termsOfEvents(events.rows)
  const columns = [
    terms.map(({ kind }) => kind),
    terms.map(({ value }) => value),
    terms.map(({ block }) => block),
  ]
  const { rows } = await transaction.query<Row>(selectHeldBlocks, [workspaceId, ...columns])
  const held = new Map(
    rows.map(({ kind, value, block, ids }) => [`${kind} ${block} ${value}`, ids as Buffer]),
  )
  const lists = terms.map(({ kind, value, block, events }) =>
    Buffer.from(enteredInto(held.get(`${kind} ${block} ${value}`), events)),
  )
  await transaction.query(putEventBlocks, [workspaceId, ...columns, lists])
  await enterHistories(transaction, workspaceId, events.rows)
}

/** What long histories go on with up to the newest of their milestones among some events. */
async function enterHistories(
  { query }: Pick<Transaction, 'query'>,
  workspaceId: number,
  rows: readonly Row[],
): Promise<void> {
  const all: ({ subject: number } & HistoryPart)[] = []
  for (const [subject, newest] of newestMilestones(rows)) {
    const last = [workspaceId, subject, 0, Number.MAX_SAFE_INTEGER, 1]
    const [held] = (await query<Row>(selectHistoryBack, last)).rows as unknown as HistoryPart[]
    const above = held?.last ?? 0
    if (!held) {
      const wanted = [workspaceId, subject, 0, milestonesOfLong]
      if ((await query(selectMilestones, wanted)).rows.length < milestonesOfLong) continue
    }
    const events: Row[] = []
    for (let from: EventId | null = newest; from !== null && from > above; ) {
      const wanted = [workspaceId, from, linksRead, above]
      const links: Row[] = (await query<Row>(selectHistoryLinks, wanted)).rows
      for (const link of links) events.push(link)
      from = (links.at(-1)?.previous ?? null) as EventId | null
    }
    for (const part of continuedBy(held, events)) all.push({ subject, ...part })
  }
  if (all.length === 0) return
  const columns = (['subject', 'first', 'last', 'kinds', 'events'] as const).map((name) =>
    all.map((part) => part[name]),
  )
  await query(putHistories, [workspaceId, ...columns])
}

/**
 * How those are called whom the same events may have renamed. Whoever changes people holds the
 * counters: so nobody is changed or erased between the look and what is made of it.
 */
async function enterNames(
  { query }: Pick<Transaction, 'query'>,
  [workspaceId, done, upTo]: [workspaceId: number, done: number, upTo: number],
): Promise<void> {
  await query(lockCounters, [workspaceId])
  const { rows } = await query<Row>(selectRenamed, [workspaceId, done, upTo])
  const entries = rows.map((row) => ({ id: row.id as number, name: nameEntryOf(row) }))
  const gone = entries.filter(({ name }) => name === null).map(({ id }) => id)
  const named = entries.filter(({ name }) => name !== null)
  const columns = [named.map(({ id }) => id), named.map(({ name }) => name)]
  if (gone.length > 0) await query(deleteShownNames, [workspaceId, gone])
  if (named.length > 0) await query(putShownNames, [workspaceId, ...columns])
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
  const { of, minutes, by, limit } = query
  const { count, values, state } = stretchesAsked(query)
  const select = selectCounts(tables[of], names[by], count, state)
  const [counts, place] = await Promise.all([
    ask(select, [workspaceId, minutes, limit, ...values]),
    ask(places[of], [workspaceId]),
  ])
  const upTo = Number(place[0]?.last ?? 0)
  return { counts: counts as unknown as EventCounts['counts'], upTo }
}

/** The workspace, the minutes of a step and the limit, then the three values of each stretch. */
export function selectCounts(
  table: string,
  name: string,
  stretches: number,
  state?: EndState,
): string {
  // One of three words, which a statement may hold.
  const where = `workspace_id = $1${state === undefined ? '' : ` AND state = '${state}'`}`
  const parts = Array.from({ length: stretches }, (_, n) => {
    const [span, from, until] = [4, 5, 6].map((place) => `$${place + 3 * n}`)
    return `
      SELECT minute, ${name} AS name, count, last_minute FROM ${table}
      WHERE ${where} AND span = ${span} AND minute >= ${from} AND minute < ${until}`
  })
  return `
    SELECT minute / $2 * $2 * 60000 AS at, name, sum(count)::bigint AS count,
      max(last_minute) * 60000 AS "lastAt"
    FROM (${parts.join(' UNION ALL ')}) AS parts GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2 LIMIT $3`
}
