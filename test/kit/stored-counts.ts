import pg from 'pg'
import type { RunningRoster } from './start-roster.ts'

/** Tells over and over, and cheaply, how much a store holds. */
export interface StoredCounts {
  /** Another text whenever somebody was added or removed or an event was logged. */
  read(): Promise<string>
  close(): Promise<void>
}

const selectCounts = `
  SELECT (SELECT count(*) FROM profiles WHERE removed_at IS NULL) AS profiles,
    (SELECT sum(last_event_id) FROM counters) AS events`

/** PostgreSQL is asked past the store, whose statistics have it look at each of its files. */
export async function storedCounts({ store, databaseUrl }: RunningRoster): Promise<StoredCounts> {
  if (!databaseUrl.startsWith('postgres')) {
    const read = async () => {
      const { profiles, events } = await store.statistics()
      return JSON.stringify({ profiles, events })
    }
    return { read, close: async () => {} }
  }
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  return {
    read: async () => JSON.stringify((await client.query(selectCounts)).rows[0]),
    close: () => client.end(),
  }
}
