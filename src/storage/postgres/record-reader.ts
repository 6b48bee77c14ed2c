import { limits } from '../../core/limits.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type {
  RecordKey,
  RecordPage,
  RecordQuery,
  RecordsWanted,
  StoredRecord,
} from '../../core/record.ts'
import { recordFromRow } from '../rows.ts'
import {
  assertRecordQuery,
  foundRecords,
  isPossibleKey,
  possibleRecords,
  recordPage,
} from '../search/list-records.ts'
import * as sql from './record-statements.ts'
import type { Ask } from './search-sources.ts'

export async function findRecord(
  ask: Ask,
  workspaceId: WorkspaceId,
  kind: string,
  key: RecordKey,
): Promise<StoredRecord | null> {
  if (!isPossibleKey(kind, key)) return null
  const [row] = await ('id' in key
    ? ask(sql.selectRecord, [workspaceId, key.id])
    : ask(sql.selectRecordByName, [workspaceId, kind, key.parent ?? '', key.name]))
  return row && row.kind === kind ? recordFromRow(row) : null
}

/** See `RecordStore.findRecords`. */
export async function findRecords(
  ask: Ask,
  workspaceId: WorkspaceId,
  wanted: RecordsWanted,
): Promise<StoredRecord[]> {
  const { ids, names, subjects } = possibleRecords(wanted)
  const most = limits.recordsOfPeopleMax
  const each = names.flatMap((of) => of.names.map((name) => ({ ...of, name })))
  const keys = (['kind', 'parent', 'name'] as const).map((part) => each.map((key) => key[part]))
  const found = await Promise.all([
    ids.length > 0 ? ask(sql.selectRecordsById, [workspaceId, ids]) : [],
    names.length > 0 ? ask(sql.selectRecordsByName, [workspaceId, ...keys]) : [],
    subjects.length > 0 ? ask(sql.selectRecordsOf, [workspaceId, subjects, most]) : [],
  ])
  return foundRecords(found.flat())
}

/** See `RecordStore.listRecords`. */
export async function listRecords(
  ask: Ask,
  workspaceId: WorkspaceId,
  query: RecordQuery,
): Promise<RecordPage> {
  assertRecordQuery(query)
  const { page, descending = false, total } = query
  const { values, page: pages, count } = statementsOf(query)
  const offset = 'offset' in page ? page.offset : 0
  const after = 'after' in page ? page.after : undefined
  const highest = Number.MAX_SAFE_INTEGER
  const bounds = descending ? [0, after ?? highest] : [after ?? 0, highest]
  const of = [workspaceId, ...values]
  const [rows, counted] = await Promise.all([
    ask(pages[descending ? 1 : 0], [...of, ...bounds, page.limit + 1, offset]),
    total ? ask(count, of) : [],
  ])
  return recordPage(query, rows, total ? (counted[0]?.total as number) : null)
}

/** What an index answers. */
function statementsOf({ kind, parent, subject }: RecordQuery) {
  if (subject === undefined) {
    const values = [kind, parent ?? '']
    return {
      values,
      page: [sql.pageOfParent, sql.pageOfParentBack],
      count: sql.countOfParent,
    } as const
  }
  if (kind === null) {
    const page = [sql.pageOfSubject, sql.pageOfSubjectBack] as const
    return { values: [subject], page, count: sql.countOfSubject } as const
  }
  const page = [sql.pageOfSubjectAndKind, sql.pageOfSubjectAndKindBack] as const
  return { values: [subject, kind], page, count: sql.countOfSubjectAndKind } as const
}
