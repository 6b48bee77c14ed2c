import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { instantOf, resolveInstant } from './instant.ts'

const now = Date.parse('2026-11-22T12:00:00Z')

for (const [value, iso] of [
  ['2026-11-22', '2026-11-22T00:00:00.000Z'],
  ['2026-11-22T10:20:30Z', '2026-11-22T10:20:30.000Z'],
  ['2026-11-22T10:20', '2026-11-22T10:20:00.000Z'],
  ['2026-11-22 10:20:30', '2026-11-22T10:20:30.000Z'],
  ['2026-11-22T10:20:30.123456+01:00', '2026-11-22T09:20:30.123Z'],
  ['2026-11-22T00:00:00-0330', '2026-11-22T03:30:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['2026-11-22T24:00:00Z', '2026-11-23T00:00:00.000Z'],
  ['0001-01-01', '0001-01-01T00:00:00.000Z'],
  [0, '1970-01-01T00:00:00.000Z'],
  [1_795_348_800, '2026-11-22T12:00:00.000Z'],
  [1_795_348_800.5, '2026-11-22T12:00:00.500Z'],
  [1_795_348_800_000, '2026-11-22T12:00:00.000Z'],
  [99_999_999_999, '5138-11-16T09:46:39.000Z'],
  [100_000_000_000, '1973-03-03T09:46:40.000Z'],
] as const) {
  test(`${value} is the instant ${iso}`, () => {
    assert.equal(new Date(instantOf(value) ?? Number.NaN).toISOString(), iso)
  })
}

for (const value of [
  ...['', 'now', 'yesterday', '22-11-2026', '11/22/2026', '1795348800', '2026', '2026-11', 'P1D'],
  ...['2026-13-01', '2026-02-29', '2026-04-31', '2026-00-10', '2026-1-1', '2026-11-22T25:00:00Z'],
  ...[
    '2026-11-22T10:60:00Z',
    '2026-11-22T24:00:00.5Z',
    '2026-11-22T24:00:01Z',
    '2026-11-22Z',
    '2026-11-22T10:00:00+25:00',
  ],
  ...['2026-11-22T10', '2026-11-22T10:00:00 CET', ' 2026-11-22', '2026-11-22\n', 1e300, -1e300],
  ...[null, true, [], {}, ['2026-11-22']],
]) {
  test(`${JSON.stringify(value)} is no instant`, () => assert.equal(instantOf(value), null))
}

test('an instant may be relative to now, to either side', () => {
  assert.equal(resolveInstant('now', now), now)
  assert.equal(resolveInstant('-P30D', now), now - 30 * 86_400_000)
  assert.equal(resolveInstant('PT1H', now), now + 3_600_000)
  assert.equal(resolveInstant('2026-11-22', now), Date.parse('2026-11-22'))
  assert.equal(resolveInstant(1_795_348_800, now), now)
  assert.equal(resolveInstant('P999999Y', now), null)
  assert.equal(resolveInstant('soon', now), null)
})

test('every instant that JavaScript writes is read as the same one', () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(2e14) }), (date) => {
      assert.equal(instantOf(date.toISOString()), date.getTime())
    }),
  )
})
