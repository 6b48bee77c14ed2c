import type { Applied, Command, Idempotency } from '../core/command.ts'
import { Fault } from '../core/errors.ts'
import type { ProfileId, WorkspaceId } from '../core/profile.ts'
import { type AppliedJson, appliedFromJson, appliedToJson } from './applied-json.ts'

/** What a call with a key came to, as it is kept beside what the call wrote. */
export interface IdempotencyRecord {
  bodyHash: string
  /** The outcome as JSON, in which the profile is left out when it is too large. */
  outcome: string
  /** Whom it tells of. Where the profile was left out, a repeat shows it as it is by then. */
  profileId: ProfileId | null
}

/** UTF-16 code units of an outcome that is kept whole. */
const outcomeLengthMax = 65_536

/** What to keep of a call that was carried out. */
export function idempotencyRecord({ bodyHash }: Idempotency, applied: Applied): IdempotencyRecord {
  const outcome = JSON.stringify(appliedToJson(applied))
  const profileId = applied.profile?.id ?? null
  if (profileId === null || outcome.length <= outcomeLengthMax) {
    return { bodyHash, outcome, profileId }
  }
  const short = JSON.stringify(appliedToJson({ ...applied, profile: null }))
  return { bodyHash, outcome: short, profileId }
}

/**
 * What became of the call when it was first made.
 *
 * @throws Fault `idempotency_key_reused` when the key belongs to a call with another body.
 */
export function recordedOutcome(record: IdempotencyRecord, asked: Idempotency): Applied {
  if (record.bodyHash !== asked.bodyHash) throw new Fault('idempotency_key_reused')
  return { ...appliedFromJson(JSON.parse(record.outcome) as AppliedJson), repeated: true }
}

/** What a call was answered with, and whom it tells of: an erasure of theirs takes it along. */
export interface KeptAnswer {
  text: string
  about: ProfileId | null
}

/** What is kept of a call that has begun and has come to nothing yet. */
export const unended = ''

/** How long such a call may take before it counts as one that was cut short, in milliseconds. */
const underWayMs = 60_000

/**
 * The answer that is kept of a call that changes something other than a profile.
 *
 * @throws Fault `idempotency_key_reused` for another body, `call_under_way` while the first call
 *   has no answer yet, and `outcome_unknown` when it will have none any more.
 */
export function keptAnswer(
  row: { body_hash: unknown; outcome: unknown; created_at: unknown },
  { bodyHash }: Idempotency,
  now: number,
): string {
  if (row.body_hash !== bodyHash) throw new Fault('idempotency_key_reused')
  if (row.outcome !== unended) return row.outcome as string
  if (now - (row.created_at as number) < underWayMs) {
    throw new Fault('call_under_way', { retryAfterSeconds: 1 })
  }
  throw new Fault('outcome_unknown', {
    message:
      'A call with this key was begun and cut short. Look at what it changed, then use another key.',
  })
}

/** Keys of calls that this process is carrying out: a repeat meanwhile is refused, not queued. */
export class CallsUnderWay {
  readonly #keys = new Set<string>()

  /** @throws Fault `call_under_way` when a call with the command's key has no outcome yet. */
  async once<T>(workspaceId: WorkspaceId, command: Command, run: () => Promise<T>): Promise<T> {
    if (!command.idempotency) return run()
    const key = idempotencyScope(workspaceId, command.source.token, command.idempotency)
    if (this.#keys.has(key)) throw new Fault('call_under_way', { retryAfterSeconds: 1 })
    this.#keys.add(key)
    try {
      return await run()
    } finally {
      this.#keys.delete(key)
    }
  }
}

/** One text for what a key counts within. */
export function idempotencyScope(
  workspaceId: WorkspaceId,
  token: number | null,
  { route, key }: Idempotency,
): string {
  return `${workspaceId} ${token ?? 0} ${route} ${key}`
}
