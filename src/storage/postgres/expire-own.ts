import type pg from 'pg'
import type { Identifier } from '../../core/profile.ts'
import { type OwnExpiry, ownExpiries } from '../../core/workspace.ts'
import { type Row, workspaceFromRow } from '../rows.ts'
import type { ExpireBefore, Expired } from '../store.ts'
import { selectWorkspaces } from './admin.ts'
import { deleteHistoriesBelow, deleteTermsBelow } from './event-statements.ts'

/** Events deleted in one transaction, or ids of those whose runs and deliveries are. */
const batch = 1_000

/** The right plan is always by the key, also on tables that nobody analysed yet. */
const byKey = `
  SET enable_seqscan = off; SET enable_bitmapscan = off;
  SET enable_hashjoin = off; SET enable_mergejoin = off`

/** Ids are in the order in which events were received. */
const selectOldest = `
  SELECT id, received_at, identifiers FROM events WHERE workspace_id = $1 AND id > 0
  ORDER BY id LIMIT ${batch} FOR UPDATE`

const deleteNamed = `
  DELETE FROM event_identifiers n
  USING unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[])
    AS old (kind, value, event_id, received_at)
  WHERE n.workspace_id = $1 AND n.kind = old.kind AND n.value = old.value
    AND n.event_id = old.event_id AND n.received_at = old.received_at`

const deleteEvents = `
  DELETE FROM events WHERE workspace_id = $1 AND id > 0 AND id <= $2 AND received_at < $3`

const selectFirstKept = `
  SELECT id FROM events WHERE workspace_id = $1 AND id > 0 ORDER BY id LIMIT 1`

/** The first event from one on of which a run or a delivery is left. */
const selectNextLeft = `
  SELECT least(
    (SELECT event_id FROM runs WHERE workspace_id = $1 AND event_id >= $2
      ORDER BY event_id LIMIT 1),
    (SELECT event_id FROM deliveries WHERE workspace_id = $1 AND event_id >= $2
      ORDER BY event_id LIMIT 1)) AS next`

const inWindow = `
  WHERE workspace_id = $1 AND event_id >= $2 AND event_id < $3 AND ended_at < $4
  ORDER BY event_id FOR UPDATE SKIP LOCKED`

const deleteRuns = `
  DELETE FROM runs WHERE ctid = ANY (ARRAY(SELECT ctid FROM runs ${inWindow}))`

const deleteDeliveries = `
  WITH gone AS (
    DELETE FROM deliveries WHERE ctid = ANY (ARRAY(SELECT ctid FROM deliveries ${inWindow}))
    RETURNING id
  ), tried AS (
    DELETE FROM attempts WHERE workspace_id = $1 AND delivery_id = ANY (ARRAY(SELECT id FROM gone)))
  SELECT count(*) AS count FROM gone`

/**
 * Deletes what workspaces that have a time of their own need not keep, and adds to what is told; on
 * a connection that nothing else is asked on afterwards.
 */
export async function expireOwn(
  client: pg.ClientBase,
  before: ExpireBefore,
  expired: Expired,
): Promise<void> {
  const { rows } = await client.query<Row>(`${selectWorkspaces} ORDER BY id`)
  const own = ownExpiries(rows.map(workspaceFromRow), before.now, before.events)
  if (own.length > 0) await client.query(byKey)
  for (const one of own) {
    for (let count = -1; count !== 0; expired.events += count) {
      count = await deleteOldest(client, one)
    }
    await deleteLeft(client, one, expired)
  }
  if (own.length > 0 && expired.events > 0) await deleteEntered(client)
}

/** What events were found by that are gone. */
export async function deleteEntered(client: pg.ClientBase): Promise<void> {
  await client.query(deleteTermsBelow)
  await client.query(deleteHistoriesBelow)
}

/** One batch of events with what named them; 0 when none is left that is old. */
async function deleteOldest(
  client: pg.ClientBase,
  { workspaceId, before }: OwnExpiry,
): Promise<number> {
  await client.query('BEGIN')
  try {
    const { rows } = await client.query<Row>(selectOldest, [workspaceId])
    const young = rows.findIndex((row) => (row.received_at as number) >= before)
    const old = young < 0 ? rows : rows.slice(0, young)
    const last = old.at(-1)
    if (last) {
      await client.query(deleteNamed, [workspaceId, ...namedBy(old)])
      await client.query(deleteEvents, [workspaceId, last.id, before])
    }
    await client.query('COMMIT')
    return old.length
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

/** The identifiers that events named, column by column. */
function namedBy(events: readonly Row[]): unknown[][] {
  const named = events.flatMap(({ id, received_at: at, identifiers }) =>
    (JSON.parse(identifiers as string) as Identifier[]).map(
      ({ kind, value }) => [kind, value, id, at] as const,
    ),
  )
  return [0, 1, 2, 3].map((column) => named.map((row) => row[column]))
}

/**
 * The runs and deliveries that are over: they never began before their event, so all that ended
 * so long ago are of events that went. What is not over yet stays.
 */
async function deleteLeft(
  client: pg.ClientBase,
  { workspaceId, before }: OwnExpiry,
  expired: Expired,
): Promise<void> {
  const kept = await client.query<{ id: number }>(selectFirstKept, [workspaceId])
  const end = kept.rows[0]?.id ?? Number.MAX_SAFE_INTEGER
  for (let from = 0; ; ) {
    const left = await client.query<{ next: number | null }>(selectNextLeft, [workspaceId, from])
    const next = left.rows[0]?.next ?? end
    if (next >= end) return
    from = Math.min(next + batch, end)
    const span = [workspaceId, next, from, before]
    expired.runs += (await client.query(deleteRuns, span)).rowCount ?? 0
    const gone = await client.query<{ count: number }>(deleteDeliveries, span)
    expired.deliveries += gone.rows[0]?.count ?? 0
  }
}
