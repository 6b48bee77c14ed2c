import type { DatabaseSync } from 'node:sqlite'
import type { OwnExpiry } from '../../core/workspace.ts'
import type { Expired } from '../store.ts'
import { expireEventsOf } from './expire-some.ts'
import { rowKey } from './statements.ts'

/** Ids of events whose runs and deliveries are deleted in one transaction. */
const window = 1_000

const selectFirstKept = `
  SELECT id FROM events WHERE key > ${rowKey('?1', '0')} AND key < ${rowKey('(?1 + 1)', '0')}
  ORDER BY key LIMIT 1`

/** The first event from one on of which a run or a delivery is left. */
const selectNextLeft = `
  SELECT min(event_id) AS next FROM (
    SELECT (SELECT event_id FROM runs WHERE workspace_id = ?1 AND event_id >= ?2
      ORDER BY event_id LIMIT 1) AS event_id
    UNION ALL
    SELECT (SELECT event_id FROM deliveries INDEXED BY deliveries_by_event
      WHERE workspace_id = ?1 AND event_id >= ?2 ORDER BY event_id LIMIT 1))`

const inWindow = 'workspace_id = ?1 AND event_id >= ?2 AND event_id < ?3 AND ended_at < ?4'

const deleteRuns = `DELETE FROM runs WHERE ${inWindow}`

const selectDeliveries = `FROM deliveries INDEXED BY deliveries_by_event WHERE ${inWindow}`

const deleteAttempts = `
  DELETE FROM attempts WHERE (workspace_id, delivery_id) IN (
    SELECT workspace_id, id ${selectDeliveries})`

const deleteDeliveries = `DELETE FROM deliveries WHERE key IN (SELECT key ${selectDeliveries})`

/** A step of deleting by a workspace's own time; the steps after it go on `from` what it says. */
export interface OwnStep extends OwnExpiry {
  /** The event from which on runs and deliveries were not looked at. */
  from: number
}

/**
 * Deletes a batch of the events, or once those are gone of the runs and deliveries that are over,
 * which never began before their event: so all of them are of events that went. Answers where the
 * next step goes on, null after the last.
 */
export function expireOwn(
  db: DatabaseSync,
  { workspaceId, before, from }: OwnStep,
): { expired: Partial<Expired>; next: number | null } {
  const events = expireEventsOf(db, workspaceId, before)
  if (events > 0) return { expired: { events }, next: from }
  const kept = (db.prepare(selectFirstKept).get(workspaceId)?.id ?? Infinity) as number
  const next = db.prepare(selectNextLeft).get(workspaceId, from)?.next as number | null
  if (next === null || next >= kept) return { expired: {}, next: null }
  const span = [workspaceId, next, Math.min(next + window, kept), before] as const
  const runs = Number(db.prepare(deleteRuns).run(...span).changes)
  db.prepare(deleteAttempts).run(...span)
  const deliveries = Number(db.prepare(deleteDeliveries).run(...span).changes)
  return { expired: { runs, deliveries }, next: span[2] }
}
