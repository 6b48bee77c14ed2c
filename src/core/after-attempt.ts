import { keptText } from './attempt-kept.ts'
import { type AfterAttempt, afterAttempt, type Judgement, type SendFailure } from './delivery.ts'
import type { VendorTerms } from './destination.ts'
import type { AttemptOutcomeRecord } from './planned-delivery.ts'
import type { RetryPolicy } from './schedule.ts'

/** How an attempt ended, as whoever made it tells it. */
export interface EndedAttempt {
  outcome: AttemptOutcomeRecord
  judgement: Judgement
  /** From 0 up to 1, for the jitter. */
  random: number
}

/** What a delivery becomes once an attempt of it is over. */
export interface NextDelivery {
  state: 'delivered' | 'pending' | 'dead'
  /** When it is tried again; null where it is over. */
  dueAt: number | null
  endedAt: number | null
  reason: string | null
  detail: string | null
  /** Whether the attempt is one of the tries that its destination allows. */
  isTry: boolean
}

const ourOwnStop: SendFailure = 'stopped'

/** No destination, no further try. */
const noRetry: RetryPolicy = { firstMs: 0, factor: 1, maxMs: 0, attempts: 0, jitter: 0 }

/**
 * The delivery after its attempt. `tryCount` counts since it was planned or redelivered last;
 * `policy` is null where the destination is gone.
 *
 * A call that Roster itself cut, because it stopped, says nothing of the receiver, which may have
 * taken it: it does not count, and is due again at once under the same id. Only where the
 * destination allows a single try there is no second one.
 */
export function nextDelivery(
  { outcome, judgement, random }: EndedAttempt,
  policy: RetryPolicy | null,
  tryCount: number,
  now: number,
): NextDelivery {
  const next: AfterAttempt = afterAttempt(judgement, policy ?? noRetry, tryCount, now, random)
  if (next.state === 'delivered') {
    return {
      state: 'delivered',
      dueAt: null,
      endedAt: now,
      reason: null,
      detail: null,
      isTry: true,
    }
  }
  const detail = outcome.kind === 'failure' ? keptText(outcome.message) : null
  const { state, reason } = next
  if (isOurOwnStop(outcome) && policy !== null && policy.attempts > 1) {
    return { state: 'pending', dueAt: now, endedAt: null, reason, detail, isTry: false }
  }
  const isTry = true
  if (next.state === 'pending') {
    return { state, dueAt: next.dueAt, endedAt: null, reason, detail, isTry }
  }
  return { state, dueAt: null, endedAt: now, reason, detail, isTry }
}

/**
 * What an attempt says of the destination, whatever becomes of the delivery: an answer says that it
 * is well, also one that refuses this body for good, unless it is a server error or asks for time.
 * Null where the attempt says nothing of it, because nobody waited for the answer, or the answer
 * was that it wants no more calls.
 */
export function isHealthy(ended: EndedAttempt): boolean | null {
  const { outcome, judgement } = ended
  if (outcome.kind === 'lost') return null
  if (judgement.kind === 'dead' && judgement.disableDestination) return null
  if (outcome.kind === 'failure') return isOurOwnStop(outcome) ? null : false
  return outcome.status < 500 && outcome.status !== 408 && outcome.status !== 429
}

function isOurOwnStop(outcome: AttemptOutcomeRecord): boolean {
  return outcome.kind === 'failure' && outcome.code === ourOwnStop
}

/** The failures in a row of a destination whose vendor counts them; else it stays at 0. */
export function failuresInRow(
  before: number,
  { outcome, judgement }: EndedAttempt,
  terms: VendorTerms | undefined,
): number {
  if (terms?.failuresMax == null || outcome.kind === 'lost') return before
  if (isOurOwnStop(outcome)) return before
  return judgement.kind === 'delivered' ? 0 : before + 1
}

/**
 * Why a destination is called no more: the receiver asked for it, or failed as often as its vendor
 * lets it. Null where it goes on.
 */
export function disabledBy(
  { judgement }: EndedAttempt,
  terms: VendorTerms | undefined,
  failures: number,
): string | null {
  if (judgement.kind === 'delivered') return null
  if (terms) return failures >= (terms.failuresMax ?? Infinity) ? 'failures_in_row' : null
  return judgement.kind === 'dead' && judgement.disableDestination ? judgement.reason : null
}
