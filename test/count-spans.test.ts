import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countedStretches } from '../src/storage/search/count-spans.ts'

test('a stretch of time is read from the longest counts that fit into it, each minute once', () => {
  for (const minutes of [1, 60, 1_440]) {
    for (const [from, until] of [
      [0, 10_000],
      [59, 61],
      [1_441, 2_879],
      [700, 130_000],
      [7, 7],
      [9, 3],
    ] as const) {
      const stretches = countedStretches(from, until, minutes)
      let at: number = from
      for (const each of stretches) {
        assert.equal(each.from, at)
        assert.ok(each.until > each.from && each.span <= minutes)
        assert.equal((each.from % each.span) + (each.until % each.span), 0)
        at = each.until
      }
      assert.equal(at, Math.max(from, until))
      // Days, the hours before and after them, and the minutes before and after those.
      assert.ok(stretches.length <= 5)
    }
  }
  const days = countedStretches(700, 130_000, 1_440)
  const rows = days.reduce((sum, { span, from, until }) => sum + (until - from) / span, 0)
  assert.ok(rows < 200, `${rows}`)
})
