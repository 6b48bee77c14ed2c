import type { Actor } from '../../core/audit.ts'
import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import { erasedEntry } from '../audit-details.ts'
import { type EraseSession, type EraseTools, eraseTraces } from '../erase-traces.ts'
import { auditValues, type Row } from '../rows.ts'
import type { Erasure } from '../store.ts'
import { type Admin, insertAudit } from './admin.ts'

const syntax: EraseTools['syntax'] = {
  among: (column) => `${column} = ANY (?2::bigint[])`,
  ids: (table) => `${table}.workspace_id = ?1 AND ${table}.id = ANY (?2::bigint[])`,
  at: (table, id) => `${table}.workspace_id = ?1 AND ${table}.id = ${id}`,
}

export interface EraseParts {
  admin: Admin
  clock: () => number
  ask(text: string, values?: unknown[]): Promise<Row[]>
}

/** Old versions of rows stay in the database's files until it is vacuumed: see the manual. */
export async function eraseProfile(
  { admin, clock, ask }: EraseParts,
  of: { workspace: WorkspaceId; profile: ProfileId; by: Actor },
): Promise<Erasure> {
  const { workspace, profile, by } = of
  const look = sessionOf(async (text, values) => {
    const rows = await ask(text, values)
    return { rows, rowCount: rows.length }
  })
  const write: EraseTools['write'] = (work) =>
    admin.write(workspace, by, ({ query }) => work(sessionOf((text, given) => query(text, given))))
  const traces = await eraseTraces({ syntax, look, write }, workspace, profile)
  const at = clock()
  const receipt = await admin.write(workspace, by, async ({ query }) => {
    await query('DELETE FROM lanes WHERE workspace_id = $1 AND subject = $2', [workspace, profile])
    const { rows } = await query<Row>(
      `${insertAudit} RETURNING id`,
      auditValues(erasedEntry(at, of, traces)),
    )
    return Number(rows[0]?.id)
  })
  return { receipt, at, traces }
}

type Query = (text: string, values: unknown[]) => Promise<{ rows: Row[]; rowCount: number | null }>

function sessionOf(ask: Query): EraseSession {
  const numbered = (text: string) => text.replaceAll(/\?(\d)/g, '$$$1')
  return {
    all: async (text, values) => (await ask(numbered(text), [...values])).rows,
    run: async (text, values) => (await ask(numbered(text), [...values])).rowCount ?? 0,
  }
}
