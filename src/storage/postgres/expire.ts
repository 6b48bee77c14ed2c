import type { ExpireBefore, Expired } from '../store.ts'
import { connectOnce } from './connect.ts'
import { dropPartitions } from './partitions.ts'

/** Rows deleted at a time. */
const batch = 1_000

const deleteIdempotency = `
  DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM idempotency WHERE created_at < $1 ORDER BY created_at LIMIT ${batch}
    FOR UPDATE SKIP LOCKED))`

/** On a connection of its own, because counting a month may take longer than any call may. */
export async function expire(url: string, before: ExpireBefore): Promise<Expired> {
  const client = await connectOnce(url)
  try {
    const expired: Expired = { events: 0, idempotency: 0 }
    for (;;) {
      const { rowCount } = await client.query(deleteIdempotency, [before.idempotency])
      expired.idempotency += rowCount ?? 0
      if ((rowCount ?? 0) < batch) break
    }
    if (before.events !== null) expired.events = await dropPartitions(client, before.events)
    return expired
  } finally {
    await client.end()
  }
}
