import type pg from 'pg'
import { Fault } from '../../core/errors.ts'
import type { DueSignal } from './due-signal.ts'
import { isCollision, isPartitionMissing, storageFault } from './faults.ts'
import { ensurePartitions } from './partitions.ts'
import { answerMs, type Transaction, transact } from './transaction.ts'

const dayMs = 86_400_000
/** How often one is tried again after it met others in a way that undid it. */
const collisionsMax = 10

export type Write = <T>(work: (transaction: Transaction) => Promise<T>) => Promise<T>

export interface DeliveryTransactions {
  /** Runs work in a transaction, again where it met others or found no partition. */
  write: Write
  /** Lets whoever claims hear of what was committed. */
  heard<T>(work: Promise<T>): Promise<T>
}

export function deliveryTransactions(
  pool: pg.Pool,
  clock: () => number,
  signal: DueSignal,
): DeliveryTransactions {
  return {
    write: async (work) => {
      const deadline = performance.now() + answerMs
      for (let collisions = 0; ; ) {
        try {
          return await transact(pool, deadline, work)
        } catch (error) {
          if (isPartitionMissing(error)) await addPartition(pool, clock())
          else if (!isCollision(error) || ++collisions > collisionsMax) throw storageFault(error)
        }
        if (performance.now() >= deadline) throw new Fault('unavailable', { retryAfterSeconds: 1 })
      }
    },
    heard: async (work) => {
      const result = await work
      signal.due()
      return result
    },
  }
}

async function addPartition(pool: pg.Pool, time: number): Promise<void> {
  const client = await pool.connect()
  try {
    // An attempt is written when it is over, and belongs to the month it began in.
    await ensurePartitions(client, [time, time - dayMs])
  } finally {
    client.release()
  }
}
