import assert from 'node:assert/strict'
import {
  deliveriesContractOf,
  type OpenDeliveries,
  plan,
  prepare,
  states,
  work,
} from './kit/delivery-work.ts'
import { upsert } from './store-contract.ts'

const dayMs = 24 * 60 * 60_000

/** What every engine promises of a workspace that keeps events for a time of its own. */
export function eventDaysContract(engine: string, open: OpenDeliveries): void {
  const contract = deliveriesContractOf(engine, open)

  contract(
    "a workspace's own time deletes what is older, and nothing else",
    async (store, id, time) => {
      const other = await prepare(store, 'other')
      await store.updateSettings(id, { eventDays: 2 })
      // Longer than the server is asked for below, which counts then.
      await store.updateSettings(other, { eventDays: 400 })
      const times: number[] = (await store.readEvents(id, 0, 9)).map(({ receivedAt }) => receivedAt)
      for (let n = 0; n < 12; n++) {
        time.now += ((n * 7_919) % 13) * 7_200_000
        await plan(store, id, n % 3 === 0 ? 'a' : 'nobody', { person: 'ann' })
        await plan(store, other, 'a')
        times.push(time.now)
        if (n % 3 === 0 && n !== 6) await work(store)
        if (n % 4 !== 3) continue
        const expired = await store.expire({ now: time.now, events: null, idempotency: 0 })
        const kept = times.filter((at) => at >= time.now - 2 * dayMs)
        const held = await store.readEvents(id, 0, 100)
        assert.deepEqual(
          held.map(({ receivedAt }) => receivedAt),
          kept,
        )
        assert.equal(held.at(-1)?.id, times.length)
        const again = await store.expire({ now: time.now, events: null, idempotency: 0 })
        assert.deepEqual([again.events, again.runs, again.deliveries], [0, 0, 0], `of ${expired}`)
        const named = await store.eventsNaming(id, { kind: 'user_id', value: 'ann' }, 100)
        assert.ok(named.every((event) => held.some((one) => one.id === event)))
      }
      assert.equal((await store.readEvents(other, 0, 100)).length, 14)
      assert.equal((await states(store, other)).length, 12)
      const server = { now: time.now, events: time.now - 300 * dayMs, idempotency: 0 }
      assert.equal((await store.expire(server)).events, 0)
    },
  )

  contract(
    'deliveries go with the events of their time, and owed ones stay',
    async (store, id, time) => {
      const other = await prepare(store, 'other')
      await store.updateSettings(id, { eventDays: 2 })
      for (const each of [id, other]) {
        for (const person of ['ann', 'bob']) await plan(store, each, 'a', { person })
      }
      const tried = await work(store)
      await plan(store, id, 'b', { person: 'ann' })
      time.now += 3 * dayMs
      await plan(store, id, 'a', { person: 'bob' })
      await work(store, 200, 1)
      const expired = await store.expire({ now: time.now, events: null, idempotency: 0 })
      assert.deepEqual([expired.events, expired.deliveries], [5, 2])
      assert.equal((await states(store, id)).length, 2)
      assert.deepEqual(await states(store, other), ['delivered', 'delivered'])
      for (const { workspaceId, id: delivery } of tried) {
        const attempts = await store.listAttempts(workspaceId, delivery)
        assert.equal(attempts.length, workspaceId === id ? 0 : 1)
      }
      const left = await store.listDeliveries(id, { limit: 9, oldestFirst: true })
      assert.equal(left[0]?.destination, 'b')
      const { events } = await store.apply(id, upsert('ann', { n: 2 }))
      assert.deepEqual(events, [7])
    },
  )

  contract('more than one step deletes goes in several', async (store, id, time) => {
    await store.updateSettings(id, { eventDays: 1 })
    const people = Array.from({ length: 1_200 }, (_, n) => upsert(`${n}`, { n }))
    await Promise.all(people.map((command) => store.apply(id, command)))
    time.now += 2 * dayMs
    const { events } = await store.expire({ now: time.now, events: null, idempotency: 0 })
    assert.equal(events, 1_202)
    assert.deepEqual(await store.readEvents(id, 0, 9), [])
  })
}
