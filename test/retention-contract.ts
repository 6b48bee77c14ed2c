import assert from 'node:assert/strict'
import { byUser, contractOf, type OpenStore, upsert, userEvent } from './store-contract.ts'

const dayMs = 24 * 60 * 60_000

/** What every engine promises of events and answers that are older than they need to be. */
export function retentionContract(engine: string, open: OpenStore): void {
  const contract = contractOf(engine, open)

  contract('events that are young are kept, and people always', async (store, id) => {
    await store.apply(id, upsert('u', { n: 1 }))
    const now = Date.now()
    const expired = await store.expire({
      now: Date.now(),
      events: now - dayMs,
      idempotency: now - dayMs,
    })
    assert.deepEqual(expired, { events: 0, idempotency: 0, runs: 0, ruleCounts: 0, deliveries: 0 })
    assert.equal((await store.readEvents(id, 0, 10)).length, 1)
  })

  contract('events that are old go, with what named them; ids go on', async (store, id) => {
    for (let n = 0; n < 5; n++) await store.apply(id, userEvent('shop.visit', 'a@x.org'))
    await store.apply(id, upsert('u', { email: 'b@x.org' }))
    // Two months ahead of now everything that is here is old, for engines that keep months too.
    const expired = await store.expire({
      now: Date.now(),
      events: Date.now() + 62 * dayMs,
      idempotency: 0,
    })
    assert.equal(expired.events, 6)
    assert.deepEqual(await store.readEvents(id, 0, 10), [])
    for (const value of ['a@x.org', 'b@x.org']) {
      assert.deepEqual(await store.eventsNaming(id, { kind: 'email', value }, 10), [])
    }
    assert.equal((await byUser(store, id, 'u'))[0]?.version, 1)
    const next = await store.apply(id, upsert('u', { email: 'b@x.org', n: 2 }))
    assert.deepEqual(next.events, [7])
    assert.deepEqual(await store.eventsNaming(id, { kind: 'email', value: 'b@x.org' }, 10), [7])
  })

  contract('more than one step deletes is deleted, and null keeps all', async (store, id) => {
    const many = Array.from({ length: 2_500 }, (_, n) => userEvent('shop.visit', `${n}@x.org`))
    await Promise.all(many.map((command) => store.apply(id, command)))
    assert.equal((await store.expire({ now: Date.now(), events: null, idempotency: 0 })).events, 0)
    const { events } = await store.expire({
      now: Date.now(),
      events: Date.now() + 62 * dayMs,
      idempotency: 0,
    })
    assert.equal(events, 2_500)
  })

  contract('an idempotency key is free again once its answer went', async (store, id) => {
    const idempotency = { key: 'k', route: 'POST /test', bodyHash: 'hash' }
    const call = { ...upsert('u', { n: 1 }), idempotency }
    await store.apply(id, call)
    assert.equal(
      (await store.expire({ now: Date.now(), events: null, idempotency: Date.now() - dayMs }))
        .idempotency,
      0,
    )
    assert.equal((await store.apply(id, call)).repeated, true)
    assert.equal(
      (await store.expire({ now: Date.now(), events: null, idempotency: Date.now() + dayMs }))
        .idempotency,
      1,
    )
    assert.equal((await store.apply(id, call)).repeated, undefined)
  })
}
