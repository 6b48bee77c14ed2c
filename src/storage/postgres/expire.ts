import type { ExpireBefore, Expired } from '../store.ts'
import { connectOnce } from './connect.ts'
import { deleteEntered, expireOwn } from './expire-own.ts'
import { storageFault } from './faults.ts'
import { dropPartitions } from './partitions.ts'

/** Rows deleted at a time. */
const batch = 1_000

const deleteIdempotency = `
  DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM idempotency WHERE created_at < $1 ORDER BY created_at LIMIT ${batch}
    FOR UPDATE SKIP LOCKED))`

const deleteRuns = `
  DELETE FROM runs WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM runs WHERE ended_at < $1 ORDER BY ended_at LIMIT ${batch}
    FOR UPDATE SKIP LOCKED))`

const deleteDeliveries = `
  DELETE FROM deliveries WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM deliveries WHERE ended_at < $1 ORDER BY ended_at LIMIT ${batch}
    FOR UPDATE SKIP LOCKED))`

const deleteRuleCounts = `
  DELETE FROM rule_counts WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM rule_counts WHERE minute < $1 ORDER BY minute LIMIT ${batch}
    FOR UPDATE SKIP LOCKED))`

/** On a connection of its own, because counting a month may take longer than any call may. */
export async function expire(url: string, before: ExpireBefore): Promise<Expired> {
  const client = await connectOnce(url)
  try {
    const deleteAll = async (statement: string, value: number): Promise<number> => {
      for (let count = 0; ; ) {
        const { rowCount } = await client.query(statement, [value])
        count += rowCount ?? 0
        if ((rowCount ?? 0) < batch) return count
      }
    }
    const expired: Expired = {
      events: 0,
      idempotency: await deleteAll(deleteIdempotency, before.idempotency),
      runs: before.events === null ? 0 : await deleteAll(deleteRuns, before.events),
      ruleCounts: await deleteAll(deleteRuleCounts, Math.floor(before.now / 60_000)),
      deliveries: before.events === null ? 0 : await deleteAll(deleteDeliveries, before.events),
    }
    if (before.events !== null) {
      expired.events = await dropPartitions(client, 'events', before.events)
      if (expired.events > 0) await deleteEntered(client)
      // The attempts of what was deleted above, and of what is still tried after so long.
      await dropPartitions(client, 'attempts', before.events)
    }
    await expireOwn(client, before, expired)
    return expired
  } catch (error) {
    throw storageFault(error)
  } finally {
    await client.end()
  }
}
