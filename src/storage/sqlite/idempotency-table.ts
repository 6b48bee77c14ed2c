import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Applied, Command } from '../../core/command.ts'
import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import { idempotencyRecord, recordedOutcome } from '../idempotency.ts'
import { type ProfileRow, prepareRows, profileOfRow } from './profile-row.ts'
import * as sql from './statements.ts'

/** Outcomes of calls that came with a key, read and written in the transaction of the call. */
export class IdempotencyTable {
  readonly #select: StatementSync
  readonly #insert: StatementSync
  readonly #profile: StatementSync

  constructor(db: DatabaseSync) {
    this.#select = db.prepare(sql.selectIdempotency)
    this.#insert = db.prepare(sql.insertIdempotency)
    this.#profile = prepareRows(db, sql.selectProfile)
  }

  /** The outcome of an earlier call with the command's key, or null. See `recordedOutcome`. */
  find(workspaceId: WorkspaceId, { source, idempotency }: Command): Applied | null {
    if (!idempotency) return null
    const { route, key } = idempotency
    const row = this.#select.get(workspaceId, source.token ?? 0, route, key)
    if (!row) return null
    const profileId = row.profile_id as ProfileId | null
    const record = { bodyHash: row.body_hash as string, outcome: row.outcome as string, profileId }
    const outcome = recordedOutcome(record, idempotency)
    if (profileId === null || outcome.profile !== null) return outcome
    const now = this.#profile.get(workspaceId, profileId) as ProfileRow | undefined
    return { ...outcome, profile: now ? profileOfRow(now) : null }
  }

  keep(
    workspaceId: WorkspaceId,
    { source, idempotency }: Command,
    applied: Applied,
    now: number,
  ): void {
    if (!idempotency) return
    const { bodyHash, outcome, profileId } = idempotencyRecord(idempotency, applied)
    const { route, key } = idempotency
    const token = source.token ?? 0
    this.#insert.run(workspaceId, token, route, key, bodyHash, outcome, profileId, now)
  }
}
