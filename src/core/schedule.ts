/** When a delivery is tried again. */
export interface RetryPolicy {
  /** The wait after the first try, in milliseconds. */
  firstMs: number
  /** How much longer each further wait is. */
  factor: number
  /** The longest wait of the schedule. */
  maxMs: number
  /** Tries in all, the first one included. */
  attempts: number
  /** 0.2 spreads a wait evenly over 80 to 120 per cent of it. */
  jitter: number
}

/** How far the clocks of two nodes may be apart; what is further ahead was set by another clock. */
export const clockSkewMs = 1_000

/** No lease is longer: one that ends later was given before the clock was set back. */
export const leaseMsMax = 30_000

/** The longest a receiver's `Retry-After` may put a delivery off, in milliseconds. */
const retryAfterMsMax = 24 * 3_600_000

/**
 * Longer than any wait that such a schedule sets, in milliseconds: a delivery that is due later was
 * put off before the clock was set back.
 */
export function longestWaitMs({ maxMs, jitter }: RetryPolicy): number {
  return retryAfterMsMax + maxMs * (1 + jitter) + clockSkewMs
}

/**
 * When to try again after `attemptCount` tries, or null when there are none left. A receiver's own
 * wish (`retryAfterAt`) is obeyed where it is later than the schedule, up to a day ahead; it gets
 * its jitter on top, so that all that waits for it does not come back at once.
 *
 * `random` is from 0 up to 1 and comes from the caller, so that the same input gives the same time.
 */
export function nextAttemptAt(
  policy: RetryPolicy,
  attemptCount: number,
  now: number,
  random: number,
  retryAfterAt: number | null = null,
): number | null {
  if (attemptCount >= policy.attempts) return null
  const wait = Math.min(policy.firstMs * policy.factor ** (attemptCount - 1), policy.maxMs)
  const scheduled = now + wait * (1 + policy.jitter * (2 * random - 1))
  if (retryAfterAt === null) return Math.round(scheduled)
  const wished = Math.min(retryAfterAt, now + retryAfterMsMax)
  const spread = Math.min(wait, Math.max(0, wished - now)) * policy.jitter * random
  return Math.round(Math.max(scheduled, wished + spread))
}

/**
 * The instant a `Retry-After` header names, in milliseconds UTC: so many seconds from now, or an
 * HTTP date in any of its three forms. Null when it is neither; a past date is an instant too.
 *
 * Source: RFC 9110, 10.2.3 and 5.6.7.
 */
export function parseRetryAfter(text: string | undefined, now: number): number | null {
  const value = text?.trim()
  if (!value) return null
  if (/^\d+$/.test(value)) return now + Math.min(Number(value) * 1_000, retryAfterMsMax)
  return parseHttpDate(value, now)
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const fixdate = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/
const rfc850 = /^[A-Z][a-z]{5,8}, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/
const asctime = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/

function parseHttpDate(text: string, now: number): number | null {
  const usual = fixdate.exec(text) ?? rfc850.exec(text)
  const old = asctime.exec(text)
  const [day, month, year, hour, minute, second] = usual
    ? usual.slice(1)
    : old
      ? [old[2], old[1], old[6], old[3], old[4], old[5]]
      : []
  const monthIndex = months.indexOf(month ?? '')
  if (!day || !year || monthIndex < 0) return null
  const date = new Date(0)
  date.setUTCFullYear(fullYear(year, now), monthIndex, Number(day))
  if (date.getUTCDate() !== Number(day)) return null
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null
  return date.setUTCHours(Number(hour), Number(minute), Number(second))
}

/** A year of two digits is the latest that is not more than 50 years ahead (RFC 9110, 5.6.7). */
function fullYear(text: string, now: number): number {
  if (text.length === 4) return Number(text)
  const thisYear = new Date(now).getUTCFullYear()
  const year = thisYear - (thisYear % 100) + Number(text)
  if (year > thisYear + 50) return year - 100
  return year
}
