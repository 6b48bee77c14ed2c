import type { MergeProfiles } from '../core/command.ts'
import { Fault } from '../core/errors.ts'
import type { Source } from '../core/event.ts'
import type { JsonObject } from '../core/json.ts'
import { type MergeRisk, mergeRisks } from '../core/merge-guards.ts'
import type { Profile, ProfileId, WorkspaceId } from '../core/profile.ts'
import type { RecordId, StoredRecord } from '../core/record.ts'
import type { Store } from '../storage/store.ts'

/*
 * Merges that the guards held back, for somebody to look at. Each is a record about who would stay;
 * it holds ids and nothing of the people, and what speaks against the merge is looked at anew. One
 * that was rejected is kept, so that the same merge is not asked about again.
 */

const KIND = 'native.held-merge'

export type HeldState = 'open' | 'rejected'

export interface HeldMerge {
  id: RecordId
  state: HeldState
  /** Who would stay, and who would go. */
  into: Profile
  from: Profile[]
  risks: MergeRisk[]
  /** How often it was held back. */
  times: number
  heldAt: number
  lastHeldAt: number
}

/** Takes down a merge that was refused for its risks; anything else is passed over. */
export async function holdMerge(
  store: Store,
  workspace: WorkspaceId,
  source: Source,
  error: unknown,
): Promise<void> {
  if (!(error instanceof Fault) || error.code !== 'merge_refused' || !error.merge) return
  const { into, from } = error.merge
  const name = [into, ...from].join(',')
  if (name.length > nameLengthMax || from.length === 0) return
  const at = { parent: 'rejected', name }
  if (await store.findRecord(workspace, KIND, at)) return
  const there = await store.findRecord(workspace, KIND, { parent: 'open', name })
  const times = ((there?.body.times as number | undefined) ?? 0) + 1
  const subject = into as ProfileId
  const body = { from: [...from], times }
  const records = [{ op: 'put' as const, kind: KIND, parent: 'open', name, subject, body }]
  await store.apply(workspace, { kind: 'write-records', records, source })
}

/** As long as the name of a record may be: a merge of more is refused and not taken down. */
const nameLengthMax = 250

export interface HeldPage {
  data: HeldMerge[]
  next: RecordId | null
}

/** Those whose people are all still there and apart; a page may be shorter than asked for. */
export async function listHeldMerges(
  store: Store,
  workspace: WorkspaceId,
  asked: { state: HeldState; after?: RecordId; limit: number },
): Promise<HeldPage> {
  const { state, after, limit } = asked
  const page = { after, limit }
  const found = await store.listRecords(workspace, { kind: KIND, parent: state, page })
  const held = await Promise.all(found.records.map((each) => read(store, workspace, each)))
  return { data: held.filter((each) => each !== null), next: found.next }
}

/** @throws Fault `record_not_found` where there is none, or its people are not apart any more. */
export async function findHeldMerge(
  store: Store,
  workspace: WorkspaceId,
  id: number,
): Promise<HeldMerge> {
  const record = await store.findRecord(workspace, KIND, { id: id as RecordId })
  const held = record && (await read(store, workspace, record))
  if (held) return held
  throw new Fault('record_not_found', { message: `There is no held merge ${id}.` })
}

/** The command that merges them all the same, and closes the question in the same transaction. */
export function acceptingMerge({ id, into, from }: HeldMerge): Omit<MergeProfiles, 'source'> {
  return {
    kind: 'merge-profiles',
    into: [{ profile: into.id }],
    from: from.map((each) => [{ profile: each.id }]),
    records: [{ op: 'delete', kind: KIND, at: { id }, missing: 'pass' }],
  }
}

export async function rejectHeldMerge(
  store: Store,
  workspace: WorkspaceId,
  source: Source,
  id: number,
): Promise<HeldMerge> {
  const held = await findHeldMerge(store, workspace, id)
  const patch = { op: 'patch', kind: KIND, at: { id: held.id }, parent: 'rejected' } as const
  await store.apply(workspace, { kind: 'write-records', records: [patch], source })
  return { ...held, state: 'rejected' }
}

async function read(
  store: Store,
  workspace: WorkspaceId,
  { id, parent, subject, body, createdAt, updatedAt }: StoredRecord,
): Promise<HeldMerge | null> {
  const ids = [subject as ProfileId, ...(body.from as ProfileId[])]
  const page = { limit: ids.length }
  const { profiles } = await store.queryProfiles(workspace, { filter: { ids }, page })
  const people = ids.flatMap((each) => profiles.find((profile) => profile.id === each) ?? [])
  const [into, ...from] = people
  if (!into || people.length < ids.length) return null
  return {
    ...{ id, state: parent as HeldState, into, from, risks: mergeRisks(into, from) },
    ...{ times: body.times as number, heldAt: createdAt, lastHeldAt: updatedAt },
  }
}

export function shownHeldMerge(held: HeldMerge): JsonObject {
  const { id, state, into, from, risks, times, heldAt, lastHeldAt } = held
  return {
    ...{ id, state, profile_id: into.id, from: from.map((each) => each.id), times },
    risks: risks.map(({ code, message, profile }) => ({ code, message, profile_id: profile })),
    held_at: new Date(heldAt).toISOString(),
    last_held_at: new Date(lastHeldAt).toISOString(),
  }
}
