import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { WorkspaceId } from '../../core/profile.ts'
import type { RecordKey, RecordQuery, RecordsWanted, StoredRecord } from '../../core/record.ts'
import { type Row, recordColumns, recordFromRow } from '../rows.ts'
import {
  foundRecords,
  isPossibleKey,
  type PossibleRecords,
  possibleRecords,
} from '../search/list-records.ts'
import {
  selectRecord,
  selectRecordByName,
  selectRecordsByNames,
  selectRecordsOf,
  selectRecordsOfMany,
} from './record-statements.ts'

export interface RecordRows {
  rows: Row[]
  total: number | null
}

/** Reads records beside the writer; see `RecordStore`. */
export class RecordReader {
  readonly #db: DatabaseSync
  readonly #begin: StatementSync
  readonly #end: StatementSync
  readonly #byId: StatementSync
  readonly #byName: StatementSync
  readonly #byNames: StatementSync
  readonly #bySubject: StatementSync
  readonly #bySubjects: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#begin = db.prepare('BEGIN')
    this.#end = db.prepare('COMMIT')
    this.#byId = db.prepare(selectRecord)
    this.#byName = db.prepare(selectRecordByName)
    this.#byNames = db.prepare(selectRecordsByNames)
    this.#bySubject = db.prepare(selectRecordsOf)
    this.#bySubjects = db.prepare(selectRecordsOfMany)
  }

  find(workspaceId: WorkspaceId, kind: string, key: RecordKey): StoredRecord | null {
    if (!isPossibleKey(kind, key)) return null
    const row =
      'id' in key
        ? this.#byId.get(workspaceId, key.id)
        : this.#byName.get(workspaceId, kind, key.parent ?? '', key.name)
    return row && row.kind === kind ? recordFromRow(row) : null
  }

  /** All as of one commit, which is also quicker: a read transaction takes longer than a look. */
  findSome(workspaceId: WorkspaceId, wanted: RecordsWanted): StoredRecord[] {
    const possible = possibleRecords(wanted)
    // On the connection that writes there is one already.
    if (this.#db.isTransaction) return foundRecords(this.#rowsOf(workspaceId, possible))
    this.#begin.run()
    try {
      return foundRecords(this.#rowsOf(workspaceId, possible))
    } finally {
      this.#end.run()
    }
  }

  #rowsOf(workspaceId: WorkspaceId, { ids, names, subjects }: PossibleRecords): Row[] {
    const rows: Row[] = ids.flatMap((id) => this.#byId.all(workspaceId, id))
    for (const { kind, parent, names: each } of names) {
      const [name] = each
      const found =
        each.length === 1
          ? this.#byName.all(workspaceId, kind, parent, name as string)
          : this.#byNames.all(workspaceId, kind, parent, JSON.stringify(each))
      rows.push(...found)
    }
    const [subject] = subjects
    if (subjects.length === 1) rows.push(...this.#bySubject.all(workspaceId, subject as number))
    else if (subjects.length > 1) {
      const sorted = JSON.stringify(subjects.sort((a, b) => a - b))
      rows.push(...this.#bySubjects.all(workspaceId, sorted))
    }
    return rows
  }
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
