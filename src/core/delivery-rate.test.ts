import assert from 'node:assert/strict'
import { test } from 'node:test'
import { afterCalls, callAllowedAt, callsInBucket } from './delivery-rate.ts'

const rate = { count: 10, perMs: 1_000 }
const now = 1_000_000

test('a clock that is set back does not keep calls waiting for what it lost', () => {
  const empty = afterCalls(rate, null, 10, now)
  assert.equal(callsInBucket(rate, empty, now - 3_600_000), 10)
  assert.equal(callAllowedAt(rate, empty, now - 3_600_000), now - 3_600_000)
  // Two nodes are never quite of one mind, which gives nothing away.
  assert.equal(callsInBucket(rate, empty, now - 20), 0)
})
