import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Compile } from 'typebox/schema'
import { parse } from 'yaml'
import { actions } from '../src/actions/registry.ts'
import type { DestinationEntry } from '../src/core/destination.ts'
import { readDestination } from '../src/core/destination.ts'
import type { Source } from '../src/core/event.ts'
import type { JsonObject } from '../src/core/json.ts'
import { takesSource, takesType } from '../src/core/rule.ts'
import { checkRulesFile, type FileGrammar } from '../src/core/rule-schema-file.ts'
import { rulesFileSchema } from '../src/core/rule-schema-json.ts'
import type { ActionSettings } from '../src/core/rule-schema-steps.ts'
import { createTemplates } from '../src/core/template.ts'
import { nearest } from '../src/lib/nearest.ts'

const withWebhook: ActionSettings = new Map<string, { type: string; settings: JsonObject }>([
  ...actions,
  [
    'call',
    {
      type: 'call',
      settings: {
        type: 'object',
        properties: { destination: { type: 'string' }, body: { type: 'string' } },
        required: ['destination'],
        additionalProperties: false,
      },
    },
  ],
])
const grammar: FileGrammar = {
  actions: withWebhook,
  sources: ['one', 'two', 'cli'],
  templates: createTemplates(),
  destinationTypes: ['hook'],
  knownDestinations: ['stored'],
}
const published = Compile(rulesFileSchema(withWebhook, grammar.destinationTypes))

const whole = `
destinations:
  - name: shop
    type: hook
    url: https://shop.example/hooks
    secret: { env: SHOP_SECRET }
    auth: { header: Authorization, file: secrets/shop }
    allow_private: false
    concurrency: 8
    rate: 50/s
    timeout: PT10S
    retry: { first: PT1S, factor: 2, max: PT6H, attempts: 12, jitter: 0.2 }
  - { name: plain, type: hook, url: "http://127.0.0.1:9000/" }
rules:
  - name: keep-profiles-current
    on: [user.register, user.*, "custom.Added to cart"]
    sources: { not: [rule, "rule:tag-buyers", one] }
    steps:
      - action: set-attributes
        with: { match: email, attributes: event }
  - name: tell-the-shop
    on: [profile.updated]
    when:
      all:
        - { profile: country, one_of: [NL, BE] }
        - { changed: status, from: { is: lead }, to: { matches: "^cust" } }
        - any: [{ tag: buyer }, { tag: quiet, exists: false }, { identifier: user_id },
                { event: total, between: [10, 20] }]
        - not: { profile: seen, before: -P30D }
        - { profile: born, after: "1970-01-01" }
    steps:
      - wait: PT10M
      - wait: { until: 2026-12-01T09:00:00Z }
      - wait: { until: { profile: trial_ends_at, plus: -P3D } }
      - wait: { quiet_hours: { from: "21:00", to: "08:00", zone: Europe/Amsterdam } }
      - wait:
          quiet_hours:
            { from: "21:00", to: "08:00", zone: { profile: timezone, default: Europe/Amsterdam } }
      - check: { profile: unsubscribed_email, is_not: true }
        otherwise:
          - { action: add-tag, with: { tag: quiet } }
          - check: { event: total, greater: 5 }
            otherwise: [{ stop: true }]
      - action: call
        with: { destination: shop, body: '{ "mail": {{ profile.email | json }} }' }
      - { action: call, with: { destination: plain } }
      - action: remove-profile
      - stop: true
    cancel_when: { on: [webshop.order.*], when: { event: total, exists: true } }
    per_minute: 5
`

test('a file with everything in it is taken, by the check and by the published schema', () => {
  assert.deepEqual(checkRulesFile(parse(whole), grammar), [])
  assert.equal(published.Check(parse(whole)), true)
})

for (const [step, wanted, structural = false] of [
  ['{ wait: 10M }', 'wait: Must be a duration such as PT10M, or a map with'],
  ['{ wait: PT0S }', 'wait: Waits for no time at all.'],
  ['{ wait: -PT1M }', 'wait: Must be a duration'],
  ['{ wait: P3Y }', 'wait: A step waits at most 731 days.'],
  ['{ wait: 10 }', 'wait: Must be a duration', true],
  ['{ wait: {} }', 'wait: Must be a duration', true],
  ['{ wait: { untl: x } }', 'wait.untl: "untl" is not known here. (until)', true],
  ['{ wait: { until: soon } }', 'wait.until: Must be a date such as'],
  ['{ wait: { until: PT1H } }', 'wait.until: Must be a date such as'],
  ['{ wait: { until: { event: a, profile: b } } }', 'wait.until: Must name exactly one of', true],
  ['{ wait: { until: { plus: P1D } } }', 'wait.until: Must name exactly one of', true],
  ['{ wait: { until: { event: a, plus: 3 } } }', 'wait.until.plus: Must be a duration', true],
  ['{ wait: { until: { event: a, plus: 3D } } }', 'wait.until.plus: Must be a duration'],
  ['{ wait: { quiet_hours: { from: "21:00" } } }', 'wait.quiet_hours: "to" is missing.', true],
  [
    '{ wait: { quiet_hours: { from: "24:00", to: "08:00", zone: UTC } } }',
    'wait.quiet_hours.from: Must be a time of the day such as "21:00".',
    true,
  ],
  [
    '{ wait: { quiet_hours: { from: "08:00", to: "08:00", zone: UTC } } }',
    'wait.quiet_hours: From a time to itself nothing is quiet.',
  ],
  [
    '{ wait: { quiet_hours: { from: "21:00", to: "08:00", zone: Amsterdam } } }',
    'wait.quiet_hours.zone: Must be a time zone such as',
  ],
  [
    '{ wait: { quiet_hours: { from: "21:00", to: "08:00", zone: { profile: a, default: b } } } }',
    'wait.quiet_hours.zone.default: Must be a time zone such as',
  ],
  ['{ wait: PT1M, otherwise: [] }', 'otherwise: "otherwise" is not known here.', true],
  ['{ check: { profil: a, is: 1 } }', 'check.profil: "profil" is not known here. (profile)', true],
  ['{ check: { profile: a, is: 1 }, otherwise: [] }', 'otherwise: Must not be empty.', true],
  ['{ check: { profile: a, is: 1 }, otherwize: [] }', 'otherwize: "otherwize" is not known', true],
  [
    '{ check: { tag: a }, otherwise: [{ action: ad-tag }] }',
    'otherwise.0.action: There is no action "ad-tag". (add-tag)',
    true,
  ],
  ['{ stop: false }', 'stop: Must be true.', true],
  ['{ action: remove-profile, wait: PT1M }', ': Must be exactly one of "action", "wait"', true],
  ['{ acton: remove-profile }', 'acton: "acton" is not known here. (action)', true],
  ['{}', ': Must be exactly one of', true],
  ['remove-profile', ': Must be a map such as { wait: PT10M }.', true],
  ['{ action: call, with: {} }', 'with: "destination" is missing.', true],
  [
    '{ action: call, destination: shop }',
    'destination: "destination" belongs under "with": { action: call, with: { destination: ... } }.',
    true,
  ],
  [
    '{ action: call, with: { destination: shp } }',
    'with.destination: There is no destination "shp". (shop)',
  ],
  [
    '{ action: call, with: { destination: shop, body: "a\\n{{ profil.email }}" } }',
    'with.body: Template, line 2, column 4: "profil" is not known;',
  ],
  [
    '{ action: set-attributes, with: { attributes: { a: [1, "{{ event.x | upcas }}"] } } }',
    'with.attributes.a.1: Template, line 1, column 1: In {{ event.x | upcas }}: undefined filter',
  ],
  ['{ check: { tag: a, is: 1 } }', 'check.is: "tag" is the whole test;', true],
  ['{ check: { profile: a, from: { is: 1 } } }', 'check.from: "from" and "to" go with', true],
  ['{ check: { identifier: a, is: b } }', 'check.is: "identifier" is the whole test', true],
  ['{ check: { profile: a } }', 'check: Must have exactly one of "is"', true],
  ['{ check: { profile: a, greater: "1" } }', 'check.greater: Must be a number.', true],
  ['{ check: { profile: a, between: [1] } }', 'check.between: Must be two numbers', true],
  ['{ check: { profile: a, between: [2, 1] } }', 'check.between: Nothing lies between these;'],
  ['{ check: { profile: a, matches: "(" } }', 'check.matches: It is no pattern: missing closing )'],
  ['{ check: { profile: a, before: soon } }', 'check.before: Must be now, a duration from now'],
  ['{ check: { profile: a, one_of: [] } }', 'check.one_of: Must not be empty.', true],
  ['{ check: { profile: a, starts_with: "" } }', 'check.starts_with: Must be text.', true],
  ['{ check: { changed: a, to: {} } }', 'check.to: Must have exactly one of', true],
  ['{ check: { changed: a, to: { was: 1 } } }', 'check.to.was: "was" is not known here.', true],
  ['{ check: { changed: a, to: NL } }', 'check.to: Must be a map such as { is: NL }.', true],
] as [string, string, boolean?][]) {
  test(`the step ${step} is refused`, () => {
    const content = fileWith({ steps: [parse(step)] })
    const found = checkRulesFile(content, grammar).map(shown)
    const wholePath = `rules.0.steps.0${wanted.startsWith(':') ? '' : '.'}${wanted}`
    assert.ok(
      found.some((text) => text.startsWith(wholePath)),
      `${found.join('\n')}\n\n${wholePath}`,
    )
    assert.equal(published.Check(content), !structural)
  })
}

test('a setting beside "with" is complained of once', () => {
  const step = { action: 'call', destination: 'shop', body: 'x' }
  const found = checkRulesFile(fileWith({ steps: [step] }), grammar).map(({ path }) => path.at(-1))
  assert.deepEqual(found, ['destination', 'body'])
})

for (const [rule, wanted, structural = false] of [
  [{ on: ['user.*.a'] }, 'on.0: Must be an event type such as user.update, or user.*', true],
  [{ on: ['*'] }, 'on.0: Must be an event type', true],
  [{ on: [] }, 'on: Must not be empty.', true],
  [{ sources: { not: ['ruel'] } }, 'sources.not.0: There is no source "ruel". (rule)'],
  [{ sources: { not: ['rule:A b'] } }, 'sources.not.0: There is no source "rule:A b".'],
  [{ sources: {} }, 'sources: Must have exactly one of "only", "not".', true],
  [{ sources: { only: ['cli'], not: ['one'] } }, 'sources: Must have exactly one of', true],
  [{ sources: { only: [] } }, 'sources.only: Must not be empty.', true],
  [{ cancel_when: {} }, 'cancel_when: "on" is missing.', true],
  [
    { cancel_when: { on: ['a.b'] }, steps: [{ stop: true }] },
    'cancel_when: There is nothing to cancel: none of the steps waits.',
  ],
  [{ cancel_when: { on: ['a.b'], when: { is: 1 } } }, 'cancel_when.when: Must name exactly', true],
  [{ steps: [{ stop: true }, { stop: true }] }, 'steps.1: Nothing runs after "stop".'],
  [{ steps: Array(51).fill({ wait: 'PT1M' }) }, 'steps: The rule has 51 steps; at most 50'],
] as [object, string, boolean?][]) {
  test(`a rule with ${JSON.stringify(rule).slice(0, 60)} is refused`, () => {
    const content = fileWith(rule)
    const found = checkRulesFile(content, grammar).map(shown)
    assert.ok(
      found.some((text) => text.startsWith(`rules.0.${wanted}`)),
      found.join('\n'),
    )
    assert.equal(published.Check(content), !structural)
  })
}

test('otherwise may lie four deep in one another and no deeper', () => {
  const nested = (depth: number): object =>
    depth === 0 ? { stop: true } : { check: { tag: 'a' }, otherwise: [nested(depth - 1)] }
  assert.deepEqual(checkRulesFile(fileWith({ steps: [nested(4)] }), grammar), [])
  const [fault] = checkRulesFile(fileWith({ steps: [nested(6)] }), grammar)
  assert.match(fault?.message ?? '', /Too many "otherwise"/)
})

for (const [entry, wanted, structural = false] of [
  [{ type: 'hok' }, 'type: There is no destination of type "hok". (hook)', true],
  [{ url: 'shop.example' }, 'url: Must be an address that begins with https: or http:.'],
  [{ url: 'ftp://shop.example' }, 'url: Must be an address'],
  [{ url: 'https://a:b@shop.example' }, 'url: Must not hold a name or password;'],
  [{ url: undefined }, ': "url" is missing.', true],
  [{ name: 'Shop' }, 'name: Must be a name of up to 64', true],
  [{ secret: {} }, 'secret: Must have exactly one of "env", "file".'],
  [{ secret: { env: 'A', file: 'b' } }, 'secret: Must have exactly one of'],
  [{ secret: 'whsec_abc' }, 'secret: Must be a map.', true],
  [{ auth: { env: 'A' } }, 'auth: "header" is missing.', true],
  [{ auth: { header: 'a b', env: 'A' } }, 'auth.header: Must be the name of a header', true],
  [{ auth: { header: 'HOST', env: 'A' } }, 'auth.header: Must be the name of a header', true],
  [{ auth: { header: 'Content-Length', env: 'A' } }, 'auth.header: Must be the name', true],
  [{ auth: { header: 'Webhook-Signature', env: 'A' } }, 'auth.header: Must be the name', true],
  [{ concurrency: 0 }, 'concurrency: Must be a whole number from 1 to 256.', true],
  [{ rate: '50' }, 'rate: Must be a rate such as 50/s, 100/m or 1000/h.'],
  [{ rate: '0/s' }, 'rate: Must be a rate'],
  [{ timeout: 'PT61S' }, 'timeout: Must be a duration from PT1S to PT60S.'],
  [{ retry: { first: 'P8D' } }, 'retry.first: Must be a duration from PT0.1S to P7D.'],
  [{ retry: { first: 'PT2S', max: 'PT1S' } }, 'retry: The first wait is longer than the longest'],
  [{ retry: { first: 'PT7H' } }, 'retry: The first wait is longer than the longest'],
  [{ retry: { attempts: 51 } }, 'retry.attempts: Must be a whole number from 1 to 50.', true],
  [{ retry: { jiter: 1 } }, 'retry.jiter: "jiter" is not known here. (jitter)', true],
  [{ allow_privat: true }, 'allow_privat: "allow_privat" is not known here. (allow_private)', true],
] as [object, string, boolean?][]) {
  test(`a destination with ${JSON.stringify(entry)} is refused`, () => {
    const plain = { name: 'shop', type: 'hook', url: 'https://shop.example/' }
    const merged = JSON.parse(JSON.stringify({ ...plain, ...entry }))
    const content = { destinations: [merged], rules: [] }
    const found = checkRulesFile(content, grammar).map(shown)
    const wholePath = `destinations.0${wanted.startsWith(':') ? '' : '.'}${wanted}`
    assert.ok(
      found.some((text) => text.startsWith(wholePath)),
      found.join('\n'),
    )
    assert.equal(published.Check(content), !structural)
  })
}

test('what is wrong with the file itself is told', () => {
  const of = (content: unknown) => checkRulesFile(content, grammar).map(shown)
  assert.deepEqual(of(null), [': The file must be a map with a list "rules:".'])
  assert.deepEqual(of({}), [': "rules" is missing.'])
  assert.deepEqual(of({ rules: [], destination: [] }), [
    'destination: "destination" is not known here. (destinations)',
  ])
  assert.deepEqual(of({ rules: [], destinations: {} }), [
    'destinations: Must be a list of destinations.',
  ])
  const twice = { name: 'a', type: 'hook', url: 'https://a.example/' }
  assert.deepEqual(of({ rules: [], destinations: [twice, twice] }), [
    'destinations.1.name: The name "a" is taken by destination 1 of the list.',
  ])
  const many = Array.from({ length: 101 }, (_, index) => ({ ...twice, name: `a${index}` }))
  assert.match(of({ rules: [], destinations: many })[0] ?? '', /101 destinations; at most 100/)
})

test('a destination is read with what it leaves out filled in', () => {
  const [shop, plain] = parse(whole).destinations as DestinationEntry[]
  assert.deepEqual(readDestination(shop as DestinationEntry), {
    name: 'shop',
    type: 'hook',
    url: 'https://shop.example/hooks',
    secret: { env: 'SHOP_SECRET' },
    auth: { header: 'Authorization', secret: { file: 'secrets/shop' } },
    allowPrivate: false,
    concurrency: 8,
    rate: { count: 50, perMs: 1_000 },
    timeoutMs: 10_000,
    retry: { firstMs: 1_000, factor: 2, maxMs: 21_600_000, attempts: 12, jitter: 0.2 },
  })
  assert.deepEqual(readDestination(plain as DestinationEntry), {
    name: 'plain',
    type: 'hook',
    url: 'http://127.0.0.1:9000/',
    secret: null,
    auth: null,
    allowPrivate: false,
    concurrency: 8,
    rate: null,
    timeoutMs: 15_000,
    retry: { firstMs: 1_000, factor: 3, maxMs: 21_600_000, attempts: 12, jitter: 0.2 },
  })
})

test('a group takes every type below it and no other', () => {
  assert.ok(takesType('user.*', 'user.update'))
  assert.ok(takesType('user.*', 'user.a.b'))
  assert.ok(!takesType('user.*', 'user'))
  assert.ok(!takesType('user.*', 'users.update'))
  assert.ok(!takesType('user.update', 'user.update2'))
  assert.ok(takesType('user.update', 'user.update'))
})

test('a choice of sources goes by name, and rules are one source or many', () => {
  const of = (dialect: string): Source => ({ dialect, token: null, request: null })
  const own = of('rule:tag-buyers@3')
  assert.ok(takesSource(undefined, own))
  assert.ok(!takesSource({ not: ['rule'] }, own))
  assert.ok(!takesSource({ not: ['rule:tag-buyers'] }, own))
  assert.ok(takesSource({ not: ['rule:tag'] }, own))
  assert.ok(takesSource({ not: ['rule'] }, of('one')))
  assert.ok(takesSource({ only: ['one', 'two'] }, of('two')))
  assert.ok(!takesSource({ only: ['one', 'two'] }, of('cli')))
})

test('a file that was spoilt anywhere is never taken by the check and refused by the schema', () => {
  const content = parse(whole)
  const places = pathsIn(content)
  const junk = fc.constantFrom<unknown>(null, 7, '', 'x', true, [], {}, { is: 1 }, [null], 'PT1M')
  fc.assert(
    fc.property(fc.constantFrom(...places), junk, fc.boolean(), (path, value, removed) => {
      const spoilt = structuredClone(content)
      const last = path.at(-1) ?? ''
      const parent = path.slice(0, -1).reduce((inner, key) => inner[key], spoilt)
      if (removed && !Array.isArray(parent)) delete parent[last]
      else parent[last] = value
      const faults = checkRulesFile(spoilt, grammar)
      if (faults.length === 0) assert.ok(published.Check(spoilt), JSON.stringify(path))
      for (const fault of faults) assert.match(fault.message, /^\S.*\.$/s)
    }),
    { numRuns: 1_500 },
  )
})

function fileWith(rule: object) {
  const usual = { name: 'a', on: ['user.update'], steps: [{ action: 'remove-profile' }] }
  const shop = { name: 'shop', type: 'hook', url: 'https://shop.example/' }
  return { destinations: [shop], rules: [{ ...usual, ...rule }] }
}

type Fault = ReturnType<typeof checkRulesFile>[number]

function shown({ path, message, unknown }: Fault): string {
  const meant = unknown ? nearest(unknown.word, unknown.known) : null
  return `${path.join('.')}: ${message}${meant ? ` (${meant})` : ''}`
}

type Place = (string | number)[]

// biome-ignore lint/suspicious/noExplicitAny: a parsed file of any form
function pathsIn(value: any, path: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Object.keys(value).flatMap((key) =>
    pathsIn(value[key], [...path, Array.isArray(value) ? Number(key) : key]),
  )
  return path.length === 0 ? inner : [path, ...inner]
}
