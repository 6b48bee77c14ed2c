import type pg from 'pg'
import type { Finding } from '../maintain-store.ts'
import type { Row } from '../rows.ts'
import {
  assertDurable,
  connectOnce,
  type Durability,
  maskUrl,
  selectDurability,
} from './connect.ts'
import { newestSchemaVersion, schemaVersion } from './migrate.ts'
import { monthOf, monthsAhead, partitionName, partitionNames } from './partitions.ts'

/** The oldest PostgreSQL the engine is made for, as the server numbers itself. */
const oldestVersion = 150_000
/** How far the clock of this machine may be from the database's before somebody should be told. */
const apartMsMax = 5_000

/** Whether the database has the schema of a store, of whatever version. */
export async function hasSchema(url: string): Promise<boolean> {
  const client = await connectOnce(url)
  try {
    return (await schemaVersion(client)) !== null
  } finally {
    await client.end()
  }
}

/** Looks over a database with a connection of its own, without changing anything in it. */
export async function examineDatabase(url: string): Promise<Finding[]> {
  let client: pg.Client
  try {
    client = await connectOnce(url)
  } catch (error) {
    const detail = `${maskUrl(url)}: ${reasonOf(error)}`
    const remedy = 'Check ROSTER_DATABASE_URL, and that the database runs and lets this host in.'
    return [{ name: 'store', state: 'fail', detail, remedy }]
  }
  try {
    const opened: Finding = { name: 'store', state: 'ok', detail: `${maskUrl(url)} answers` }
    const always = [opened, await attempt('version', client, version)]
    always.push(await attempt('durability', client, durability))
    const schemaFound = await attempt('schema', client, schema)
    always.push(schemaFound)
    if (schemaFound.state === 'fail' || (await schemaVersion(client)) === null) return always
    return [
      ...always,
      await attempt('partitions', client, partitions),
      await attempt('writing', client, writable),
      await attempt('clock', client, clock),
    ]
  } finally {
    await client.end()
  }
}

async function attempt(
  name: string,
  client: pg.Client,
  look: (client: pg.Client) => Promise<Finding>,
): Promise<Finding> {
  try {
    return await look(client)
  } catch (error) {
    const remedy =
      'Check the rights of the role in ROSTER_DATABASE_URL and the log of the database.'
    return { name, state: 'fail', detail: reasonOf(error), remedy }
  }
}

async function version(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<Row>(
    `SELECT current_setting('server_version') AS shown,
       current_setting('server_version_num')::integer AS number`,
  )
  const detail = `PostgreSQL ${rows[0]?.shown}`
  if ((rows[0]?.number as number) >= oldestVersion) return { name: 'version', state: 'ok', detail }
  return { name: 'version', state: 'fail', detail, remedy: 'Use PostgreSQL 15 or newer.' }
}

async function durability(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<Durability>(selectDurability)
  const { fsync, synchronousCommit } = rows[0] as Durability
  const detail = `fsync=${fsync}, synchronous_commit=${synchronousCommit}`
  try {
    assertDurable({ fsync, synchronousCommit })
    return { name: 'durability', state: 'ok', detail }
  } catch (error) {
    return { name: 'durability', state: 'fail', detail, remedy: reasonOf(error) }
  }
}

async function schema(client: pg.Client): Promise<Finding> {
  const found = await schemaVersion(client)
  const newest = newestSchemaVersion()
  if (found === null) {
    return { name: 'schema', state: 'ok', detail: 'none yet; roster serve makes it' }
  }
  const detail = `version ${found}, this program knows ${newest}`
  if (found > newest) {
    return { name: 'schema', state: 'fail', detail, remedy: 'Start a newer Roster on this store.' }
  }
  if (found === newest) return { name: 'schema', state: 'ok', detail }
  const remedy = 'The next start brings it up to date; take a pg_dump before.'
  return { name: 'schema', state: 'warn', detail, remedy }
}

async function partitions(client: pg.Client): Promise<Finding> {
  const there = new Set(await partitionNames(client))
  const wanted = monthsAhead(Date.now()).flatMap((time) =>
    ['events', 'attempts'].map((table) => partitionName(table, monthOf(time))),
  )
  const missing = wanted.filter((name) => !there.has(name))
  const detail = `${[...there].filter((name) => /^events_/.test(name)).length} months of events`
  if (missing.length === 0) return { name: 'partitions', state: 'ok', detail }
  return {
    name: 'partitions',
    state: 'warn',
    detail: `${detail}; ${missing.join(', ')} not there yet`,
    remedy: 'A running server makes them within a day, and a missing one when it is needed.',
  }
}

/** Undone at once: what counts is that it could be written. */
async function writable(client: pg.Client): Promise<Finding> {
  await client.query("SET lock_timeout = '3s'")
  await client.query('BEGIN')
  try {
    await client.query('UPDATE state SET probe_at = probe_at WHERE one = 1')
  } finally {
    await client.query('ROLLBACK')
  }
  return { name: 'writing', state: 'ok', detail: 'a small write was taken' }
}

async function clock(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<Row>('SELECT extract(epoch FROM clock_timestamp()) AS now')
  const apart = Math.round(Number(rows[0]?.now) * 1_000 - Date.now())
  const detail = `the database is ${apart} ms from this machine`
  if (Math.abs(apart) <= apartMsMax) return { name: 'clock', state: 'ok', detail }
  const remedy = "Events take the database's time. Check the time service of both machines."
  return { name: 'clock', state: 'warn', detail, remedy }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
