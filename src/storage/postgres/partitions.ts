import type pg from 'pg'
import { advisoryLock } from './migrate.ts'

/** The tables that are kept by month; those in one list go together. */
const kinds = {
  events: ['events', 'event_identifiers'],
  attempts: ['attempts'],
} as const

const tables = Object.values(kinds).flat()

/**
 * Makes the partitions that are not there, for each month that one of the times lies in. Nodes that
 * find the same one missing make it once. A partition is made beside the table and then attached,
 * which lets others go on reading and writing.
 */
export async function ensurePartitions(
  client: pg.ClientBase,
  times: readonly number[],
): Promise<void> {
  const missing = await missingPartitions(client, times)
  if (missing.length === 0) return
  await client.query('BEGIN')
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLock])
    await makePartitions(client, times)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

/** The same inside a transaction that has the lock already. */
export async function makePartitions(
  client: pg.ClientBase,
  times: readonly number[],
): Promise<void> {
  for (const { table, month, name } of await missingPartitions(client, times)) {
    await client.query(`CREATE TABLE ${name} (LIKE ${table} INCLUDING ALL)`)
    await client.query(
      `ALTER TABLE ${table} ATTACH PARTITION ${name}
       FOR VALUES FROM (${month.from}) TO (${month.to})`,
    )
  }
}

async function missingPartitions(client: pg.ClientBase, times: readonly number[]) {
  const wanted = times
    .map(monthOf)
    .flatMap((month) =>
      tables.map((table) => ({ table, month, name: partitionName(table, month) })),
    )
  const missing = new Map(wanted.map((partition) => [partition.name, partition]))
  for (const name of await partitionNames(client)) missing.delete(name)
  return [...missing.values()]
}

/**
 * Drops the months of a kind that lie wholly before a time; answers how many rows its first table
 * held in them. Dropping needs the table for itself for a moment: when others do not let go of it
 * soon, it is left for later.
 */
export async function dropPartitions(
  client: pg.ClientBase,
  kind: keyof typeof kinds,
  before: number,
): Promise<number> {
  let rows = 0
  for (const name of await partitionNames(client)) {
    const month = monthNamed(kind, name)
    if (month === null || month.to > before) continue
    const counted = await client.query<{ count: number }>(`SELECT count(*) AS count FROM ${name}`)
    await client.query('BEGIN')
    try {
      await client.query("SET LOCAL lock_timeout = '1s'")
      await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLock])
      for (const table of kinds[kind]) {
        await client.query(`DROP TABLE IF EXISTS ${partitionName(table, month)}`)
      }
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    }
    rows += Number(counted.rows[0]?.count)
  }
  return rows
}

/** The names of all partitions there are. */
export async function partitionNames(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(selectPartitions)
  return rows.map(({ name }) => name)
}

/** The month of a time and the two after it: what a node keeps ready. */
export function monthsAhead(now: number): number[] {
  const date = new Date(now)
  return [0, 1, 2].map((more) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + more, 1))
}

const selectPartitions = `
  SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = ANY (ARRAY[${tables.map((table) => `to_regclass('${table}')`).join(', ')}])
  ORDER BY c.relname`

interface Month {
  /** Its digits, as they end the name of a partition. */
  digits: string
  from: number
  /** The first millisecond that is not in it. */
  to: number
}

function monthNamed(table: string, name: string): Month | null {
  const parts = new RegExp(`^${table}_(\\d{4})_(\\d{2})$`).exec(name)
  return parts ? monthOf(Date.UTC(Number(parts[1]), Number(parts[2]) - 1, 1)) : null
}

/** Made of digits besides the table's name: it goes into statements as it is. */
export function partitionName(table: string, month: Month): string {
  return `${table}_${month.digits}`
}

/** The month a time lies in. */
export function monthOf(time: number): Month {
  const date = new Date(time)
  const year = date.getUTCFullYear()
  const month = date.getUTCMonth()
  const digits = (number: number, length: number) => String(number).padStart(length, '0')
  return {
    digits: `${digits(year, 4)}_${digits(month + 1, 2)}`,
    from: Date.UTC(year, month, 1),
    to: Date.UTC(year, month + 1, 1),
  }
}
