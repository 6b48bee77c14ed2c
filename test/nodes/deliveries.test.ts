import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ClaimedDelivery, DeliveryId } from '../../src/core/planned-delivery.ts'
import { starterRules } from '../../src/core/rule.ts'
import { openPostgresStore } from '../../src/storage/postgres/postgres-store.ts'
import {
  begin,
  claim,
  type Deliveries,
  destination,
  plan,
  record,
  rules,
  work,
} from '../kit/delivery-work.ts'
import { commitAsked, commitDone, FaultProxy } from '../kit/fault-proxy.ts'
import { newDatabase } from '../kit/postgres.ts'
import { upsert } from '../store-contract.ts'

const long = process.env.ROSTER_TEST_LONG === '1'
const decision = new URL('../kit/sending-decision.ts', import.meta.url)
const program = fileURLToPath(new URL('./delivery-node.ts', import.meta.url))
const people = ['ann', 'bob', 'cy', 'dee', 'eve', 'flo']
const leaseMs = 3_000

interface Call {
  node: number
  id: number
  destination: string
  subject: number | null
  lease: number
  beganAt: number
  endedAt: number | null
  /** Whether what came of it was taken by the store. */
  recorded: boolean
  judged: string | null
}

/** A node in a process of its own, with what it says it did. */
class WorkingNode {
  readonly calls: Call[] = []
  readonly child: ChildProcess
  readonly exited: Promise<unknown>
  /** That its last calls are under way and stay so is `hangs`. */
  state: 'starts' | 'ready' | 'hangs' = 'starts'

  constructor(url: string, number: number) {
    const args = [program, url, `w${number}`, String(leaseMs)]
    this.child = spawn(process.execPath, args, {
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.exited = once(this.child, 'close')
    if (!this.child.stdout) throw new Error('The node has no output.')
    createInterface({ input: this.child.stdout }).on('line', (text) => {
      const { kind, at, ...line } = JSON.parse(text)
      if (kind === 'ready' || kind === 'hangs') {
        this.state = kind
        return
      }
      if (kind === 'began') {
        const open = { endedAt: null, recorded: false, judged: null }
        this.calls.push({ node: number, ...line, beganAt: at, ...open })
        return
      }
      const call = this.calls.findLast(({ id }) => id === line.id)
      if (call) Object.assign(call, { ...line, endedAt: at })
    })
  }

  hang(): void {
    this.child.stdin?.write('hang\n')
  }

  kill(): void {
    this.child.kill('SIGKILL')
  }

  async stop(): Promise<void> {
    this.child.stdin?.end()
    await this.exited
  }
}

test('three nodes share lanes, limits and what a killed one left, and never deadlock', async (t) => {
  await using database = await newDatabase()
  const store = await openPostgresStore(database.url, { decision })
  const { id } = await store.createWorkspace('w', [...starterRules, ...rules])
  for (const person of people) await store.apply(id, upsert(person))
  const quick = { firstMs: 100, factor: 1, maxMs: 100, attempts: 50, jitter: 0.2 }
  const rate = { count: 40, perMs: 1_000 }
  await store.putDestination(id, destination('a', { concurrency: 5, retry: quick }))
  await store.putDestination(id, destination('b', { concurrency: 3, retry: quick }))
  await store.putDestination(id, destination('c', { concurrency: 256, retry: quick, rate }))
  const nodes = [0, 1, 2].map((number) => new WorkingNode(database.url, number))
  try {
    await waitFor('all are there', () => nodes.every(({ state }) => state === 'ready'))
    const rounds = long ? 400 : 60
    const [doomed] = nodes as [WorkingNode]
    let isKilled = false
    for (let round = 0; round < rounds || !isKilled; round++) {
      await Promise.all(
        people.flatMap((person, n) => [
          plan(store, id, 'a', { person }),
          plan(store, id, 'b', { person: n % 2 ? person : null }),
          ...(n === 0 ? [plan(store, id, 'c', { person: null })] : []),
        ]),
      )
      // So that it is killed with calls under way, and others go on with what it had.
      const hasWorked = doomed.calls.length >= 40 && round >= rounds / 2
      if (hasWorked && !isKilled) doomed.hang()
      if (doomed.state === 'hangs' && !isKilled) {
        doomed.kill()
        await doomed.exited
        isKilled = true
      }
    }
    await waitFor('everything is delivered', () => isEmpty(store, id))
  } finally {
    for (const node of nodes) node.child.stdin?.end()
    await Promise.all(nodes.map((node) => node.exited))
  }
  const calls = nodes.flatMap((node) => node.calls).sort((a, b) => a.beganAt - b.beganAt)
  const deadlocks = 'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()'
  assert.equal(Number((await database.query(deadlocks))[0]?.deadlocks), 0)
  const counts = await store.countDeliveries(id, {})
  assert.deepEqual([...new Set(counts.map(({ state }) => state))], ['delivered'])
  assert.deepEqual(await database.query('SELECT * FROM lanes'), [])
  assertDeliveredOnce(
    calls,
    counts.reduce((sum, { count }) => sum + count, 0),
  )
  assertInOrder(calls)
  assertWithin(calls, 'a', 5)
  assertWithin(calls, 'b', 3)
  assertRate(
    calls.filter((call) => call.destination === 'c'),
    rate,
  )
  const workers = nodes.map((node) => node.calls.length)
  assert.ok(
    workers.every((count) => count > 0),
    `every node worked: ${workers}`,
  )
  const taken = await assertTakenOver(store, id, nodes[0] as WorkingNode)
  t.diagnostic(`${calls.length} calls by ${workers.join(', ')}; ${taken} taken over`)
  await store.close()
})

/** Generous, for a machine that has other things to do as well. */
async function waitFor(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 120_000
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `not in two minutes: ${what}`)
    await sleep(10)
  }
}

async function isEmpty(store: Deliveries, id: Parameters<Deliveries['countDeliveries']>[0]) {
  const open = await store.countDeliveries(id, { states: ['pending', 'queued', 'claimed'] })
  return open.length === 0
}

/** A receiver that heard of everything would have said yes to each once, as the store knows it. */
function assertDeliveredOnce(calls: readonly Call[], count: number): void {
  const ids = calls.filter((call) => call.recorded && call.judged === 'delivered').map((c) => c.id)
  assert.equal(new Set(ids).size, ids.length, 'nothing is delivered twice')
  // A result may have been kept by a node that was killed before it could say so.
  assert.ok(ids.length >= count - 16 && ids.length <= count, `${ids.length} of ${count}`)
}

/** In a lane the next begins once the one before it is over. */
function assertInOrder(calls: readonly Call[]): void {
  const lanes = Map.groupBy(
    calls.filter(({ subject }) => subject !== null),
    ({ destination: place, subject }) => `${place} ${subject}`,
  )
  assert.ok(lanes.size > people.length)
  for (const [lane, inLane] of lanes) {
    const ids = inLane.map((call) => call.id)
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => a - b),
      `lane ${lane}`,
    )
    for (const [index, call] of inLane.entries()) {
      const before = inLane[index - 1]
      if (before?.endedAt) assert.ok(before.endedAt <= call.beganAt, `lane ${lane} overlaps`)
    }
  }
}

/** Calls that nobody came back from count until their lease ends. */
function assertWithin(calls: readonly Call[], place: string, most: number): void {
  const of = calls.filter((call) => call.destination === place)
  for (const { beganAt } of of) {
    const open = of.filter(
      (other) => other.beganAt <= beganAt && (other.endedAt ?? other.beganAt + 1) > beganAt,
    )
    assert.ok(open.length <= most, `${open.length} calls to ${place} at once`)
  }
}

/** One bucketful more than the rate at most, over the whole time. Calls may begin late. */
function assertRate(calls: readonly Call[], rate: { count: number; perMs: number }): void {
  const [first, last] = [calls[0], calls.at(-1)]
  assert.ok(first && last)
  const most = rate.count * (1 + (last.beganAt - first.beganAt + 1_000) / rate.perMs)
  assert.ok(calls.length <= most, `${calls.length} calls, ${most} allowed`)
}

async function assertTakenOver(
  store: Deliveries,
  id: Parameters<Deliveries['countDeliveries']>[0],
  killed: WorkingNode,
): Promise<number> {
  const left = killed.calls.filter(({ endedAt }) => endedAt === null)
  let lost = 0
  for (const call of left) {
    const attempts = await store.listAttempts(id, call.id as DeliveryId)
    const own = attempts.filter(({ outcome }) => outcome?.kind === 'lost')
    lost += own.length
    const next = attempts.find(({ number }) => number === (own[0]?.number ?? 0) + 1)
    if (own[0]) assert.ok((next?.beganAt ?? Number.POSITIVE_INFINITY) - own[0].beganAt < 30_000)
  }
  assert.ok(lost > 0, 'the killed node had calls under way that others took over')
  return lost
}

for (const [name, trap] of Object.entries({ commitAsked, commitDone })) {
  test(`${name}: a record whose commit gets no answer is kept, or tried again as lost`, async () => {
    await using database = await newDatabase()
    await using proxy = await FaultProxy.start(database.url)
    let now = Date.now()
    const clock = () => now
    const sure = await openPostgresStore(database.url, { decision, clock })
    const store = await openPostgresStore(proxy.url, { decision, clock })
    const { id } = await sure.createWorkspace('w', [...starterRules, ...rules])
    await sure.putDestination(id, destination('a'))
    await sure.apply(id, upsert('ann'))
    for (const person of ['ann', 'ann']) await plan(sure, id, 'a', { person })
    const claimed = await claim(store)
    await begin(store, claimed)
    const undo = proxy.trap({ ...trap, spring: () => 'cut' })
    await assert.rejects(record(store, claimed), { code: 'outcome_unknown' })
    undo()
    const outcomes = async () =>
      (await sure.listAttempts(id, 1 as DeliveryId)).map(({ outcome }) => outcome?.kind ?? null)
    if (trap === commitDone) {
      assert.deepEqual(await outcomes(), ['answer'])
      assert.equal((await sure.findDelivery(id, 1 as DeliveryId))?.state, 'delivered')
      assert.deepEqual(await record(sure, claimed), [false], 'told again, it counts once')
    } else {
      assert.deepEqual(await outcomes(), [null], 'nothing of it was kept')
      now += 30_001
      // The database needs a moment to notice that whoever locked it is gone.
      let taken: ClaimedDelivery[] = []
      await waitFor('it is taken over', async () => {
        taken = await work(sure)
        return taken.length > 0
      })
      assert.deepEqual(
        taken.map((one) => one.id),
        [1],
      )
      assert.deepEqual(await outcomes(), ['lost', 'answer'])
      assert.deepEqual(await record(store, claimed), [false], 'the late one is refused')
    }
    assert.deepEqual(
      (await work(sure)).map((one) => one.id),
      [2],
      'the lane goes on',
    )
    for (const one of [store, sure]) await one.close()
  })
}
