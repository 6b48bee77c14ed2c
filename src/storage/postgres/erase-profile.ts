import type { AuditEntry } from '../../core/audit.ts'
import type { Witness } from '../../core/erasure.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { EraseSession, EraseTools } from '../erase-tools.ts'
import { eraseTraces } from '../erase-traces.ts'
import { type ErasureOf, witnessingOf, writeReceipt } from '../erasure-receipt.ts'
import { auditValues, type Row } from '../rows.ts'
import type { Erasure } from '../store.ts'
import { type Admin, insertAudit } from './admin.ts'

const syntax: EraseTools['syntax'] = {
  among: (column) => `${column} = ANY (?2::bigint[])`,
  amongTexts: (column) => `${column} = ANY (?2::text[])`,
  ids: (table) => `${table}.workspace_id = ?1 AND ${table}.id = ANY (?2::bigint[])`,
  at: (table, id) => `${table}.workspace_id = ?1 AND ${table}.id = ${id}`,
  between: (table, above, upTo) =>
    `${table}.workspace_id = ?1 AND ${table}.id > ${above}::bigint AND ${table}.id <= ${upTo}::bigint`,
  holds: (column) => `strpos(${column}, ?2::text) > 0`,
  holdNames: 'UPDATE counters SET config_version = config_version + 1 WHERE workspace_id = ?1',
}

export interface EraseParts {
  admin: Admin
  clock: () => number
  ask(text: string, values?: unknown[]): Promise<Row[]>
  witness: (() => Witness) | undefined
}

/** Old versions of rows stay in the database's files until it is vacuumed: see the manual. */
export async function eraseProfile(
  { admin, clock, ask, witness }: EraseParts,
  of: ErasureOf,
): Promise<Erasure> {
  const { workspace, profile, by } = of
  const look = sessionOf(async (text, values) => {
    const rows = await ask(text, values)
    return { rows, rowCount: rows.length }
  })
  const write: EraseTools['write'] = (work) =>
    admin.write(workspace, by, ({ query }) => work(sessionOf((text, given) => query(text, given))))
  const witnessing = witnessingOf(clock, witness?.() ?? null)
  const tools = { syntax, look, write, hash: witnessing.hash }
  const traces = await eraseTraces(tools, workspace, profile)
  const insert = async ({ all, run }: EraseSession, entry: Omit<AuditEntry, 'id'>) => {
    await run('DELETE FROM lanes WHERE workspace_id = ?1 AND subject = ?2', [workspace, profile])
    const [row] = await all(`${insertAudit} RETURNING id`, auditValues(entry))
    return Number(row?.id)
  }
  return writeReceipt({ look, write, witnessing, insert }, of, traces)
}

/** See `Store.findErasures`. */
export async function findErasures(
  ask: EraseParts['ask'],
  workspace: WorkspaceId,
  hashes: readonly string[],
  limit: number,
): Promise<number[]> {
  const rows = await ask(selectErasures, [workspace, hashes, limit])
  return rows.map(({ receipt }) => receipt as number)
}

const selectErasures = `
  SELECT DISTINCT receipt FROM erased_identifiers
  WHERE workspace_id = $1 AND hash = ANY ($2::text[]) AND receipt IS NOT NULL
  ORDER BY receipt LIMIT $3`

type Query = (text: string, values: unknown[]) => Promise<{ rows: Row[]; rowCount: number | null }>

function sessionOf(ask: Query): EraseSession {
  const numbered = (text: string) => text.replaceAll(/\?(\d)/g, '$$$1')
  return {
    all: async (text, values) => (await ask(numbered(text), [...values])).rows,
    run: async (text, values) => (await ask(numbered(text), [...values])).rowCount ?? 0,
  }
}
