import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { AuditEntry } from '../../core/audit.ts'
import type { EraseSession, EraseTools } from '../erase-tools.ts'
import { eraseTraces } from '../erase-traces.ts'
import { type ErasureOf, type Witnessing, writeReceipt } from '../erasure-receipt.ts'
import { auditValues } from '../rows.ts'
import type { Erasure } from '../store.ts'
import type { EraseAnswer, EraseAsk, EraseMessage } from './erase-profile.ts'
import { openDatabase } from './open-database.ts'
import { insertAudit, rowKey } from './statements.ts'

/**
 * The thread of one erasure, which reads tables through where no index leads. The keys stay where
 * they are: it asks for hashes and for the signature.
 */
const { path, of, isWitnessed } = workerData as {
  path: string
  of: ErasureOf
  isWitnessed: boolean
}

const listed = '(SELECT value FROM json_each(?2))'
/** How often the log is tried to be folded back while somebody reads it, and how far apart. */
const foldsMax = 50
const foldMs = 100
/** Rows are locked for others for less than this at a time, and then left to them for as long. */
const restMs = 5

const syntax: EraseTools['syntax'] = {
  among: (column) => `${column} IN ${listed}`,
  amongTexts: (column) => `${column} IN ${listed}`,
  ids: () => `key IN (SELECT ${rowKey('?1', 'value')} FROM json_each(?2))`,
  at: (table, id) => `${table}.key = ${rowKey('?1', id)}`,
  between: (table, above, upTo) =>
    `${table}.key > ${rowKey('?1', above)} AND ${table}.key <= ${rowKey('?1', upTo)}`,
  holds: (column) => `instr(${column}, ?2) > 0`,
  // Nobody else writes while a transaction does.
  holdNames: 'UPDATE state SET config_version = config_version + 1 WHERE ?1 > 0',
}

const waiting = new Map<number, (answer: EraseAnswer) => void>()
let lastId = 0

parentPort?.on('message', ({ id, answer }: { id: number; answer: EraseAnswer }) => {
  waiting.get(id)?.(answer)
  waiting.delete(id)
})

function ask<T extends EraseAnswer>(question: EraseAsk): Promise<T> {
  lastId += 1
  const id = lastId
  return new Promise<EraseAnswer>((resolve) => {
    waiting.set(id, resolve)
    send({ id, question })
  }) as Promise<T>
}

function send(message: EraseMessage): void {
  parentPort?.postMessage(message)
}

const witnessing: Witnessing = {
  now: () => ask<number>({ kind: 'now' }),
  hash: isWitnessed ? (texts) => ask<string[]>({ kind: 'hash', texts }) : null,
  sign: (text) => ask<Erasure['signature']>({ kind: 'sign', text }),
}

/** Deleted bytes are overwritten, and the log with what was there before is folded back and cut. */
async function erase(): Promise<Erasure> {
  const db = openDatabase(path, 'write')
  try {
    const session = sessionOf(db)
    const write = writerOf(db, session)
    const tools = { syntax, look: session, write, hash: witnessing.hash }
    const traces = await eraseTraces(tools, of.workspace, of.profile)
    const insert = async (_: EraseSession, entry: Omit<AuditEntry, 'id'>) =>
      Number(db.prepare(insertAudit).run(...auditValues(entry)).lastInsertRowid)
    const erasure = await writeReceipt({ look: session, write, witnessing, insert }, of, traces)
    await foldLog(db)
    return erasure
  } finally {
    db.close()
  }
}

function writerOf(db: DatabaseSync, session: EraseSession): EraseTools['write'] {
  return async (work) => {
    await sleep(restMs)
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
}

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

erase().then(
  (erasure) => send({ erasure }),
  (error: unknown) => {
    const { message = String(error), errcode } = error as Error & { errcode?: number }
    send({ failure: { message, errcode } })
  },
)
