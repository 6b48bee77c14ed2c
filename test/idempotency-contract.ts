import assert from 'node:assert/strict'
import type { Command } from '../src/core/command.ts'
import { starterRules } from '../src/core/rule.ts'
import { byUser, contractOf, type OpenStore, source, upsert } from './store-contract.ts'

/** What every engine promises of calls that come with an idempotency key. */
export function idempotencyContract(engine: string, open: OpenStore): void {
  const contract = contractOf(engine, open)

  contract(
    'a repeat with the same key has no effect and the answer of the first',
    async (store, id) => {
      const call = keyed(upsert('u', { n: 1 }), 'k-1')
      const first = await store.apply(id, call)
      await store.apply(id, upsert('u', { n: 2 }))
      const again = await store.apply(id, call)
      assert.deepEqual(again, { ...first, repeated: true })
      const [profile] = await byUser(store, id, 'u')
      assert.deepEqual(profile?.attributes, { n: 2 })
      assert.equal((await store.readEvents(id, 0, 10)).length, 2)
      assert.equal((await store.readEvents(id, 0, 10))[0]?.idempotencyKey, 'k-1')
    },
  )

  contract('a key counts within its token, its route and its workspace', async (store, id) => {
    const call = keyed(upsert('u', { n: 1 }), 'k-1')
    await store.apply(id, call)
    const other = await store.createWorkspace('other', starterRules)
    const elsewhere = { ...call, idempotency: { ...keyOf(call), route: 'PUT /else' } }
    const byOther = { ...call, source: { ...source, token: 2 } }
    for (const applied of [
      await store.apply(id, elsewhere),
      await store.apply(id, byOther),
      await store.apply(other.id, call),
    ]) {
      assert.equal(applied.repeated, undefined)
    }
  })

  contract('a key with another body is refused and changes nothing', async (store, id) => {
    await store.apply(id, keyed(upsert('u', { n: 1 }), 'k-1'))
    const other = keyed(upsert('u', { n: 9 }), 'k-1', 'another hash')
    await assert.rejects(store.apply(id, other), { code: 'idempotency_key_reused' })
    const [profile] = await byUser(store, id, 'u')
    assert.deepEqual(profile?.attributes, { n: 1 })
  })

  contract('of many calls at once with one key one is carried out', async (store, id) => {
    for (let round = 0; round < 10; round++) {
      const call = keyed(upsert(`u${round}`, { n: 1 }), `k-${round}`)
      const outcomes = await Promise.allSettled(
        Array.from({ length: 32 }, () => store.apply(id, call)),
      )
      const done = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      assert.equal(done.filter(({ repeated }) => !repeated).length, 1)
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'call_under_way')
      }
      assert.equal((await byUser(store, id, `u${round}`))[0]?.version, 1)
    }
    assert.equal((await store.readEvents(id, 0, 100)).length, 10)
  })

  contract('a refused call leaves its key free', async (store, id) => {
    const remove: Command = {
      kind: 'remove-profile',
      keys: [{ identifier: { kind: 'user_id', value: 'u' } }],
      source,
    }
    const call = keyed(remove, 'k-1')
    await assert.rejects(store.apply(id, call), { code: 'profile_not_found' })
    await store.apply(id, upsert('u'))
    assert.equal((await store.apply(id, call)).repeated, undefined)
  })

  contract(
    'of calls that are no commands one gets the key, and its answer is kept',
    async (store, id) => {
      const asked = { key: 'k-1', route: 'POST /test', bodyHash: 'hash' }
      const begun = await Promise.allSettled(
        Array.from({ length: 8 }, () => store.beginCall(id, 1, asked)),
      )
      const codes = begun.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.code))
      assert.deepEqual(codes.sort(), [...Array.from({ length: 7 }, () => 'call_under_way'), null])
      await store.endCall(id, 1, asked, null)
      assert.equal(await store.beginCall(id, 1, asked), null, 'the key was let go of')
      await store.endCall(id, 1, asked, { text: 'answer', about: null })
      await store.endCall(id, 1, asked, null)
      assert.equal(await store.beginCall(id, 1, asked), 'answer', 'what has ended stays')
      const other = store.beginCall(id, 1, { ...asked, bodyHash: 'another hash' })
      await assert.rejects(other, { code: 'idempotency_key_reused' })
      assert.equal(await store.beginCall(id, 2, asked), null, 'another token')
      const elsewhere = { ...asked, route: 'PUT /else' }
      assert.equal(await store.beginCall(id, 1, elsewhere), null)
    },
  )

  contract('a profile too large to keep with its key is shown as it is now', async (store, id) => {
    const call = keyed(upsert('u', { a: 'x'.repeat(40_000), b: 'y'.repeat(40_000) }), 'k-1')
    const first = await store.apply(id, call)
    await store.apply(id, upsert('u', { c: 1 }))
    const again = await store.apply(id, call)
    assert.deepEqual(again.events, first.events)
    assert.equal(again.profile?.version, 2)
  })
}

/** The command as a caller with an idempotency key sends it. */
function keyed(command: Command, key: string, bodyHash = 'hash'): Command {
  return { ...command, idempotency: { key, route: 'POST /test', bodyHash } }
}

function keyOf({ idempotency }: Command) {
  assert.ok(idempotency)
  return idempotency
}
