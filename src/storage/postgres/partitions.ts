import type pg from 'pg'
import { advisoryLock } from './migrate.ts'

/** The tables that are kept by month; their partitions come and go together. */
const tables = ['events', 'event_identifiers']

/**
 * Makes the partitions that are not there, for each month that one of the times lies in. Nodes that
 * find the same one missing make it once. A partition is made beside the table and then attached,
 * which lets others go on reading and writing.
 */
export async function ensurePartitions(
  client: pg.ClientBase,
  times: readonly number[],
): Promise<void> {
  const months = new Map(times.map(monthOf).map((month) => [month.name, month]))
  const there = await client.query<{ name: string }>(selectPartitions)
  for (const { name } of there.rows) months.delete(name)
  if (months.size === 0) return
  await client.query('BEGIN')
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLock])
    const now = await client.query<{ name: string }>(selectPartitions)
    for (const { name } of now.rows) months.delete(name)
    for (const month of months.values()) {
      for (const table of tables) {
        const name = partitionName(table, month)
        await client.query(`CREATE TABLE ${name} (LIKE ${table} INCLUDING ALL)`)
        await client.query(
          `ALTER TABLE ${table} ATTACH PARTITION ${name}
           FOR VALUES FROM (${month.from}) TO (${month.to})`,
        )
      }
    }
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

/**
 * Drops the months that lie wholly before a time; answers how many events they held. Dropping needs
 * the table for itself for a moment: when others do not let go of it soon, it is left for later.
 */
export async function dropPartitions(client: pg.ClientBase, before: number): Promise<number> {
  const { rows } = await client.query<{ name: string }>(selectPartitions)
  let events = 0
  for (const { name } of rows) {
    const month = monthNamed(name)
    if (month === null || month.to > before) continue
    const counted = await client.query<{ count: number }>(`SELECT count(*) AS count FROM ${name}`)
    await client.query('BEGIN')
    try {
      await client.query("SET LOCAL lock_timeout = '1s'")
      await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLock])
      for (const table of tables) {
        await client.query(`DROP TABLE IF EXISTS ${partitionName(table, month)}`)
      }
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    }
    events += Number(counted.rows[0]?.count)
  }
  return events
}

/** The month of a time and the two after it: what a node keeps ready. */
export function monthsAhead(now: number): number[] {
  const date = new Date(now)
  return [0, 1, 2].map((more) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + more, 1))
}

export const selectPartitions = `
  SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = to_regclass('events') ORDER BY c.relname`

interface Month {
  name: string
  from: number
  /** The first millisecond that is not in it. */
  to: number
}

function monthNamed(name: string): Month | null {
  const parts = /^events_(\d{4})_(\d{2})$/.exec(name)
  return parts ? monthOf(Date.UTC(Number(parts[1]), Number(parts[2]) - 1, 1)) : null
}

/** Made of digits besides the table's name: it goes into statements as it is. */
function partitionName(table: string, month: Month): string {
  return month.name.replace('events', table)
}

/** The month a time lies in. */
export function monthOf(time: number): Month {
  const date = new Date(time)
  const year = date.getUTCFullYear()
  const month = date.getUTCMonth()
  const digits = (number: number, length: number) => String(number).padStart(length, '0')
  return {
    name: `events_${digits(year, 4)}_${digits(month + 1, 2)}`,
    from: Date.UTC(year, month, 1),
    to: Date.UTC(year, month + 1, 1),
  }
}
