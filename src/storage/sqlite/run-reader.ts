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

  list(workspaceId: WorkspaceId, filter: RunFilter): Run[] {
    const { state, rule, subject, before, limit } = filter
    const values = [state, rule, subject, before].filter((value) => value !== undefined)
    return this.#db
      .prepare(selectRuns(filter))
      .all(workspaceId, ...values, limit)
      .map(runFromRow)
  }

  ruleVersions(workspaceId: WorkspaceId, name: string): RuleVersion[] {
    return this.#db.prepare(selectVersions).all(workspaceId, name).map(ruleVersionFromRow)
  }
}

/** The workspace, what is asked for in the order of the filter, then the limit. */
export function selectRuns(filter: RunFilter): string {
  const { state, rule, subject, before } = filter
  const tests = ['workspace_id = ?']
  if (state !== undefined) tests.push('state = ?')
  if (rule !== undefined) tests.push('rule = ?')
  if (subject !== undefined) tests.push('subject = ?')
  if (before !== undefined) tests.push('event_id < ?')
  const index = indexOf(filter)
  // Only in these words the index is known to hold what is asked for.
  if (index === 'runs_by_state') tests.push("state <> 'done'")
  return `
    SELECT ${runColumns} FROM runs ${index ? `INDEXED BY ${index}` : ''}
    WHERE ${tests.join(' AND ')} ORDER BY event_id DESC, rule LIMIT ?`
}

/** Without statistics the engine cannot know which index leaves the fewest rows. */
function indexOf({ state, rule, subject }: RunFilter): string | null {
  if (subject !== undefined) return 'runs_by_subject'
  if (state !== undefined && state !== 'done') return 'runs_by_state'
  return rule === undefined ? null : 'runs_of_rule'
}
