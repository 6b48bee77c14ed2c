import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  afterAttempt,
  type DeliveryState,
  type DeliveryStep,
  isOver,
  judgeAnswer,
  nextState,
  sendFailures,
} from './delivery.ts'

const now = Date.parse('2026-11-22T12:00:00Z')
const policy = { firstMs: 1_000, factor: 2, maxMs: 60_000, attempts: 3, jitter: 0 }
const states: DeliveryState[] = ['queued', 'pending', 'claimed', 'delivered', 'dead', 'cancelled']
const steps: DeliveryStep[] = [
  ...(['promote', 'claim', 'release', 'deliver'] as const),
  ...(['give-up', 'cancel', 'redeliver'] as const),
]

test('these steps are possible and no others', () => {
  const possible = states.flatMap((state) =>
    steps.flatMap((step) => {
      const next = nextState(state, step)
      return next === null ? [] : [`${state} ${step} ${next}`]
    }),
  )
  assert.deepEqual(possible, [
    'queued promote pending',
    'queued cancel cancelled',
    'pending claim claimed',
    'pending give-up dead',
    'pending cancel cancelled',
    'claimed release pending',
    'claimed deliver delivered',
    'claimed give-up dead',
    'claimed cancel cancelled',
    'delivered redeliver queued',
    'dead redeliver queued',
    'cancelled redeliver queued',
  ])
})

test('what is over stays so until it is redelivered by hand', () => {
  assert.deepEqual(states.filter(isOver), ['delivered', 'dead', 'cancelled'])
  for (const state of states.filter(isOver)) {
    for (const step of steps) {
      assert.equal(nextState(state, step), step === 'redeliver' ? 'queued' : null)
    }
  }
})

test('every status has its judgement', () => {
  const kinds = new Map<string, number[]>()
  for (let status = 100; status < 600; status++) {
    const { kind } = judgeAnswer({ status }, now)
    kinds.set(kind, [...(kinds.get(kind) ?? []), status])
  }
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index)
  assert.deepEqual(kinds.get('delivered'), range(200, 299))
  const dead = kinds.get('dead') ?? []
  assert.deepEqual(
    dead.filter((status) => status >= 400),
    [
      ...[400, 402, 405, 406, 410, 411, 412, 413, 414, 415, 416, 417, 418, 422, 426, 428, 431, 451],
      ...[501, 505],
    ],
  )
  assert.deepEqual(
    dead.filter((status) => status < 400),
    [...range(100, 199), ...range(300, 399)],
  )
})

test('reasons are the status or the code, so that dead letters group', () => {
  assert.deepEqual(judgeAnswer({ status: 301 }, now), {
    kind: 'dead',
    reason: 'http_301',
    disableDestination: false,
  })
  assert.deepEqual(judgeAnswer({ error: 'refused' }, now), {
    kind: 'retry',
    reason: 'refused',
    notBefore: null,
  })
  for (const [code, { final }] of Object.entries(sendFailures)) {
    const judged = judgeAnswer({ error: code as keyof typeof sendFailures }, now)
    assert.equal(judged.kind, final ? 'dead' : 'retry', code)
    assert.match(code, /^[a-z_]{3,20}$/)
  }
})

test('410 alone disables the destination', () => {
  const disabling = []
  for (let status = 100; status < 600; status++) {
    const judged = judgeAnswer({ status }, now)
    if (judged.kind === 'dead' && judged.disableDestination) disabling.push(status)
  }
  assert.deepEqual(disabling, [410])
})

test('a receiver may say when to come back, with any answer that is tried again', () => {
  for (const status of [429, 503, 500, 404]) {
    const judged = judgeAnswer({ status, retryAfter: '120' }, now)
    assert.deepEqual(judged, { kind: 'retry', reason: `http_${status}`, notBefore: now + 120_000 })
  }
  const vague = judgeAnswer({ status: 429, retryAfter: 'later' }, now)
  assert.deepEqual(vague, { kind: 'retry', reason: 'http_429', notBefore: null })
})

test('a failed attempt is due again by the schedule, and dead after the last', () => {
  const judged = judgeAnswer({ status: 503 }, now)
  const after = (count: number) => afterAttempt(judged, policy, count, now, 0.5)
  assert.deepEqual(after(1), { state: 'pending', dueAt: now + 1_000, reason: 'http_503' })
  assert.deepEqual(after(2), { state: 'pending', dueAt: now + 2_000, reason: 'http_503' })
  const given = { state: 'dead', reason: 'http_503', final: false, disableDestination: false }
  assert.deepEqual(after(3), given)
})

test('a wish of the receiver reaches the schedule', () => {
  const judged = judgeAnswer({ status: 429, retryAfter: '90' }, now)
  assert.deepEqual(afterAttempt(judged, policy, 1, now, 0), {
    state: 'pending',
    dueAt: now + 90_000,
    reason: 'http_429',
  })
})

test('a final answer is dead at the first try', () => {
  assert.deepEqual(afterAttempt(judgeAnswer({ status: 410 }, now), policy, 1, now, 0.5), {
    state: 'dead',
    reason: 'http_410',
    final: true,
    disableDestination: true,
  })
})

test('whatever is answered, a delivery ends within its attempts and is delivered at most once', () => {
  const outcome = fc.oneof(
    fc.integer({ min: 100, max: 599 }).map((status) => ({ status })),
    fc
      .constantFrom(...(Object.keys(sendFailures) as (keyof typeof sendFailures)[]))
      .map((error) => ({
        error,
      })),
  )
  fc.assert(
    fc.property(fc.array(outcome, { minLength: 3, maxLength: 3 }), (outcomes) => {
      let state: DeliveryState = 'pending'
      let delivered = 0
      for (const [index, each] of outcomes.entries()) {
        if (isOver(state)) break
        assert.equal(nextState(state, 'claim'), 'claimed')
        const after = afterAttempt(judgeAnswer(each, now), policy, index + 1, now, 0.5)
        const step = { delivered: 'deliver', pending: 'release', dead: 'give-up' } as const
        const next = nextState('claimed', step[after.state])
        assert.equal(next, after.state)
        state = after.state
        if (state === 'delivered') delivered += 1
      }
      assert.ok(isOver(state))
      assert.ok(delivered <= 1)
    }),
  )
})
