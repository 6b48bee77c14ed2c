import assert from 'node:assert/strict'
import fc from 'fast-check'
import { afterAttempt, judgeAnswer } from '../src/core/delivery.ts'
import type { ClaimedDelivery, DeliveryId } from '../src/core/planned-delivery.ts'
import type { WorkspaceId } from '../src/core/profile.ts'
import {
  begin,
  claim,
  type Deliveries,
  deliveriesContractOf,
  destination,
  leaseMs,
  type OpenDeliveries,
  plan,
  prepare,
  record,
  type Time,
} from './kit/delivery-work.ts'

/*
 * Whatever is done in whatever order: nothing that was planned vanishes, states are those of a
 * model of a few lines, only the head of a lane is under way, and no lane overtakes itself.
 */

/** Nothing is held back by its concurrency. */
const roomy = { concurrency: 256 }

// One lane is met more often than the others, so that much happens in it.
const places = ['a', 'a', 'a', 'b', 'nobody'] as const
const place = fc.constantFrom(...places)
const person = fc.constantFrom('ann', 'ann', 'ann', 'bob', null)
// 409 is tried again and speaks for the destination, so that no breaker opens.
const status = fc.constantFrom(200, 400, 409)
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('plan' as const), place, person }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('claim' as const), limit: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('answer' as const), status }) },
  fc.record({ do: fc.constantFrom('late' as const, 'release' as const, 'extend' as const) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 10_000, leaseMs) }),
  fc.record({
    do: fc.constantFrom('cancel' as const, 'redeliver' as const),
    id: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'remove' as const), place }),
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

interface Modelled {
  id: number
  lane: string | null
  destination: string
  place: number
  state: string
  attempts: number
  triesFrom: number
  dueAt: number
  leaseUntil: number
}

const isOpen = ({ state }: Modelled) => ['queued', 'pending', 'claimed'].includes(state)

/** The rules of lanes and states once more, as plainly as can be. */
class Model {
  readonly all = new Map<number, Modelled>()
  readonly paused = new Set<string>()
  #places = 0

  plan(id: number, to: string, who: string | null, now: number): void {
    const lane = who === null ? null : `${to}/${who}`
    this.#places += 1
    const place = this.#places
    const one: Modelled = {
      ...{ id, lane, destination: to, place, state: 'queued', attempts: 0, triesFrom: 0 },
      ...{ dueAt: 0, leaseUntil: 0 },
    }
    this.all.set(id, one)
    if (to === 'nobody') one.state = 'dead'
    this.promote(now)
  }

  /** Every lane without a head gets one; what has no lane is its own. */
  promote(now: number): void {
    const open = [...this.all.values()].filter(isOpen).sort((x, y) => x.place - y.place)
    const seen = new Set<string>()
    for (const one of open) {
      const isHead = one.lane === null || !seen.has(one.lane)
      if (one.lane !== null) seen.add(one.lane)
      if (isHead && one.state === 'queued') Object.assign(one, { state: 'pending', dueAt: now })
    }
  }

  end(id: number, state: string, now: number): void {
    const one = this.of(id)
    one.state = state
    this.promote(now)
  }

  redeliver(id: number, now: number): void {
    this.#places += 1
    const one = this.of(id)
    Object.assign(one, { state: 'queued', place: this.#places, triesFrom: one.attempts })
    this.promote(now)
  }

  expireLeases(now: number): void {
    for (const one of this.all.values()) {
      if (one.state === 'claimed' && one.leaseUntil <= now) {
        Object.assign(one, { state: 'pending', dueAt: one.leaseUntil })
      }
    }
  }

  of(id: number): Modelled {
    const one = this.all.get(id)
    assert.ok(one, `delivery ${id} was never planned`)
    return one
  }
}

class Play {
  readonly #model = new Model()
  readonly #held: ClaimedDelivery[] = []
  readonly #given: ClaimedDelivery[] = []
  readonly #store: Deliveries
  readonly #id: WorkspaceId
  readonly #time: Time

  constructor(store: Deliveries, id: WorkspaceId, time: Time) {
    this.#store = store
    this.#id = id
    this.#time = time
  }

  async run(operations: readonly Operation[]): Promise<void> {
    for (const one of operations) {
      await this.#do(one)
      await this.#compare(one)
    }
  }

  async #do(one: Operation): Promise<void> {
    const store = this.#store
    const { now } = this.#time
    switch (one.do) {
      case 'plan': {
        await plan(store, this.#id, one.place, { person: one.person })
        const [newest] = await store.listDeliveries(this.#id, { limit: 1 })
        return this.#model.plan(newest?.id ?? 0, one.place, one.person, now)
      }
      case 'claim':
        return this.#claim(one.limit, now)
      case 'answer':
        return this.#answer(one.status, now)
      case 'late':
      case 'extend':
      case 'release':
        return this.#lease(one.do, now)
      case 'wait':
        this.#time.now += one.ms
        return
      case 'cancel':
      case 'redeliver':
        return this.#operate(one.do, one.id, now)
      default:
        return this.#destination(one.do, one.place, now)
    }
  }

  async #claim(limit: number, now: number): Promise<void> {
    const claimed = await claim(this.#store, limit)
    this.#model.expireLeases(now)
    const claimable = [...this.#model.all.values()].filter(
      ({ state, dueAt, destination: to }) =>
        state === 'pending' && dueAt <= now && !this.#model.paused.has(to),
    )
    assert.equal(claimed.length, Math.min(limit, claimable.length), 'as many as may be')
    for (const delivery of claimed) {
      const one = this.#model.of(delivery.id)
      assert.ok(claimable.includes(one), `${delivery.id} was not claimable`)
      Object.assign(one, { state: 'claimed', leaseUntil: now + leaseMs })
      this.#given.push(delivery)
      this.#held.push(delivery)
    }
  }

  /** Whether the store still takes this claim for the one that holds. */
  #isHeld(delivery: ClaimedDelivery): boolean {
    const newest = this.#given.filter(({ id }) => id === delivery.id).at(-1)
    return newest?.lease === delivery.lease && this.#model.of(delivery.id).state === 'claimed'
  }

  async #answer(code: number, now: number): Promise<void> {
    const delivery = this.#held.shift()
    if (!delivery) return
    const one = this.#model.of(delivery.id)
    const isHeld = this.#isHeld(delivery)
    const began = isHeld && one.leaseUntil > now
    assert.deepEqual(await begin(this.#store, [delivery]), [began])
    const recorded = await record(this.#store, [delivery], { status: code })
    if (began) one.attempts += 1
    assert.deepEqual(recorded, [began])
    if (!began) return
    const judgement = judgeAnswer({ status: code }, 0)
    const { retry } = destination('a').definition
    const next = afterAttempt(judgement, retry, one.attempts - one.triesFrom, now, 0)
    if (next.state === 'pending') Object.assign(one, { state: 'pending', dueAt: next.dueAt })
    else this.#model.end(one.id, next.state, now)
  }

  async #lease(what: 'late' | 'extend' | 'release', now: number): Promise<void> {
    // The oldest claim there was, most often one that somebody else has by now.
    const delivery = what === 'late' ? this.#given[0] : this.#held.at(-1)
    if (!delivery) return
    const one = this.#model.of(delivery.id)
    const isHeld = this.#isHeld(delivery)
    if (what === 'late' && isHeld) return
    if (what === 'late') {
      assert.deepEqual(await record(this.#store, [delivery]), [false])
    } else if (what === 'extend') {
      assert.deepEqual(await this.#store.extendLeases([delivery], leaseMs), [isHeld])
      if (isHeld) one.leaseUntil = now + leaseMs
    } else {
      await this.#store.releaseDeliveries([delivery])
      if (isHeld) Object.assign(one, { state: 'pending', dueAt: now })
    }
  }

  async #operate(what: 'cancel' | 'redeliver', nth: number, now: number): Promise<void> {
    const id = [...this.#model.all.keys()][nth - 1]
    const one = id === undefined ? null : this.#model.of(id)
    const ids = [(id ?? 4_711) as DeliveryId]
    const destinations = await this.#store.listDestinations(this.#id)
    const exists = destinations.some(({ name }) => name === one?.destination)
    if (what === 'cancel') {
      const can = one !== null && isOpen(one)
      assert.equal(await this.#store.cancelDeliveries(this.#id, { ids }, 9), can ? 1 : 0)
      if (can) this.#model.end(one.id, 'cancelled', now)
    } else {
      const can = one !== null && !isOpen(one) && exists
      assert.equal((await this.#store.redeliverDeliveries(this.#id, { ids }, 9)).count, can ? 1 : 0)
      if (can) this.#model.redeliver(one.id, now)
    }
  }

  async #destination(what: 'pause' | 'resume' | 'remove', to: string, now: number): Promise<void> {
    if (to === 'nobody') return
    if (what === 'remove') {
      await this.#store.removeDestination(this.#id, to)
      const open = [...this.#model.all.values()].filter(isOpen)
      for (const one of open) if (one.destination === to) one.state = 'dead'
      this.#model.paused.delete(to)
      await this.#store.putDestination(this.#id, destination(to, roomy))
    } else {
      await this.#store.setDestinationState(this.#id, to, what === 'pause' ? 'paused' : 'active')
      if (what === 'pause') this.#model.paused.add(to)
      else this.#model.paused.delete(to)
    }
    this.#model.promote(now)
  }

  async #compare(after: Operation): Promise<void> {
    const stored = await this.#store.listDeliveries(this.#id, { limit: 999, oldestFirst: true })
    const text = JSON.stringify(after)
    assert.deepEqual(
      stored.map(({ id, state, attemptCount }) => [id, state, attemptCount]),
      [...this.#model.all.values()].map(({ id, state, attempts }) => [id, state, attempts]),
      text,
    )
    const counts = await this.#store.countDeliveries(this.#id, {})
    const sum = counts.reduce((total, { count }) => total + count, 0)
    assert.equal(sum, this.#model.all.size, `after ${text} something vanished`)
  }
}

/** Random operations on a store of every engine, against the model. */
export function deliveryModel(engine: string, open: OpenDeliveries, runs: number): void {
  const contract = deliveriesContractOf(engine, open)
  contract('whatever is done, nothing planned vanishes or overtakes', async (store, _, time) => {
    let count = 0
    const operations = fc.array(operation, { minLength: 5, maxLength: 60, size: 'max' })
    const play = fc.asyncProperty(operations, async (list) => {
      count += 1
      const id = await prepare(store, `m${count}`, roomy)
      try {
        await new Play(store, id, time).run(list)
      } finally {
        await store.deleteWorkspace(id)
      }
    })
    await fc.assert(play, { numRuns: runs })
  })
}
