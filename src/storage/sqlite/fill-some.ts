import type { DatabaseSync } from 'node:sqlite'
import type { WorkspaceId } from '../../core/profile.ts'
import { defaultSettings, type WorkspaceSettings } from '../../core/workspace.ts'
import { profileFromRow, type Row } from '../rows.ts'
import { termsOf } from '../search/profile-terms.ts'
import { selectScan } from './search-statements.ts'
import { TermTable } from './term-table.ts'

/** Profiles entered, or terms taken out, in one transaction. */
const batch = 500

const selectFill = `
  SELECT f.workspace_id, f.name, f.filled_id, w.settings FROM index_fills f
  LEFT JOIN workspaces w ON w.id = f.workspace_id ORDER BY f.workspace_id, f.name LIMIT 1`

const moveFill = 'UPDATE index_fills SET filled_id = ? WHERE workspace_id = ? AND name = ?'

const endFill = 'DELETE FROM index_fills WHERE workspace_id = ? AND name = ?'

const deleteTerms = `
  DELETE FROM profile_terms WHERE (workspace_id, kind, name, value, block) IN (
    SELECT workspace_id, kind, name, value, block FROM profile_terms
    WHERE workspace_id = ? AND kind = ? AND name = ? LIMIT ${batch})`

export interface Filled {
  profiles: number
  /** Whether there may be more to do. */
  left: boolean
}

/** Does the next small part of what settings ask of the indexes, inside the open transaction. */
export function fillSome(db: DatabaseSync): Filled {
  const fill = db.prepare(selectFill).get()
  if (!fill) return { profiles: 0, left: false }
  const settings = JSON.parse((fill.settings as string | null) ?? '{}') as WorkspaceSettings
  const { indexedAttributes } = { ...defaultSettings, ...settings }
  const wanted = fill.settings !== null && indexedAttributes.includes(fill.name as string)
  if (!wanted || (fill.filled_id as number) < 0) takeSomeOut(db, fill, wanted)
  else return { profiles: enterSome(db, fill), left: true }
  return { profiles: 0, left: true }
}

function enterSome(db: DatabaseSync, fill: Row): number {
  const workspaceId = fill.workspace_id as WorkspaceId
  const name = fill.name as string
  const text = selectScan({ by: 'id', descending: false, include: 'living', brief: false })
  const rows = db.prepare(text).all(workspaceId, 0, fill.filled_id as number, batch, 0)
  const terms = new TermTable(db)
  for (const profile of rows.map(profileFromRow)) {
    for (const term of termsOf(profile, [name])) {
      if (term.kind === 'tag') continue
      terms.enter(workspaceId, term, [profile.id])
    }
  }
  const last = rows.at(-1)?.id as number | undefined
  if (last === undefined || rows.length < batch) db.prepare(endFill).run(workspaceId, name)
  else db.prepare(moveFill).run(last, workspaceId, name)
  return rows.length
}

/** What an earlier index may have left goes first, so that a new one holds what is true alone. */
function takeSomeOut(db: DatabaseSync, fill: Row, wanted: boolean): void {
  const workspaceId = fill.workspace_id as number
  const name = fill.name as string
  const remove = db.prepare(deleteTerms)
  if (Number(remove.run(workspaceId, 'attribute', name).changes) > 0) return
  if (wanted) db.prepare(moveFill).run(0, workspaceId, name)
  else db.prepare(endFill).run(workspaceId, name)
}
