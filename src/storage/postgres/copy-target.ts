import type pg from 'pg'
import { Fault } from '../../core/errors.ts'
import { type CopiedRow, type CopiedTable, leftOut } from '../copied-tables.ts'
import type { Row } from '../rows.ts'
import { assertDurable, connectOnce, type Durability, selectDurability } from './connect.ts'
import {
  addRows,
  type Column,
  insertText,
  insertValues,
  type Tally,
  tallyText,
} from './copy-columns.ts'
import { advisoryLock, migrate, schemaVersion } from './migrate.ts'
import { makePartitions, monthOf, monthsAhead } from './partitions.ts'

/**
 * A database that a copy goes into, in one transaction: whatever ends it before `finish`, the
 * database is as empty as it was.
 */
export class CopyTarget {
  readonly #client: pg.Client
  readonly #columns = new Map<string, Column[]>()
  readonly #tallies = new Map<string, Tally>()
  readonly #months = new Set<number>()

  private constructor(client: pg.Client) {
    this.#client = client
  }

  /**
   * Makes the schema where there is none, and begins.
   *
   * @throws Fault `conflict` when anything is in the database, or somebody else is at it; Error
   *   when it would lose what was committed.
   */
  static async open(url: string): Promise<CopyTarget> {
    const client = await connectOnce(url)
    try {
      const { rows } = await client.query<Durability>(selectDurability)
      assertDurable(rows[0] as Durability)
      await migrate(client)
      const target = new CopyTarget(client)
      await target.#begin()
      return target
    } catch (error) {
      await client.end()
      throw copyFault(error)
    }
  }

  /**
   * Looks whether a copy could begin, and changes nothing.
   *
   * @throws as `open` does.
   */
  static async examine(url: string): Promise<void> {
    const client = await connectOnce(url)
    try {
      const { rows } = await client.query<Durability>(selectDurability)
      assertDurable(rows[0] as Durability)
      if ((await schemaVersion(client)) !== null) await assertEmpty(client)
    } finally {
      await client.end()
    }
  }

  /** The columns of a table, in their order. */
  columns(table: string): readonly Column[] {
    const columns = this.#columns.get(table)
    if (!columns) throw new Error(`There is no table ${table} to copy to.`)
    return columns
  }

  async insert({ name, month }: CopiedTable, rows: readonly CopiedRow[]): Promise<void> {
    if (rows.length === 0) return
    const columns = this.columns(name)
    if (month !== undefined) await this.#makeMonths(rows.map((row) => row[month] as number))
    const written = this.#ask(insertText(name, columns), insertValues(rows, columns))
    // Counted while the database writes.
    addRows(this.#tallies.get(name) as Tally, rows, columns)
    await written
  }

  /**
   * Reads a table back; answers how many rows it has.
   *
   * @throws Error when it is not what was written.
   */
  async verify(table: string): Promise<number> {
    const { rows, sum } = this.#tallies.get(table) as Tally
    const [found] = await this.#ask(tallyText(table, this.columns(table)))
    if (Number(found?.rows) === rows && BigInt(found?.sum as string) === sum) return rows
    throw new Error(
      `The table ${table} reads back otherwise than it was written: ${found?.rows} rows of ` +
        `${rows}, checksum ${found?.sum} and not ${sum}. Nothing of the copy was kept.`,
    )
  }

  /** Commits. Ids go on behind the last; only nodes with this key may use the database. */
  async finish(lastWorkspaceId: number, keyFingerprint: string): Promise<void> {
    const last = `greatest((SELECT max(id) FROM workspaces), $1::bigint)`
    await this.#ask(setSequence('workspaces', last), [lastWorkspaceId])
    for (const table of ['tokens', 'audit']) {
      await this.#ask(setSequence(table, `(SELECT max(id) FROM ${table})`))
    }
    await this.#ask('UPDATE state SET key_fingerprint = $1', [keyFingerprint])
    await this.#makeMonths(monthsAhead(Date.now()))
    await this.#commit()
    // Until it is done the database would plan for empty tables.
    await this.#ask('ANALYZE')
  }

  /** What was not committed is gone. */
  async close(): Promise<void> {
    await this.#client.end()
  }

  async #commit(): Promise<void> {
    try {
      await this.#client.query('COMMIT')
    } catch (error) {
      throw new Error(
        `It is not known whether the copy was committed: ${reasonOf(error)}. Run it again: it ` +
          'refuses where it was.',
        { cause: error },
      )
    }
  }

  async #begin(): Promise<void> {
    await this.#ask('BEGIN')
    await this.#ask(
      `SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '5s', true),
         set_config('idle_in_transaction_session_timeout', '0', true)`,
    )
    const [held] = await this.#ask('SELECT pg_try_advisory_xact_lock($1) AS held', [advisoryLock])
    if (held?.held !== true) {
      throw new Fault('conflict', {
        message: 'Another copy goes into this database, or a server starts on it. Stop it first.',
      })
    }
    // A server that starts meanwhile waits, and finds what was copied.
    await this.#ask('LOCK TABLE workspaces, state IN ACCESS EXCLUSIVE MODE')
    await assertEmpty(this.#client)
    for (const table of schemaRows) await this.#ask(`DELETE FROM ${table}`)
    for (const row of await this.#ask(selectColumns)) {
      const table = row.table_name as string
      const columns = this.#columns.get(table) ?? []
      columns.push({ name: row.column_name as string, type: row.data_type as string })
      this.#columns.set(table, columns)
      this.#tallies.set(table, { rows: 0, sum: 0n })
    }
  }

  async #makeMonths(times: readonly number[]): Promise<void> {
    const months = new Set(times.map((time) => monthOf(time).from))
    const missing = [...months].filter((month) => !this.#months.has(month))
    if (missing.length === 0) return
    await makePartitions(this.#client, missing)
    for (const month of missing) this.#months.add(month)
  }

  async #ask(text: string, values: unknown[] = []): Promise<Row[]> {
    try {
      return (await this.#client.query<Row>(text, values)).rows
    } catch (error) {
      throw copyFault(error)
    }
  }
}

/** In the words of the database: they are for its operator. */
function copyFault(error: unknown): Error {
  if (error instanceof Fault) return error
  return new Error(`Nothing was copied: ${reasonOf(error)}`, { cause: error })
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Rows that the schema itself put there are nobody's. */
const schemaRows = ['state', 'end_roll_up']

async function assertEmpty(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<Row>(selectColumns)
  const tables = new Set(rows.map((row) => row.table_name as string))
  for (const table of tables) {
    if (schemaRows.includes(table) || table in leftOut) continue
    const found = await client.query(`SELECT 1 FROM ${table} LIMIT 1`)
    if (found.rows.length === 0) continue
    throw new Fault('conflict', {
      message:
        `The database is not empty: there are rows in its table ${table}. A copy goes into an ` +
        'empty one only; make it anew, or name another.',
    })
  }
}

/** Of the tables of the schema; partitions are reached through theirs. */
const selectColumns = `
  SELECT c.table_name::text, c.column_name::text, c.data_type::text
  FROM information_schema.columns c
  JOIN pg_class t ON t.oid = to_regclass(quote_ident(c.table_name))
  WHERE c.table_schema = current_schema() AND t.relkind IN ('r', 'p') AND NOT t.relispartition
    AND c.table_name <> 'schema_migrations'
  ORDER BY c.table_name, c.ordinal_position`

function setSequence(table: string, last: string): string {
  return `
    SELECT setval(pg_get_serial_sequence('${table}', 'id'), last) FROM (SELECT ${last} AS last) AS n
    WHERE last > 0`
}
