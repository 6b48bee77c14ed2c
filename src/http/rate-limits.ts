import type { Dialect, Endpoint } from '../core/dialect.ts'
import type { RateLimit, RateRule, RateState } from '../core/rate-limit.ts'
import type { Access } from './authenticate.ts'

/** Counts the calls of tokens that are to be held to their vendor's limits; on this node alone. */
export interface RateLimits {
  /** Counts one call; null where the token is not held to any limit, not even a wide one. */
  take(dialect: Dialect, endpoint: Endpoint | null, access: Access, now: number): RateState | null
}

interface Count {
  take(now: number): RateState
}

/** Counts kept at a time; beyond it the one that was begun first begins anew. */
const countsMax = 10_000

export function createRateLimits(): RateLimits {
  const counts = new Map<string, Count>()
  return {
    take(dialect, endpoint, { token, workspace }, now) {
      const { rateLimit } = dialect
      const rule = token.rateLimit === 'vendor' ? rateLimit?.rule : rateLimit?.wide
      if (!rateLimit || !rule) return null
      const whose = rateLimit.per === 'token' ? `t${token.id}` : `w${workspace.id}`
      const key = `${dialect.id} ${token.rateLimit} ${whose} ${rateLimit.apart?.(endpoint) ?? ''}`
      let count = counts.get(key)
      if (!count) {
        if (counts.size >= countsMax) counts.delete(counts.keys().next().value ?? '')
        count = countOf(rule)
        counts.set(key, count)
      }
      return count.take(now)
    },
  }
}

/** How a count stands that nothing was taken from. */
export function untouched({ rule }: RateLimit, now: number): RateState {
  return { rule, limit: rule.calls, remaining: rule.calls, resetAt: now }
}

function countOf(rule: RateRule): Count {
  return 'windowMs' in rule ? window(rule) : bucket(rule)
}

/** So many in any window, wherever it begins: the times of the latest calls, in a ring. */
function window(rule: Extract<RateRule, { windowMs: number }>): Count {
  const { calls, windowMs } = rule
  const times = new Float64Array(calls)
  let first = 0
  let used = 0
  return {
    take(now) {
      while (used > 0 && (times[first] ?? 0) <= now - windowMs) {
        first = (first + 1) % calls
        used--
      }
      const oldest = used > 0 ? (times[first] ?? now) : now
      if (used >= calls) {
        const retryMs = Math.max(1, oldest + windowMs - now)
        return { rule, limit: calls, remaining: 0, resetAt: now + retryMs, retryMs }
      }
      times[(first + used) % calls] = now
      used++
      return { rule, limit: calls, remaining: calls - used, resetAt: now + windowMs }
    },
  }
}

/** A bucket of calls that fills up again at a steady pace. */
function bucket(rule: Extract<RateRule, { refillPerSecond: number }>): Count {
  const { calls, refillPerSecond } = rule
  let level = calls
  let at = 0
  return {
    take(now) {
      const filled = (Math.max(0, now - at) * refillPerSecond) / 1_000
      level = Math.min(calls, level + (at === 0 ? 0 : filled))
      at = now
      const isFree = level >= 1
      if (isFree) level -= 1
      const resetAt = now + Math.ceil(((calls - level) * 1_000) / refillPerSecond)
      const state = { rule, limit: calls, remaining: Math.floor(level), resetAt }
      if (isFree) return state
      return { ...state, retryMs: Math.ceil(((1 - level) * 1_000) / refillPerSecond) }
    },
  }
}
