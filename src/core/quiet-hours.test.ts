import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isZone, nextAllowedInstant } from './quiet-hours.ts'

const night = { from: '21:00', to: '08:00', zone: 'Europe/Amsterdam' }
const brief = { from: '01:30', to: '02:30', zone: 'Europe/Amsterdam' }

for (const [what, hours, at, next] of [
  ['by day it is at once', night, '2026-11-22T12:00:00Z', '2026-11-22T12:00:00Z'],
  ['in the evening it is next morning', night, '2026-11-22T20:00:01Z', '2026-11-23T07:00:00Z'],
  ['after midnight it is that morning', night, '2026-11-23T00:30:00Z', '2026-11-23T07:00:00Z'],
  ['the first quiet moment is quiet', night, '2026-11-22T20:00:00Z', '2026-11-23T07:00:00Z'],
  ['the last before it is not', night, '2026-11-22T19:59:59.999Z', '2026-11-22T19:59:59.999Z'],
  ['the end is not quiet', night, '2026-11-23T07:00:00Z', '2026-11-23T07:00:00Z'],
  ['in summer the zone is an hour further', night, '2026-07-01T20:00:00Z', '2026-07-02T06:00:00Z'],
  ['the night that clocks go forward', night, '2026-03-28T21:00:00Z', '2026-03-29T06:00:00Z'],
  ['the night that clocks go back', night, '2026-10-24T21:00:00Z', '2026-10-25T07:00:00Z'],
  // 02:00 becomes 03:00 at 01:00 UTC: half past two is skipped.
  ['an end in the gap is the change', brief, '2026-03-29T00:40:00Z', '2026-03-29T01:00:00Z'],
  // 03:00 becomes 02:00 at 01:00 UTC: half past two comes twice.
  ['the first of two ends', brief, '2026-10-25T00:00:00Z', '2026-10-25T00:30:00Z'],
  ['between the two ends it is allowed', brief, '2026-10-25T00:45:00Z', '2026-10-25T00:45:00Z'],
  ['quiet again for the second time', brief, '2026-10-25T01:10:00Z', '2026-10-25T01:30:00Z'],
  [
    'half an hour of summer time',
    { from: '22:00', to: '07:00', zone: 'Australia/Lord_Howe' },
    '2026-10-03T12:00:00Z',
    '2026-10-03T20:00:00Z',
  ],
  [
    'a zone that is three quarters of an hour off',
    { from: '09:00', to: '17:15', zone: 'Asia/Kathmandu' },
    '2026-05-05T05:00:00Z',
    '2026-05-05T11:30:00Z',
  ],
  [
    'quiet but for a minute',
    { from: '12:01', to: '12:00', zone: 'UTC' },
    '2026-05-05T12:01:00Z',
    '2026-05-06T12:00:00Z',
  ],
  [
    'nothing is quiet from a time to itself',
    { from: '12:00', to: '12:00', zone: 'UTC' },
    '2026-05-05T12:00:00Z',
    '2026-05-05T12:00:00Z',
  ],
  // Samoa had no 30 December 2011.
  [
    'a zone that skips a day',
    { from: '22:00', to: '09:00', zone: 'Pacific/Apia' },
    '2011-12-30T09:00:00Z',
    '2011-12-30T19:00:00Z',
  ],
] as const) {
  test(`quiet hours: ${what}`, () => {
    const found = nextAllowedInstant(Date.parse(at), hours)
    assert.equal(new Date(found).toISOString(), new Date(next).toISOString())
  })
}

test('the answer is allowed, never earlier, and nothing between is', () => {
  const zones = ['Europe/Amsterdam', 'America/St_Johns', 'Australia/Lord_Howe', 'UTC']
  const time = fc
    .tuple(fc.nat(23), fc.nat(59))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
  const around = fc.constantFrom(
    ...[
      '2026-03-29T01:00:00Z',
      '2026-10-25T01:00:00Z',
      '2026-11-01T06:00:00Z',
      '2026-04-04T15:00:00Z',
    ],
  )
  const shift = fc.integer({ min: -86_400_000, max: 86_400_000 })
  fc.assert(
    fc.property(time, time, fc.constantFrom(...zones), around, shift, (from, to, zone, iso, ms) => {
      const at = Date.parse(iso) + ms
      const hours = { from, to, zone }
      const found = nextAllowedInstant(at, hours)
      assert.ok(found >= at && found - at <= 26 * 3_600_000)
      assert.equal(nextAllowedInstant(found, hours), found)
      if (found === at) return
      for (let part = 0; part < 20; part++) {
        const between = at + Math.floor(((found - at) * part) / 20)
        assert.equal(nextAllowedInstant(between, hours), found, new Date(between).toISOString())
      }
    }),
    { numRuns: 150 },
  )
})

test('a zone is one by its name alone', () => {
  for (const name of ['Europe/Amsterdam', 'UTC', 'Asia/Kolkata']) assert.ok(isZone(name), name)
  for (const name of ['', '+01:00', 'Amsterdam', 'Europe/Nowhere', '../etc']) {
    assert.ok(!isZone(name), name)
  }
})
