import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compilePattern } from '../../core/condition-pattern.ts'
import type { DialectRequest } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import type { Profile, ProfileId } from '../../core/profile.ts'
import { matchesFilter } from '../../core/profile-query.ts'
import { defaultSettings, type Workspace } from '../../core/workspace.ts'
import type { Field } from './field-definitions.ts'
import { fieldTypes, readValue, showValue } from './field-types.ts'
import { profileFilter, readExpressions } from './filters.ts'
import { localTime, readLocalTime } from './local-time.ts'
import { readQuery } from './query.ts'
import { profileOfSecret, secretOf } from './secrets.ts'
import { patternsBeyond } from './text-order.ts'

const now = Date.UTC(2026, 10, 28, 8)
const idKey = '00112233445566778899aabbccddeeff'
const workspace = { settings: defaultSettings, idKey, createdAt: now } as Workspace
const request = { now, workspace } as DialectRequest

const fields = fieldTypes.map((type, at): Field => {
  const common = { choices: ['a', 'b'], record: null, initial: null, shown: {} }
  return { id: String(at), name: type, stored: type === 'text' ? 'country' : type, type, ...common }
})

const operator = fc.constantFrom('==', '!=', '<>', '<', '>', '<=', '>=', '=~', '!~', '=')
const name = fc.oneof(
  fc.constantFrom('ID', 'code', 'modified', 'nothing', ...fieldTypes),
  fc.string(),
)
const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constantFrom('€', '\\', '%', '_', '', '30', '2026-11-28', 'now', '(?', '[', 'a|b*+?{2,'),
)
const expression = fc
  .tuple(name, operator, value)
  .map(([field, sign, text]) => `${field}${sign}${text}`)

test('any filter is a filter, or refused in words; it never fails while people are compared', () => {
  fc.assert(
    fc.property(fc.array(expression, { maxLength: 4 }), fc.boolean(), (given, open) => {
      const filter = orFault(() => profileFilter(readExpressions(given), fields, request, open))
      if (filter === null || filter === 'nobody') return
      matchesFilter(someone({ country: 'NL', integer: 5, date: '2026-11-28' }), filter, now)
    }),
    { numRuns: 1_000 },
  )
})

test('of two texts the one is greater, or the other, or they are the same in small letters', () => {
  const text = fc.string({ unit: fc.constantFrom(...'abMZz_[{-5é😀\n'), maxLength: 5 })
  fc.assert(
    fc.property(text, text, (one, other) => {
      const lower = [one.toLowerCase(), other.toLowerCase()].map((each) => [...each])
      const [a = [], b = []] = lower
      const at = a.findIndex((letter, place) => letter !== b[place])
      const codes = [a, b].map((letters) => letters[at]?.codePointAt(0) ?? -1)
      const order = at < 0 ? a.length - b.length : (codes[0] ?? 0) - (codes[1] ?? 0)
      assert.equal(isBeyond(one, other, true), order > 0, 'greater')
      assert.equal(isBeyond(one, other, false), order < 0, 'less')
    }),
  )
})

function isBeyond(text: string, than: string, more: boolean): boolean {
  return patternsBeyond(than, more).some((source) => {
    const pattern = compilePattern(source)
    assert.ok('test' in pattern, source)
    return pattern.test(text)
  })
}

test('what equals itself is found by it, whatever text it is', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(text, (written) => {
      const [field] = fields.filter(({ type }) => type === 'big')
      assert.ok(field)
      // An expression is trimmed at its end.
      const stored = readValue(written.trimEnd(), field, now)
      if (stored === null) return
      const expressions = readExpressions([`big==${showValue(stored, 'big')}`])
      const filter = profileFilter(expressions, fields, request)
      assert.ok(filter !== 'nobody')
      assert.ok(matchesFilter(someone({ big: stored }), filter, now))
    }),
  )
})

test('a value of a field is always text, and is read as itself again', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...fields), (written, field) => {
      const stored = readValue(written as never, field, now)
      const shown = showValue(stored, field.type)
      assert.equal(typeof shown, 'string')
      const again = readValue(shown, field, now)
      // What is empty in a field that must have a time is not a time either.
      if (stored === null) assert.equal(again, null)
      else assert.deepEqual(again, stored)
    }),
  )
})

test('a query is read however its names are encoded', () => {
  fc.assert(
    fc.property(fc.webQueryParameters(), (text) => {
      readQuery(text)
    }),
  )
  for (const encoded of ['fields[]=', 'fields%5B%5D=', 'fields%5B0%5D=', 'fields=']) {
    assert.deepEqual(readQuery(`${encoded}a%3D%3Db&x=1`).fields, ['a==b'])
  }
})

test('a time is shown on the vendor’s clock and read from it', () => {
  const at = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1_000)
  fc.assert(
    fc.property(at, (instant) => {
      const shown = localTime(instant)
      const read = readLocalTime(shown, now)
      assert.ok(read !== null)
      // An hour in autumn is there twice.
      assert.equal(localTime(read), shown)
    }),
  )
  assert.equal(localTime(readLocalTime('+1 week', now) ?? 0), localTime(now + 7 * 86_400_000))
  assert.equal(localTime(readLocalTime('- 1 month', now) ?? 0).slice(0, 10), '2026-10-28')
  assert.equal(readLocalTime('+2 hours', now), now + 7_200_000)
  assert.equal(localTime(readLocalTime('tomorrow', now) ?? 0), '2026-11-29 00:00:00')
})

test('a secret leads back to its profile, and no other text to anybody', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (id) => {
      const secret = secretOf({ ...someone({}), id: id as ProfileId }, workspace)
      assert.match(secret, /^[0-9a-f]{28}$/)
      assert.equal(profileOfSecret(secret, idKey), id)
      const other = secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0')
      assert.equal(profileOfSecret(other, idKey), null)
    }),
  )
})

function orFault<T>(make: () => T): T | null {
  try {
    return make()
  } catch (error) {
    assert.ok(error instanceof Fault, String(error))
    return null
  }
}

function someone(attributes: Profile['attributes']): Profile {
  return {
    id: 1 as ProfileId,
    version: 1,
    attributes,
    provenance: {},
    tags: [],
    identifiers: [],
    createdAt: now,
    updatedAt: now,
    lastEvent: null,
    removedAt: null,
  }
}
