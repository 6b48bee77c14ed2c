import type { WorkspaceId } from '../core/profile.ts'
import type {
  RecordKey,
  RecordPage,
  RecordQuery,
  RecordsWanted,
  StoredRecord,
} from '../core/record.ts'

/**
 * What dialects keep besides profiles. They are written by commands: one of the kind
 * `write-records`, or any other that carries `records`, in the transaction of its profiles and
 * events. `Applied.records` says what became of each. A record goes with the profile it is about,
 * when that is removed, and with its workspace.
 */
export interface RecordStore {
  /** The record, or null; a record of another kind is not found. */
  findRecord(workspaceId: WorkspaceId, kind: string, key: RecordKey): Promise<StoredRecord | null>

  /**
   * Finds several at once, each of them one time, in the order of their ids.
   *
   * @throws Fault `invalid_field` for more than `pageMax` of ids, names or people.
   */
  findRecords(workspaceId: WorkspaceId, wanted: RecordsWanted): Promise<StoredRecord[]>

  /**
   * Lists records in the order of their ids, of one kind, or of whatever kind about one person.
   *
   * @throws Fault `invalid_field` for a page or a combination that cannot be.
   */
  listRecords(workspaceId: WorkspaceId, query: RecordQuery): Promise<RecordPage>
}
