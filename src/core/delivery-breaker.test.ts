import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  afterClaim,
  afterResult,
  type Breaker,
  breakerPhase,
  callsAllowed,
  callsAllowedAt,
  closedBreaker,
} from './delivery-breaker.ts'

const settings = { failuresMax: 3, openMs: 1_000, openMsMax: 5_000, probeMs: 10_000 }
const now = 1_000_000

test('it opens with the third failure in a row, and a success between starts the count anew', () => {
  assert.equal(after(closedBreaker, [false, false, true, false, false]).changes.join(), '')
  const { breaker, changes } = after(closedBreaker, [false, false, false])
  assert.deepEqual(changes, ['opened'])
  assert.deepEqual(breaker, { failures: 3, openUntil: now + 1_000, opened: 1, probeAt: null })
  assert.equal(callsAllowed(breaker, 8, now + 999, settings), 0)
  assert.equal(callsAllowedAt(breaker, settings), now + 1_000)
})

test('closed, all calls go through', () => {
  assert.equal(callsAllowed(closedBreaker, 8, now, settings), 8)
  assert.ok(callsAllowedAt(closedBreaker, settings) <= now)
  assert.equal(afterClaim(closedBreaker, now), closedBreaker)
})

test('half open, one call tries; its success closes and its failure opens for twice as long', () => {
  const later = now + 1_000
  const open = after(closedBreaker, [false, false, false]).breaker
  assert.equal(breakerPhase(open, later), 'half-open')
  assert.equal(callsAllowed(open, 8, later, settings), 1)
  const probing = afterClaim(open, later)
  assert.equal(callsAllowed(probing, 8, later, settings), 0)
  assert.deepEqual(afterResult(probing, true, later, settings), {
    breaker: closedBreaker,
    change: 'recovered',
  })
  assert.deepEqual(afterResult(probing, false, later, settings), {
    breaker: { failures: 4, openUntil: later + 2_000, opened: 2, probeAt: null },
    change: null,
  })
})

test('a trying call that was lost is followed by another', () => {
  const probing: Breaker = { failures: 3, openUntil: now, opened: 1, probeAt: now }
  assert.equal(callsAllowed(probing, 8, now + 9_999, settings), 0)
  assert.equal(callsAllowedAt(probing, settings), now + 10_000)
  assert.equal(callsAllowed(probing, 8, now + 10_000, settings), 1)
})

test('calls that began before it opened change nothing when they fail', () => {
  const open = after(closedBreaker, [false, false, false]).breaker
  assert.deepEqual(afterResult(open, false, now + 10, settings), { breaker: open, change: null })
  assert.deepEqual(afterResult(open, false, now + 1_000, settings), { breaker: open, change: null })
})

test('the wait doubles up to its longest', () => {
  let breaker = after(closedBreaker, [false, false, false]).breaker
  const waits = []
  for (let turn = 0; turn < 5; turn++) {
    const at = breaker.openUntil ?? 0
    breaker = afterResult(afterClaim(breaker, at), false, at, settings).breaker
    waits.push((breaker.openUntil ?? 0) - at)
  }
  assert.deepEqual(waits, [2_000, 4_000, 5_000, 5_000, 5_000])
})

test('opened and recovered take turns, and it never stays shut for ever', () => {
  const step = fc.record({ wait: fc.nat(4_000), healthy: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (schedule) => {
      let breaker = closedBreaker
      let at = now
      let last: string | null = 'recovered'
      for (const { wait, healthy } of schedule) {
        at += wait
        const allowed = callsAllowed(breaker, 4, at, settings)
        assert.equal(allowed > 0, callsAllowedAt(breaker, settings) <= at)
        if (allowed === 0) continue
        breaker = afterClaim(breaker, at)
        const result = afterResult(breaker, healthy, at, settings)
        if (result.change) assert.notEqual(result.change, last)
        last = result.change ?? last
        breaker = result.breaker
        assert.ok(callsAllowedAt(breaker, settings) <= at + settings.openMsMax)
      }
    }),
  )
})

function after(start: Breaker, results: boolean[]) {
  let breaker = start
  const changes: string[] = []
  for (const healthy of results) {
    const result = afterResult(breaker, healthy, now, settings)
    breaker = result.breaker
    if (result.change) changes.push(result.change)
  }
  return { breaker, changes }
}
