import {
  type Breaker,
  type BreakerSettings,
  callsAllowed,
  callsAllowedAt,
} from './delivery-breaker.ts'
import { callAllowedAt, callsInBucket, type Rate, type RateBucket } from './delivery-rate.ts'

/** What decides how much of a destination may be claimed, over all nodes. */
export interface DestinationLoad {
  state: 'active' | 'paused' | 'disabled'
  concurrency: number
  rate: Rate | null
  bucket: RateBucket | null
  breaker: Breaker
  /** Claims whose leases have not run out. */
  claimed: number
  /** When the next of those leases ends; null when there are none. */
  leaseEndsAt: number | null
  /** When the next that is pending may be tried; null when nothing is. */
  dueAt: number | null
}

/** How many calls to a destination may begin now. */
export function roomOf(load: DestinationLoad, now: number, settings: BreakerSettings): number {
  if (load.state !== 'active') return 0
  const free = Math.max(load.concurrency - load.claimed, 0)
  const { rate } = load
  const begun = rate ? Math.min(free, callsInBucket(rate, load.bucket, now)) : free
  return callsAllowed(load.breaker, begun, now, settings)
}

/**
 * When something of a destination may be claimed, as far as is known: what is due and held back
 * waits for a lease that ends, the breaker or the rate. Null where nothing waits, or is stopped
 * until an operator says otherwise.
 */
export function claimableAt(
  load: DestinationLoad,
  now: number,
  settings: BreakerSettings,
): number | null {
  if (load.state !== 'active') return null
  const { rate } = load
  const held = Math.max(
    callsAllowedAt(load.breaker, now, settings),
    rate ? callAllowedAt(rate, load.bucket, now) : 0,
  )
  const isFull = load.claimed >= load.concurrency
  const nextDue = isFull ? null : load.dueAt
  const first = Math.min(
    nextDue ?? Number.POSITIVE_INFINITY,
    load.leaseEndsAt ?? Number.POSITIVE_INFINITY,
  )
  return first === Number.POSITIVE_INFINITY ? null : Math.max(first, held)
}

/**
 * Shares `limit` out in turn, one each round, beginning at `start`: none gets more than it wants,
 * and none waits for what another wants.
 */
export function takeTurns(wanted: readonly number[], limit: number, start: number): number[] {
  const given = wanted.map(() => 0)
  for (let left = limit; left > 0; ) {
    const before = left
    for (let turn = 0; turn < wanted.length && left > 0; turn++) {
      const at = (start + turn) % wanted.length
      const has = given[at] ?? 0
      if (has >= (wanted[at] ?? 0)) continue
      given[at] = has + 1
      left -= 1
    }
    if (left === before) break
  }
  return given
}

/**
 * Whether what is due waits on purpose: the destination is stopped, has its calls under way, is
 * kept from being called, or is called at its rate, so that its bucket is not full. What is due
 * and is not held back should have been claimed.
 */
export function isHeldBack(load: DestinationLoad, now: number, settings: BreakerSettings): boolean {
  if (roomOf(load, now, settings) === 0) return true
  const { rate, bucket } = load
  return rate !== null && callsInBucket(rate, bucket, now) < rate.count
}
