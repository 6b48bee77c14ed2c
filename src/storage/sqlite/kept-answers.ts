import type { DatabaseSync } from 'node:sqlite'
import type { Idempotency } from '../../core/command.ts'
import { Fault } from '../../core/errors.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { keptAnswer, unended } from '../idempotency.ts'
import type { Store } from '../store.ts'
import { storageFault } from './faults.ts'
import { openDatabase } from './open-database.ts'
import { insertIdempotency } from './statements.ts'

const sameCall = 'workspace_id = ? AND token_id = ? AND route = ? AND key = ?'
const select = `SELECT body_hash, outcome, created_at FROM idempotency WHERE ${sameCall}`
const end = `UPDATE idempotency SET outcome = ?, profile_id = ?
  WHERE ${sameCall} AND outcome = '${unended}'`
const release = `DELETE FROM idempotency WHERE ${sameCall} AND outcome = '${unended}'`

/** Answers of rare writes that came with a key; each is a transaction of its own. */
export function keptAnswers(
  path: string,
  clock: () => number,
): Pick<Store, 'beginCall' | 'endCall'> {
  return {
    beginCall: async (workspaceId, token, asked) =>
      write(path, (db) => {
        const call = names(workspaceId, token, asked)
        const row = db.prepare(select).get(...call)
        if (row) return keptAnswer(row as Parameters<typeof keptAnswer>[0], asked, clock())
        db.prepare(insertIdempotency).run(...call, asked.bodyHash, unended, null, clock())
        return null
      }),
    endCall: async (workspaceId, token, asked, answer) =>
      write(path, (db) => {
        const call = names(workspaceId, token, asked)
        if (answer === null) db.prepare(release).run(...call)
        else db.prepare(end).run(answer.text, answer.about, ...call)
      }),
  }
}

function write<T>(path: string, work: (db: DatabaseSync) => T): T {
  try {
    using db = openDatabase(path, 'write')
    db.exec('BEGIN IMMEDIATE')
    const result = work(db)
    db.exec('COMMIT')
    return result
  } catch (error) {
    // What the key is for was not begun yet, or is done: nothing hangs on how far this came.
    throw error instanceof Fault ? error : storageFault(error, 'write')
  }
}

function names(workspaceId: WorkspaceId, token: number, { route, key }: Idempotency) {
  return [workspaceId, token, route, key] as const
}
