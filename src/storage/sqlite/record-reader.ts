import type { DatabaseSync } from 'node:sqlite'
import { limits } from '../../core/limits.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { RecordKey, RecordQuery, RecordsWanted, StoredRecord } from '../../core/record.ts'
import { type Row, recordColumns, recordFromRow } from '../rows.ts'
import { foundRecords, isPossibleKey, possibleRecords } from '../search/list-records.ts'
import { selectRecord, selectRecordByName, selectRecordsOf } from './record-statements.ts'

export interface RecordRows {
  rows: Row[]
  total: number | null
}

/** Reads one record beside the writer. */
export function findRecord(
  db: DatabaseSync,
  workspaceId: WorkspaceId,
  kind: string,
  key: RecordKey,
): StoredRecord | null {
  if (!isPossibleKey(kind, key)) return null
  const row =
    'id' in key
      ? db.prepare(selectRecord).get(workspaceId, key.id)
      : db.prepare(selectRecordByName).get(workspaceId, kind, key.parent ?? '', key.name)
  return row && row.kind === kind ? recordFromRow(row) : null
}

/** Reads several beside the writer; see `RecordStore.findRecords`. */
export function findRecords(
  db: DatabaseSync,
  workspaceId: WorkspaceId,
  wanted: RecordsWanted,
): StoredRecord[] {
  const { ids, names, subjects } = possibleRecords(wanted)
  const rows: Row[] = []
  const byId = db.prepare(selectRecord)
  for (const id of ids) rows.push(...byId.all(workspaceId, id))
  const byName = db.prepare(selectRecordByName)
  for (const { kind, parent, name } of names) {
    rows.push(...byName.all(workspaceId, kind, parent, name))
  }
  let left = limits.recordsOfPeopleMax
  const bySubject = db.prepare(selectRecordsOf)
  for (const subject of subjects.sort((a, b) => a - b)) {
    const found = bySubject.all(workspaceId, subject, left)
    rows.push(...found)
    left -= found.length
  }
  return foundRecords(rows)
}

/** The rows of a page and one more; see `RecordStore.listRecords`. */
export function listRecords(
  db: DatabaseSync,
  workspaceId: WorkspaceId,
  query: RecordQuery,
): RecordRows {
  const { kind, parent, subject, page, descending = false, total } = query
  const [of, values] = recordsOf(kind, parent ?? null, subject)
  const offset = 'offset' in page ? page.offset : 0
  const after = 'after' in page ? page.after : undefined
  const bounds = descending
    ? [0, after ?? Number.MAX_SAFE_INTEGER]
    : [after ?? 0, Number.MAX_SAFE_INTEGER]
  const rows = db
    .prepare(selectPage(of, descending))
    .all(workspaceId, ...values, ...bounds, page.limit + 1, offset)
  const count = total ? db.prepare(selectCount(of)).get(workspaceId, ...values) : null
  return { rows, total: count ? (count.total as number) : null }
}

/** The tests that an index answers, and what they ask for. */
export function recordsOf(
  kind: string | null,
  parent: string | null,
  subject: number | undefined,
): [of: string, values: (string | number)[]] {
  if (subject === undefined) return ['kind = ? AND parent = ?', [kind ?? '', parent ?? '']]
  return kind === null ? ['subject = ?', [subject]] : ['subject = ? AND kind = ?', [subject, kind]]
}

/** What is skipped is skipped in the index, without a look at the records. */
export function selectPage(of: string, descending: boolean): string {
  const direction = descending ? 'DESC' : 'ASC'
  return `
    SELECT ${recordColumns} FROM records WHERE key IN (
      SELECT key FROM records WHERE workspace_id = ? AND ${of} AND id > ? AND id < ?
      ORDER BY id ${direction} LIMIT ? OFFSET ?)
    ORDER BY key ${direction}`
}

export function selectCount(of: string): string {
  return `SELECT count(*) AS total FROM records WHERE workspace_id = ? AND ${of}`
}
