import assert from 'node:assert/strict'
import type { DeliveryId } from '../src/core/planned-delivery.ts'
import { breakerContract } from './delivery-breaker-contract.ts'
import { claimsContract } from './delivery-claims-contract.ts'
import { operationsContract } from './delivery-operations-contract.ts'
import { eventDaysContract } from './event-days-contract.ts'
import {
  answer,
  begin,
  claim,
  deliveriesContractOf,
  destination,
  type OpenDeliveries,
  plan,
  record,
  rules,
  sent,
  states,
  work,
} from './kit/delivery-work.ts'
import { upsert } from './store-contract.ts'

/** What every engine promises of destinations and deliveries. */
export function deliveriesContract(engine: string, open: OpenDeliveries): void {
  const contract = deliveriesContractOf(engine, open)
  claimsContract(engine, open)
  breakerContract(engine, open)
  operationsContract(engine, open)
  eventDaysContract(engine, open)

  contract('what was planned is kept as the step found it', async (store, id, time) => {
    await plan(store, id, 'a', { person: 'ann', attributes: { size: 'M' } })
    await store.apply(id, upsert('ann', { n: 2 }))
    const [delivery] = await store.listDeliveries(id, { limit: 9 })
    assert.ok(delivery)
    const { seen, ...rest } = delivery
    assert.deepEqual(rest, {
      ...{ id: 1, event: 3, rule: 'to-a', version: 1, step: '0', action: 'send' },
      ...{ destination: 'a', subject: 1, state: 'pending', attemptCount: 0, dueAt: time.now },
      ...{ reason: null, detail: null, plannedAt: time.now, endedAt: null, request: null },
    })
    assert.deepEqual(seen.profile, { id: 1, version: 1, attributes: { n: 1 }, tags: [] })
    assert.deepEqual([seen.event.id, seen.event.type], [3, 'to.a'])
    assert.deepEqual(seen.event.attributes, { size: 'M' })
    assert.deepEqual(await store.findDelivery(id, 1 as DeliveryId), delivery)
    assert.equal(await store.findDelivery(id, 99 as DeliveryId), null)
  })

  contract(
    'a destination that does not exist is a dead letter at once',
    async (store, id, time) => {
      await plan(store, id, 'nobody', { person: 'ann' })
      await plan(store, id, 'nobody')
      const all = await store.listDeliveries(id, { limit: 9 })
      assert.deepEqual(
        all.map(({ state, reason, endedAt, dueAt }) => [state, reason, endedAt, dueAt]),
        [
          ['dead', 'no_destination', time.now, null],
          ['dead', 'no_destination', time.now, null],
        ],
      )
      assert.deepEqual(await claim(store), [])
    },
  )

  contract('only the head of a lane is pending, also in one group', async (store, id) => {
    const people = ['ann', 'ann', 'bob', 'ann', null, null]
    await Promise.all(people.map((person) => plan(store, id, 'a', { person })))
    await plan(store, id, 'b', { person: 'ann' })
    const all = await store.listDeliveries(id, { limit: 9, oldestFirst: true })
    const ofAnn = all.filter(({ subject }) => subject === 1)
    assert.deepEqual(
      ofAnn.map(({ destination, state }) => [destination, state]),
      [
        ['a', 'pending'],
        ['a', 'queued'],
        ['a', 'queued'],
        ['b', 'pending'],
      ],
    )
    assert.ok(all.filter(({ subject }) => subject !== 1).every(({ state }) => state === 'pending'))
    assert.equal((await claim(store)).length, 5)
  })

  contract('a lane goes on in its order, whatever ends its head', async (store, id, time) => {
    for (let n = 0; n < 5; n++) await plan(store, id, 'a', { person: 'ann' })
    const order: number[] = []
    for (const status of [200, 400, 500, 500, 500, 200, 200]) {
      const [head, ...others] = await work(store, status)
      assert.deepEqual(others, [])
      order.push(head?.id ?? 0)
      time.now += 10_000
    }
    assert.deepEqual(order, [1, 2, 3, 3, 3, 4, 5])
    assert.deepEqual(await states(store, id), [
      'delivered',
      'dead',
      'dead',
      'delivered',
      'delivered',
    ])
    const reasons = await store.listDeliveries(id, { limit: 9, oldestFirst: true })
    assert.deepEqual(
      reasons.map(({ reason, attemptCount }) => [reason, attemptCount]),
      [
        [null, 1],
        ['http_400', 1],
        ['http_500', 3],
        [null, 1],
        [null, 1],
      ],
    )
  })

  contract('every try sends the bytes of the first', async (store, id, time) => {
    await plan(store, id, 'a', { person: 'ann' })
    const first = await claim(store)
    assert.deepEqual([first[0]?.request, first[0]?.settings], [null, { destination: 'a' }])
    assert.deepEqual(await begin(store, first, 'first'), [true])
    await record(store, first, { status: 503 })
    const waiting = await store.findDelivery(id, 1 as DeliveryId)
    assert.deepEqual([waiting?.state, waiting?.dueAt], ['pending', time.now + 10_000])
    assert.deepEqual(await claim(store), [])
    time.now += 10_000
    const [second] = await claim(store)
    assert.ok(second)
    assert.deepEqual(second.request, { method: 'POST', headers: {}, body: 'first' })
    const other = { method: 'POST', headers: {}, body: 'other' } as const
    await store.beginAttempts([{ ...second, worker: 'w2', sent, request: other }])
    assert.equal((await store.findDelivery(id, second.id))?.request?.body, 'first')
  })

  contract(
    'attempts are kept, bounded, with what was sent and answered',
    async (store, id, time) => {
      await plan(store, id, 'a')
      const [delivery] = await claim(store)
      assert.ok(delivery)
      const { workspaceId, id: number, lease } = delivery
      const held = { workspaceId, id: number, lease }
      const body = `${'x'.repeat(16_383)}😀 and more`
      const headers = Object.fromEntries(
        Array.from({ length: 200 }, (_, n) => [`x-${n}`, 'v'.repeat(5_000)]),
      )
      const big = { url: 'https://a.example', method: 'POST', headers, body }
      const request = { method: 'POST', headers: {}, body } as const
      await store.beginAttempts([{ ...held, worker: 'w1', sent: big, request }])
      const [open] = await store.listAttempts(id, number)
      assert.deepEqual([open?.number, open?.worker, open?.beganAt], [1, 'w1', time.now])
      assert.deepEqual([open?.endedAt, open?.outcome], [null, null])
      time.now += 7
      const outcome = { ...answer(200), headers, body } as ReturnType<typeof answer>
      const judgement = { kind: 'delivered' } as const
      await store.recordAttempts([{ ...held, outcome, judgement, random: 0 }])
      const [attempt] = await store.listAttempts(id, number)
      assert.equal(attempt?.endedAt, time.now)
      assert.equal(attempt?.sent?.body, 'x'.repeat(16_383))
      assert.equal(Object.keys(attempt?.sent?.headers ?? {}).length, 64)
      assert.equal(attempt?.sent?.headers['x-1']?.length, 1_024)
      assert.ok(attempt?.outcome?.kind === 'answer')
      assert.deepEqual([attempt.outcome.isCut, attempt.outcome.body.length], [true, 16_383])
      // What is owed is never cut.
      assert.equal((await store.findDelivery(id, number))?.request?.body, body)
    },
  )

  contract('a person who was removed is still told of', async (store, id) => {
    await plan(store, id, 'a', { person: 'ann', attributes: { last: 'words' } })
    const identifier = { kind: 'user_id', value: 'ann' }
    const source = { dialect: 'test', token: null, request: null }
    await store.apply(id, { kind: 'remove-profile', keys: [{ identifier }], source })
    const [delivery] = await work(store)
    assert.deepEqual(delivery?.seen.profile?.attributes, { n: 1 })
    assert.deepEqual(await states(store, id), ['delivered'])
  })

  contract('what is due is told of after the commit', async (store, id, time) => {
    let told = 0
    const stop = store.onDeliveriesDue(() => {
      told += 1
    })
    await store.apply(id, upsert('ann', { n: 3 }))
    await plan(store, id, 'nobody')
    assert.equal(told, 0)
    const until = async (condition: () => boolean) => {
      while (!condition()) await new Promise((resolve) => setImmediate(resolve))
    }
    await plan(store, id, 'a', { person: 'ann' })
    await until(() => told > 0)
    await work(store, 400)
    told = 0
    await store.redeliverDeliveries(id, { destination: 'a' }, 9)
    await until(() => told > 0)
    stop()
    told = 0
    time.now += 1
    await plan(store, id, 'a', { person: 'bob' })
    await claim(store)
    assert.equal(told, 0)
  })

  contract(
    'old deliveries go with their attempts, unfinished ones never',
    async (store, id, time) => {
      for (const person of ['ann', 'bob', null]) await plan(store, id, 'a', { person })
      const claimed = await claim(store, 2)
      await begin(store, claimed)
      await record(store, claimed, { status: 400 })
      const before = { now: time.now, events: time.now, idempotency: 0 }
      assert.equal((await store.expire(before)).deliveries, 0)
      time.now += 100 * 86_400_000
      const expired = await store.expire({ now: time.now, events: time.now - 1, idempotency: 0 })
      assert.equal(expired.deliveries, 2)
      assert.deepEqual(await states(store, id), ['pending'])
      for (const one of claimed) assert.deepEqual(await store.listAttempts(id, one.id), [])
    },
  )

  contract('nothing is seen or touched from another workspace', async (store, id) => {
    const other = await store.createWorkspace('other', rules)
    await store.putDestination(other.id, destination('a', { concurrency: 2 }))
    await plan(store, id, 'a', { person: 'ann' })
    await plan(store, other.id, 'a')
    await store.setDestinationState(other.id, 'a', 'paused')
    assert.equal((await store.findDestination(id, 'a'))?.state, 'active')
    assert.deepEqual(
      (await claim(store)).map(({ workspaceId, workspaceName }) => [workspaceId, workspaceName]),
      [[id, 'w']],
    )
    const everything = { ids: [1, 2, 3] as DeliveryId[] }
    assert.equal((await store.listDeliveries(other.id, { ...everything, limit: 9 })).length, 1)
    assert.equal(await store.cancelDeliveries(other.id, {}, 99), 1)
    assert.deepEqual(await states(store, id), ['claimed'])
    assert.equal((await store.redeliverDeliveries(id, {}, 99)).count, 0)
    assert.equal(await store.removeDestination(other.id, 'b'), false)
    await store.deleteWorkspace(other.id)
    assert.deepEqual(await store.listDeliveries(other.id, { limit: 9 }), [])
    assert.deepEqual(await store.listDestinations(other.id), [])
    assert.deepEqual(await states(store, id), ['claimed'])
  })
}
