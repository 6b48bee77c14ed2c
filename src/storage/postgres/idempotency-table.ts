import type { Applied, Command } from '../../core/command.ts'
import { Fault } from '../../core/errors.ts'
import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import { idempotencyRecord, idempotencyScope, recordedOutcome } from '../idempotency.ts'
import { profileFromRow, type Row } from '../rows.ts'
import * as sql from './statements.ts'
import type { Transaction } from './transaction.ts'

/** What is known of a command before it is decided: its outcome, or why it may not be repeated. */
export type Foregone = ReadonlyMap<Command, Applied | Fault>

/**
 * Finds the commands whose key was used before, and takes the keys of the others until the
 * transaction ends. A key that another node has taken is not waited for: whoever waits could be in
 * a circle.
 */
export async function claimKeys(
  transaction: Transaction,
  workspaceId: WorkspaceId,
  commands: readonly Command[],
): Promise<Foregone> {
  const foregone = new Map<Command, Applied | Fault>()
  const keyed = commands.filter(({ idempotency }) => idempotency !== undefined)
  if (keyed.length === 0) return foregone
  const { tokens, routes, keys, scopes } = columns(workspaceId, keyed)
  // Two statements, because the second must see what was committed before the first had the locks.
  const [locks, records] = await Promise.all([
    transaction.query<Row>(sql.tryLockKeys, [scopes]),
    transaction.query<Row>(sql.selectIdempotency, [workspaceId, tokens, routes, keys]),
  ])
  for (const [index, command] of keyed.entries()) {
    const row = records.rows.find(({ place }) => place === index + 1)
    const free = locks.rows[index]?.locked === true
    if (row) foregone.set(command, await repeat(transaction, workspaceId, command, row))
    else if (!free) foregone.set(command, new Fault('call_under_way', { retryAfterSeconds: 1 }))
  }
  return foregone
}

/** Keeps what calls with a key came to. */
export function keepOutcomes(
  transaction: Transaction,
  workspaceId: WorkspaceId,
  outcomes: readonly { command: Command; applied: Applied }[],
  now: number,
): void {
  const commands = outcomes.map(({ command }) => command)
  const { tokens, routes, keys } = columns(workspaceId, commands)
  const records = outcomes.map(({ command, applied }) =>
    idempotencyRecord(command.idempotency as NonNullable<Command['idempotency']>, applied),
  )
  transaction.send(sql.insertIdempotency, [
    workspaceId,
    tokens,
    routes,
    keys,
    records.map(({ bodyHash }) => bodyHash),
    records.map(({ outcome }) => outcome),
    records.map(({ profileId }) => profileId),
    now,
  ])
}

async function repeat(
  transaction: Transaction,
  workspaceId: WorkspaceId,
  { idempotency }: Command,
  row: Row,
): Promise<Applied | Fault> {
  const profileId = row.profile_id as ProfileId | null
  const record = { bodyHash: row.body_hash as string, outcome: row.outcome as string, profileId }
  try {
    const outcome = recordedOutcome(record, idempotency as NonNullable<typeof idempotency>)
    if (profileId === null || outcome.profile !== null) return outcome
    const { rows } = await transaction.query<Row>(sql.selectProfile, [workspaceId, profileId])
    return { ...outcome, profile: rows[0] ? profileFromRow(rows[0]) : null }
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}

function columns(workspaceId: WorkspaceId, commands: readonly Command[]) {
  const tokens: number[] = []
  const routes: string[] = []
  const keys: string[] = []
  const scopes: string[] = []
  for (const { source, idempotency } of commands) {
    if (!idempotency) continue
    tokens.push(source.token ?? 0)
    routes.push(idempotency.route)
    keys.push(idempotency.key)
    scopes.push(idempotencyScope(workspaceId, source.token, idempotency))
  }
  return { tokens, routes, keys, scopes }
}
