/** How many calls may begin in a span of time. */
export interface Rate {
  count: number
  perMs: number
}

/**
 * A bucket of calls that may begin. It is full to begin with, holds as many as the rate names, and
 * is filled evenly: over any time it gives out what the rate allows and one bucketful more.
 */
export interface RateBucket {
  calls: number
  /** When it held that many, milliseconds UTC. */
  at: number
}

/** How many calls may begin now; a destination that was never called has a full bucket. */
export function callsInBucket(rate: Rate, bucket: RateBucket | null, now: number): number {
  return Math.floor(level(rate, bucket, now))
}

/** The bucket once calls have begun. */
export function afterCalls(
  rate: Rate,
  bucket: RateBucket | null,
  count: number,
  now: number,
): RateBucket {
  return { calls: Math.max(level(rate, bucket, now) - count, 0), at: now }
}

/** When the next call may begin; `now` where one may already. */
export function callAllowedAt(rate: Rate, bucket: RateBucket | null, now: number): number {
  const missing = 1 - level(rate, bucket, now)
  return missing <= 0 ? now : now + Math.ceil((missing * rate.perMs) / rate.count)
}

/** A bucket from well ahead was filled before the clock was set back, and says nothing of now. */
function level({ count, perMs }: Rate, bucket: RateBucket | null, now: number): number {
  if (bucket === null || bucket.at > now + perMs) return count
  const filled = (Math.max(now - bucket.at, 0) * count) / perMs
  return Math.min(bucket.calls + filled, count)
}
