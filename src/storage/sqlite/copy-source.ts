import type { DatabaseSync } from 'node:sqlite'
import { Fault } from '../../core/errors.ts'
import type { CopiedRow, CopiedTable } from '../copied-tables.ts'
import { openDatabase } from './open-database.ts'
import { acquireServeLock } from './serve-lock.ts'

/** What is had in memory at a time: so many rows, or so many characters of text. */
const batchRows = 1_000
const batchChars = 2_000_000

/** A store file that is read for a copy, and that nobody writes to until it is closed. */
export interface CopySource {
  /** How many rows of the file a table is made of. */
  count(table: CopiedTable): number
  /** The rows, as those of the database, and how many rows of the file they were. */
  batches(table: CopiedTable, columns: readonly string[]): Generator<CopyBatch>
  /** The last id a workspace was given, also one that is gone. */
  lastWorkspaceId(): number
  close(): void
}

export interface CopyBatch {
  rows: CopiedRow[]
  read: number
}

/** @throws Fault `conflict` while a server or a command uses the file. */
export function openCopySource(path: string): CopySource {
  const lock = acquireServeLock(path)
  let db: DatabaseSync | undefined
  try {
    db = openDatabase(path, 'write')
    begin(db, path)
  } catch (error) {
    db?.close()
    lock.release()
    throw error
  }
  return source(db, () => {
    // Which ends the transaction; nothing was written in it.
    db.close()
    lock.release()
  })
}

/** With the write lock, so that what a command writes meanwhile cannot be missing in the copy. */
function begin(db: DatabaseSync, path: string): void {
  try {
    db.exec('BEGIN IMMEDIATE')
  } catch (error) {
    throw new Fault('conflict', {
      message: `Another program writes to ${path}. Wait for it, or stop it, and copy then.`,
      cause: error,
    })
  }
}

function source(db: DatabaseSync, close: () => void): CopySource {
  const one = (text: string) => Number(Object.values(db.prepare(text).get() ?? {})[0] ?? 0)
  return {
    count: (table) => one(`SELECT count(*) FROM (SELECT 1 FROM ${table.from ?? table.name})`),
    *batches({ name, from = name, columns: given = {}, split }, columns) {
      const selected = columns.map((column) => `${given[column] ?? column} AS ${column}`)
      const statement = db.prepare(`SELECT ${selected.join(', ')} FROM ${from}`)
      let batch: CopyBatch = { rows: [], read: 0 }
      let chars = 0
      for (const row of statement.iterate()) {
        batch.rows.push(...(split?.(row) ?? [row]))
        batch.read += 1
        for (const value of Object.values(row)) chars += sizeOf(value)
        if (batch.read < batchRows && chars < batchChars) continue
        yield batch
        batch = { rows: [], read: 0 }
        chars = 0
      }
      if (batch.read > 0) yield batch
    },
    lastWorkspaceId: () => one("SELECT seq FROM sqlite_sequence WHERE name = 'workspaces'"),
    close,
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  return value instanceof Uint8Array ? value.length : 8
}
