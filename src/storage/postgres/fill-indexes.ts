import type pg from 'pg'
import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import { defaultSettings, type WorkspaceSettings } from '../../core/workspace.ts'
import { profileFromRow, type Row } from '../rows.ts'
import { termsOf } from '../search/profile-terms.ts'
import { storageFault } from './faults.ts'
import { insertTerms } from './search-statements.ts'
import { profileColumns } from './statements.ts'
import { answerMs, type Transaction, transact } from './transaction.ts'
import { columns } from './write-side.ts'

/** Profiles entered, or terms taken out, in one transaction. */
const batch = 500

/** Another node that does the same goes on with something else, or is done. */
const selectFill = `
  SELECT workspace_id, name, filled_id FROM index_fills
  ORDER BY workspace_id, name LIMIT 1 FOR UPDATE SKIP LOCKED`

const selectSettings = 'SELECT settings FROM workspaces WHERE id = $1'

/** Locked, so that nobody changes them until they are entered as they are. */
const selectSome = `
  SELECT ${profileColumns} FROM profiles
  WHERE workspace_id = $1 AND id > $2 AND removed_at IS NULL ORDER BY id LIMIT ${batch} FOR SHARE`

const moveFill = 'UPDATE index_fills SET filled_id = $3 WHERE workspace_id = $1 AND name = $2'

const endFill = 'DELETE FROM index_fills WHERE workspace_id = $1 AND name = $2'

const deleteSome = `
  DELETE FROM profile_terms WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM profile_terms WHERE workspace_id = $1 AND kind = $2 AND name = $3
    ORDER BY value, block LIMIT ${batch}))`

/** Who writes terms holds the counters, so that no two wait for each other's rows in a circle. */
export const lockCounters = 'SELECT 1 FROM counters WHERE workspace_id = $1 FOR UPDATE'

/** See `QueryStore.fillIndexes`. */
export async function fillIndexes(
  pool: pg.Pool,
  stop?: AbortSignal,
): Promise<{ profiles: number }> {
  for (let profiles = 0; ; ) {
    if (stop?.aborted) return { profiles }
    const some = await fillSome(pool)
    if (some === null) return { profiles }
    profiles += some
  }
}

/** null when there is nothing to do. */
async function fillSome(pool: pg.Pool): Promise<number | null> {
  try {
    return await transact(pool, performance.now() + answerMs, async (transaction) => {
      const { rows } = await transaction.query<Row>(selectFill)
      const [fill] = rows
      if (!fill) return null
      const found = await transaction.query<Row>(selectSettings, [fill.workspace_id])
      const settings = JSON.parse((found.rows[0]?.settings as string | undefined) ?? '{}')
      const { indexedAttributes } = { ...defaultSettings, ...(settings as WorkspaceSettings) }
      const known = found.rows[0] !== undefined
      const wanted = known && indexedAttributes.includes(fill.name as string)
      if (wanted && fill.filled_id !== -1) return await enterSome(transaction, fill)
      await takeSomeOut(transaction, fill, wanted)
      return 0
    })
  } catch (error) {
    throw storageFault(error)
  }
}

async function enterSome({ query }: Transaction, fill: Row): Promise<number> {
  const workspaceId = fill.workspace_id as WorkspaceId
  const name = fill.name as string
  const { rows } = await query<Row>(selectSome, [workspaceId, fill.filled_id])
  const entries = rows.map(profileFromRow).flatMap((profile) =>
    termsOf(profile, [name])
      .filter(({ kind }) => kind !== 'tag')
      .map((term) => ({ ...term, id: profile.id })),
  )
  if (entries.length > 0) {
    await query(lockCounters, [workspaceId])
    await query(insertTerms, columns(workspaceId, entries))
  }
  const last = rows.at(-1)?.id as ProfileId | undefined
  if (last === undefined || rows.length < batch) await query(endFill, [workspaceId, name])
  else await query(moveFill, [workspaceId, name, last])
  return rows.length
}

/** What an earlier index may have left goes first, so that a new one holds what is true alone. */
async function takeSomeOut({ query }: Transaction, fill: Row, wanted: boolean): Promise<void> {
  const { workspace_id: workspaceId, name } = fill
  await query(lockCounters, [workspaceId])
  const gone = (await query(deleteSome, [workspaceId, 'attribute', name])).rowCount ?? 0
  if (gone > 0) return
  if (wanted) await query(moveFill, [workspaceId, name, 0])
  else await query(endFill, [workspaceId, name])
}
