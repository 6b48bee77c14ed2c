import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from './open-database.ts'

/**
 * The thread that folds the write-ahead log back into the file while others write. Who writes would
 * do so within a commit, and everybody would wait for pages from all over the file.
 */
const { path } = workerData as { path: string }

/** How often the log is looked at. */
const lookMs = 100
/** Pages of the log from which on it is folded: 32 MiB. */
const foldFrom = 8_192
/** What is written meanwhile is folded too, so that the log can begin anew. */
const roundsMax = 8

const db = openDatabase(path, 'write')
const look = db.prepare('PRAGMA wal_checkpoint(NOOP)')
const fold = db.prepare('PRAGMA wal_checkpoint(PASSIVE)')

const timer = setInterval(() => {
  try {
    if (left(look.get()) < foldFrom) return
    for (let round = 0; round < roundsMax && left(fold.get()) > 0; round++);
  } catch {
    // The log keeps what is in it. Whoever writes next meets the same disk, and says so.
  }
}, lookMs)

parentPort?.once('message', () => {
  clearInterval(timer)
  db.close()
})

/** Pages that are in the log alone. */
function left(counts: Record<string, unknown> | undefined): number {
  return Number(counts?.log) - Number(counts?.checkpointed)
}
