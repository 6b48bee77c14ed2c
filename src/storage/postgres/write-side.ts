import { absorptions, type Decided, gapChange } from '../../core/decision.ts'
import type { Profile, ProfileId, WorkspaceId } from '../../core/profile.ts'
import { blockOf } from '../search/profile-source.ts'
import { type Term, termChanges } from '../search/profile-terms.ts'
import { deleteRecordsOf, moveRecords } from './record-statements.ts'
import * as sql from './search-statements.ts'
import type { Transaction } from './transaction.ts'

type Entry = Term & { id: ProfileId }

/** Keeps what profiles are searched by in step with what a group made of them. */
export function writeSide(
  transaction: Transaction,
  workspaceId: WorkspaceId,
  decisions: readonly Decided[],
  indexed: readonly string[],
): void {
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
  if (gone.length > 0) transaction.send(sql.removeTerms, columns(workspaceId, gone))
  if (added.length > 0) transaction.send(sql.insertTerms, columns(workspaceId, added))
  if (gaps.size > 0) {
    transaction.send(sql.addGaps, [workspaceId, [...gaps.keys()], [...gaps.values()]])
  }
  const moved = absorptions(decisions.flatMap(({ profiles }) => profiles))
  if (moved.size > 0) {
    transaction.send(moveRecords, [workspaceId, [...moved.keys()], [...moved.values()]])
  }
  if (removed.length > 0) transaction.send(deleteRecordsOf, [workspaceId, removed])
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
