import type pg from 'pg'
import type { Idempotency } from '../../core/command.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { keptAnswer, unended } from '../idempotency.ts'
import type { Row } from '../rows.ts'
import type { Store } from '../store.ts'
import { storageFault } from './faults.ts'
import { answerMs, transact } from './transaction.ts'

const sameCall = 'workspace_id = $1 AND token_id = $2 AND route = $3 AND key = $4'
const select = `SELECT body_hash, outcome, created_at FROM idempotency WHERE ${sameCall}`
const end = `UPDATE idempotency SET outcome = $5, profile_id = $6
  WHERE ${sameCall} AND outcome = '${unended}'`
const release = `DELETE FROM idempotency WHERE ${sameCall} AND outcome = '${unended}'`
const begin = `
  INSERT INTO idempotency
    (workspace_id, token_id, route, key, body_hash, outcome, profile_id, created_at)
  VALUES ($1, $2, $3, $4, $5, '${unended}', NULL, $6) ON CONFLICT DO NOTHING`

/** Answers of rare writes that came with a key; each is a transaction of its own. */
export function keptAnswers(
  pool: pg.Pool,
  clock: () => number,
): Pick<Store, 'beginCall' | 'endCall'> {
  const run = async (statement: string, values: unknown[]): Promise<pg.QueryResult<Row>> => {
    try {
      return await transact(pool, performance.now() + answerMs, ({ query }) =>
        query<Row>(statement, values),
      )
    } catch (error) {
      throw storageFault(error)
    }
  }
  return {
    async beginCall(workspaceId, token, asked) {
      const call = names(workspaceId, token, asked)
      const { rowCount } = await run(begin, [...call, asked.bodyHash, clock()])
      if (rowCount === 1) return null
      // In a transaction of its own, that it sees what the insert ran into.
      const { rows } = await run(select, call)
      const now = clock()
      const cutShort = { body_hash: asked.bodyHash, outcome: unended, created_at: now }
      return keptAnswer((rows[0] ?? cutShort) as Parameters<typeof keptAnswer>[0], asked, now)
    },
    async endCall(workspaceId, token, asked, answer) {
      const call = names(workspaceId, token, asked)
      if (answer === null) await run(release, call)
      else await run(end, [...call, answer.text, answer.about])
    },
  }
}

function names(workspaceId: WorkspaceId, token: number, { route, key }: Idempotency) {
  return [workspaceId, token, route, key]
}
