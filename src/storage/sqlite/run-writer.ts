import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Decided } from '../../core/decision.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { runValues } from '../rows.ts'
import * as sql from './statements.ts'

/** Writes what was decided about runs, inside the transaction of the group. */
export class RunWriter {
  readonly #put: StatementSync
  readonly #cancel: StatementSync
  readonly #putCount: StatementSync

  constructor(db: DatabaseSync) {
    this.#put = db.prepare(sql.putRun)
    this.#cancel = db.prepare(sql.cancelRuns)
    this.#putCount = db.prepare(sql.putRuleCount)
  }

  write(workspaceId: WorkspaceId, { runs, ruleCounts }: Decided): void {
    for (const write of runs) {
      if (write.kind === 'put') this.#put.run(workspaceId, ...runValues(write.run))
      else {
        const { subject, rule, version, by, at } = write
        this.#cancel.run(workspaceId, subject, rule, version, by, at)
      }
    }
    for (const { subject, rule, minute, count } of ruleCounts) {
      this.#putCount.run(workspaceId, subject, rule, minute, count)
    }
  }
}
