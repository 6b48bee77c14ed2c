import pg from 'pg'
import { connectionFault } from './faults.ts'

/** How long a statement, a wait for a lock and an idle transaction may last, in milliseconds. */
const timeouts = {
  statement_timeout: 4_000,
  lock_timeout: 3_000,
  // A node that stands still in the middle of a transaction must not hold up the others for long.
  idle_in_transaction_session_timeout: 5_000,
}

/**
 * The planner is told how, since the right plan is always the same: by the key. On a fresh table
 * its own choice is to read all of it, which held a prototype at a quarter of its speed; and
 * planning anew for each set of values costs more than the statement.
 */
const planner = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
}

/** PostgreSQL's number for the type `bigint`: ours are all within 2^53. */
const bigintType = 20

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === bigintType
      ? (text: string) => Number(text)
      : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
}

function settings(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    fallback_application_name: 'roster',
    // With the time a statement may take this stays within what a caller waits for.
    connectionTimeoutMillis: 2_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types,
  }
}

/**
 * A pool of connections that keep Roster's promises: each is asked whether the database syncs what
 * it commits before it is used, and holds to it. Nothing is connected yet.
 */
export function openPool(url: string, connectionsMax: number): pg.Pool {
  const pool = new pg.Pool({
    ...settings(url),
    max: connectionsMax,
    idleTimeoutMillis: 60_000,
    pipeline: true,
    // For what is asked outside of transactions; those have a watch of their own.
    query_timeout: 4_500,
    // It is waited for, whatever its type says.
    onConnect: prepareSession as (client: pg.ClientBase) => void,
  })
  // An idle connection that breaks is replaced by the next that is needed.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/**
 * One connection outside of the pool, without time limits: for migrations and the like.
 *
 * @throws Fault `unavailable`, without the password, when the database does not answer.
 */
export async function connectOnce(url: string): Promise<pg.Client> {
  const client = new pg.Client(settings(url))
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    throw connectionFault(error)
  }
  return client
}

/** What a database must do for "committed" to mean "on disk". */
export interface Durability {
  fsync: string
  synchronousCommit: string
}

/** @throws Error that says what to change, where a commit may be lost at a power cut. */
export function assertDurable({ fsync, synchronousCommit }: Durability): void {
  const refuse = (setting: string) =>
    new Error(
      `The database runs with ${setting} = off: it would lose what Roster has acknowledged when ` +
        `the power goes. Set ${setting} = on and start again.`,
    )
  if (fsync === 'off') throw refuse('fsync')
  if (synchronousCommit === 'off') throw refuse('synchronous_commit')
}

export const selectDurability = `
  SELECT current_setting('fsync') AS "fsync",
    current_setting('synchronous_commit') AS "synchronousCommit"`

/** The URL as it may be shown: without the password, wherever in it that is. */
export function maskUrl(url: string): string {
  try {
    const shown = new URL(url)
    if (shown.password !== '') shown.password = '***'
    if (shown.searchParams.has('password')) shown.searchParams.set('password', '***')
    return shown.href
  } catch {
    return 'postgres://***'
  }
}

/** Sets a session up in one go; what a session is set to wins over later changes of the server. */
async function prepareSession(client: pg.ClientBase): Promise<void> {
  const chosen = Object.entries({ ...timeouts, ...planner }).map(
    ([name, value]) => `set_config('${name}', '${value}', false)`,
  )
  const keep = `set_config('synchronous_commit', current_setting('synchronous_commit'), false)`
  const { rows } = await client.query<Durability>(
    `${selectDurability}, ${[keep, ...chosen].join(', ')}`,
  )
  assertDurable(rows[0] as Durability)
}
