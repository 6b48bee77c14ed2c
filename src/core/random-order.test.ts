import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { randomKey, shuffled } from './random-order.ts'

const upTo = (size: number) => Array.from({ length: size }, (_, n) => n)

test('every number is at one place, whatever the seed', () => {
  const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 700 }), seeds, (size, seed) => {
      const at = shuffled(size, seed)
      assert.deepEqual(
        upTo(size)
          .map(at)
          .sort((a, b) => a - b),
        upTo(size),
      )
    }),
  )
})

test('another seed is another order, and none is that of the numbers', () => {
  const orders = [1, 2, 3].map((seed) => upTo(200).map(shuffled(200, seed)))
  const asText = new Set([upTo(200), ...orders].map((order) => order.join()))
  assert.equal(asText.size, 4)
})

test('what comes first is spread over all, and falls on each as often as on any other', () => {
  const drawn = upTo(4_000).map((seed) => shuffled(10, seed)(0))
  for (const n of upTo(10)) {
    const count = drawn.filter((each) => each === n).length
    assert.ok(count > 300 && count < 500, `${n} came first ${count} times of 4,000`)
  }
  const halves = upTo(1_000)
    .map(shuffled(1_000_000, 7))
    .filter((each) => each < 500_000)
  assert.ok(halves.length > 430 && halves.length < 570, `${halves.length} of the first half`)
})

test('one number more leaves nearly all places as they were', () => {
  const [before, after] = [shuffled(900, 5), shuffled(901, 5)]
  const moved = upTo(900).filter((at) => before(at) !== after(at))
  assert.ok(moved.length <= 1, `${moved.length} moved`)
})

test('keys to sort by differ for ids beyond 32 bits too', () => {
  const ids = [1, 2, 2 ** 32 + 1, 2 ** 33 + 1, 2 ** 47]
  assert.equal(new Set(ids.map((id) => randomKey(1, id))).size, ids.length)
})
