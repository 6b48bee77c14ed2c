import { type Decided, gapChange } from '../../core/decision.ts'
import type { Profile, ProfileId, WorkspaceId } from '../../core/profile.ts'
import { blockOf } from '../search/profile-source.ts'
import { type Term, termChanges } from '../search/profile-terms.ts'
import { deleteRecordsOf } from './record-statements.ts'
import * as sql from './search-statements.ts'
import type { Transaction } from './transaction.ts'

type Entry = Term & { id: ProfileId }

/** Keeps what profiles are searched by in step with what a group made of them. */
export async function writeSide(
  transaction: Transaction,
  workspaceId: WorkspaceId,
  decisions: readonly Decided[],
  indexed: readonly string[],
): Promise<void> {
  const { gone, added } = termsOfGroup(decisions, indexed)
  const gaps = new Map<number, number>()
  const removed: ProfileId[] = []
  for (const write of decisions.flatMap(({ profiles }) => profiles)) {
    const gap = gapChange(write)
    if (gap === 0) continue
    const block = blockOf(write.profile.id)
    gaps.set(block, (gaps.get(block) ?? 0) + gap)
    if (gap > 0) removed.push(write.profile.id)
  }
  // On one connection they are carried out in this order, and none waits for the answer to another.
  const sent: Promise<unknown>[] = []
  if (gone.length > 0) sent.push(transaction.query(sql.removeTerms, columns(workspaceId, gone)))
  if (added.length > 0) sent.push(transaction.query(sql.insertTerms, columns(workspaceId, added)))
  if (gaps.size > 0) {
    const counts = [workspaceId, [...gaps.keys()], [...gaps.values()]]
    sent.push(transaction.query(sql.addGaps, counts))
  }
  if (removed.length > 0) {
    sent.push(transaction.query(deleteRecordsOf, [workspaceId, removed]))
  }
  await Promise.all(sent)
}

/** What a list of terms is as columns, after the workspace. */
export function columns(workspaceId: WorkspaceId, entries: readonly Entry[]): unknown[] {
  return [
    workspaceId,
    entries.map(({ kind }) => kind),
    entries.map(({ name }) => name),
    entries.map(({ value }) => value),
    entries.map(({ id }) => id),
  ]
}

/** Each profile once: from what it was before the group to what it is after it. */
function termsOfGroup(
  decisions: readonly Decided[],
  indexed: readonly string[],
): { gone: Entry[]; added: Entry[] } {
  const ends = new Map<ProfileId, { before: Profile | null; after: Profile }>()
  for (const { profiles } of decisions) {
    for (const { profile, before } of profiles) {
      const known = ends.get(profile.id)
      ends.set(profile.id, { before: known ? known.before : before, after: profile })
    }
  }
  const gone: Entry[] = []
  const added: Entry[] = []
  for (const [id, { before, after }] of ends) {
    const changes = termChanges(before, after, indexed)
    for (const term of changes.gone) gone.push({ ...term, id })
    for (const term of changes.added) added.push({ ...term, id })
  }
  return { gone, added }
}
