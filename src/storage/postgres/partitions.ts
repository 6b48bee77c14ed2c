import type pg from 'pg'
import { advisoryLock } from './migrate.ts'

/**
 * Makes the partitions of `events` that are not there, for each month that one of the times lies
 * in. Nodes that find the same one missing make it once. A partition is made beside the table and
 * then attached, which lets others go on reading and writing.
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
    for (const { name, from, to } of months.values()) {
      await client.query(`CREATE TABLE ${name} (LIKE events INCLUDING ALL)`)
      await client.query(
        `ALTER TABLE events ATTACH PARTITION ${name} FOR VALUES FROM (${from}) TO (${to})`,
      )
    }
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
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

/** Names are made of digits alone: they go into statements as they are. */
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
