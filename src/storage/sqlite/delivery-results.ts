import { disabledBy, failuresInRow, isHealthy, nextDelivery } from '../../core/after-attempt.ts'
import { keptOutcome, keptSent, keptText } from '../../core/attempt-kept.ts'
import { afterResult, type Breaker, defaultBreaker } from '../../core/delivery-breaker.ts'
import type { Death } from '../../core/notice.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type {
  AttemptResult,
  BeginAttempt,
  Claim,
  FailedDelivery,
  ReleasePause,
} from '../delivery-store.ts'
import type { DeliveryTable, Ending, Standing } from './delivery-table.ts'
import type { DestinationStanding, DestinationTable } from './destination-table.ts'

/** A destination as the results of one batch leave it. */
interface Judged extends DestinationStanding {
  workspaceId: WorkspaceId
  isChanged: boolean
}

/** What workers tell of their claims, inside the transaction that is open. */
export class DeliveryResults {
  readonly #table: DeliveryTable
  readonly #destinations: DestinationTable

  constructor(table: DeliveryTable, destinations: DestinationTable) {
    this.#table = table
    this.#destinations = destinations
  }

  begin(attempts: readonly BeginAttempt[], now: number): boolean[] {
    return attempts.map((attempt) => {
      const standing = this.#held(attempt)
      // Somebody else may be given it any moment: it is too late to send it.
      if (!standing || (standing.wakeAt ?? 0) <= now) return false
      const { worker, request, sent } = attempt
      const kept = {
        worker,
        sent: sent === null ? null : JSON.stringify(keptSent(sent)),
        request: request === undefined ? null : JSON.stringify(request),
      }
      this.#table.beginAttempt(standing, kept, now)
      return true
    })
  }

  record(results: readonly AttemptResult[], now: number): boolean[] {
    const judged = new Map<string, Judged>()
    const recorded = results.map((result) => {
      const standing = this.#held(result)
      const outcome = JSON.stringify(keptOutcome(result.outcome))
      if (!standing || !this.#table.endAttempt(standing, outcome, now)) return false
      const destination = this.#judgedOf(judged, standing)
      this.#move(standing, result, destination, now)
      if (destination) this.#judge(destination, result, now)
      return true
    })
    for (const { workspaceId, destination, bucket, isChanged } of judged.values()) {
      if (!isChanged) continue
      this.#destinations.saveLoad(workspaceId, destination.name, destination.breaker, bucket)
    }
    return recorded
  }

  fail(failures: readonly FailedDelivery[], now: number): boolean[] {
    return failures.map((failure) => {
      const standing = this.#held(failure)
      if (!standing) return false
      this.#freeProbe(standing)
      const detail = keptText(failure.detail)
      this.#end(standing, { state: 'dead', reason: failure.reason, detail }, failure.death, now)
      return true
    })
  }

  release(claims: readonly Claim[], pause: ReleasePause | null, now: number): void {
    const why = pause && { reason: pause.reason, detail: keptText(pause.detail) }
    for (const claim of claims) {
      const standing = this.#held(claim)
      if (!standing) continue
      this.#freeProbe(standing)
      this.#table.release(standing, now + (pause?.ms ?? 0), why)
    }
  }

  extend(claims: readonly Claim[], leaseMs: number, now: number): boolean[] {
    return claims.map((claim) => {
      const standing = this.#held(claim)
      if (standing) this.#table.extendLease(standing, now + leaseMs)
      return standing !== null
    })
  }

  /** Null where the lease is another's by now, or the delivery is no longer claimed. */
  #held({ workspaceId, id, lease }: Claim): Standing | null {
    const standing = this.#table.find(workspaceId, id)
    return standing?.state === 'claimed' && standing.lease === lease ? standing : null
  }

  #move(standing: Standing, result: AttemptResult, judged: Judged | null, now: number): void {
    const tryCount = standing.attemptCount - standing.triesFrom
    const policy = judged?.destination.retry ?? null
    const next = nextDelivery(result, policy, tryCount, now)
    const { state, reason, detail, dueAt, isTry } = next
    const why = { reason: reason ?? '', detail }
    if (state === 'pending') this.#table.retry(standing, dueAt ?? now, why, isTry)
    else this.#end(standing, { state, reason, detail }, result.death, now)
  }

  /** What is to be told of a death is kept with it, or neither is. */
  #end(standing: Standing, ending: Ending, death: Death | undefined, now: number): void {
    this.#table.end(standing, ending, now)
    if (ending.state !== 'dead' || !death) return
    const { workspaceId, destination, id: delivery } = standing
    const told = { workspaceId, destination, delivery, reason: ending.reason, at: now, death }
    this.#destinations.tell({ ...told, kind: 'dead' })
  }

  #judge(judged: Judged, result: AttemptResult, now: number): void {
    const { workspaceId, destination } = judged
    const { name } = destination
    const reason = 'reason' in result.judgement ? result.judgement.reason : null
    const failed = failuresInRow(destination.failedInRow, result, destination.terms)
    if (failed !== destination.failedInRow) {
      destination.failedInRow = failed
      this.#destinations.saveFailedInRow(workspaceId, name, failed)
    }
    const disabling = disabledBy(result, destination.terms, failed)
    if (disabling !== null && destination.state !== 'disabled') {
      destination.state = 'disabled'
      this.#destinations.disable(workspaceId, name, disabling, { id: result.id, now })
    }
    const healthy = isHealthy(result)
    const { breaker, change } =
      healthy === null
        ? { breaker: withoutProbe(destination.breaker), change: null }
        : afterResult(destination.breaker, healthy, now, defaultBreaker)
    if (change) {
      const told = { workspaceId, destination: name, kind: change, reason, at: now }
      this.#destinations.tell({ ...told, delivery: result.id, death: null })
    }
    if (sameBreaker(breaker, destination.breaker)) return
    destination.breaker = breaker
    judged.isChanged = true
  }

  /** A half-open breaker that waits for a call nobody makes lets another one try. */
  #freeProbe({ workspaceId, destination: name }: Standing): void {
    const found = this.#destinations.find(workspaceId, name)
    if (!found || found.destination.breaker.probeAt === null) return
    const breaker = withoutProbe(found.destination.breaker)
    this.#destinations.saveLoad(workspaceId, name, breaker, found.bucket)
  }

  #judgedOf(judged: Map<string, Judged>, standing: Standing): Judged | null {
    const { workspaceId, destination } = standing
    const key = `${workspaceId}/${destination}`
    const known = judged.get(key)
    if (known) return known
    const found = this.#destinations.find(workspaceId, destination)
    if (!found) return null
    const one: Judged = { ...found, workspaceId, isChanged: false }
    judged.set(key, one)
    return one
  }
}

/** A trying call that says nothing makes room for another. */
function withoutProbe(breaker: Breaker): Breaker {
  return breaker.probeAt === null ? breaker : { ...breaker, probeAt: null }
}

/** Most results leave a closed breaker closed, and its row need not be written. */
function sameBreaker(a: Breaker, b: Breaker): boolean {
  return (
    a.failures === b.failures &&
    a.openUntil === b.openUntil &&
    a.opened === b.opened &&
    a.probeAt === b.probeAt
  )
}
