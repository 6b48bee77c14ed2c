import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nextAttemptAt, parseRetryAfter, type RetryPolicy } from './schedule.ts'

const policy: RetryPolicy = { firstMs: 1_000, factor: 2, maxMs: 60_000, attempts: 12, jitter: 0.2 }
const now = Date.parse('2026-11-22T12:00:00Z')
const day = 86_400_000

test('waits double up to the longest, and after the last try there is none', () => {
  const waits = Array.from({ length: 12 }, (_, index) => {
    const at = nextAttemptAt(policy, index + 1, now, 0.5)
    return at === null ? null : (at - now) / 1_000
  })
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, null])
  assert.equal(nextAttemptAt(policy, 13, now, 0.5, now + 1), null)
})

test('jitter stays within its share of the wait and uses all of it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 11 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (count, random) => {
        const middle = Math.min(1_000 * 2 ** (count - 1), 60_000)
        const wait = (nextAttemptAt(policy, count, now, random) ?? 0) - now
        assert.ok(wait >= middle * 0.8 - 1 && wait <= middle * 1.2 + 1)
      },
    ),
  )
  assert.equal(nextAttemptAt(policy, 1, now, 0), now + 800)
  assert.equal(nextAttemptAt(policy, 1, now, 1), now + 1_200)
})

test('a huge factor does not overflow', () => {
  assert.equal(
    nextAttemptAt({ ...policy, factor: 10, attempts: 1_000 }, 999, now, 0.5),
    now + 60_000,
  )
})

test('a receiver that asks for later gets it, with jitter after and never before', () => {
  assert.equal(nextAttemptAt(policy, 1, now, 0, now + 30_000), now + 30_000)
  assert.equal(nextAttemptAt(policy, 1, now, 1, now + 30_000), now + 30_200)
  assert.equal(nextAttemptAt(policy, 7, now, 1, now + 30_000), now + 72_000)
})

test('a receiver that asks for sooner or for the past gets the schedule', () => {
  assert.equal(nextAttemptAt(policy, 7, now, 0.5, now + 1_000), now + 60_000)
  assert.equal(nextAttemptAt(policy, 1, now, 0.5, now - day), now + 1_000)
})

test('a receiver cannot put a delivery off by more than a day', () => {
  const at = nextAttemptAt(policy, 1, now, 0.5, now + 365 * day)
  assert.ok(at !== null && at >= now + day && at <= now + day + 1_000)
})

for (const [text, at] of [
  ['120', now + 120_000],
  [' 120 ', now + 120_000],
  ['0', now],
  ['99999999999999999999', now + day],
  ['Sun, 22 Nov 2026 12:05:00 GMT', now + 300_000],
  ['Sunday, 22-Nov-26 12:05:00 GMT', now + 300_000],
  ['Sun Nov 22 12:05:00 2026', now + 300_000],
  ['Tue Nov  3 12:00:00 2026', now - 19 * day],
  ['Sun, 06 Nov 1994 08:49:37 GMT', Date.parse('1994-11-06T08:49:37Z')],
  ['Sunday, 06-Nov-94 08:49:37 GMT', Date.parse('1994-11-06T08:49:37Z')],
] as const) {
  test(`Retry-After: ${text} is an instant`, () => assert.equal(parseRetryAfter(text, now), at))
}

for (const text of [
  ...[undefined, '', ' ', '-1', '1.5', '1e3', 'soon', '120s', '0x10', '2026-11-22T12:00:00Z'],
  ...['Sun, 31 Nov 2026 12:05:00 GMT', 'Sun, 22 Nov 2026 24:05:00 GMT'],
  ...['Sun, 22 Foo 2026 12:05:00 GMT', 'Sun, 22 Nov 2026 12:05:00 CET', '1, 2'],
]) {
  test(`Retry-After: ${text} is none`, () => assert.equal(parseRetryAfter(text, now), null))
}
