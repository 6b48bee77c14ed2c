import assert from 'node:assert/strict'
import type { DeliveryId } from '../src/core/planned-delivery.ts'
import type { EventId, ProfileId } from '../src/core/profile.ts'
import {
  begin,
  claim,
  deliveriesContractOf,
  destination,
  type OpenDeliveries,
  plan,
  record,
  states,
  work,
} from './kit/delivery-work.ts'

/** What every engine promises of destinations, and of what an operator does with deliveries. */
export function operationsContract(engine: string, open: OpenDeliveries): void {
  const contract = deliveriesContractOf(engine, open)

  contract('a destination keeps its version as long as it is the same', async (store, id, time) => {
    const first = await store.findDestination(id, 'a')
    assert.deepEqual(
      [first?.version, first?.state, first?.stateReason, first?.createdAt],
      [1, 'active', null, time.now],
    )
    assert.deepEqual(first?.retry, destination('a').definition.retry)
    time.now += 5
    const secrets = { signing: 's1', previous: { sealed: 's0', until: 9 }, auth: 'x' }
    const same = await store.putDestination(id, { ...destination('a'), secrets })
    assert.deepEqual([same.version, same.secrets], [1, secrets])
    const changed = await store.putDestination(id, destination('a', { concurrency: 9 }))
    assert.deepEqual([changed.version, changed.concurrency, changed.updatedAt], [2, 9, time.now])
    assert.equal(changed.createdAt, first?.createdAt)
    assert.equal(await store.replaceSecrets(id, 'a', { signing: 's2' }), true)
    assert.equal(await store.replaceSecrets(id, 'x', { signing: 's2' }), false)
    const after = await store.findDestination(id, 'a')
    assert.deepEqual(after?.secrets, { signing: 's2', previous: null, auth: null })
    assert.equal(after?.version, 2)
    assert.equal(await store.findDestination(id, 'x'), null)
    assert.deepEqual(
      (await store.listDestinations(id)).map(({ name }) => name),
      ['a', 'b', 'c'],
    )
  })

  contract('a file replaces all destinations; what is left out ends', async (store, id, time) => {
    const people = ['ann', 'ann', 'bob', 'bob', null]
    for (const person of people) await plan(store, id, 'a', { person })
    await plan(store, id, 'b', { person: 'ann' })
    const held = await claim(store, 2)
    await begin(store, held)
    await store.setDestinationState(id, 'b', 'paused')
    const all = await store.replaceDestinations(id, [destination('b'), destination('d')])
    assert.deepEqual(
      all.map(({ name, version, state }) => [name, version, state]),
      [
        ['b', 1, 'paused'],
        ['d', 1, 'active'],
      ],
    )
    const ended = await store.listDeliveries(id, { destination: 'a', limit: 9 })
    assert.ok(
      ended.every(
        ({ state, reason, endedAt, dueAt }) =>
          state === 'dead' &&
          reason === 'destination_removed' &&
          endedAt === time.now &&
          dueAt === null,
      ),
    )
    assert.equal(ended.length, 5)
    const late = held.filter(({ destination: name }) => name === 'a')
    assert.deepEqual(
      await record(store, late),
      late.map(() => false),
    )
    assert.equal(await store.removeDestination(id, 'd'), true)
    assert.equal(await store.removeDestination(id, 'd'), false)
    const none = { count: 0, gone: ['a'] }
    assert.deepEqual(await store.redeliverDeliveries(id, { destination: 'a' }, 9), none)
    const [first] = ended
    assert.ok(first)
    const request = { method: 'POST', headers: {}, body: '{}' } as const
    assert.equal(await store.resendDelivery(id, first.id, request), false)
    await store.putDestination(id, destination('a'))
    const five = { count: 5, gone: [] }
    assert.deepEqual(await store.redeliverDeliveries(id, { destination: 'a' }, 9), five)
  })

  contract('dead letters are grouped by destination and reason', async (store, id, time) => {
    for (let n = 0; n < 3; n++) await plan(store, id, 'a')
    await work(store, 400)
    time.now += 5
    const second = time.now
    for (const place of ['a', 'b', 'nobody'] as const) await plan(store, id, place)
    await work(store, 422)
    await plan(store, id, 'a')
    const counts = await store.countDeliveries(id, { states: ['dead'] })
    const key = (one: (typeof counts)[0]) => `${one.destination} ${one.reason}`
    const sorted = counts.sort((x, y) => (key(x) < key(y) ? -1 : 1))
    assert.deepEqual(sorted, [
      ...[{ destination: 'a', state: 'dead', reason: 'http_400', count: 3 }].map((one) => ({
        ...one,
        oldestPlannedAt: second - 5,
      })),
      ...[
        { destination: 'a', state: 'dead', reason: 'http_422', count: 1 },
        { destination: 'b', state: 'dead', reason: 'http_422', count: 1 },
        { destination: 'nobody', state: 'dead', reason: 'no_destination', count: 1 },
      ].map((one) => ({ ...one, oldestPlannedAt: second })),
    ])
  })

  contract(
    'what is cancelled ends, also under way, and the lane goes on',
    async (store, id, time) => {
      for (let n = 0; n < 4; n++) await plan(store, id, 'a', { person: 'ann' })
      const held = await claim(store)
      await begin(store, held)
      assert.equal(await store.cancelDeliveries(id, { ids: [1, 3] as DeliveryId[] }, 9), 2)
      assert.deepEqual(await states(store, id), ['cancelled', 'pending', 'cancelled', 'queued'])
      assert.deepEqual(await record(store, held), [false])
      const [one] = await store.listDeliveries(id, { limit: 1, oldestFirst: true })
      assert.deepEqual([one?.reason, one?.endedAt], ['operator', time.now])
      assert.equal(await store.cancelDeliveries(id, { ids: [1] as DeliveryId[] }, 9), 0)
      assert.equal(await store.cancelDeliveries(id, { destination: 'a' }, 1), 1)
      assert.equal(await store.cancelDeliveries(id, { states: ['dead'] }, 9), 0)
      assert.equal(await store.cancelDeliveries(id, {}, 9), 1)
      assert.deepEqual(new Set(await states(store, id)), new Set(['cancelled']))
    },
  )

  contract('a redelivery joins the tail with the same bytes', async (store, id, time) => {
    for (let n = 0; n < 3; n++) await plan(store, id, 'a', { person: 'ann' })
    const first = await claim(store)
    await begin(store, first, 'bytes')
    await record(store, first, { status: 400 })
    assert.equal((await store.redeliverDeliveries(id, { ids: [1] as DeliveryId[] }, 9)).count, 1)
    const [again] = await store.listDeliveries(id, { limit: 1, oldestFirst: true })
    assert.deepEqual(
      [again?.state, again?.reason, again?.endedAt, again?.attemptCount, again?.request?.body],
      ['queued', null, null, 1, 'bytes'],
    )
    await plan(store, id, 'a', { person: 'ann' })
    const order: number[] = []
    for (let n = 0; n < 4; n++) order.push(...(await work(store)).map(({ id: number }) => number))
    assert.deepEqual(order.slice(0, 3), [2, 3, 1])
    assert.ok((order[3] ?? 0) > 3)
    assert.equal((await store.listAttempts(id, 1 as DeliveryId)).length, 2)
    // As many tries as a new one has, counted on.
    assert.equal((await store.redeliverDeliveries(id, { states: ['delivered'] }, 1)).count, 1)
    for (let n = 0; n < 3; n++) {
      await work(store, 503)
      time.now += 10_000
    }
    const spent = await store.findDelivery(id, 1 as DeliveryId)
    assert.deepEqual([spent?.state, spent?.attemptCount], ['dead', 5])
  })

  contract('redelivery by what matches, in parts', async (store, id) => {
    for (let n = 0; n < 5; n++) await plan(store, id, 'a')
    await plan(store, id, 'b')
    await plan(store, id, 'nobody')
    await work(store, 400)
    const dead = { states: ['dead'] as const }
    assert.equal((await store.redeliverDeliveries(id, { ...dead, destination: 'a' }, 3)).count, 3)
    assert.deepEqual((await states(store, id)).slice(0, 5), [
      ...['pending', 'pending', 'pending', 'dead', 'dead'],
    ])
    assert.equal((await store.redeliverDeliveries(id, dead, 99)).count, 3)
    assert.equal((await store.redeliverDeliveries(id, dead, 99)).count, 0)
    assert.equal((await claim(store)).length, 6)
  })

  contract('a redelivery with another request sends that one', async (store, id) => {
    await plan(store, id, 'a')
    const request = { method: 'PUT', headers: { 'x-a': 'b' }, body: 'mended' } as const
    assert.equal(await store.resendDelivery(id, 1 as DeliveryId, request), false)
    await work(store, 400)
    assert.equal(await store.resendDelivery(id, 1 as DeliveryId, request), true)
    assert.equal(await store.resendDelivery(id, 9 as DeliveryId, request), false)
    const [again] = await claim(store)
    assert.deepEqual(again?.request, request)
  })

  contract('deliveries are listed by what they are asked for', async (store, id, time) => {
    const began = time.now
    for (const person of ['ann', 'bob', 'ann', null]) {
      await plan(store, id, 'a', { person })
      time.now += 1_000
    }
    await plan(store, id, 'b', { person: 'ann' })
    await plan(store, id, 'nobody')
    await work(store, 400, 1)
    const list = async (filter: Parameters<typeof store.countDeliveries>[1]) => {
      const found = await store.listDeliveries(id, { ...filter, limit: 99, oldestFirst: true })
      const counted = await store.countDeliveries(id, filter)
      assert.equal(
        counted.reduce((sum, { count }) => sum + count, 0),
        found.length,
      )
      return found.map(({ id: number }) => number)
    }
    assert.deepEqual(await list({}), [1, 2, 3, 4, 5, 6])
    assert.deepEqual(await list({ destination: 'a' }), [1, 2, 3, 4])
    assert.deepEqual(await list({ subject: 1 as ProfileId }), [1, 3, 5])
    assert.deepEqual(await list({ states: ['dead'] }), [1, 6])
    assert.deepEqual(await list({ states: ['dead'], destination: 'a' }), [1])
    assert.deepEqual(await list({ states: ['pending', 'claimed'] }), [2, 3, 4, 5])
    assert.deepEqual(await list({ states: ['queued'] }), [])
    assert.deepEqual(await list({ states: ['dead', 'pending'], rule: 'to-a' }), [1, 2, 3, 4])
    assert.deepEqual(await list({ reason: 'http_400' }), [1])
    assert.deepEqual(await list({ event: 4 as EventId }), [2])
    assert.deepEqual(await list({ ids: [2, 5, 77] as DeliveryId[], destination: 'b' }), [5])
    assert.deepEqual(
      await list({ plannedFrom: began + 1_000, plannedUntil: began + 3_000 }),
      [2, 3],
    )
    assert.deepEqual(await list({ ids: [] }), [])
    assert.deepEqual(await list({ states: [] }), [])
    const page = async (filter: { cursor?: DeliveryId; oldestFirst?: boolean }) =>
      (await store.listDeliveries(id, { ...filter, limit: 2 })).map(({ id: number }) => number)
    assert.deepEqual(await page({}), [6, 5])
    assert.deepEqual(await page({ cursor: 5 as DeliveryId }), [4, 3])
    assert.deepEqual(await page({ cursor: 2 as DeliveryId, oldestFirst: true }), [3, 4])
  })
}
