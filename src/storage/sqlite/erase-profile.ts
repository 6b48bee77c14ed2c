import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Actor, AuditEntry } from '../../core/audit.ts'
import { hashesOf, type Witness } from '../../core/erasure.ts'
import { type EraseSession, type EraseTools, eraseTraces } from '../erase-traces.ts'
import { type ErasureOf, writeReceipt } from '../erasure-receipt.ts'
import { auditValues } from '../rows.ts'
import type { Erasure, Store } from '../store.ts'
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

interface ErasureParts {
  path: string
  db: DatabaseSync
  clock: () => number
  actor: Actor
  witness: (() => Witness) | undefined
}

export function erasures(parts: ErasureParts): Pick<Store, 'eraseProfile' | 'findErasures'> {
  const { path, db, clock, actor, witness } = parts
  return {
    eraseProfile: (workspace, profile, by = actor) =>
      eraseProfile(path, clock, witness?.() ?? null, { workspace, profile, by }),
    findErasures: async (workspace, identifiers, limit) => {
      const hashes = JSON.stringify(hashesOf(witness, workspace, identifiers))
      const rows = db.prepare(selectErasures).all(workspace, hashes, limit)
      return rows.map(({ receipt }) => receipt as number)
    },
  }
}

/** Deleted bytes are overwritten, and the log with what was there before is folded back and cut. */
async function eraseProfile(
  path: string,
  clock: () => number,
  witness: Witness | null,
  of: ErasureOf,
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
    const tools = { syntax, look: session, write, witness }
    const traces = await eraseTraces(tools, of.workspace, of.profile)
    const insert = async (_: EraseSession, entry: Omit<AuditEntry, 'id'>) =>
      Number(db.prepare(insertAudit).run(...auditValues(entry)).lastInsertRowid)
    const erasure = await writeReceipt({ write, witness, insert }, of, traces, clock())
    await foldLog(db)
    return erasure
  } finally {
    db.close()
  }
}

const selectErasures = `
  SELECT DISTINCT receipt FROM erased_identifiers
  WHERE workspace_id = ? AND hash IN (SELECT value FROM json_each(?)) AND receipt IS NOT NULL
  ORDER BY receipt LIMIT ?`

function sessionOf(db: DatabaseSync): EraseSession {
  const bound = (values: Parameters<EraseSession['all']>[1]) =>
    values.map((value) =>
      Array.isArray(value) ? JSON.stringify(value) : (value as string | number | null),
    )
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
