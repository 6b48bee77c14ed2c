import type { Actor } from '../core/audit.ts'
import { type ErasedTraces, receiptText, type Signature, type Witness } from '../core/erasure.ts'
import type { ProfileId, WorkspaceId } from '../core/profile.ts'
import { erasedEntry } from './audit-details.ts'
import type { EraseSession, EraseTools } from './erase-tools.ts'
import type { Erasure } from './store.ts'

export interface ErasureOf {
  workspace: WorkspaceId
  profile: ProfileId
  by: Actor
}

/** The clock and the keys, which may be in another thread. */
export interface Witnessing {
  now(): Promise<number>
  hash: EraseTools['hash']
  /** null where the store was opened without a witness. */
  sign(text: string): Promise<Signature | null>
}

export function witnessingOf(clock: () => number, witness: Witness | null): Witnessing {
  return {
    now: async () => clock(),
    hash: witness && (async (texts) => texts.map((text) => witness.hashes(text)[0])),
    sign: async (text) => witness?.sign(text) ?? null,
  }
}

type Insert = (session: EraseSession, entry: ReturnType<typeof erasedEntry>) => Promise<number>

/**
 * Writes the receipt once everything is wiped: with every fingerprint that this erasure, and one
 * before it that was cut short, took down.
 */
export async function writeReceipt(
  tools: Pick<EraseTools, 'look' | 'write'> & { witnessing: Witnessing; insert: Insert },
  of: ErasureOf,
  traces: ErasedTraces,
): Promise<Erasure> {
  const open = 'workspace_id = ?1 AND profile_id = ?2 AND receipt IS NULL'
  const { workspace, profile } = of
  // Before the transaction: whoever signs may be held up by it.
  const rows = await tools.look.all(`SELECT hash FROM erased_identifiers WHERE ${open}`, [
    workspace,
    profile,
  ])
  const fingerprints = rows.map(({ hash }) => hash as string).sort()
  const facts = { workspace, profile, at: await tools.witnessing.now(), traces, fingerprints }
  const signature = await tools.witnessing.sign(receiptText(facts))
  return await tools.write(async (session) => {
    const receipt = await tools.insert(session, erasedEntry(facts, of.by, signature))
    await session.run(`UPDATE erased_identifiers SET receipt = ?3 WHERE ${open}`, [
      ...[workspace, profile, receipt],
    ])
    return { receipt, ...facts, signature }
  })
}
