import { nextAttemptAt, parseRetryAfter, type RetryPolicy } from './schedule.ts'

/** Where a delivery stands. Only the head of a lane is pending; what waits behind it is queued. */
export type DeliveryState = 'queued' | 'pending' | 'claimed' | 'delivered' | 'dead' | 'cancelled'

/** What may happen to a delivery. */
export type DeliveryStep =
  /** It became the head of its lane. */
  | 'promote'
  /** A worker took it under a lease. */
  | 'claim'
  /** Its attempt is over and another is due later, or its lease ran out. */
  | 'release'
  | 'deliver'
  /** No more tries: a final answer, or the last one failed. */
  | 'give-up'
  | 'cancel'
  /** By hand, at the tail of its lane. */
  | 'redeliver'

const transitions: { readonly [S in DeliveryState]: { [T in DeliveryStep]?: DeliveryState } } = {
  queued: { promote: 'pending', cancel: 'cancelled' },
  pending: { claim: 'claimed', cancel: 'cancelled', 'give-up': 'dead' },
  claimed: { release: 'pending', deliver: 'delivered', 'give-up': 'dead', cancel: 'cancelled' },
  delivered: { redeliver: 'queued' },
  dead: { redeliver: 'queued' },
  cancelled: { redeliver: 'queued' },
}

/**
 * The state that follows, or null where the step is not possible: the caller lost a race and
 * changes nothing. A pending delivery gives up where it cannot even be rendered.
 */
export function nextState(state: DeliveryState, step: DeliveryStep): DeliveryState | null {
  return transitions[state][step] ?? null
}

/** True for the states that make the next of the lane the head. */
export function isOver(state: DeliveryState): boolean {
  return state === 'delivered' || state === 'dead' || state === 'cancelled'
}

/**
 * How a call out can fail, and whether a further try could do better. The codes are short and do
 * not change: dead letters are grouped by them.
 */
export const sendFailures = {
  bad_url: { final: true, text: 'The address is not one that can be called.' },
  bad_request: { final: true, text: 'The method, a header or the body cannot be sent.' },
  address_refused: {
    final: true,
    text: 'The address leads to a place that this destination may not reach.',
  },
  port_refused: { final: true, text: 'The port belongs to another service than HTTP.' },
  dns: { final: false, text: 'The name did not resolve.' },
  refused: { final: false, text: 'The connection was refused.' },
  unreachable: { final: false, text: 'There is no way to the address.' },
  reset: { final: false, text: 'The connection was cut.' },
  tls: { final: false, text: 'The certificate or the encryption is not acceptable.' },
  bad_answer: { final: false, text: 'The answer is not valid HTTP.' },
  timeout_connect: { final: false, text: 'The connection was not there in time.' },
  timeout_headers: { final: false, text: 'The answer did not begin in time.' },
  timeout_body: { final: false, text: 'The answer was not complete in time.' },
  secret: { final: false, text: 'A secret of the destination cannot be opened.' },
  stopped: { final: false, text: 'Roster stopped while the call was under way.' },
  network: { final: false, text: 'The call failed on its way.' },
} as const satisfies { [code: string]: { final: boolean; text: string } }

export type SendFailure = keyof typeof sendFailures

/** What came of one attempt. */
export type AttemptOutcome =
  | { status: number; retryAfter?: string | undefined }
  | { error: SendFailure }

export type Judgement =
  | { kind: 'delivered' }
  /** `notBefore` is what the receiver asked for. */
  | { kind: 'retry'; reason: string; notBefore: number | null }
  | { kind: 'dead'; reason: string; disableDestination: boolean }

/**
 * Client errors that another try with the same bytes cannot mend: they judge what was sent, not
 * when. The others may pass by themselves or once somebody sees to it, and are tried again: 401,
 * 403, 404 and 407 (credentials being changed, a receiver being installed), 408, 409, 421, 423,
 * 424, 425 and 429 by their very meaning. Of the server errors only 501 and 505 are final.
 */
const finalStatuses: ReadonlySet<number> = new Set([
  ...[400, 402, 405, 406, 410, 411, 412, 413, 414, 415, 416, 417, 418, 422, 426, 428, 431, 451],
  ...[501, 505],
])

/**
 * Sorts the outcome of an attempt: delivered for 2xx, or up to what a vendor takes; dead for
 * answers and failures that another try cannot mend, redirects among them, since they are never
 * followed; retry for the rest, with the receiver's `Retry-After` where it gave one. 410 disables
 * the destination. The reason, `http_` and the status or the code of the failure, is what dead
 * letters are grouped by.
 */
export function judgeAnswer(outcome: AttemptOutcome, now: number, deliveredBelow = 300): Judgement {
  if ('error' in outcome) {
    const reason = outcome.error
    return sendFailures[reason].final
      ? { kind: 'dead', reason, disableDestination: false }
      : { kind: 'retry', reason, notBefore: null }
  }
  const { status } = outcome
  if (status >= 200 && status < deliveredBelow) return { kind: 'delivered' }
  const reason = `http_${status}`
  if (status < 400 || status > 599 || finalStatuses.has(status)) {
    return { kind: 'dead', reason, disableDestination: status === 410 }
  }
  return { kind: 'retry', reason, notBefore: parseRetryAfter(outcome.retryAfter, now) }
}

/** What is written for a delivery when an attempt is over. */
export type AfterAttempt =
  | { state: 'delivered' }
  | { state: 'pending'; dueAt: number; reason: string }
  | { state: 'dead'; reason: string; final: boolean; disableDestination: boolean }

/**
 * The delivery's next state and time after its attempt number `attemptCount`, counted from 1. Dead
 * with `final` means that the answer ruled out another try; without, that there were none left.
 */
export function afterAttempt(
  judgement: Judgement,
  policy: RetryPolicy,
  attemptCount: number,
  now: number,
  random: number,
): AfterAttempt {
  if (judgement.kind === 'delivered') return { state: 'delivered' }
  const { reason } = judgement
  if (judgement.kind === 'dead') {
    const { disableDestination } = judgement
    return { state: 'dead', reason, final: true, disableDestination }
  }
  const dueAt = nextAttemptAt(policy, attemptCount, now, random, judgement.notBefore)
  if (dueAt === null) return { state: 'dead', reason, final: false, disableDestination: false }
  return { state: 'pending', dueAt, reason }
}
