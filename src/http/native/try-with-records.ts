import { type RecordAsk, recordAskKey } from '../../core/known.ts'
import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import type { RecordPage, StoredRecord } from '../../core/record.ts'
import type { TriedRule } from '../../core/try-rule.ts'
import { triedPerson } from '../../core/try-rules.ts'
import type { Store } from '../../storage/store.ts'

type ReadStore = Pick<Store, 'findRecord' | 'findRecords' | 'listRecords'>

/** Rounds of looking up what a trial asks of records: a collection, its definition, what is in it. */
const roundsMax = 20

/** Tries a rule again and again, with more of the records it asks for, until it asks for no more. */
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
  if ('record' in ask) return store.findRecord(workspaceId, ask.record.kind, ask.record.key)
  if ('records' in ask) return store.findRecords(workspaceId, ask.records)
  const { subject, ...query } = ask.recordPage
  if (subject === undefined) return store.listRecords(workspaceId, query)
  const none: RecordPage = { records: [], next: null, total: null }
  if (person === null || subject !== triedPerson) return none
  const page = await store.listRecords(workspaceId, { ...query, subject: person })
  const ofTrial = (record: StoredRecord) => ({ ...record, subject: triedPerson })
  return { ...page, records: page.records.map(ofTrial) }
}
