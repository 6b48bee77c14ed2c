import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  afterClaim,
  afterResult,
  afterResume,
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
  assert.equal(callsAllowedAt(breaker, now, settings), now + 1_000)
})

test('closed, all calls go through', () => {
  assert.equal(callsAllowed(closedBreaker, 8, now, settings), 8)
  assert.ok(callsAllowedAt(closedBreaker, now, settings) <= now)
  assert.equal(afterClaim(closedBreaker, now, settings), closedBreaker)
})

test('half open, one call tries; its success closes and its failure opens for twice as long', () => {
  const later = now + 1_000
  const open = after(closedBreaker, [false, false, false]).breaker
  assert.equal(breakerPhase(open, later, settings), 'half-open')
  assert.equal(callsAllowed(open, 8, later, settings), 1)
  const probing = afterClaim(open, later, settings)
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
  assert.equal(callsAllowedAt(probing, now, settings), now + 10_000)
  assert.equal(callsAllowed(probing, 8, now + 10_000, settings), 1)
})

test('calls that began before it opened change nothing when they fail', () => {
  const open = after(closedBreaker, [false, false, false]).breaker
  assert.deepEqual(afterResult(open, false, now + 10, settings), { breaker: open, change: null })
  assert.deepEqual(afterResult(open, false, now + 1_000, settings), { breaker: open, change: null })
})

test('resumed by hand, one that had opened is tried at once, and its success is a recovery', () => {
  const open = { failures: 9, openUntil: now + 5_000, opened: 4, probeAt: now - 1 }
  const resumed = afterResume(open, false, now)
  assert.equal(callsAllowed(resumed, 8, now, settings), 1)
  const tried = afterClaim(resumed, now, settings)
  assert.equal(afterResult(tried, true, now, settings).change, 'recovered')
  const failed = afterResult(tried, false, now, settings)
  assert.deepEqual([failed.change, failed.breaker.openUntil], [null, now + 1_000])
  assert.equal(breakerPhase(afterResume(closedBreaker, true, now), now, settings), 'half-open')
  const paused = afterResume({ ...closedBreaker, failures: 2 }, false, now)
  assert.deepEqual(paused, closedBreaker)
})

test('a clock that is set back does not keep calls waiting for longer than the longest wait', () => {
  const open = after(closedBreaker, [false, false, false]).breaker
  const far = 900_000
  for (const back of [10, 3_000, 6_000, far]) {
    const at = callsAllowedAt(open, now - back, settings)
    assert.ok(at - (now - back) <= settings.openMsMax + 1_000, `${back}`)
    assert.ok(callsAllowed(open, 8, Math.max(at, now - back), settings) > 0)
  }
  const probing = afterClaim(open, now + 1_000, settings)
  assert.equal(callsAllowed(probing, 8, now + 990, settings), 0)
  assert.equal(callsAllowed(probing, 8, now - far, settings), 1)
  const failed = afterResult(afterClaim(open, now - far, settings), false, now - far, settings)
  assert.equal(failed.breaker.openUntil, now - far + 2_000)
})

test('the wait doubles up to its longest', () => {
  let breaker = after(closedBreaker, [false, false, false]).breaker
  const waits = []
  for (let turn = 0; turn < 5; turn++) {
    const at = breaker.openUntil ?? 0
    breaker = afterResult(afterClaim(breaker, at, settings), false, at, settings).breaker
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
        assert.equal(allowed > 0, callsAllowedAt(breaker, at, settings) <= at)
        if (allowed === 0) continue
        breaker = afterClaim(breaker, at, settings)
        const result = afterResult(breaker, healthy, at, settings)
        if (result.change) assert.notEqual(result.change, last)
        last = result.change ?? last
        breaker = result.breaker
        assert.ok(callsAllowedAt(breaker, at, settings) <= at + settings.openMsMax)
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
