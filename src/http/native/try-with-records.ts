import { withoutRecords } from '../../core/answer-records.ts'
import { type RecordAsk, recordAskKey } from '../../core/known.ts'
import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import type { StoredRecord } from '../../core/record.ts'
import type { TriedRule } from '../../core/try-rule.ts'
import { triedPerson } from '../../core/try-rules.ts'
import type { Store } from '../../storage/store.ts'

type ReadStore = Pick<Store, 'findRecord' | 'findRecords' | 'listRecords'>

/** Rounds of looking up what a trial asks of records: each step takes three or so. */
const roundsMax = 20

/** Tries a rule again with the records it asked for, until it asks for no more. */
export async function tryWithRecords(
  store: ReadStore,
  { workspaceId, person }: { workspaceId: WorkspaceId; person: ProfileId | null },
  tryIt: (records: ReadonlyMap<string, unknown>) => TriedRule,
): Promise<TriedRule> {
  const records = new Map<string, unknown>()
  for (let round = 1; ; round++) {
    const result = tryIt(records)
    const { unknown } = result.tried
    if (unknown.length === 0 || round >= roundsMax) return result
    for (const ask of unknown) {
      records.set(recordAskKey(ask), await answer(store, workspaceId, person, ask))
    }
  }
}

/** In a trial the person has another id than in the store. */
async function answer(
  store: ReadStore,
  workspaceId: WorkspaceId,
  person: ProfileId | null,
  ask: RecordAsk,
): Promise<unknown> {
  const ofTrial = (record: StoredRecord) =>
    record.subject !== null && record.subject === person
      ? { ...record, subject: triedPerson }
      : record
  if ('record' in ask) {
    const found = await store.findRecord(workspaceId, ask.record.kind, ask.record.key)
    return found && ofTrial(found)
  }
  if ('records' in ask) return store.findRecords(workspaceId, ask.records)
  const { subject, ...query } = ask.recordPage
  const isOfNobody = subject !== undefined && (person === null || subject !== triedPerson)
  if (isOfNobody) return withoutRecords(ask)
  const about = subject !== undefined && person !== null ? { subject: person } : {}
  const page = await store.listRecords(workspaceId, { ...query, ...about })
  return { ...page, records: page.records.map(ofTrial) }
}
