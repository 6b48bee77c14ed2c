import assert from 'node:assert/strict'
import { judgeAnswer } from '../src/core/delivery.ts'
import type { WorkspaceId } from '../src/core/profile.ts'
import {
  begin,
  claim,
  type Deliveries,
  deliveriesContractOf,
  destination,
  leaseMs,
  type OpenDeliveries,
  type Place,
  plan,
  record,
  states,
  type Time,
  work,
} from './kit/delivery-work.ts'

export async function planMany(store: Deliveries, id: WorkspaceId, place: Place, count: number) {
  await Promise.all(Array.from({ length: count }, () => plan(store, id, place)))
}

export async function nextInMs(store: Deliveries): Promise<number | null> {
  const none = { worker: 'w1', limit: 0, leaseMs }
  return (await store.claimDeliveries(none)).nextInMs
}

/** What one worker was given, another has by now: nothing that the first tells of it counts. */
export async function lateIsRefused(store: Deliveries, id: WorkspaceId, time: Time): Promise<void> {
  await plan(store, id, 'a', { person: 'ann' })
  const first = await claim(store)
  await begin(store, first)
  time.now += leaseMs - 1
  assert.deepEqual(await claim(store), [])
  assert.equal(await nextInMs(store), 1)
  time.now += 1
  const second = await claim(store)
  assert.equal(second.length, 1)
  const [attempt] = await store.listAttempts(id, second[0]?.id as never)
  assert.deepEqual(attempt?.outcome, { kind: 'lost' })
  assert.deepEqual(await record(store, first), [false])
  assert.deepEqual(await begin(store, second), [true])
  assert.deepEqual(await record(store, first), [false], 'a late record is refused')
  assert.deepEqual(await begin(store, first), [false])
  const failure = { reason: 'template', detail: 'x' }
  const [late] = first
  assert.ok(late)
  assert.deepEqual(await store.failDeliveries([{ ...late, ...failure }]), [false])
  assert.deepEqual(await store.extendLeases(first, leaseMs), [false])
  await store.releaseDeliveries(first)
  assert.deepEqual(await states(store, id), ['claimed'])
  assert.deepEqual(await record(store, second), [true])
  assert.deepEqual(await record(store, second), [false])
  const attempts = await store.listAttempts(id, late.id)
  assert.deepEqual(
    attempts.map(({ number, outcome }) => [number, outcome?.kind]),
    [
      [1, 'lost'],
      [2, 'answer'],
    ],
  )
}

/** What every engine promises of claims: whose turn it is, how many, and what a lease is worth. */
export function claimsContract(engine: string, open: OpenDeliveries): void {
  const contract = deliveriesContractOf(engine, open)

  contract('claims go in turn, oldest first, with all it takes', async (store, id, time) => {
    await planMany(store, id, 'a', 6)
    time.now += 1
    for (const place of ['b', 'c'] as const) await planMany(store, id, place, 2)
    const [first] = (await store.listWorkspaces()).filter((one) => one.id === id)
    const got = await store.claimDeliveries({ worker: 'w', limit: 6, leaseMs })
    const by = (name: string) =>
      got.deliveries.filter((one) => one.destination === name).map((one) => one.id)
    assert.deepEqual([by('a'), by('b').length, by('c').length], [[1, 2], 2, 2])
    assert.equal(got.nextInMs, 0)
    assert.deepEqual(got.destinations.map((one) => one.destination.name).sort(), ['a', 'b', 'c'])
    const [one] = got.deliveries
    assert.deepEqual([one?.idKey, one?.workspaceName], [first?.idKey, 'w'])
    assert.deepEqual([one?.state, one?.dueAt, one?.lease], ['claimed', null, 1])
    assert.equal((await claim(store, 9, 1)).length, 1)
    assert.equal((await claim(store)).length, 3)
    assert.equal(await nextInMs(store), leaseMs)
  })

  contract('claims of one each come round to every destination', async (store, id) => {
    for (const place of ['a', 'b', 'c'] as const) await planMany(store, id, place, 3)
    const turns: string[] = []
    for (let n = 0; n < 9; n++) turns.push((await claim(store, 1))[0]?.destination ?? '')
    for (const from of [0, 3, 6]) {
      assert.deepEqual(turns.slice(from, from + 3).sort(), ['a', 'b', 'c'], turns.join())
    }
  })

  contract('not more than its concurrency is under way', async (store, id, time) => {
    await store.putDestination(id, destination('a', { concurrency: 3 }))
    await planMany(store, id, 'a', 8)
    const held = await claim(store)
    assert.equal(held.length, 3)
    assert.deepEqual(await claim(store), [])
    assert.equal(await nextInMs(store), leaseMs)
    await begin(store, held)
    await record(store, held.slice(0, 2))
    assert.equal((await claim(store)).length, 2)
    time.now += leaseMs
    assert.equal((await claim(store)).length, 3)
  })

  contract('not more than its rate is begun, over any time', async (store, id, time) => {
    const rate = { count: 4, perMs: 1_000 }
    await store.putDestination(id, destination('a', { rate, concurrency: 200 }))
    await planMany(store, id, 'a', 20)
    assert.equal((await claim(store)).length, 4)
    assert.deepEqual(await claim(store), [])
    assert.equal(await nextInMs(store), 250)
    time.now += 249
    assert.deepEqual(await claim(store), [])
    time.now += 1
    assert.equal((await claim(store)).length, 1)
    time.now += 10_000
    assert.equal((await claim(store)).length, 4)
  })

  contract('paused, everything waits; resumed, it goes on', async (store, id) => {
    await planMany(store, id, 'a', 2)
    const held = await claim(store, 1)
    await begin(store, held)
    assert.equal(await store.setDestinationState(id, 'a', 'paused'), true)
    assert.equal(await store.setDestinationState(id, 'x', 'paused'), false)
    await planMany(store, id, 'a', 1)
    assert.deepEqual(await claim(store), [])
    assert.deepEqual(await record(store, held), [true])
    assert.equal(await nextInMs(store), null)
    await store.setDestinationState(id, 'a', 'active')
    assert.equal((await work(store)).length, 2)
    assert.deepEqual(await states(store, id), ['delivered', 'delivered', 'delivered'])
  })

  contract('what is left out is not claimed, and its leases still end', async (store, id, time) => {
    for (const place of ['a', 'b'] as const) await planMany(store, id, place, 2)
    const leaveOut = [{ workspaceId: id, destination: 'a' }]
    const request = { worker: 'w1', limit: 9, leaseMs, leaveOut }
    const others = await store.claimDeliveries(request)
    assert.deepEqual(
      others.deliveries.map((one) => one.destination),
      ['b', 'b'],
    )
    assert.equal(others.nextInMs, leaseMs)
    assert.equal((await claim(store)).length, 2)
    time.now += leaseMs
    assert.equal((await store.claimDeliveries(request)).deliveries.length, 2)
    assert.deepEqual(await states(store, id), ['pending', 'pending', 'claimed', 'claimed'])
  })

  contract('a lease that ran out is taken over, and the late are refused', lateIsRefused)

  contract('begun tries are counted, also by those that were lost', async (store, id, time) => {
    await plan(store, id, 'a')
    for (const before of [0, 1, 2]) {
      const held = await claim(store)
      assert.deepEqual(
        held.map(({ tryCount }) => tryCount),
        [before],
      )
      await begin(store, held)
      time.now += leaseMs
    }
    const [last] = await claim(store)
    assert.equal(last?.tryCount, 3)
    const failure = { reason: 'lost', detail: 'x' }
    assert.ok(last)
    assert.deepEqual(await store.failDeliveries([{ ...last, ...failure }]), [true])
    await store.redeliverDeliveries(id, { reason: 'lost' }, 10)
    const [again] = await claim(store)
    assert.deepEqual([again?.tryCount, again?.attemptCount], [0, 3])
  })

  contract(
    'a call that Roster cut is no try, and is due again at once',
    async (store, id, time) => {
      const once = { ...destination('b').definition.retry, attempts: 1 }
      await store.putDestination(id, destination('b', { retry: once }))
      for (const place of ['a', 'b'] as const) await planMany(store, id, place, 1)
      const attempt = async (code: 'stopped' | 'reset') => {
        const claimed = await claim(store)
        await begin(store, claimed)
        const outcome = { kind: 'failure', code, message: 'x', tookMs: 1, address: null } as const
        const judgement = judgeAnswer({ error: code }, time.now)
        await store.recordAttempts(
          claimed.map(({ workspaceId, id: one, lease }) => ({
            ...{ workspaceId, id: one, lease, outcome, judgement, random: 0 },
          })),
        )
        return (await store.listDeliveries(id, { limit: 9, oldestFirst: true })).map(
          ({ state, reason, dueAt, attemptCount }) => [state, reason, dueAt, attemptCount],
        )
      }
      // One try is all that b allows, and nobody knows whether it arrived.
      const over = ['dead', 'stopped', null, 1]
      assert.deepEqual(await attempt('stopped'), [['pending', 'stopped', time.now, 1], over])
      for (const count of [2, 3]) {
        assert.deepEqual((await attempt('reset'))[0]?.slice(1), ['reset', time.now + 10_000, count])
        time.now += 10_000
      }
      assert.deepEqual(await attempt('stopped'), [['pending', 'stopped', time.now, 4], over])
      assert.deepEqual(await attempt('reset'), [['dead', 'reset', null, 5], over])
      const breaker = (await store.findDestination(id, 'a'))?.breaker
      assert.equal(breaker?.failures, 3, 'what Roster cut says nothing of the destination')
    },
  )

  contract('what Roster cannot try waits, and says why', async (store, id, time) => {
    await planMany(store, id, 'a', 1)
    const [given] = await claim(store)
    assert.ok(given)
    const pause = { ms: 5_000, reason: 'internal', detail: 'no such thing' }
    await store.releaseDeliveries([given], pause)
    const [waiting] = await store.listDeliveries(id, { limit: 1 })
    const { state, reason, detail, dueAt, attemptCount } = waiting ?? {}
    assert.deepEqual([state, dueAt, attemptCount], ['pending', time.now + 5_000, 0])
    assert.deepEqual([reason, detail], [pause.reason, pause.detail])
    assert.deepEqual(await claim(store), [])
    time.now += 5_000
    assert.equal((await claim(store)).length, 1)
  })

  contract('a lease that is extended is kept', async (store, id, time) => {
    await plan(store, id, 'a')
    const held = await claim(store)
    time.now += leaseMs - 1
    assert.deepEqual(await store.extendLeases(held, leaseMs), [true])
    time.now += leaseMs - 1
    assert.deepEqual(await claim(store), [])
    assert.deepEqual(await begin(store, held), [true])
    assert.deepEqual(await record(store, held), [true])
  })

  contract('claims that were given back are due at once', async (store, id) => {
    await plan(store, id, 'a', { person: 'ann' })
    const held = await claim(store)
    await store.releaseDeliveries(held)
    const [again] = await claim(store)
    assert.deepEqual([again?.attemptCount, again?.id], [0, held[0]?.id])
    assert.deepEqual(await begin(store, held), [false])
  })

  contract('what cannot be rendered is dead without an attempt', async (store, id) => {
    for (let n = 0; n < 2; n++) await plan(store, id, 'a', { person: 'ann' })
    const [held] = await claim(store)
    assert.ok(held)
    const failure = { ...held, reason: 'template', detail: 'body, line 1' }
    assert.deepEqual(await store.failDeliveries([failure]), [true])
    const dead = await store.findDelivery(id, held.id)
    assert.deepEqual(
      [dead?.state, dead?.reason, dead?.detail, dead?.attemptCount],
      ['dead', 'template', 'body, line 1', 0],
    )
    assert.deepEqual(await states(store, id), ['dead', 'pending'])
  })

  contract('health counts what waits, and what nobody took', async (store, id, time) => {
    await store.putDestination(id, destination('a', { concurrency: 1 }))
    for (const person of ['ann', 'ann', 'bob']) await plan(store, id, 'a', { person })
    await planMany(store, id, 'b', 2)
    await store.setDestinationState(id, 'b', 'paused')
    const due = time.now
    await claim(store, 1)
    time.now += 60_001
    const health = await store.deliveryHealth()
    const [a, b] = health.destinations
    assert.deepEqual([a?.workspace, a?.destination, a?.state], ['w', 'a', 'active'])
    assert.deepEqual([a?.pending, a?.queued, a?.claimed, a?.dead], [1, 1, 1, 0])
    assert.deepEqual([b?.pending, b?.state], [2, 'paused'])
    assert.deepEqual([health.oldestDueAt, a?.oldestDueAt], [due, due])
    assert.equal(health.overdue, 0, 'paused, or as many under way as may be')
    await store.setDestinationState(id, 'b', 'active')
    assert.equal((await store.deliveryHealth()).overdue, 2)
    for (const name of ['a', 'b']) await store.setDestinationState(id, name, 'paused')
    const stopped = await store.deliveryHealth()
    assert.deepEqual([stopped.oldestDueAt, stopped.destinations[0]?.oldestDueAt], [null, due])
  })
}
