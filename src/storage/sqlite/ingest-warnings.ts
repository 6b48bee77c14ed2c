import type { DatabaseSync } from 'node:sqlite'
import { type IngestWarning, type Suspect, warningsOf } from '../../core/ingest-warnings.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import {
  hasSuspects,
  newestWarnings,
  selectLook,
  selectSuspects,
  warningColumns,
  warningFromRow,
  warningsOfLook,
  warningValues,
} from '../search/ingest-warnings.ts'
import { rowKey } from './statements.ts'

const counted = `FROM events WHERE key > ${rowKey('?1', '?2')} AND key <= ${rowKey('?1', '?3')}`

const look = selectLook(counted)
const suspectsSeen = selectSuspects(counted, 'key')

const putWarning = `
  INSERT INTO ingest_warnings (workspace_id, ${warningColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET count = count + excluded.count, last_at = excluded.last_at,
    event_id = excluded.event_id`

export const selectWarnings = `
  SELECT ${warningColumns} FROM ingest_warnings WHERE workspace_id = ? AND last_at >= ?
  ${newestWarnings}`

/** What is to be warned about, of events that are counted in the same transaction. */
export function enterWarnings(
  db: DatabaseSync,
  workspaceId: number,
  done: number,
  upTo: number,
): void {
  const place = [workspaceId, done, upTo]
  const seen = db.prepare(look).all(...place)
  const suspects = hasSuspects(seen) ? db.prepare(suspectsSeen).all(...place) : []
  const warnings = [...warningsOfLook(seen), ...warningsOf(suspects as unknown as Suspect[])]
  if (warnings.length === 0) return
  const put = db.prepare(putWarning)
  for (const warning of warnings) put.run(workspaceId, ...warningValues(warning))
}

export function listWarnings(
  db: DatabaseSync,
  workspaceId: WorkspaceId,
  since: number,
): IngestWarning[] {
  return db.prepare(selectWarnings).all(workspaceId, since).map(warningFromRow)
}
