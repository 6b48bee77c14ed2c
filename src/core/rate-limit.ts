import type { Endpoint } from './dialect.ts'

/** How many calls a vendor takes: so many in any window, or a bucket that fills up again. */
export type RateRule =
  | { calls: number; windowMs: number }
  | { calls: number; refillPerSecond: number }

/** A vendor's limits on calls, in the dialect's own words; counted where a token asks for it. */
export interface RateLimit {
  rule: RateRule
  /** What tokens are held to that nobody holds to limits: so wide that only a fault meets it. */
  wide?: RateRule
  /** Whose calls are counted together: those of one token, or of all tokens of a workspace. */
  per: 'token' | 'workspace'
  /** Calls that are counted apart from the others, by a name of their own. */
  apart?(endpoint: Endpoint | null): string
  /** Headers on every answer, whether or not the calls are counted. */
  headers?(state: RateState): { [name: string]: string }
}

/** How a count stands after a call. */
export interface RateState {
  /** The rule that was counted by. */
  rule: RateRule
  /** Calls that may be made at once. */
  limit: number
  remaining: number
  /** Milliseconds UTC at which all of them may be made again. */
  resetAt: number
  /** Set on a call that was refused: how long until one is taken, in milliseconds. */
  retryMs?: number
}
