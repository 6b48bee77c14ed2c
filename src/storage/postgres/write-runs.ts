import type { Decided } from '../../core/decision.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import {
  endRun,
  isCancelledBy,
  type RuleCount,
  type Run,
  type RunWrite,
  runId,
} from '../../core/run.ts'
import { runValues } from '../rows.ts'
import * as sql from './run-statements.ts'
import type { Transaction } from './transaction.ts'

type Cancel = Extract<RunWrite, { kind: 'cancel' }>

/**
 * Writes what a group decided about runs, each row once: first what was cancelled of what was there
 * already, then the runs as the group left them.
 */
export function writeRuns(
  transaction: Transaction,
  workspaceId: WorkspaceId,
  decisions: readonly Decided[],
): void {
  const writes = decisions.flatMap(({ runs }) => runs)
  const { runs, cancels } = foldWrites(writes)
  if (cancels.length > 0) {
    const columns = columnsOf(cancels, ({ subject, rule, version, by, at }) => [
      ...[subject, rule, version, by, at],
    ])
    transaction.send(sql.cancelRuns, [workspaceId, ...columns])
  }
  if (runs.length > 0) {
    transaction.send(sql.putRuns, [workspaceId, ...columnsOf(runs, runValues)])
  }
  const counts = lastCounts(decisions)
  if (counts.length > 0) {
    const columns = columnsOf(counts, ({ subject, rule, minute, count }) => [
      ...[subject, rule, minute, count],
    ])
    transaction.send(sql.putRuleCounts, [workspaceId, ...columns])
  }
}

/** What writes come to in their order: the last state of each run, one cancellation of each. */
function foldWrites(writes: readonly RunWrite[]): { runs: Run[]; cancels: Cancel[] } {
  const runs = new Map<string, Run>()
  const cancels = new Map<string, Cancel>()
  for (const write of writes) {
    if (write.kind === 'put') {
      runs.set(runId(write.run), write.run)
      continue
    }
    // The first one ended what waited; a later one found nothing.
    const key = `${write.subject}\0${write.rule}\0${write.version}`
    if (!cancels.has(key)) cancels.set(key, write)
    for (const [id, run] of runs) {
      if (!isCancelledBy(run, write)) continue
      const end = { state: 'cancelled', reason: 'event', by: write.by } as const
      runs.set(id, endRun(run, end, write.at))
    }
  }
  return { runs: [...runs.values()], cancels: [...cancels.values()] }
}

function lastCounts(decisions: readonly Decided[]): RuleCount[] {
  const last = new Map<string, RuleCount>()
  for (const { ruleCounts } of decisions) {
    for (const count of ruleCounts) last.set(`${count.subject}\0${count.rule}`, count)
  }
  return [...last.values()]
}

function columnsOf<T>(rows: readonly T[], toRow: (row: T) => unknown[]): unknown[][] {
  const columns: unknown[][] = []
  for (const row of rows) {
    for (const [index, value] of toRow(row).entries()) {
      const column = columns[index] ?? []
      column.push(value)
      columns[index] = column
    }
  }
  return columns
}
