import type pg from 'pg'
import { Fault } from '../../core/errors.ts'
import { commitFault, connectionFault, lineFault } from './faults.ts'

/** How long whoever asks may wait, in milliseconds; then they are told to try again. */
export const answerMs = 4_800

/** A statement with the name under which a connection remembers its plan. */
export interface Statement {
  name: string
  text: string
}

export interface Transaction {
  /** Says that there is nothing to keep: it ends in a rollback, which syncs nothing. */
  discard(): void
  query<Row extends pg.QueryResultRow>(
    statement: Statement | string,
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>
  /**
   * Has something done whose answer nobody needs. It travels with the commit, which saves whoever
   * waits for the locks a turn; where it fails, so does the transaction, with its error.
   */
  send(statement: Statement, values: unknown[]): void
}

/** A statement on its way. */
interface Sent {
  /** What is known so far. */
  failure: Error | null
  done: Promise<void>
}

/**
 * Runs work in one transaction on a connection of its own, and commits what it wrote. Not later
 * than `deadline` (milliseconds as `performance.now()` tells them) there is an answer: the
 * connection is cut then, whatever the database does.
 *
 * @throws whatever `work` threw, with nothing written; Fault `unavailable` when there was no
 *   connection; Fault `outcome_unknown` when the commit was sent and its answer never came.
 */
export async function transact<T>(
  pool: pg.Pool,
  deadline: number,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const client = await connect(pool)
  const watch = setTimeout(() => cut(client), Math.max(deadline - performance.now(), 1))
  let reusable = false
  try {
    const { result, discarded, sent } = await begin(client, work)
    if (discarded) reusable = await rollback(client)
    else {
      await commit(client, sent)
      reusable = true
    }
    return result
  } catch (error) {
    const lost = error instanceof Fault && error.code === 'outcome_unknown'
    // Values that do not go on the line leave the driver wrong about what it has prepared.
    const unsure = error instanceof TypeError || error instanceof RangeError
    reusable = !lost && !unsure && (await rollback(client))
    throw error
  } finally {
    clearTimeout(watch)
    client.release(!reusable)
  }
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw connectionFault(error)
  }
}

/** The first statements of the work travel together with the `BEGIN`. */
async function begin<T>(
  client: pg.PoolClient,
  work: (transaction: Transaction) => Promise<T>,
): Promise<{ result: T; discarded: boolean; sent: Sent[] }> {
  const begun = client.query('BEGIN')
  // Looked at below; until then it must not count as an error that nobody handles.
  begun.catch(() => {})
  const query: Transaction['query'] = (statement, values) => ask(client, statement, values)
  let discarded = false
  const discard = () => {
    discarded = true
  }
  const sent: Sent[] = []
  const send: Transaction['send'] = (statement, values) => {
    sent.push(sendOne(client, statement, values))
  }
  try {
    const result = await work({ query, discard, send })
    await begun
    return { result, discarded, sent }
  } catch (error) {
    // After the first failure the server refuses the rest; the first one says what is wrong.
    await Promise.all(sent.map(({ done }) => done))
    throw failureOf(sent) ?? error
  }
}

function sendOne(client: pg.PoolClient, { name, text }: Statement, values: unknown[]): Sent {
  const { promise: done, resolve } = Promise.withResolvers<void>()
  const sent: Sent = { failure: null, done }
  // Called at once where the values cannot be put on the line at all, and then once more without.
  client.query({ name, text, values }, (error: Error | null) => {
    sent.failure ??= error
    resolve()
  })
  return sent
}

/** What the first of them that failed met, as far as is known; null while none has. */
function failureOf(sent: readonly Sent[]): unknown {
  const failed = sent.find(({ failure }) => failure)
  return failed ? lineFault(failed.failure) : null
}

/**
 * Puts one question, in a transaction or outside of any.
 *
 * @throws what the server said, or Fault `unavailable` when it did not say anything.
 */
export async function ask<Row extends pg.QueryResultRow>(
  on: pg.Pool | pg.ClientBase,
  statement: Statement | string,
  values: unknown[] = [],
): Promise<pg.QueryResult<Row>> {
  const { name, text } =
    typeof statement === 'string' ? { name: undefined, text: statement } : statement
  try {
    return await on.query<Row>({ ...(name === undefined ? {} : { name }), text, values })
  } catch (error) {
    throw lineFault(error)
  }
}

async function commit(client: pg.PoolClient, sent: readonly Sent[]): Promise<void> {
  // What never left must not be missing from what is committed.
  const unsent = failureOf(sent)
  if (unsent) throw unsent
  let command: string
  try {
    command = (await client.query('COMMIT')).command
  } catch (error) {
    throw commitFault(error)
  }
  if (command === 'COMMIT') return
  // The server ends a transaction in which something failed with a rollback, without an error.
  throw failureOf(sent) ?? new Fault('internal', { message: 'The commit was refused.' })
}

/** False when the connection cannot be used any more. */
async function rollback(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK')
    return true
  } catch {
    return false
  }
}

/** Takes the line away under a connection, which fails every question that is still open on it. */
function cut(client: pg.PoolClient): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } }
  connection.stream.destroy()
}
