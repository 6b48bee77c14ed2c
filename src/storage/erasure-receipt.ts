import type { Actor } from '../core/audit.ts'
import { type ErasedTraces, receiptText, type Witness } from '../core/erasure.ts'
import type { ProfileId, WorkspaceId } from '../core/profile.ts'
import { erasedEntry } from './audit-details.ts'
import type { EraseSession, EraseTools } from './erase-traces.ts'
import type { Erasure } from './store.ts'

export interface ErasureOf {
  workspace: WorkspaceId
  profile: ProfileId
  by: Actor
}

type Insert = (session: EraseSession, entry: ReturnType<typeof erasedEntry>) => Promise<number>

/**
 * Writes the receipt once everything is wiped: with every fingerprint that this erasure, and one
 * before it that was cut short, took down.
 */
export async function writeReceipt(
  tools: Pick<EraseTools, 'write'> & { witness: Witness | null; insert: Insert },
  of: ErasureOf,
  traces: ErasedTraces,
  at: number,
): Promise<Erasure> {
  const open = 'workspace_id = ?1 AND profile_id = ?2 AND receipt IS NULL'
  const { workspace, profile } = of
  return await tools.write(async (session) => {
    const given = [workspace, profile]
    const rows = await session.all(`SELECT hash FROM erased_identifiers WHERE ${open}`, given)
    const fingerprints = rows.map(({ hash }) => hash as string).sort()
    const facts = { workspace, profile, at, traces, fingerprints }
    const signature = tools.witness?.sign(receiptText(facts)) ?? null
    const receipt = await tools.insert(session, erasedEntry(facts, of.by, signature))
    await session.run(`UPDATE erased_identifiers SET receipt = ?3 WHERE ${open}`, [
      ...given,
      receipt,
    ])
    return { receipt, ...facts, signature }
  })
}
