import type { DatabaseSync } from 'node:sqlite'
import type { EventId, Identifier } from '../../core/profile.ts'
import { eventTermKinds } from '../search/event-terms.ts'
import { idBlockOf } from '../search/id-set.ts'
import type { ExpireBefore, Expired } from '../store.ts'
import {
  deleteEventBlocksBelow,
  deleteHistoriesBelow,
  selectNextEventTerm,
} from './event-statements.ts'

/** Rows deleted in one transaction, so that those who write meanwhile wait for little. */
const batch = 1_000

const selectWorkspaces = 'SELECT workspace_id FROM counters'

/** The first events of a workspace: ids are in the order in which they were received. */
const selectOldest = `
  SELECT key, id, received_at, identifiers FROM events
  WHERE key > (?1 << 40) AND key < ((?1 + 1) << 40) ORDER BY key LIMIT ${batch}`

const deleteEvents = 'DELETE FROM events WHERE key > (?1 << 40) AND key <= ?2'

const deleteNamed = `
  DELETE FROM event_identifiers
  WHERE workspace_id = ? AND kind = ? AND value = ? AND event_id = ?`

const deleteIdempotency = `
  DELETE FROM idempotency WHERE (workspace_id, token_id, route, key) IN (
    SELECT workspace_id, token_id, route, key FROM idempotency WHERE created_at < ?
    ORDER BY created_at LIMIT ${batch})`

const deleteRuns = `
  DELETE FROM runs WHERE rowid IN (
    SELECT rowid FROM runs WHERE ended_at < ? ORDER BY ended_at LIMIT ${batch})`

const selectOldDeliveries = `
  SELECT key FROM deliveries WHERE ended_at < ?1 ORDER BY ended_at LIMIT ${batch}`

const deleteAttempts = `
  DELETE FROM attempts WHERE (workspace_id, delivery_id) IN (
    SELECT workspace_id, id FROM deliveries WHERE key IN (${selectOldDeliveries}))`

const deleteDeliveries = `DELETE FROM deliveries WHERE key IN (${selectOldDeliveries})`

const deleteRuleCounts = `
  DELETE FROM rule_counts WHERE (workspace_id, subject, rule) IN (
    SELECT workspace_id, subject, rule FROM rule_counts WHERE minute < ?
    ORDER BY minute LIMIT ${batch})`

/** Deletes up to a batch of each kind, inside the transaction that is open. */
export function expireSome(db: DatabaseSync, before: ExpireBefore): Expired {
  const { changes } = db.prepare(deleteIdempotency).run(before.idempotency)
  const events = before.events === null ? 0 : expireEvents(db, before.events)
  const runs = before.events === null ? 0 : db.prepare(deleteRuns).run(before.events).changes
  const deliveries = before.events === null ? 0 : expireDeliveries(db, before.events)
  const ruleCounts = db.prepare(deleteRuleCounts).run(Math.floor(before.now / 60_000)).changes
  return {
    events,
    idempotency: Number(changes),
    runs: Number(runs),
    ruleCounts: Number(ruleCounts),
    deliveries,
  }
}

/** Attempts before what they belong to, by which they are found. */
function expireDeliveries(db: DatabaseSync, before: number): number {
  db.prepare(deleteAttempts).run(before)
  return Number(db.prepare(deleteDeliveries).run(before).changes)
}

function expireEvents(db: DatabaseSync, before: number): number {
  for (const { workspace_id: workspaceId } of db.prepare(selectWorkspaces).all()) {
    const count = expireEventsOf(db, workspaceId as number, before)
    if (count > 0) return count
  }
  return 0
}

/** Deletes up to a batch of a workspace's events, with what they are found by. */
export function expireEventsOf(db: DatabaseSync, workspaceId: number, before: number): number {
  const oldest = db.prepare(selectOldest).all(workspaceId)
  const young = oldest.findIndex((row) => (row.received_at as number) >= before)
  const old = young < 0 ? oldest : oldest.slice(0, young)
  const last = old.at(-1)
  if (!last) return 0
  const forget = db.prepare(deleteNamed)
  for (const row of old) {
    for (const { kind, value } of JSON.parse(row.identifiers as string) as Identifier[]) {
      forget.run(workspaceId, kind, value, row.id as number)
    }
  }
  db.prepare(deleteEvents).run(workspaceId, last.key as number)
  const [from, to] = [old[0]?.id, last.id].map((id) => idBlockOf(id as EventId))
  if (from !== to) forgetTerms(db, workspaceId, to as number)
  db.prepare(deleteHistoriesBelow).run(workspaceId, (last.id as number) + 1)
  return old.length
}

/** What events below a block were found by. */
function forgetTerms(db: DatabaseSync, workspaceId: number, block: number): void {
  const next = db.prepare(selectNextEventTerm)
  const remove = db.prepare(deleteEventBlocksBelow)
  for (const kind of eventTermKinds) {
    for (let value: string | undefined = ''; value !== undefined; ) {
      value = next.get(workspaceId, kind, value)?.value as string | undefined
      if (value !== undefined) remove.run(workspaceId, kind, value, block)
    }
  }
}
