import { randomUUID } from 'node:crypto'
import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import type { Run, RunKey } from '../../core/run.ts'
import { type Row, ruleVersionFromRow, runColumns, runFromRow } from '../rows.ts'
import type { ClaimedRuns, RuleVersion, RunFilter } from '../store.ts'
import type { Write } from './delivery-transactions.ts'
import { claimRuns, lockRunClaims, selectNextDue, selectRun } from './run-statements.ts'
import type { Statement } from './transaction.ts'

type Ask = (statement: Statement | string, values?: unknown[]) => Promise<Row[]>

/** How long nobody else is given what a node has taken up; by then it is done, or the node gone. */
const claimMs = 30_000
/** How soon to ask again where others have taken up all that is due, in milliseconds. */
const takenMs = 20

const selectVersions = `
  SELECT name, version, position, definition, disabled, applied_at FROM rules
  WHERE workspace_id = $1 AND name = $2 ORDER BY version DESC`

/** Reads runs, and versions of rules, and hands out what is due. */
export class RunReader {
  readonly #ask: Ask
  readonly #write: Write
  /** Whose claims they are. */
  readonly #worker = randomUUID()

  constructor(ask: Ask, write: Write) {
    this.#ask = ask
    this.#write = write
  }

  async claim(now: number, limit: number): Promise<ClaimedRuns> {
    const next = (await this.#ask(selectNextDue))[0]?.due_at as number | null
    if (next === null || next > now) {
      return { runs: [], nextInMs: next === null ? null : next - now }
    }
    const values = [now, now + claimMs, limit, this.#worker]
    const { rows } = await this.#write(async ({ query }) => {
      // The claim's statement begins when the lock is had, and sees what was committed by then.
      const [, claimed] = await Promise.all([query(lockRunClaims), query<Row>(claimRuns, values)])
      return claimed
    })
    const runs = rows.map((row) => ({
      workspaceId: row.workspace_id as WorkspaceId,
      event: row.event_id as Run['event'],
      rule: row.rule as string,
      subject: row.subject as ProfileId | null,
    }))
    return { runs, nextInMs: runs.length > 0 ? 0 : takenMs }
  }

  async find(workspaceId: WorkspaceId, { event, rule }: RunKey): Promise<Run | null> {
    const [row] = await this.#ask(selectRun, [workspaceId, event, rule])
    return row ? runFromRow(row) : null
  }

  async list(
    workspaceId: WorkspaceId,
    { state, rule, subject, before, limit }: RunFilter,
  ): Promise<Run[]> {
    const values: unknown[] = [workspaceId, limit]
    const tests = ['workspace_id = $1']
    for (const [test, value] of [
      ['state =', state],
      ['rule =', rule],
      ['subject =', subject],
      ['event_id <', before],
    ]) {
      if (value !== undefined) tests.push(`${test} $${values.push(value)}`)
    }
    // Only in these words the index of those that are not done is known to hold what is asked for.
    if (state !== undefined && state !== 'done') tests.push("state <> 'done'")
    const select = `
      SELECT ${runColumns} FROM runs WHERE ${tests.join(' AND ')}
      ORDER BY event_id DESC, rule LIMIT $2`
    return (await this.#ask(select, values)).map(runFromRow)
  }

  async ruleVersions(workspaceId: WorkspaceId, name: string): Promise<RuleVersion[]> {
    return (await this.#ask(selectVersions, [workspaceId, name])).map(ruleVersionFromRow)
  }
}
