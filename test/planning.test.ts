import assert from 'node:assert/strict'
import test from 'node:test'
import type { RecordEvent } from '../src/core/command.ts'
import type { JsonObject } from '../src/core/json.ts'
import { limits } from '../src/core/limits.ts'
import { type RuleDefinition, starterRules } from '../src/core/rule.ts'
import type { Step } from '../src/core/step.ts'
import { memoryEngine } from './kit/memory-engine.ts'
import { decide } from './kit/sending-decision.ts'

const start = Date.UTC(2026, 0, 1, 12)
const source = { dialect: 'test', token: null, request: 'r-1' }

const send = (destination: string): Step => ({ action: 'send', with: { destination } })
const tag = (name: string): Step => ({ action: 'add-tag', with: { tag: name } })
const find: Step = { action: 'find-profile', with: { email: '{{ event.email }}' } }

function event(type: string, attributes: JsonObject = {}): RecordEvent {
  const all = { email: 'jo@x.org', ...attributes }
  const identifiers = [{ kind: 'email', value: all.email }]
  return { kind: 'record-event', type, attributes: all, identifiers, source }
}

function engineWithJo(...rules: RuleDefinition[]) {
  const engine = memoryEngine({}, [...starterRules, ...rules], decide)
  engine.apply(event('user.register', { country: 'NL' }), start - 1)
  return engine
}

function rule(steps: Step[], rest: Partial<RuleDefinition> = {}): RuleDefinition {
  return { name: 'r', on: ['shop.x'], steps, ...rest }
}

test('a step owes what it saw, not what came after it', () => {
  const steps = [find, tag('early'), send('a'), tag('late'), send('b')]
  const engine = engineWithJo(rule(steps))
  engine.apply(event('shop.x', { size: 'M' }), start)
  const [first, second, ...others] = engine.deliveries
  assert.ok(first && second)
  assert.deepEqual(others, [])
  assert.deepEqual(
    [first, second].map(({ id, rule: name, version, step, action, destination }) => [
      ...[id, name, version, step, action, destination],
    ]),
    [
      [1, 'r', 1, '2', 'send', 'a'],
      [2, 'r', 1, '4', 'send', 'b'],
    ],
  )
  assert.deepEqual(first.seen.profile?.tags, ['early'])
  assert.deepEqual(second.seen.profile?.tags, ['early', 'late'])
  assert.deepEqual([first.seen.profile?.version, second.seen.profile?.version], [2, 3])
  assert.equal(engine.profiles.get(1)?.version, 3)
  const about = engine.events.find(({ type }) => type === 'shop.x')
  assert.equal(first.event, about?.id)
  assert.deepEqual(first.seen.event, {
    ...{ id: about?.id, type: 'shop.x', occurredAt: start, receivedAt: start, source: 'test' },
    ...{ attributes: { email: 'jo@x.org', size: 'M' }, changes: [] },
  })
  assert.deepEqual(
    [first.subject, first.state, first.attemptCount, first.dueAt, first.plannedAt, first.request],
    [1, 'pending', 0, start, start, null],
  )
})

test('without a person something is owed all the same, in no lane', () => {
  const engine = engineWithJo(rule([send('a')]))
  engine.apply({ ...event('shop.x', { email: 'nobody@x.org' }), identifiers: [] }, start)
  const [delivery] = engine.deliveries
  assert.deepEqual([delivery?.subject, delivery?.seen.profile], [null, null])
})

test('rules plan in the order of the file, and what they cause comes after', () => {
  const trigger: Step = { action: 'trigger-event', with: { type: 'shop.y', attributes: {} } }
  const engine = engineWithJo(
    { name: 'one', on: ['shop.x'], steps: [send('a'), trigger, send('b')] },
    { name: 'two', on: ['shop.x'], steps: [send('c')] },
    { name: 'three', on: ['shop.y'], steps: [send('d')] },
  )
  engine.apply(event('shop.x'), start)
  assert.deepEqual(
    engine.deliveries.map(({ id, rule: name, destination }) => [id, name, destination]),
    [
      [1, 'one', 'a'],
      [2, 'one', 'b'],
      [3, 'two', 'c'],
      [4, 'three', 'd'],
    ],
  )
})

test('a run tells what it planned, also in the steps of an otherwise, and goes on', () => {
  const check: Step = {
    check: { profile: 'country', is: 'DE' },
    otherwise: [send('otherwise')],
  }
  const engine = engineWithJo(rule([find, send('before'), { wait: 'PT1H' }, check, send('never')]))
  engine.apply(event('shop.x'), start)
  assert.deepEqual(
    engine.deliveries.map(({ destination }) => destination),
    ['before'],
  )
  const [run] = [...engine.runs.values()]
  assert.deepEqual(run?.log[1], { step: '1', did: 'planned', delivery: 1 })
  engine.apply(event('user.update', { country: 'BE' }), start + 1)
  const hour = start + 3_600_000
  assert.equal(engine.continueDue(hour), 1)
  const [, later] = engine.deliveries
  assert.deepEqual([later?.destination, later?.step], ['otherwise', '3.0'])
  assert.deepEqual([later?.event, later?.plannedAt], [run?.event, hour])
  // The event as it was, the person as they are by now.
  assert.equal(later?.seen.event.receivedAt, start)
  assert.equal(later?.seen.profile?.attributes.country, 'BE')
  const [ended] = [...engine.runs.values()]
  assert.deepEqual(
    ended?.log.filter(({ did }) => did === 'planned').map(({ step, delivery }) => [step, delivery]),
    [
      ['1', 1],
      ['3.0', 2],
    ],
  )
})

test('what is beyond the limit of one command is dropped, and says so', () => {
  const perRule = 40
  const rules = Array.from({ length: 7 }, (_, n) => ({
    name: `r${n}`,
    on: ['shop.x'],
    steps: Array.from({ length: perRule }, () => send('a')),
  }))
  const engine = engineWithJo(...rules)
  engine.apply(event('shop.x'), start)
  assert.equal(engine.deliveries.length, limits.deliveriesPerCommandMax)
  const about = engine.events.find(({ type }) => type === 'shop.x')
  const dropped = about?.dropped.filter(({ reason }) => reason === 'too_many_deliveries')
  assert.equal(dropped?.length, 7 * perRule - limits.deliveriesPerCommandMax)
  assert.equal(dropped?.at(-1)?.rule, 'r6@1')
  engine.apply(event('shop.x'), start + 1)
  assert.equal(engine.deliveries.at(-1)?.id, 2 * limits.deliveriesPerCommandMax)
})
