import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Decided, gapChange } from '../../core/decision.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { blockOf } from '../search/profile-source.ts'
import { termChanges } from '../search/profile-terms.ts'
import { deleteRecordsOf } from './record-statements.ts'
import * as sql from './search-statements.ts'
import { TermTable } from './term-table.ts'

/** Keeps what profiles are searched by in step with them, inside the transaction of the group. */
export class SideWriter {
  readonly #terms: TermTable
  readonly #addGap: StatementSync
  readonly #deleteRecords: StatementSync

  constructor(db: DatabaseSync) {
    this.#terms = new TermTable(db)
    this.#addGap = db.prepare(sql.addGap)
    this.#deleteRecords = db.prepare(deleteRecordsOf)
  }

  write(workspaceId: WorkspaceId, decided: Decided, indexed: readonly string[]): void {
    for (const write of decided.profiles) {
      const { profile, before } = write
      const { gone, added } = termChanges(before, profile, indexed)
      for (const term of gone) this.#terms.remove(workspaceId, term, profile.id)
      for (const term of added) this.#terms.enter(workspaceId, term, profile.id)
      const gap = gapChange(write)
      if (gap !== 0) this.#addGap.run(workspaceId, blockOf(profile.id), gap)
      if (gap > 0) this.#deleteRecords.run(workspaceId, profile.id)
    }
  }
}
