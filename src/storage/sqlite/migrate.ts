import { readdirSync, readFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'

const shipped = new URL('../migrations/', import.meta.url)
const fileName = /^(\d{4})_[a-z0-9_]+\.sqlite\.sql$/

/** The schema version this program brings a file to. */
export function newestSchemaVersion(folder = shipped): number {
  return Math.max(...migrations(folder).map(({ version }) => version))
}

/**
 * Brings the file to the newest schema, forward only, each migration in a transaction of its own
 * under the write lock, so that two processes that start at once migrate once.
 *
 * @throws Error when the file was written by a newer program; whatever a migration that failed
 *   met, with nothing of that migration left.
 */
export function migrate(db: DatabaseSync, folder = shipped): void {
  const known = migrations(folder)
  const newest = newestSchemaVersion(folder)
  if (schemaVersion(db) === newest) return
  for (const { version, file } of known) {
    db.exec('BEGIN IMMEDIATE')
    try {
      const found = schemaVersion(db)
      if (found > newest) {
        throw new Error(
          `The store has schema version ${found}, this program knows ${newest}: start a newer Roster.`,
        )
      }
      if (version > found) {
        db.exec(readFileSync(new URL(file, folder), 'utf8'))
        db.exec(`PRAGMA user_version = ${version}`)
      }
      db.exec('COMMIT')
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }
}

export function schemaVersion(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.user_version)
}

function migrations(folder: URL): { version: number; file: string }[] {
  return readdirSync(folder)
    .filter((file) => fileName.test(file))
    .sort()
    .map((file) => ({ version: Number(file.slice(0, 4)), file }))
}
