import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { isMainThread } from 'node:worker_threads'

const gapMs = 40

/**
 * Plants a defect in the thread that writes: what statements that match would insert is kept back
 * until their transaction is committed, and written in a second one 40 ms later. A kill in between
 * leaves half of what belongs together.
 */
export function delayInserts(statements: RegExp): void {
  if (isMainThread) return
  const { exec, prepare } = DatabaseSync.prototype
  const queued: (() => void)[] = []

  DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...args): StatementSync {
    const statement = prepare.apply(this, args)
    if (!statements.test(args[0])) return statement
    const run = statement.run.bind(statement) as (...values: unknown[]) => unknown
    statement.run = (...values: unknown[]) => {
      queued.push(() => run(...values))
      return { changes: 1, lastInsertRowid: 0 }
    }
    return statement
  }

  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
    exec.call(this, sql)
    if (sql !== 'COMMIT' || queued.length === 0) return
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, gapMs)
    exec.call(this, 'BEGIN IMMEDIATE')
    for (const write of queued.splice(0)) write()
    exec.call(this, 'COMMIT')
  }
}
