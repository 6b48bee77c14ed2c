import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type pg from 'pg'

const shipped = new URL('../migrations/', import.meta.url)
const fileName = /^(\d{4})_[a-z0-9_]+\.postgres\.sql$/

/** Any number that no other program on the same database is likely to have chosen. */
export const advisoryLock = 7_678_001

/** The schema version this program brings a database to. */
export function newestSchemaVersion(folder = shipped): number {
  return Math.max(...migrations(folder).map(({ version }) => version))
}

/**
 * Brings the database to the newest schema, forward only, each migration in a transaction of its
 * own and all of them under one lock, so that nodes that start at once migrate once.
 *
 * @throws Error when the schema was written by a newer program; whatever a migration that failed
 *   met, with nothing of that migration left.
 */
export async function migrate(client: pg.ClientBase, folder = shipped): Promise<void> {
  const newest = newestSchemaVersion(folder)
  if ((await schemaVersion(client)) === newest) return
  await client.query('SELECT pg_advisory_lock($1)', [advisoryLock])
  try {
    await client.query(createMigrations)
    const found = (await schemaVersion(client)) ?? 0
    if (found > newest) {
      throw new Error(
        `The store has schema version ${found}, this program knows ${newest}: start a newer Roster.`,
      )
    }
    for (const { version, file } of migrations(folder)) {
      if (version > found) await run(client, version, new URL(file, folder))
    }
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [advisoryLock])
  }
}

/** null where there is no store yet. */
export async function schemaVersion(client: pg.ClientBase): Promise<number | null> {
  const there = await client.query(`SELECT to_regclass('schema_migrations') IS NOT NULL AS there`)
  if (there.rows[0].there !== true) return null
  const { rows } = await client.query('SELECT max(version) AS version FROM schema_migrations')
  return rows[0].version as number | null
}

const createMigrations = `
  CREATE TABLE IF NOT EXISTS schema_migrations (
    version bigint PRIMARY KEY,
    name text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`

async function run(client: pg.ClientBase, version: number, file: URL): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(readFileSync(file, 'utf8'))
    const insert = 'INSERT INTO schema_migrations (version, name) VALUES ($1, $2)'
    await client.query(insert, [version, basename(file.pathname)])
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

function migrations(folder: URL): { version: number; file: string }[] {
  return readdirSync(folder)
    .filter((file) => fileName.test(file))
    .sort()
    .map((file) => ({ version: Number(file.slice(0, 4)), file }))
}
