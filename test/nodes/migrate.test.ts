import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import * as postgres from '../../src/storage/postgres/migrate.ts'
import * as sqlite from '../../src/storage/sqlite/migrate.ts'
import { newDatabase, type TestDatabase } from '../kit/postgres.ts'
import { rosterBin, spawnRoster } from '../kit/spawn-roster.ts'
import { tempFolder } from '../kit/temp-folder.ts'

test('programs that start at once on an empty database make one store', async () => {
  const secret = { ROSTER_SECRET_KEY: randomBytes(32).toString('hex') }
  await using database = await newDatabase({ empty: true })
  using folder = tempFolder()
  const env = { ROSTER_DATABASE_URL: database.url, ...secret }
  const nodes = await Promise.all(
    ['a', 'b', 'c'].map((name) => spawnRoster({ dataDir: join(folder.path, name), env })),
  )
  assert.equal((await database.query('SELECT version FROM schema_migrations')).length, 1)
  assert.equal((await database.query('SELECT id FROM workspaces')).length, 1)
  await Promise.all(nodes.map((node) => node.stop()))
  const told = ['a', 'b', 'c'].filter((name) =>
    existsSync(join(folder.path, name, 'first-tokens.txt')),
  )
  // Two that find the workspace in the moment before it has tokens both make them, and show them.
  const tokens = (await database.query('SELECT id FROM tokens')).length
  assert.ok(tokens > 0)
  assert.equal(
    tokens,
    told.length * 4,
    'whoever made tokens, one for each dialect and the native API, shows them',
  )
})

test('a program that is older than the store refuses it in every command, with a clear word', async () => {
  await using database = await newDatabase()
  await database.query("INSERT INTO schema_migrations (version, name) VALUES (999, 'later')")
  using folder = tempFolder()
  const file = new DatabaseSync(join(folder.path, 'roster.db'))
  sqlite.migrate(file)
  file.exec('PRAGMA user_version = 999')
  file.close()
  for (const env of [{ ROSTER_DATABASE_URL: database.url }, {}]) {
    for (const words of [['serve'], ['workspace', 'list']]) {
      const { status, stderr } = spawnSync(rosterBin, words, {
        env: {
          ...process.env,
          NODE_TEST_CONTEXT: undefined,
          ROSTER_PORT: '0',
          ROSTER_DATA: folder.path,
          ...env,
        },
        encoding: 'utf8',
        timeout: 15_000,
      })
      assert.equal(status, 1, stderr)
      assert.match(stderr, /schema version 999, this program knows 1: start a newer Roster/)
    }
  }
})

test('a migration that fails leaves nothing behind, and runs once it is mended', async () => {
  using folder = tempFolder()
  cpSync(new URL('../../src/storage/migrations/', import.meta.url), folder.path, {
    recursive: true,
  })
  const migrations = pathToFileURL(`${folder.path}/`)
  const next = (ending: string) => {
    for (const engine of ['sqlite', 'postgres']) {
      const made = `CREATE TABLE half (a integer); INSERT INTO half (a) VALUES (1); ${ending}`
      writeFileSync(join(folder.path, `0002_next.${engine}.sql`), made)
    }
  }
  await using database = await newDatabase()
  const db = new DatabaseSync(':memory:')
  sqlite.migrate(db)

  next('INSERT INTO nothing (a) VALUES (1);')
  assert.throws(() => sqlite.migrate(db, migrations), /nothing/)
  await assert.rejects(migrateDatabase(database, migrations), /nothing/)
  assert.equal(sqlite.schemaVersion(db), 1)
  assert.equal(db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'half'").get(), undefined)
  const left = await database.query(
    `SELECT to_regclass('half') AS half, (SELECT max(version) FROM schema_migrations) AS version`,
  )
  assert.deepEqual({ ...left[0] }, { half: null, version: '1' })

  next('')
  sqlite.migrate(db, migrations)
  await migrateDatabase(database, migrations)
  assert.equal(sqlite.schemaVersion(db), 2)
  assert.equal(db.prepare('SELECT count(*) AS n FROM half').get()?.n, 1)
  assert.equal((await database.query('SELECT a FROM half')).length, 1)
  db.close()
})

async function migrateDatabase(database: TestDatabase, migrations: URL): Promise<void> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    await postgres.migrate(client, migrations)
  } finally {
    await client.end()
  }
}
