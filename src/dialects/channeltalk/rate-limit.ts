import type { RateLimit } from '../../core/rate-limit.ts'

/**
 * A bucket of 1,000 calls for each channel that takes ten more a second; listing chats has one of
 * its own (wire notes 4.3). The headers are on every answer.
 */
export const rateLimit: RateLimit = {
  rule: { calls: 1_000, refillPerSecond: 10 },
  per: 'workspace',
  apart: (endpoint) =>
    endpoint?.method === 'GET' && endpoint.path === '/user-chats' ? 'user-chats' : '',
  headers({ limit, remaining, resetAt, retryMs }) {
    const headers: { [name: string]: string } = {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(Math.ceil(resetAt / 1_000)),
    }
    if (retryMs !== undefined) headers['x-ratelimit-will-be-throttled'] = 'true'
    return headers
  },
}
