import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Fault } from '../../core/errors.ts'
import type { BackupReport } from '../store.ts'
import { verifyBackup } from './backup.ts'
import { isStorageError } from './faults.ts'
import { newestSchemaVersion, schemaVersion } from './migrate.ts'
import { acquireServeLock, isServed } from './serve-lock.ts'

const busy = 5

/**
 * Puts a backup in the place of a store file. The backup is copied beside the store, verified
 * there, and renamed, so a crash at any moment leaves the old store or the new one.
 *
 * @throws Fault `conflict` while a server or a command uses the store, when there is a store and
 *   `force` was not given, or when the backup is not a whole store this program knows.
 */
export function restoreFile(from: string, to: string, { force }: { force: boolean }): BackupReport {
  assertBackup(from)
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
  if (isServed(to)) throw new Fault('conflict', { message: `A server uses ${to}. Stop it first.` })
  // Held to the end, so that no server starts on a half-restored store.
  const lock = acquireServeLock(to)
  const beside = `${to}.restoring`
  try {
    if (existsSync(to) && !force) {
      throw new Fault('conflict', { message: `There is a store at ${to}; --force replaces it.` })
    }
    copyFileSync(from, beside)
    const report = verifyCopy(beside, from)
    if (existsSync(to)) foldAndFree(to)
    // A log left by the old file would be played into the new one.
    removeLogs(to)
    renameSync(beside, to)
    sync(dirname(to))
    return { ...report, path: to }
  } finally {
    rmSync(beside, { force: true })
    removeLogs(beside)
    lock.release()
  }
}

function assertBackup(from: string): void {
  if (!existsSync(from)) throw new Fault('conflict', { message: `There is no file ${from}.` })
  if (existsSync(`${from}-wal`) && statSync(`${from}-wal`).size > 0) {
    throw new Fault('conflict', {
      message: `${from} has a write-ahead log beside it: it is a store in use and no backup.`,
    })
  }
}

function verifyCopy(copy: string, from: string): BackupReport {
  try {
    const db = new DatabaseSync(copy)
    try {
      // Out of WAL mode for now, so that nothing of it stays in a file of its own.
      db.exec('PRAGMA journal_mode = DELETE')
      const version = schemaVersion(db)
      const newest = newestSchemaVersion()
      if (version < 1) throw new Error('it is no store')
      if (version > newest) {
        throw new Error(`its schema version is ${version} and this program knows ${newest}`)
      }
    } finally {
      db.close()
    }
    const report = verifyBackup(copy)
    const pausedDestinations = pauseDestinations(copy)
    sync(copy)
    return { ...report, pausedDestinations }
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll(copy, from) : String(error)
    throw new Fault('conflict', { message: `${from} cannot be restored: ${reason}.`, cause: error })
  }
}

/**
 * What was delivered after the backup is pending in it. Whether that may go out again is for an
 * operator to say, destination by destination.
 */
function pauseDestinations(copy: string): string[] {
  const db = new DatabaseSync(copy)
  try {
    const paused = db
      .prepare(
        `UPDATE destinations SET state = 'paused', state_reason = 'restored'
         WHERE state = 'active' RETURNING name`,
      )
      .all()
    return [...new Set(paused.map(({ name }) => name as string))].sort()
  } finally {
    db.close()
  }
}

/** Makes sure nobody has the old file open, and folds its log back lest the rename never comes. */
function foldAndFree(path: string): void {
  const db = new DatabaseSync(path, { timeout: 0 })
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE')
    db.exec('BEGIN EXCLUSIVE')
    db.exec('COMMIT')
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } catch (error) {
    if (isStorageError(error) && (error.errcode & 0xff) === busy) {
      throw new Fault('conflict', {
        message: `Another program uses ${path}. Stop it first.`,
        cause: error,
      })
    }
    // A damaged store may well be why there is a restore.
  } finally {
    db.close()
  }
}

function removeLogs(path: string): void {
  for (const end of ['-wal', '-shm', '-journal']) rmSync(`${path}${end}`, { force: true })
}

/** To disk: a file's content, or the names in a folder. */
function sync(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
