import { DatabaseSync } from 'node:sqlite'
import { isMainThread } from 'node:worker_threads'

/**
 * A planted defect: commits are put off by 50 ms and reported as done at once, as a store does that
 * answers first and flushes later. Loaded into the program before it starts; the check must catch it.
 */
const exec = DatabaseSync.prototype.exec
const delayMs = 50

if (!isMainThread) {
  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
    if (sql === 'BEGIN IMMEDIATE' && this.isTransaction) return
    if (sql !== 'COMMIT') {
      exec.call(this, sql)
      return
    }
    setTimeout(() => this.isOpen && this.isTransaction && exec.call(this, 'COMMIT'), delayMs)
  }
}
