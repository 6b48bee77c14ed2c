import { DatabaseSync } from 'node:sqlite'
import { isMainThread } from 'node:worker_threads'

/**
 * A planted defect: commits are put off and reported as done at once, as a store does that answers
 * first and flushes ten times a second. Loaded into the program before it starts; the check must
 * catch it.
 */
const { exec } = DatabaseSync.prototype
const flushMs = 100
let _flush: NodeJS.Timeout | null = null

if (!isMainThread) {
  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
    if (sql === 'BEGIN IMMEDIATE' && this.isTransaction) return
    if (sql !== 'COMMIT') {
      exec.call(this, sql)
      return
    }
    _flush ??= setTimeout(() => {
      _flush = null
      exec.call(this, 'COMMIT')
    }, flushMs)
  }
}
