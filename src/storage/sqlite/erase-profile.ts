import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Actor } from '../../core/audit.ts'
import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import { erasedEntry } from '../audit-details.ts'
import { type EraseSession, type EraseTools, eraseTraces } from '../erase-traces.ts'
import { auditValues } from '../rows.ts'
import type { Erasure } from '../store.ts'
import { openDatabase } from './open-database.ts'
import { insertAudit, rowKey } from './statements.ts'

const listed = '(SELECT value FROM json_each(?2))'
/** How often the log is tried to be folded back while somebody reads it, and how far apart. */
const foldsMax = 50
const foldMs = 100

const syntax: EraseTools['syntax'] = {
  among: (column) => `${column} IN ${listed}`,
  ids: () => `key IN (SELECT ${rowKey('?1', 'value')} FROM json_each(?2))`,
  at: (table, id) => `${table}.key = ${rowKey('?1', id)}`,
}

/** Deleted bytes are overwritten, and the log with what was there before is folded back and cut. */
export async function eraseProfile(
  path: string,
  clock: () => number,
  of: { workspace: WorkspaceId; profile: ProfileId; by: Actor },
): Promise<Erasure> {
  const db = openDatabase(path, 'write')
  try {
    const session = sessionOf(db)
    const write: EraseTools['write'] = async (work) => {
      db.exec('BEGIN IMMEDIATE')
      try {
        const result = await work(session)
        db.exec('COMMIT')
        return result
      } catch (error) {
        db.exec('ROLLBACK')
        throw error
      }
    }
    const tools = { syntax, look: session, write }
    const traces = await eraseTraces(tools, of.workspace, of.profile)
    const at = clock()
    const { lastInsertRowid } = db
      .prepare(insertAudit)
      .run(...auditValues(erasedEntry(at, of, traces)))
    await foldLog(db)
    return { receipt: Number(lastInsertRowid), at, traces }
  } finally {
    db.close()
  }
}

function sessionOf(db: DatabaseSync): EraseSession {
  const bound = (values: Parameters<EraseSession['all']>[1]) =>
    values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : value))
  return {
    all: async (text, values) => db.prepare(text).all(...bound(values)),
    run: async (text, values) => Number(db.prepare(text).run(...bound(values)).changes),
  }
}

/** Whoever reads from the log keeps it from being cut, for a moment. */
async function foldLog(db: DatabaseSync): Promise<void> {
  for (let count = 0; count < foldsMax; count++) {
    const busy = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy
    if (busy === 0) return
    await sleep(foldMs)
  }
  throw new Error(
    'What was erased is still in the write-ahead log: somebody reads it. Erase again.',
  )
}
