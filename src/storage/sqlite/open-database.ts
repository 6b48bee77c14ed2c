import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

export type Access = 'read' | 'write'

/** How long a statement waits for another process's transaction before it fails as busy. */
const busyTimeoutMs = 5_000
/** Page cache of one connection, in KiB. The operating system caches the file besides. */
const cacheKib = { read: 16_384, write: 32_768 }
/** Pages in the write-ahead log after which a commit also folds it back: 128 MiB. */
const checkpointPages = 32_768

/**
 * Opens the file with what Roster's promises stand on, and asserts that it holds: the library's
 * default for a file already in WAL mode may be a synchronous level that loses acknowledged writes
 * at a power cut, so it is set and checked on every connection.
 */
export function openDatabase(path: string, access: Access): DatabaseSync {
  const db = new DatabaseSync(path, {
    readOnly: access === 'read',
    timeout: busyTimeoutMs,
    enableForeignKeyConstraints: false,
  })
  try {
    if (access === 'write') {
      chmodSync(path, 0o600)
      db.exec('PRAGMA journal_mode = WAL')
      // What is deleted or replaced is overwritten, so that erasing someone leaves no bytes behind.
      db.exec('PRAGMA secure_delete = ON')
      db.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`)
    }
    db.exec('PRAGMA synchronous = FULL')
    db.exec('PRAGMA temp_store = MEMORY')
    db.exec(`PRAGMA cache_size = -${cacheKib[access]}`)
    assertPragma(db, 'journal_mode', 'wal')
    assertPragma(db, 'synchronous', 2)
  } catch (error) {
    db.close()
    throw error
  }
  return db
}

/**
 * Whether commits of a connection wait for the disk, from its next transaction on. One that does
 * not is lost by a power cut until the next that does; a process that dies loses it in no case.
 */
export function setSynced(db: DatabaseSync, synced: boolean): void {
  db.exec(`PRAGMA synchronous = ${synced ? 'FULL' : 'NORMAL'}`)
  assertPragma(db, 'synchronous', synced ? 2 : 1)
}

function assertPragma(db: DatabaseSync, name: string, wanted: string | number): void {
  const found = db.prepare(`PRAGMA ${name}`).get()?.[name]
  if (found !== wanted) {
    throw new Error(`The database answers ${name} = ${String(found)}, but must have ${wanted}.`)
  }
}
