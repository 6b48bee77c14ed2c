import assert from 'node:assert/strict'
import { judgeAnswer } from '../src/core/delivery.ts'
import type { WorkspaceId } from '../src/core/profile.ts'
import { nextInMs, planMany } from './delivery-claims-contract.ts'
import {
  answer,
  begin,
  claim,
  type Deliveries,
  deliveriesContractOf,
  destination,
  type OpenDeliveries,
  record,
  states,
  work,
} from './kit/delivery-work.ts'

/** Ten calls fail, so that the breaker opens; four that are due wait for it. */
async function sicken(store: Deliveries, id: WorkspaceId) {
  await store.putDestination(id, destination('a', { concurrency: 20 }))
  await planMany(store, id, 'a', 14)
  const claimed = await claim(store, 10)
  await begin(store, claimed)
  await record(store, claimed, { status: 500 })
}

/** What every engine promises of destinations that fail or are gone. */
export function breakerContract(engine: string, open: OpenDeliveries): void {
  const contract = deliveriesContractOf(engine, open)

  contract('a sick destination is left alone, then tried by one call', async (store, id, time) => {
    await store.putDestination(id, destination('a', { concurrency: 20 }))
    await planMany(store, id, 'a', 14)
    await planMany(store, id, 'b', 1)
    const held = await claim(store)
    await begin(store, held)
    const ofA = held.filter(({ destination: name }) => name === 'a')
    await record(store, ofA.slice(0, 10), { status: 500 })
    const opened = (await store.findDestination(id, 'a'))?.breaker
    assert.deepEqual([opened?.failures, opened?.openUntil], [10, time.now + 15_000])
    const [notice, ...others] = await store.untoldNotices(9)
    assert.ok(notice)
    assert.deepEqual(others, [])
    assert.deepEqual(notice, {
      ...{ workspaceId: id, destination: 'a', kind: 'opened', reason: 'http_500', at: time.now },
      delivery: ofA[9]?.id,
      death: null,
    })
    await store.markTold(notice)
    assert.deepEqual(await store.untoldNotices(9), [])
    await record(store, held.slice(10).concat(held.filter(({ destination: n }) => n === 'b')))
    // A success among those that were under way closes it at once.
    assert.deepEqual(
      (await store.untoldNotices(9)).map(({ kind }) => kind),
      ['recovered'],
    )
    time.now += 10_000
    const again = await claim(store)
    assert.equal(again.length, 10)
    await begin(store, again)
    await record(store, again, { status: 500 })
    assert.equal(await nextInMs(store), 15_000)
    time.now += 14_999
    assert.deepEqual(await claim(store), [])
    time.now += 1
    const [probe, ...more] = await claim(store)
    assert.ok(probe)
    assert.deepEqual(more, [])
    assert.deepEqual(await claim(store), [])
    await begin(store, [probe])
    await record(store, [probe], { status: 404 })
    assert.equal((await claim(store)).length, 9, 'any answer that is no server error is well')
  })

  contract('a trying call that is never made lets another one try', async (store, id, time) => {
    await planMany(store, id, 'a', 14)
    const held = await claim(store)
    await begin(store, held)
    for (const one of held) await record(store, [one], { status: 500 })
    await work(store, 500)
    time.now += 15_000
    const [given] = await claim(store)
    assert.ok(given)
    assert.deepEqual(await claim(store), [])
    await store.releaseDeliveries([given])
    const [unrendered, ...others] = await claim(store)
    assert.ok(unrendered)
    assert.deepEqual(others, [])
    await store.failDeliveries([{ ...unrendered, reason: 'template_value', detail: '' }])
    assert.equal((await claim(store)).length, 1)
  })

  contract('a destination that is gone for good is called no more', async (store, id, time) => {
    await planMany(store, id, 'a', 3)
    await work(store, 410, 1)
    const gone = await store.findDestination(id, 'a')
    assert.deepEqual([gone?.state, gone?.stateReason], ['disabled', 'http_410'])
    assert.deepEqual(
      (await store.untoldNotices(9)).map(({ kind, reason }) => [kind, reason]),
      [['disabled', 'http_410']],
    )
    assert.deepEqual(await claim(store), [])
    assert.equal(await nextInMs(store), null)
    assert.deepEqual(await states(store, id), ['dead', 'pending', 'pending'])
    assert.equal(await store.setDestinationState(id, 'a', 'active'), true)
    assert.equal((await store.findDestination(id, 'a'))?.stateReason, null)
    time.now += 1
    // One call tries whether it is there again; that it is, is told.
    assert.equal((await work(store)).length, 1)
    assert.deepEqual(
      (await store.untoldNotices(9)).map(({ kind }) => kind),
      ['disabled', 'recovered'],
    )
    assert.equal((await claim(store)).length, 1)
  })

  contract('what is to be told of a death is kept with it, or not at all', async (store, id) => {
    await store.putDestination(id, destination('a'))
    await planMany(store, id, 'a', 4)
    const [late, ...claimed] = await claim(store)
    const [answered, unsent, fine] = claimed
    assert.ok(late && answered && unsent && fine)
    const deathOf = ({ id: delivery, rule, version, subject, event }: typeof late) => {
      return { delivery, rule, version, subject, event, eventType: 'toy.x', depth: 2 }
    }
    const failure = { reason: 'too_large', detail: 'x' }
    const claimOf = ({ workspaceId, id: one, lease }: typeof late) => ({
      workspaceId,
      id: one,
      lease,
    })
    const failed = [late, unsent].map((one) => ({
      ...claimOf(one),
      ...failure,
      death: deathOf(one),
    }))
    if (failed[0]) failed[0].lease -= 1
    assert.deepEqual(await store.failDeliveries(failed), [false, true])
    await begin(store, [answered, fine])
    const ended = [400, 200].map((status, index) => {
      const one = index === 0 ? answered : fine
      const judgement = judgeAnswer({ status }, 0)
      const result = { judgement, outcome: answer(status), random: 0 }
      return { ...claimOf(one), ...result, death: deathOf(one) }
    })
    assert.deepEqual(await store.recordAttempts(ended), [true, true])
    const told = await store.untoldNotices(9)
    assert.deepEqual(
      told.map(({ kind, reason, death }) => [kind, reason, death]),
      [
        ['dead', 'too_large', deathOf(unsent)],
        ['dead', 'http_400', deathOf(answered)],
      ],
    )
    for (const one of told) await store.markTold(one)
    assert.deepEqual(await store.untoldNotices(9), [])
  })

  contract('resumed while its breaker is open, it tells of its recovery', async (store, id) => {
    await sicken(store, id)
    const kinds = async () => (await store.untoldNotices(9)).map(({ kind }) => kind)
    assert.deepEqual([await claim(store), await kinds()], [[], ['opened']])
    await store.setDestinationState(id, 'a', 'active')
    const [tried, ...others] = await claim(store)
    assert.ok(tried)
    assert.deepEqual(others, [])
    await begin(store, [tried])
    await record(store, [tried], { status: 200 })
    assert.deepEqual(await kinds(), ['opened', 'recovered'])
    assert.equal((await claim(store)).length, 3)
  })

  contract(
    'a clock that was set back keeps nothing due and no lease for as long',
    async (store, id, time) => {
      await store.putDestination(id, destination('a', { concurrency: 20 }))
      await planMany(store, id, 'a', 3)
      const [tried, held] = await claim(store, 2)
      assert.ok(tried && held)
      await begin(store, [tried])
      await record(store, [tried], { status: 500 })
      time.now -= 2 * 86_400_000
      // Who has the lease may live: it gets the time of a lease to extend it.
      assert.equal((await claim(store)).length, 2)
      assert.deepEqual(await store.extendLeases([held], 30_000), [true])
      time.now += 30_001
      assert.equal((await claim(store)).length, 3)
      assert.deepEqual(await store.extendLeases([held], 30_000), [false])
    },
  )

  contract(
    'a clock that was set back keeps nothing of a sick destination',
    async (store, id, time) => {
      await sicken(store, id)
      time.now -= 3_600_000
      await planMany(store, id, 'a', 1)
      assert.equal((await claim(store)).length, 1)
    },
  )
}
