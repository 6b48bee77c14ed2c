import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { actions } from '../src/actions/registry.ts'
import { loadGrammar } from '../src/app.ts'
import type { Command, RecordEvent } from '../src/core/command.ts'
import { endingRun } from '../src/core/continue-run.ts'
import type { JsonObject } from '../src/core/json.ts'
import { limits } from '../src/core/limits.ts'
import type { ProfileId } from '../src/core/profile.ts'
import { type RuleDefinition, starterRules } from '../src/core/rule.ts'
import { checkRules } from '../src/core/rule-schema.ts'
import { hasWait } from '../src/core/rule-schema-steps.ts'
import type { Run } from '../src/core/run.ts'
import type { Step } from '../src/core/step.ts'
import { memoryEngine } from './kit/memory-engine.ts'

const grammar = { ...(await loadGrammar()), destinations: [] }
const source = { dialect: 'test', token: null, request: null }
const minute = 60_000
const start = Date.UTC(2026, 0, 1, 12)

function event(type: string, attributes: JsonObject = {}, email = 'jo@x.org'): RecordEvent {
  const identifiers = [{ kind: 'email', value: email }]
  return { kind: 'record-event', type, attributes: { email, ...attributes }, identifiers, source }
}

/** An engine with the starter rules and these, each of which a file could hold. */
function engineOf(...rules: RuleDefinition[]) {
  assert.deepEqual(checkRules(rules, actions, grammar), [])
  return memoryEngine({}, [...starterRules, ...rules])
}

/** A rule on `shop.x`, about the person with the event's e-mail. */
function rule(steps: Step[], rest: Partial<RuleDefinition> = {}): RuleDefinition {
  const find: Step = { action: 'find-profile', with: { email: '{{ event.email }}' } }
  return { name: 'r', on: ['shop.x'], steps: [find, ...steps], ...rest }
}

type Engine = ReturnType<typeof memoryEngine>

const tag = (name: string): Step => ({ action: 'add-tag', with: { tag: name } })
const jo = (engine: Engine) => engine.profiles.get(1)
const onlyRun = (engine: Engine) => [...engine.runs.values()][0] as Run
const types = (engine: Engine) => engine.events.map(({ type }) => type)

function withJo(...rules: RuleDefinition[]): Engine {
  const engine = engineOf(...rules)
  engine.apply(event('user.register', { country: 'NL' }), start - 1)
  return engine
}

test('a rule takes the types, groups and sources it names', () => {
  const group: RuleDefinition = {
    name: 'g',
    on: ['shop.*'],
    sources: { not: ['rule', 'cli'] },
    steps: [{ action: 'set-attributes', with: { match: 'email', attributes: { seen: true } } }],
  }
  const engine = withJo(group)
  engine.apply(event('shops.x'), start)
  engine.apply({ ...event('shop.x'), source: { ...source, dialect: 'cli' } }, start)
  assert.equal(jo(engine)?.attributes.seen, undefined)
  engine.apply(event('shop.cart.add'), start)
  assert.equal(jo(engine)?.attributes.seen, true)
})

test('a wait puts the rest off until it is due, and what is due is done once', () => {
  const engine = withJo(rule([tag('early'), { wait: 'PT10M' }, tag('late')]))
  engine.apply(event('shop.x'), start)
  assert.deepEqual(jo(engine)?.tags, ['early'])
  const run = onlyRun(engine)
  assert.equal(run.dueAt, start + 10 * minute)
  assert.deepEqual([run.state, run.cursor, run.subject], ['waiting', [3], 1])
  assert.equal(engine.continueDue(start + 10 * minute - 1), 0)
  const command = { ...event('x'), kind: 'continue-run', run, subject: null } as unknown as Command
  engine.apply(command, start + 10 * minute - 1)
  assert.deepEqual(jo(engine)?.tags, ['early'])
  assert.equal(engine.continueDue(start + 10 * minute), 1)
  assert.deepEqual(jo(engine)?.tags, ['early', 'late'])
  const ended = onlyRun(engine)
  assert.deepEqual([ended.state, ended.reason, ended.dueAt], ['done', 'completed', null])
  assert.equal(ended.endedAt, start + 10 * minute)
  const told = engine.events.at(-1)
  assert.deepEqual(told?.cause, { event: run.event, rule: 'r@1', depth: 1 })
  assert.deepEqual(ended.log.at(-1), { step: '3', did: 'acted', events: [told?.id] })
  const version = jo(engine)?.version
  engine.apply(command, start + 20 * minute)
  assert.equal(jo(engine)?.version, version)
})

test('a check looks at the person as they are by then, and "otherwise" ends the run', () => {
  const steps: Step[] = [
    { wait: 'PT1H' },
    {
      check: { profile: 'country', is: 'NL' },
      otherwise: [tag('moved'), { wait: 'PT1H' }, tag('still-moved')],
    },
    tag('dutch'),
  ]
  const engine = withJo(rule(steps))
  engine.apply(event('shop.x'), start)
  engine.apply(event('shop.x', {}, 'jo@x.org'), start + 2 * 60 * minute)
  engine.continueDue(start + 60 * minute)
  assert.deepEqual(jo(engine)?.tags, ['dutch'])
  engine.apply(event('user.update', { country: 'BE' }), start + 61 * minute)
  engine.continueDue(start + 3 * 60 * minute)
  assert.deepEqual(jo(engine)?.tags, ['dutch', 'moved'])
  const waiting = [...engine.runs.values()].find(({ state }) => state === 'waiting')
  assert.deepEqual(waiting?.cursor, [2, 2])
  engine.continueDue(start + 4 * 60 * minute)
  assert.deepEqual(jo(engine)?.tags, ['dutch', 'moved', 'still-moved'])
  const reasons = [...engine.runs.values()].map(({ reason }) => reason)
  assert.deepEqual(reasons, ['completed', 'check'])
  const record = [...engine.runs.values()][1]?.log.find(({ did }) => did === 'failed_check')
  assert.equal(record?.detail, 'profile.country is "BE"; it has to be "NL".')
})

test('"stop" ends a run, and one that never waited leaves no row', () => {
  const engine = withJo(rule([tag('a'), { stop: true }]))
  engine.apply(event('shop.x'), start)
  assert.equal(engine.runs.size, 0)
  const waited = withJo(rule([{ wait: 'PT1S' }, tag('a'), { stop: true }]))
  waited.apply(event('shop.x'), start)
  waited.continueDue(start + 1_000)
  assert.equal(onlyRun(waited).reason, 'stopped')
})

for (const [wait, attributes, due] of [
  [{ until: '2026-01-02T09:00:00Z' }, {}, Date.UTC(2026, 0, 2, 9)],
  [{ until: '2025-01-02T09:00:00Z' }, {}, 'at once'],
  [
    { until: { event: 'visit.at', plus: '-PT1H' } },
    { visit: { at: '2026-01-03' } },
    Date.UTC(2026, 0, 2, 23),
  ],
  [{ until: { event: 'at' } }, { at: 'soon' }, 'no_time'],
  [{ until: { event: 'at' } }, {}, 'no_time'],
  [{ quiet_hours: { from: '09:00', to: '15:00', zone: 'UTC' } }, {}, Date.UTC(2026, 0, 1, 15)],
  [{ quiet_hours: { from: '21:00', to: '08:00', zone: 'UTC' } }, {}, 'at once'],
  [
    { quiet_hours: { from: '21:00', to: '08:00', zone: { profile: 'tz', default: 'Asia/Tokyo' } } },
    {},
    Date.UTC(2026, 0, 1, 23),
  ],
] as const) {
  test(`the wait ${JSON.stringify(wait)} ends ${due}`, () => {
    const engine = withJo(rule([{ wait }, tag('after')] as Step[]))
    engine.apply(event('shop.x', attributes as JsonObject), start)
    if (typeof due === 'number') assert.equal(onlyRun(engine).dueAt, due)
    else assert.equal(engine.runs.size, 0)
    assert.deepEqual(jo(engine)?.tags, due === 'at once' ? ['after'] : [])
  })
}

test('an event about the same person ends what waits, and nobody else’s', () => {
  const waits = rule([{ wait: 'PT1H' }, tag('abandoned')], {
    cancel_when: { on: ['shop.order'], when: { event: 'total', greater: 0 } },
  })
  const order: RuleDefinition = {
    name: 'order',
    on: ['order.placed'],
    steps: [
      { action: 'find-profile', with: { email: '{{ event.email }}' } },
      { action: 'trigger-event', with: { type: 'shop.order', attributes: 'event' } },
    ],
  }
  const engine = withJo(waits, order)
  engine.apply(event('user.register', {}, 'bo@x.org'), start)
  engine.apply(event('shop.x'), start)
  engine.apply(event('shop.x', {}, 'bo@x.org'), start)
  engine.apply(event('order.placed', { total: 0 }), start + 1)
  assert.equal([...engine.runs.values()].filter(({ state }) => state === 'waiting').length, 2)
  engine.apply(event('order.placed', { total: 5 }), start + 2)
  const [jos, bos] = [...engine.runs.values()]
  assert.deepEqual([jos?.state, jos?.reason, jos?.dueAt], ['cancelled', 'event', null])
  assert.equal(engine.events.find(({ id }) => id === jos?.endedBy)?.type, 'shop.order')
  assert.equal(bos?.state, 'waiting')
  engine.continueDue(start + 60 * minute)
  assert.deepEqual(jo(engine)?.tags, [])
})

test('an event that begins a run does not end it, also where both name the same type', () => {
  const again = rule([{ wait: 'PT1H' }, tag('quiet-for-an-hour')], {
    on: ['shop.x'],
    cancel_when: { on: ['shop.x'] },
    steps: [{ wait: 'PT1H' }, tag('quiet-for-an-hour')],
  })
  const engine = withJo(again)
  const subject = [{ profile: 1 as ProfileId }]
  engine.apply({ ...event('shop.x'), subject }, start)
  engine.apply({ ...event('shop.x'), subject }, start + 30 * minute)
  const states = [...engine.runs.values()].map(({ state }) => state)
  assert.deepEqual(states, ['cancelled', 'waiting'])
})

test('a run whose person was removed ends with that reason, and no step of it is done', () => {
  const engine = withJo(
    rule([{ wait: 'PT1H' }, { action: 'trigger-event', with: { type: 'a.b' } }]),
  )
  engine.apply(event('shop.x'), start)
  engine.apply(event('user.remove'), start + 1)
  engine.continueDue(start + 60 * minute)
  assert.deepEqual(
    [onlyRun(engine).state, onlyRun(engine).reason],
    ['cancelled', 'subject_removed'],
  )
  assert.ok(!types(engine).includes('a.b'))
})

test('a run that waits is ended by hand, once', () => {
  const engine = withJo(rule([{ wait: 'PT1H' }, tag('a')]))
  engine.apply(event('shop.x'), start)
  const end = { state: 'cancelled', reason: 'operator', detail: 'a test' } as const
  engine.apply(endingRun(onlyRun(engine), end), start + 1)
  const { state, reason, detail, endedAt } = onlyRun(engine)
  assert.deepEqual([state, reason, detail, endedAt], ['cancelled', 'operator', 'a test', start + 1])
  engine.apply(endingRun(onlyRun(engine), { ...end, detail: 'again' }), start + 2)
  assert.equal(onlyRun(engine).detail, 'a test')
  assert.equal(engine.continueDue(start + 60 * minute), 0)
})

test('each action does what its page says', () => {
  const steps: Step[] = [
    { action: 'set-once', with: { attributes: { country: 'BE', first: '{{ event.via }}' } } },
    { action: 'increment', with: { attribute: 'orders' } },
    { action: 'increment', with: { attribute: 'orders', by: 2 } },
    { action: 'increment', with: { attribute: 'spent', by: '{{ event.total }}' } },
    { action: 'increment', with: { attribute: 'country' } },
    { action: 'unset', with: { attributes: ['country', 'never'] } },
    { action: 'unsubscribe', with: { channel: 'email' } },
    { action: 'unsubscribe', with: { channel: 'texting' } },
    { action: 'subscribe', with: { channel: 'texting' } },
    tag('{{ event.via }}-buyer'),
    tag('gone'),
    { action: 'remove-tag', with: { tag: 'gone' } },
    { action: 'set-attributes', with: { attributes: { cart: '{{ event.items | json }}' } } },
    {
      action: 'trigger-event',
      with: { type: 'shop.done', attributes: { of: '{{ workspace.name }}' } },
    },
  ]
  const engine = withJo(rule(steps))
  engine.apply(event('shop.x', { via: 'web', total: 12.5, items: [{ n: 1 }] }), start)
  const { attributes, tags } = jo(engine) ?? {}
  assert.deepEqual(attributes, {
    email: 'jo@x.org',
    first: 'web',
    orders: 3,
    spent: 12.5,
    unsubscribed_email: true,
    unsubscribed_texting: false,
    cart: [{ n: 1 }],
  })
  assert.deepEqual(tags, ['web-buyer'])
  const shop = engine.events.find(({ type }) => type === 'shop.x')
  assert.deepEqual(shop?.dropped, [{ name: 'country', reason: 'not_a_number', rule: 'r@1' }])
  assert.equal(shop?.subject, 1)
  const told = engine.events.find(({ type }) => type === 'shop.done')
  assert.deepEqual(told?.attributes, { of: 'w' })
  assert.deepEqual([told?.subject, told?.source.dialect, told?.cause?.depth], [1, 'rule:r@1', 1])
})

test('set once on the person with the event’s e-mail keeps the spelling that is stored', () => {
  const engine = withJo({
    name: 'r',
    on: ['shop.x'],
    steps: [{ action: 'set-once', with: { match: 'email', attributes: 'event' } }],
  })
  engine.apply(event('shop.x', { email: 'JO@x.org', size: 1 }), start)
  assert.deepEqual([jo(engine)?.attributes.email, jo(engine)?.attributes.size], ['jo@x.org', 1])
})

test('a person who is looked for and not there ends the run, and says so on the event', () => {
  const engine = withJo(rule([tag('a')]))
  engine.apply(event('shop.x', {}, 'nobody@x.org'), start)
  const shop = engine.events.at(-1)
  assert.deepEqual(shop?.dropped, [{ name: 'email', reason: 'no_profile', rule: 'r@1' }])
  assert.deepEqual([shop?.type, jo(engine)?.tags], ['shop.x', []])
})

test('a template that gives nothing fails the run, not the call, and steps before it stand', () => {
  const engine = withJo(rule([tag('before'), tag('{{ event.none }}'), tag('after')]))
  const applied = engine.apply(event('shop.x'), start)
  assert.equal(applied.profile?.id, 1)
  assert.deepEqual(jo(engine)?.tags, ['before'])
  const { state, reason, detail, endedAt } = onlyRun(engine)
  assert.deepEqual([state, reason, endedAt], ['failed', 'template', start])
  assert.match(detail ?? '', /^tag, line 1, column 1: In \{\{ event\.none \}\}: there is no such/)
  const shop = engine.events.find(({ type }) => type === 'shop.x')
  assert.deepEqual(shop?.dropped, [{ name: 'add-tag', reason: 'template', rule: 'r@1' }])
})

test('what a template gives is measured like what callers send', () => {
  const long = 'x'.repeat(200)
  const engine = withJo(rule([tag('{{ event.long }}'), tag('{{ event.empty }}'), tag('b')]))
  engine.apply(event('shop.x', { long, empty: '' }), start)
  assert.deepEqual(jo(engine)?.tags, ['b'])
  const shop = engine.events.find(({ type }) => type === 'shop.x')
  assert.deepEqual(
    shop?.dropped.map(({ name, reason }) => [name, reason]),
    [
      ['tag', 'unfit_value'],
      ['tag', 'unfit_value'],
    ],
  )
})

test('a rule that sets itself off is cut, with and without waits between', () => {
  for (const wait of [[], [{ wait: 'PT1S' }]] as Step[][]) {
    const loop: RuleDefinition = {
      name: 'loop',
      on: ['loop.it'],
      steps: [...wait, { action: 'trigger-event', with: { type: 'loop.it' } }],
    }
    const engine = withJo(loop)
    engine.apply({ ...event('loop.it'), subject: [{ profile: 1 as ProfileId }] }, start)
    for (let second = 1; second <= 20; second++) engine.continueDue(start + second * 1_000)
    assert.equal(types(engine).filter((type) => type === 'loop.it').length, limits.ruleDepthMax + 1)
    const stop = engine.events.at(-1)
    assert.equal(stop?.type, 'rule.stopped')
    assert.deepEqual(stop?.attributes, { rule: 'loop@1', limit: 'depth' })
    assert.ok([...engine.runs.values()].every(({ state }) => state === 'done'))
  }
})

test('a rule runs so often a minute for one person; each stop is on the event, the first in the log', () => {
  const often = rule([{ wait: 'PT1H' }], { per_minute: 3, steps: [{ wait: 'PT1H' }] })
  const engine = withJo(often)
  const about = (id: number) => ({ ...event('shop.x'), subject: [{ profile: id as ProfileId }] })
  engine.apply(event('user.register', {}, 'bo@x.org'), start)
  for (let n = 0; n < 6; n++) engine.apply(about(1), start + n)
  engine.apply(about(2), start)
  assert.equal(engine.runs.size, 4)
  const stops = engine.events.filter(({ type }) => type === 'rule.stopped')
  assert.deepEqual(
    stops.map(({ attributes, subject }) => [attributes, subject]),
    [[{ rule: 'r@1', limit: 'rate' }, 1]],
  )
  const held = engine.events.filter(({ dropped }) => dropped[0]?.reason === 'rate_limit')
  assert.equal(held.length, 3)
  engine.apply(about(1), start + minute)
  assert.equal(engine.runs.size, 5)
})

test('rules that only change the person at once are not counted', () => {
  const engine = withJo(rule([tag('a')]))
  for (let n = 0; n < 100; n++) engine.apply(event('shop.x'), start)
  assert.equal(engine.counts.size, 0)
  assert.ok(!types(engine).includes('rule.stopped'))
})

// Few people, tags and types, so that rules meet, wait for each other and set each other off.
const condition = fc.constantFrom(
  { profile: 'n', greater: 1 },
  { tag: 'a' },
  { not: { tag: 'b' } },
  { changed: 'n' },
  { event: 'go', is: true },
  { profile: 'at', after: 'now' },
)
const action: fc.Arbitrary<Step> = fc.constantFrom<Step>(
  tag('a'),
  tag('{{ event.word }}'),
  { action: 'remove-tag', with: { tag: 'a' } },
  { action: 'increment', with: { attribute: 'n' } },
  {
    action: 'set-attributes',
    with: { match: 'email', attributes: { k: '{{ profile.n | json }}' } },
  },
  { action: 'find-profile', with: { email: 'bo@x.org' } },
  { action: 'trigger-event', with: { type: 'a.y', attributes: 'event' } },
  { action: 'trigger-event', with: { type: 'b.z' } },
  { action: 'remove-profile', with: {} },
)
const wait: fc.Arbitrary<Step> = fc.constantFrom<Step>(
  { wait: 'PT1M' },
  { wait: 'PT5M' },
  { wait: { until: { event: 'at' } } },
  { wait: { quiet_hours: { from: '11:00', to: '12:30', zone: 'UTC' } } },
)
const { steps } = fc.letrec<{ steps: Step[]; step: Step }>((tie) => ({
  steps: fc.array(tie('step'), { minLength: 1, maxLength: 4 }),
  step: fc.oneof(
    { maxDepth: 2 },
    { weight: 4, arbitrary: action },
    { weight: 2, arbitrary: wait },
    fc.record({ check: condition, otherwise: tie('steps') }) as fc.Arbitrary<Step>,
    fc.record({ check: condition }) as fc.Arbitrary<Step>,
  ),
}))
const on = fc.subarray(['a.x', 'a.*', 'b.z', 'profile.updated', 'user.register'], { minLength: 1 })
const someRules = fc
  .array(
    fc.record(
      { on, steps, when: condition, cancel_when: fc.record({ on }) },
      { requiredKeys: ['on', 'steps'] },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((drawn) =>
    drawn.map(({ cancel_when, ...each }, n): RuleDefinition => {
      const ends = cancel_when && hasWait(each.steps) ? { cancel_when } : {}
      return { ...each, ...ends, name: `r${n}` }
    }),
  )
const someEvents = fc.array(
  fc.record({
    type: fc.constantFrom('a.x', 'b.z', 'user.register', 'user.remove'),
    email: fc.constantFrom('jo@x.org', 'bo@x.org'),
    attributes: fc.record(
      {
        word: fc.constantFrom('a', 'b', ''),
        go: fc.boolean(),
        at: fc.constantFrom(start / 1_000 + 400, 'x'),
      },
      { requiredKeys: [] },
    ),
    after: fc.integer({ min: 0, max: 3 * minute }),
  }),
  { maxLength: 8 },
)

type Drawn = { type: string; email: string; attributes: JsonObject; after: number }

function play(rules: RuleDefinition[], events: readonly Drawn[]): Engine {
  const engine = engineOf(...rules)
  let now = start
  for (const { type, email, attributes, after } of events) {
    now += after
    engine.continueDue(now)
    engine.apply(event(type, attributes, email), now)
  }
  // Each further round is due later; a chain has so many links at most.
  for (let round = 0; round < 200; round++) {
    now += 60 * minute
    if (engine.continueDue(now) === 0) return engine
  }
  throw new Error('Runs go on for ever.')
}

test('whatever the rules are, they end, the same way each time, and every ending has a reason', () => {
  fc.assert(
    fc.property(someRules, someEvents, (rules, events) => {
      const engine = play(rules, events as Drawn[])
      for (const run of engine.runs.values()) {
        assert.notEqual(run.state, 'waiting')
        assert.ok(run.reason !== null && run.endedAt !== null && run.dueAt === null, run.state)
        assert.ok(run.log.length > 0)
        const steps = run.log.map(({ step }) => step)
        assert.equal(new Set(steps).size, steps.length, 'a step was carried out twice')
      }
      for (const { id, cause } of engine.events) {
        assert.ok((cause?.depth ?? 0) <= limits.ruleDepthMax + 1, `event ${id}`)
      }
      const again = play(rules, events as Drawn[])
      assert.deepEqual(again.events, engine.events)
      assert.deepEqual([...again.runs], [...engine.runs])
      assert.deepEqual([...again.profiles], [...engine.profiles])
    }),
    { numRuns: 300 },
  )
})
