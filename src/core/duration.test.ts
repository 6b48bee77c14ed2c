import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDuration, fixedMs, parseDuration, parseSignedDuration } from './duration.ts'

const none = { years: 0, months: 0, days: 0, ms: 0 }

for (const [text, duration] of [
  ['PT10M', { ...none, ms: 600_000 }],
  ['PT0S', none],
  ['P30D', { ...none, days: 30 }],
  ['P2W', { ...none, days: 14 }],
  ['P1Y2M3DT4H5M6.07S', { years: 1, months: 2, days: 3, ms: 14_706_070 }],
  ['PT1.5S', { ...none, ms: 1_500 }],
  ['PT36H', { ...none, ms: 129_600_000 }],
] as const) {
  test(`${text} is a duration`, () => assert.deepEqual(parseDuration(text), duration))
}

for (const text of [
  ...['', 'P', 'PT', 'P1DT', '10M', 'PT10', 'P1H', 'PT1D', 'PT1.5M', 'PT1.0001S', 'P-1D', '-P1D'],
  ...[
    'pt10m',
    ' PT10M',
    'PT10M ',
    'PT10M\n',
    'P1M1Y',
    'P1D2D',
    'P1234567D',
    'P1.5D',
    'PT1S5M',
    'P٣D',
  ],
]) {
  test(`${JSON.stringify(text)} is no duration`, () => assert.equal(parseDuration(text), null))
}

test('a sign stands before the whole', () => {
  assert.deepEqual(parseSignedDuration('-P30D'), { sign: -1, duration: { ...none, days: 30 } })
  assert.deepEqual(parseSignedDuration('+P30D'), { sign: 1, duration: { ...none, days: 30 } })
  assert.deepEqual(parseSignedDuration('P30D'), { sign: 1, duration: { ...none, days: 30 } })
  assert.equal(parseSignedDuration('--P30D'), null)
  assert.equal(parseSignedDuration('-now'), null)
})

for (const [from, text, to] of [
  ['2026-01-31T10:00:00Z', 'P1M', '2026-02-28T10:00:00Z'],
  ['2028-01-31T10:00:00Z', 'P1M', '2028-02-29T10:00:00Z'],
  ['2026-01-31T10:00:00Z', 'P2M', '2026-03-31T10:00:00Z'],
  ['2028-02-29T00:00:00Z', 'P1Y', '2029-02-28T00:00:00Z'],
  ['2026-12-15T00:00:00Z', 'P1M', '2027-01-15T00:00:00Z'],
  ['2026-01-31T00:00:00Z', 'P1M1D', '2026-03-01T00:00:00Z'],
  ['2026-03-31T00:00:00Z', '-P1M', '2026-02-28T00:00:00Z'],
  ['2026-01-15T00:00:00Z', '-P1Y1M', '2024-12-15T00:00:00Z'],
  ['2026-03-28T12:00:00Z', 'P1DT12H', '2026-03-30T00:00:00Z'],
] as const) {
  test(`${from} and ${text} is ${to}`, () => {
    const parsed = parseSignedDuration(text)
    assert.ok(parsed)
    const at = addDuration(Date.parse(from), parsed.duration, parsed.sign)
    assert.equal(new Date(at).toISOString(), new Date(to).toISOString())
  })
}

test('what has no months or years has a length, and adding and taking it away cancel out', () => {
  fc.assert(
    fc.property(fc.nat(9_999), fc.nat(99_999), fc.integer({ min: 0, max: 4e12 }), (d, s, at) => {
      const duration = parseDuration(`P${d}DT${s}S`)
      assert.ok(duration)
      assert.equal(fixedMs(duration), d * 86_400_000 + s * 1_000)
      assert.equal(addDuration(addDuration(at, duration), duration, -1), at)
      assert.equal(addDuration(at, duration) - at, fixedMs(duration))
    }),
  )
  assert.equal(fixedMs({ ...none, months: 1 }), null)
  assert.equal(fixedMs({ ...none, years: 1 }), null)
})

test('adding months keeps the day where the month has it, and never skips a month', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4e12 }),
      fc.integer({ min: 1, max: 600 }),
      (at, months) => {
        const from = new Date(at)
        const to = new Date(addDuration(at, { ...none, months }))
        const passed =
          (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth()
        assert.equal(passed, months)
        assert.ok(to.getUTCDate() <= from.getUTCDate())
        assert.equal(at % 86_400_000, to.getTime() % 86_400_000)
      },
    ),
  )
})
