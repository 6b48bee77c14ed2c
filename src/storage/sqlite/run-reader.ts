import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import type { Run, RunKey } from '../../core/run.ts'
import { ruleVersionFromRow, runColumns, runFromRow } from '../rows.ts'
import type { ClaimedRuns, RuleVersion, RunFilter } from '../store.ts'
import { selectDueRuns, selectNextDue, selectRun } from './statements.ts'

const selectVersions = `
  SELECT name, version, position, definition, disabled, applied_at FROM rules
  WHERE workspace_id = ? AND name = ? ORDER BY version DESC`

/** Reads runs, and versions of rules, beside the writer. */
export class RunReader {
  readonly #db: DatabaseSync
  readonly #due: StatementSync
  readonly #next: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#due = db.prepare(selectDueRuns)
    this.#next = db.prepare(selectNextDue)
  }

  /** One server has the file, and asks again when it is done with these: they need no claim. */
  due(now: number, limit: number): ClaimedRuns {
    const runs = this.#due.all(now, limit).map((row) => ({
      workspaceId: row.workspace_id as WorkspaceId,
      event: row.event_id as Run['event'],
      rule: row.rule as string,
      subject: row.subject as ProfileId | null,
    }))
    const next = this.#next.get()?.due_at as number | null | undefined
    return { runs, nextInMs: typeof next === 'number' ? Math.max(0, next - now) : null }
  }

  find(workspaceId: WorkspaceId, { event, rule }: RunKey): Run | null {
    const row = this.#db.prepare(selectRun).get(workspaceId, event, rule)
    return row ? runFromRow(row) : null
  }

  list(workspaceId: WorkspaceId, { state, rule, subject, before, limit }: RunFilter): Run[] {
    const tests = [
      { test: 'state = ?', value: state },
      { test: 'rule = ?', value: rule },
      { test: 'subject = ?', value: subject },
      { test: 'event_id < ?', value: before },
    ].filter(({ value }) => value !== undefined)
    const where = ['workspace_id = ?', ...tests.map(({ test }) => test)].join(' AND ')
    const values = tests.map(({ value }) => value as string | number)
    const select = `
      SELECT ${runColumns} FROM runs WHERE ${where} ORDER BY event_id DESC, rule LIMIT ?`
    return this.#db
      .prepare(select)
      .all(workspaceId, ...values, limit)
      .map(runFromRow)
  }

  ruleVersions(workspaceId: WorkspaceId, name: string): RuleVersion[] {
    return this.#db.prepare(selectVersions).all(workspaceId, name).map(ruleVersionFromRow)
  }
}
