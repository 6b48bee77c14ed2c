import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Decided, gapChange } from '../../core/decision.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { blockOf } from '../search/profile-source.ts'
import { termChanges } from '../search/profile-terms.ts'
import { deleteRecordsOf } from './record-statements.ts'
import * as sql from './search-statements.ts'

/** Keeps what profiles are searched by in step with them, inside the transaction of the group. */
export class SideWriter {
  readonly #insertTerm: StatementSync
  readonly #deleteTerm: StatementSync
  readonly #addGap: StatementSync
  readonly #deleteRecords: StatementSync

  constructor(db: DatabaseSync) {
    this.#insertTerm = db.prepare(sql.insertTerm)
    this.#deleteTerm = db.prepare(sql.deleteTerm)
    this.#addGap = db.prepare(sql.addGap)
    this.#deleteRecords = db.prepare(deleteRecordsOf)
  }

  write(workspaceId: WorkspaceId, decided: Decided, indexed: readonly string[]): void {
    for (const write of decided.profiles) {
      const { profile, before } = write
      const { gone, added } = termChanges(before, profile, indexed)
      for (const { kind, name, value } of gone) {
        this.#deleteTerm.run(workspaceId, kind, name, value, profile.id)
      }
      for (const { kind, name, value } of added) {
        this.#insertTerm.run(workspaceId, kind, name, value, profile.id)
      }
      const gap = gapChange(write)
      if (gap !== 0) this.#addGap.run(workspaceId, blockOf(profile.id), gap)
      if (gap > 0) this.#deleteRecords.run(workspaceId, profile.id)
    }
  }
}
