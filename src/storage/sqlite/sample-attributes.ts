import type { DatabaseSync } from 'node:sqlite'
import type { WorkspaceId } from '../../core/profile.ts'
import { profileFromRow, type Row } from '../rows.ts'
import type { Store } from '../store.ts'
import { profileColumns, rowKey } from './statements.ts'

const selectNames = `
  SELECT name, first_at AS firstAt FROM names
  WHERE workspace_id = ? AND kind = 'attribute' ORDER BY id LIMIT ?`

const selectLast = 'SELECT last_profile_id AS last FROM counters WHERE workspace_id = ?'

const selectOneFrom = `
  SELECT ${profileColumns} FROM profiles
  WHERE key >= ${rowKey('?1', '?2')} AND key < ${rowKey('?1', '?3')} AND removed_at IS NULL
  ORDER BY key LIMIT 1`

/** One profile of each of so many equal stretches of ids: each is a look-up by its key. */
export function sampleAttributes(
  db: DatabaseSync,
  workspaceId: WorkspaceId,
  sizes: { names: number; profiles: number },
): Awaited<ReturnType<Store['sampleAttributes']>> {
  const names = db.prepare(selectNames).all(workspaceId, sizes.names)
  const last = Number(db.prepare(selectLast).get(workspaceId)?.last ?? 0)
  const one = db.prepare(selectOneFrom)
  const step = Math.max(last / sizes.profiles, 1)
  const profiles: Row[] = []
  for (let from = 1; from <= last; from += step) {
    const row = one.get(workspaceId, Math.floor(from), Math.floor(from + step))
    if (row) profiles.push(row)
  }
  return {
    names: names as { name: string; firstAt: number }[],
    profiles: profiles.map(profileFromRow),
  }
}
