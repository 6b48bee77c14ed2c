import { DatabaseSync } from 'node:sqlite'
import { Fault } from '../../core/errors.ts'

/** For so long it is waited for somebody who only looked whether the file is served. */
const lookingMs = 100

/**
 * Lets one server at a time use a file. The lock is the operating system's own, held through a
 * small file beside the store, so it is gone when its process is, however that ended.
 *
 * @throws Fault `conflict` when another server holds it.
 */
export function acquireServeLock(path: string): { release(): void } {
  const db = new DatabaseSync(`${path}.lock`, { timeout: lookingMs })
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE')
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    throw new Fault('conflict', {
      message: `Another Roster serves ${path}. One file has one server; stop it, or give this one its own ROSTER_DATA.`,
      cause: error,
    })
  }
  return { release: () => db.close() }
}

/** Whether a server is using the file now. */
export function isServed(path: string): boolean {
  try {
    acquireServeLock(path).release()
    return false
  } catch {
    return true
  }
}
