import { DatabaseSync } from 'node:sqlite'
import { isMainThread } from 'node:worker_threads'
import './note-syncs.ts'

/**
 * A planted defect: after the first claim, which may go without a sync, the connection is not put
 * back. Its own check is passed, since it is made where the level was just set.
 */
const { exec } = DatabaseSync.prototype
let left = false

DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
  if (sql === 'PRAGMA synchronous = NORMAL') left = !isMainThread
  if (left && sql === 'BEGIN IMMEDIATE') exec.call(this, 'PRAGMA synchronous = NORMAL')
  exec.call(this, sql)
}
