import { clockSkewMs } from './schedule.ts'

/**
 * Keeps a sick destination from being called over and over. Closed, calls go through; open, none do
 * until `openUntil`; from then on it is half open, and one call at a time tries whether the
 * destination is well again. Plain numbers, as they stand on the destination's row.
 */
export interface Breaker {
  /** Failures since the last success. */
  failures: number
  /** Milliseconds UTC; null while closed. */
  openUntil: number | null
  /** How often it has opened without a success between; the wait grows with it. */
  opened: number
  /** When the trying call began; null when none is under way. */
  probeAt: number | null
}

export interface BreakerSettings {
  /** Failures in a row that open it. */
  failuresMax: number
  /** How long it stays open the first time; twice as long each further time. */
  openMs: number
  openMsMax: number
  /** A trying call that has not ended by then is taken for lost, and another may be made. */
  probeMs: number
}

export const defaultBreaker: BreakerSettings = {
  failuresMax: 10,
  openMs: 15_000,
  openMsMax: 300_000,
  probeMs: 60_000,
}

export const closedBreaker: Breaker = { failures: 0, openUntil: null, opened: 0, probeAt: null }

export type BreakerPhase = 'closed' | 'open' | 'half-open'

export function breakerPhase(
  breaker: Breaker,
  now: number,
  settings: BreakerSettings = defaultBreaker,
): BreakerPhase {
  if (breaker.openUntil === null) return 'closed'
  return now < openUntil(breaker, now, settings) ? 'open' : 'half-open'
}

/** A time further ahead than any wait is from before the clock was set back, and holds no more. */
function openUntil(breaker: Breaker, now: number, { openMsMax }: BreakerSettings): number {
  const until = breaker.openUntil ?? 0
  return until > now + openMsMax + clockSkewMs ? 0 : until
}

/** When the trying call that is under way is taken for lost; 0 where none is. */
function probeUntil({ probeAt }: Breaker, now: number, { probeMs }: BreakerSettings): number {
  return probeAt === null || probeAt > now + clockSkewMs ? 0 : probeAt + probeMs
}

/**
 * How many calls may be begun of the number wanted: all while closed, none while open, one while
 * half open unless one is under way.
 */
export function callsAllowed(
  breaker: Breaker,
  wanted: number,
  now: number,
  settings: BreakerSettings,
): number {
  const phase = breakerPhase(breaker, now, settings)
  if (phase === 'closed') return wanted
  if (phase === 'open') return 0
  return now < probeUntil(breaker, now, settings) ? 0 : Math.min(wanted, 1)
}

/** When calls may be begun again; `now` or earlier where they already may. */
export function callsAllowedAt(breaker: Breaker, now: number, settings: BreakerSettings): number {
  return Math.max(openUntil(breaker, now, settings), probeUntil(breaker, now, settings))
}

/** The breaker once calls have begun: a half-open one remembers that it is being tried. */
export function afterClaim(breaker: Breaker, now: number, settings: BreakerSettings): Breaker {
  const isTried = breakerPhase(breaker, now, settings) === 'half-open'
  return isTried ? { ...breaker, probeAt: now } : breaker
}

/**
 * The breaker once an operator says that the destination is well again: one that had opened is half
 * open at once, and so is that of a destination that was disabled. The next call tries whether it
 * is true, and its success is told as a recovery.
 */
export function afterResume(breaker: Breaker, wasDisabled: boolean, now: number): Breaker {
  if (breaker.openUntil === null && !wasDisabled) return closedBreaker
  return { failures: breaker.failures, openUntil: now, opened: 0, probeAt: null }
}

/**
 * The breaker after an attempt ended, and what changed, to be told as an event. `healthy` is about
 * the destination and not about the delivery: a receiver that refuses one body for good is well.
 * While it is open or being tried, one success closes it. A call that began before it opened and
 * fails later neither counts nor puts the next try off.
 */
export function afterResult(
  breaker: Breaker,
  healthy: boolean,
  now: number,
  settings: BreakerSettings,
): { breaker: Breaker; change: 'opened' | 'recovered' | null } {
  if (healthy) {
    const change = breaker.openUntil === null ? null : 'recovered'
    return { breaker: closedBreaker, change }
  }
  const phase = breakerPhase(breaker, now, settings)
  const failures = breaker.failures + 1
  if (phase === 'open') return { breaker, change: null }
  if (phase === 'half-open' && breaker.probeAt === null) return { breaker, change: null }
  if (phase === 'closed' && failures < settings.failuresMax) {
    return { breaker: { ...breaker, failures }, change: null }
  }
  const wait = Math.min(settings.openMs * 2 ** breaker.opened, settings.openMsMax)
  const opened = { failures, openUntil: now + wait, opened: breaker.opened + 1, probeAt: null }
  return { breaker: opened, change: phase === 'closed' ? 'opened' : null }
}
