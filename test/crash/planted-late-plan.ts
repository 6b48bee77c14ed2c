import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { isMainThread } from 'node:worker_threads'

/**
 * A planted defect: deliveries are planned in a second transaction, 40 ms after the one of their
 * event, as if they were put into a queue after the commit. Loaded into the program before it
 * starts; a kill in between leaves events that nobody is told of.
 */
const { exec, prepare } = DatabaseSync.prototype
const gapMs = 40
const queued: (() => void)[] = []

if (!isMainThread) {
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...args): StatementSync {
    const statement = prepare.apply(this, args)
    if (!/INSERT INTO deliveries\b/.test(args[0])) return statement
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
