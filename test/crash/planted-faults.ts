import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { isMainThread } from 'node:worker_threads'

/**
 * A disk that fails on demand. The file named by ROSTER_TEST_FAULT says how, and may change while
 * the program runs:
 *
 * - `full`: the database file may not grow, so that SQLite itself reports a full disk;
 * - `sync-lost`: a commit fails in fsync, and what it wrote is not there;
 * - `sync-kept`: a commit fails in fsync, and what it wrote is there all the same.
 */
const { exec } = DatabaseSync.prototype
const faultFile = process.env.ROSTER_TEST_FAULT
const sqliteIoerrFsync = 1034
const pagesMax = 4_294_967_294

if (!isMainThread && faultFile) {
  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
    const fault = readFault(faultFile)
    if (sql === 'BEGIN IMMEDIATE') {
      const pages = Number(this.prepare('PRAGMA page_count').get()?.page_count)
      exec.call(this, `PRAGMA max_page_count = ${fault === 'full' ? pages : pagesMax}`)
    }
    if (sql !== 'COMMIT' || !fault.startsWith('sync-')) {
      exec.call(this, sql)
      return
    }
    exec.call(this, fault === 'sync-lost' ? 'ROLLBACK' : 'COMMIT')
    throw Object.assign(new Error('disk I/O error'), {
      code: 'ERR_SQLITE_ERROR',
      errcode: sqliteIoerrFsync,
      errstr: 'disk I/O error',
    })
  }
}

function readFault(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return ''
  }
}
