import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Condition, type ConditionInput, firstFailure, holds } from './condition.ts'
import { describeFailure } from './condition-failure.ts'
import { compilePattern } from './condition-pattern.ts'
import { type JsonValue, sameJson } from './json.ts'

const now = Date.parse('2026-11-22T12:00:00Z')
const input: ConditionInput = {
  event: { total: 12.5, items: ['tea', 2, { sku: 'a' }], text: '12', 'a.b': 'whole', a: { b: 1 } },
  profile: {
    country: 'NL',
    age: 42,
    email: 'zoe@example.com',
    blocked: false,
    nothing: null,
    seen: '2026-11-20T12:00:00Z',
    born: 1_795_348_800,
    later: now + 1_000,
    address: { city: 'Delft' },
    constructor: 'mine',
    long: 'a'.repeat(10_001),
  },
  changes: [
    { name: 'status', from: 'lead', to: 'customer' },
    { name: 'score', from: 3, to: 12 },
    { name: 'email', of: 'identifier', from: 'a@b.c', to: 'zoe@example.com' },
    { name: 'tags', of: 'tags', from: ['a'], to: ['a', 'buyer'] },
  ],
  tags: ['a', 'buyer'],
  identifiers: [{ kind: 'user_id' }],
  now,
}

const holding: Condition[] = [
  { profile: 'country', is: 'NL' },
  { profile: 'missing', is: null },
  { profile: 'nothing', is: null },
  { profile: 'country', is_not: 'BE' },
  { profile: 'missing', is_not: 'BE' },
  { profile: 'country', one_of: ['BE', 'NL'] },
  { profile: 'missing', one_of: [null] },
  { event: 'items', is: ['tea', 2, { sku: 'a' }] },
  { profile: 'email', contains: '@' },
  { event: 'items', contains: 'tea' },
  { event: 'items', contains: { sku: 'a' } },
  { profile: 'email', starts_with: 'zoe' },
  { profile: 'email', ends_with: '.com' },
  { profile: 'email', matches: '^[^@]+@example\\.com$' },
  { profile: 'email', matches: '(?i)EXAMPLE' },
  { event: 'total', greater: 12.4 },
  { event: 'total', less: 12.6 },
  { event: 'total', between: [12.5, 12.5] },
  { profile: 'age', exists: true },
  { profile: 'nothing', exists: false },
  { profile: 'toString', exists: false },
  { profile: 'constructor', is: 'mine' },
  { profile: 'address.city', is: 'Delft' },
  { event: 'a.b', is: 'whole' },
  { profile: 'seen', before: 'now' },
  { profile: 'seen', after: '-P3D' },
  { profile: 'seen', before: '-P1D' },
  { profile: 'seen', after: '2026-11-20' },
  { profile: 'born', after: '-PT1S' },
  { profile: 'born', before: 'PT1S' },
  { profile: 'later', after: 'now' },
  { profile: 'later', after: 1_795_348_800 },
  { changed: 'status' },
  { changed: 'email' },
  { changed: 'status', from: { is: 'lead' } },
  { changed: 'status', from: { one_of: ['lead'] }, to: { starts_with: 'cust' } },
  { changed: 'score', from: { less: 10 }, to: { greater: 10 } },
  { changed: 'tags', to: { contains: 'buyer' } },
  { tag: 'buyer' },
  { tag: 'buyer', exists: true },
  { tag: 'seller', exists: false },
  { identifier: 'user_id' },
  { identifier: 'email', exists: false },
  { all: [] },
  { all: [{ tag: 'a' }, { profile: 'age', is: 42 }] },
  { any: [{ tag: 'z' }, { profile: 'age', is: 42 }] },
  { not: { any: [] } },
]

for (const condition of holding) {
  test(`it holds: ${JSON.stringify(condition)}`, () => {
    assert.equal(holds(condition, input), true)
    assert.equal(firstFailure(condition, input), null)
  })
}

for (const [condition, sentence] of [
  [{ profile: 'country', is: 'BE' }, 'profile.country is "NL"; it has to be "BE".'],
  [{ event: 'text', is: 12 }, 'event.text is "12"; it has to be 12.'],
  [{ profile: 'country', is: 'nl' }, 'profile.country is "NL"; it has to be "nl".'],
  [{ profile: 'missing', is: 'NL' }, 'profile.missing is absent; it has to be "NL".'],
  [{ profile: 'age', is_not: 42 }, 'profile.age is 42; it has to be other than 42.'],
  [{ profile: 'age', one_of: [1, '42'] }, 'profile.age is 42; it has to be one of [1,"42"].'],
  [
    { profile: 'email', contains: 'Zoe' },
    'profile.email is "zoe@example.com"; it has to contain "Zoe".',
  ],
  [{ profile: 'age', contains: 4 }, 'profile.age is 42; it has to contain 4.'],
  [
    { event: 'items', contains: 'te' },
    'event.items is ["tea",2,{"sku":"a"}]; it has to contain "te".',
  ],
  [
    { profile: 'age', starts_with: '4' },
    'profile.age is 42, which is no text; it has to begin with "4".',
  ],
  [{ profile: 'country', ends_with: 'l' }, 'profile.country is "NL"; it has to end with "l".'],
  [{ profile: 'country', matches: '^B' }, 'profile.country is "NL"; it has to match "^B".'],
  [
    { event: 'text', greater: 10 },
    'event.text is "12", which is no number; it has to be greater than 10.',
  ],
  [{ event: 'total', greater: 12.5 }, 'event.total is 12.5; it has to be greater than 12.5.'],
  [{ event: 'total', less: 12.5 }, 'event.total is 12.5; it has to be less than 12.5.'],
  [{ event: 'total', between: [13, 14] }, 'event.total is 12.5; it has to lie within [13,14].'],
  [{ profile: 'missing', exists: true }, 'profile.missing is absent; it has to be there.'],
  [{ profile: 'age', exists: false }, 'profile.age is 42; it has to be absent.'],
  [
    { profile: 'seen', before: '-P30D' },
    'profile.seen is "2026-11-20T12:00:00Z"; it has to be before 2026-10-23T12:00:00.000Z.',
  ],
  [
    { profile: 'country', after: 'now' },
    'profile.country is "NL", which is no date; it has to be after 2026-11-22T12:00:00.000Z.',
  ],
  [{ profile: 'long', matches: 'a' }, /^profile\.long is "a{76}\.\.\.; it has to match "a"\.$/],
  [{ changed: 'phone' }, 'phone did not change. Changed: status, score, email, tags.'],
  [
    { changed: 'phone', to: { is: 1 } },
    'phone did not change. Changed: status, score, email, tags.',
  ],
  [
    { changed: 'status', from: { is: 'visitor' }, to: { is: 'customer' } },
    'changed.status.from is "lead"; it has to be "visitor".',
  ],
  [
    { changed: 'status', from: { is: 'lead' }, to: { is: 'partner' } },
    'changed.status.to is "customer"; it has to be "partner".',
  ],
  [{ tag: 'seller' }, 'The profile lacks the tag seller.'],
  [{ tag: 'buyer', exists: false }, 'The profile has the tag buyer.'],
  [{ identifier: 'email' }, 'The profile lacks the identifier email.'],
  [{ not: { identifier: 'user_id' } }, 'The profile has an identifier user_id.'],
  [{ not: { profile: 'blocked', is: false } }, 'profile.blocked is false; it must not be false.'],
  [{ not: { changed: 'status' } }, 'status changed; it must not have.'],
  [{ not: { tag: 'buyer' } }, 'The profile has the tag buyer.'],
  [
    { all: [{ tag: 'a' }, { profile: 'age', less: 40 }, { tag: 'z' }] },
    'profile.age is 42; it has to be less than 40.',
  ],
  [{ any: [{ tag: 'z' }, { profile: 'age', less: 40 }] }, 'The profile lacks the tag z.'],
  [
    { not: { any: [{ tag: 'z' }, { profile: 'age', is: 42 }] } },
    'profile.age is 42; it must not be 42.',
  ],
  [{ not: { not: { tag: 'z' } } }, 'The profile lacks the tag z.'],
  [{ any: [] }, 'The list of "any" is empty.'],
  [{ not: { all: [] } }, 'The list of "all" is empty.'],
] as [Condition, string | RegExp][]) {
  test(`it does not hold: ${JSON.stringify(condition)}`, () => {
    assert.equal(holds(condition, input), false)
    const failure = firstFailure(condition, input)
    assert.ok(failure)
    const said = describeFailure(failure)
    if (typeof sentence === 'string') assert.equal(said, sentence)
    else assert.match(said, sentence)
  })
}

test('a failure names the comparison itself and both values', () => {
  const guilty: Condition = { profile: 'age', less: 40 }
  assert.deepEqual(firstFailure({ all: [{ tag: 'a' }, guilty] }, input), {
    comparison: guilty,
    negated: false,
    subject: 'profile.age',
    operator: 'less',
    found: 42,
    wanted: 40,
  })
})

test('what a condition needs and was not given is an error, never a guess', () => {
  const { tags: _tags, now: _now, ...bare } = input
  assert.throws(() => holds({ tag: 'a' }, bare), /no tags were given/)
  assert.throws(() => holds({ profile: 'seen', before: 'now' }, bare), /a time, but none/)
  assert.equal(holds({ profile: 'country', is: 'NL' }, bare), true)
})

const value: fc.Arbitrary<JsonValue> = fc.oneof(
  ...[fc.integer({ min: -5, max: 50 }), fc.constantFrom('NL', '42', '', 'now', '2026-11-21')],
  ...[fc.boolean(), fc.constant(null), fc.constant(['a', 1]), fc.constant({ city: 'Delft' })],
) as fc.Arbitrary<JsonValue>
const name = fc.constantFrom('country', 'age', 'seen', 'missing', 'address.city', 'items')
const operator = fc.oneof(
  value.map((is) => ({ is })),
  value.map((is_not) => ({ is_not })),
  fc.array(value, { minLength: 1, maxLength: 3 }).map((one_of) => ({ one_of })),
  value.map((contains) => ({ contains })),
  fc.constantFrom('N', '4', 'D').map((starts_with) => ({ starts_with })),
  fc.constantFrom('L', '2', 't').map((ends_with) => ({ ends_with })),
  fc.constantFrom('N.', '^[a-z]+$', '2').map((matches) => ({ matches })),
  fc.integer({ min: 0, max: 50 }).map((greater) => ({ greater })),
  fc.integer({ min: 0, max: 50 }).map((less) => ({ less })),
  fc.boolean().map((exists) => ({ exists })),
  fc.constantFrom('now', '-P2D', '2026-11-21').map((before) => ({ before })),
  fc.constantFrom('now', '-P2D', '2026-11-21').map((after) => ({ after })),
)
const comparison: fc.Arbitrary<Condition> = fc.oneof(
  fc.tuple(name, operator).map(([profile, test]) => ({ profile, ...test })),
  fc.tuple(name, operator).map(([event, test]) => ({ event, ...test })),
  fc.constantFrom<Condition>({ changed: 'status' }, { changed: 'age' }, { tag: 'a' }, { tag: 'z' }),
  operator.map((to) => ({ changed: 'status', to })),
)
const { tree: condition } = fc.letrec<{ tree: Condition }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparison,
    fc.array(tie('tree'), { maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('tree'), { maxLength: 3 }).map((any) => ({ any })),
    tie('tree').map((not) => ({ not })),
  ),
}))
const state: fc.Arbitrary<ConditionInput> = fc
  .record({
    profile: fc.dictionary(name, value),
    event: fc.dictionary(name, value),
    changes: fc.array(fc.record({ name: fc.constant('status'), from: value, to: value }), {
      maxLength: 2,
    }),
    tags: fc.subarray(['a', 'b']),
  })
  .map((parts) => ({ ...parts, now }))

test('the laws of logic hold, and the explanation agrees with the evaluation', () => {
  fc.assert(
    fc.property(condition, condition, state, (a, b, given) => {
      const [left, right] = [holds(a, given), holds(b, given)]
      assert.equal(holds({ not: a }, given), !left)
      assert.equal(holds({ not: { not: a } }, given), left)
      assert.equal(holds({ all: [a, b] }, given), left && right)
      assert.equal(holds({ any: [a, b] }, given), left || right)
      assert.equal(
        holds({ not: { all: [a, b] } }, given),
        holds({ any: [{ not: a }, { not: b }] }, given),
      )
      const failure = firstFailure(a, given)
      assert.equal(failure === null, left)
      if (!failure) return
      // Seen by itself, the comparison that is blamed comes out the other way than was wanted.
      assert.equal(holds(failure.comparison, given), failure.negated)
      assert.match(describeFailure(failure), /^\S.*\.$/)
    }),
    { numRuns: 3_000 },
  )
})

test('an evaluation changes nothing', () => {
  fc.assert(
    fc.property(condition, state, (given, states) => {
      const before = JSON.stringify([given, states])
      firstFailure(given, states)
      assert.equal(JSON.stringify([given, states]), before)
    }),
  )
})

test('nothing is coerced: two values are only what they are', () => {
  fc.assert(
    fc.property(value, value, (one, other) => {
      const given = { ...input, profile: { x: one } }
      assert.equal(holds({ profile: 'x', is: other }, given), sameJson(one, other))
      if (typeof one !== 'number') {
        assert.equal(holds({ profile: 'x', greater: -1e9 }, given), false)
        assert.equal(holds({ profile: 'x', between: [-1e9, 1e9] }, given), false)
      }
    }),
  )
})

// Without characters beyond 16 bits, with which V8 itself errs now and then.
test('patterns find what the patterns of the language find', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    '[^a]',
    '(a|b)',
    'a+',
    'b*',
    'c?',
    '\\d',
    '\\.',
  )
  const source = fc
    .tuple(fc.boolean(), fc.array(piece, { minLength: 1, maxLength: 6 }), fc.boolean())
    .map(([start, pieces, end]) => (start ? '^' : '') + pieces.join('') + (end ? '$' : ''))
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', 'c', '1', '.', 'é', '€'),
    maxLength: 12,
  })
  fc.assert(
    fc.property(source, text, (pattern, subject) => {
      const compiled = compilePattern(pattern)
      assert.ok('test' in compiled)
      assert.equal(compiled.test(subject), new RegExp(pattern, 'su').test(subject))
    }),
    { numRuns: 2_000 },
  )
})

test('a character is one also beyond 16 bits', () => {
  for (const source of ['^.$', '^[^a]$', '[^a]$', '^\\S$', '🙂', '^[🙁-🙂]$']) {
    const pattern = compilePattern(source)
    assert.ok('test' in pattern && pattern.test('🙂'), source)
  }
})

test('a pattern that ruins other engines takes time in proportion to the text', () => {
  for (const source of ['^(a+)+$', '(a|a)*b', '(a*)*c', '(.*)*d$']) {
    const pattern = compilePattern(source)
    assert.ok('test' in pattern)
    const startedAt = performance.now()
    assert.equal(pattern.test(`${'a'.repeat(9_999)}!`), false)
    assert.ok(performance.now() - startedAt < 1_000, source)
  }
})

test('a pattern that cannot be or is too large is told', () => {
  for (const [source, said] of [
    ['(', /missing closing \)/],
    ['(?=a)', /invalid or unsupported/],
    ['(a)\\1', /invalid escape/],
    ['a{1000}', /repeats too much/],
    ['x'.repeat(257), /longer than 256/],
  ] as const) {
    const pattern = compilePattern(source)
    assert.ok('wrong' in pattern)
    assert.match(pattern.wrong, said)
  }
})
