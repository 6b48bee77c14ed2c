import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FullStore } from '../../src/storage/open-store.ts'
import { dataFolder } from '../kit/data-folder.ts'
import { type Engine, engines, sqlite } from '../kit/engines.ts'
import {
  allDeliveries,
  applyRules,
  sendEvents,
  settled,
  tellAll,
  until,
  withKey,
} from '../kit/follow-up-site.ts'
import type { NewWorkspace } from '../kit/new-workspace.ts'
import { readLog } from '../kit/read-log.ts'
import { receiver } from '../kit/receiver.ts'
import type { SpawnedRoster } from '../kit/spawn-roster.ts'
import { diskFolder } from '../kit/temp-folder.ts'

const kills = process.env.ROSTER_TEST_LONG === '1' ? 20 : 3
const people = Array.from({ length: 20 }, (_, n) => `p${n}@example.org`)
/** A node that was killed keeps what it had claimed for as long as its leases last. */
const env = { ...withKey, ROSTER_DELIVERY_LEASE_MS: '3000' }
const patienceMs = 90_000

for (const engine of engines) {
  describe(engine.name, () => {
    test('through kills every acknowledged event is told, and under one id each', async (t) => {
      const { told, tries } = await throughKills(engine, kills)
      t.diagnostic(`${told} events were told in ${tries} calls over ${kills} kills`)
    })
  })
}

test('the check catches a server whose tries have ids of their own', async () => {
  const preload = new URL('./planted-new-ids.ts', import.meta.url)
  await assert.rejects(throughKills(sqlite, 1, { preload }), /came under one id/)
})

test('the check catches a server that plans deliveries after the commit', async () => {
  const preload = new URL('./planted-late-plan.ts', import.meta.url)
  const caught = throughKills(sqlite, 5, { preload, callsMin: 0 })
  await assert.rejects(caught, /is stored and never planned/)
})

/**
 * Events come in and go out while the program is killed again and again; then all is counted. The
 * first kill waits for `callsMin` calls.
 */
async function throughKills(
  engine: Engine,
  count: number,
  { preload, callsMin = people.length }: { preload?: URL; callsMin?: number } = {},
) {
  let answerMs = () => 400
  // Answers take a while, so that kills fall between a call and its record.
  using shop = await receiver((_call, response) => {
    setTimeout(() => response.end(), answerMs())
  })
  await using folder = await dataFolder(engine, diskFolder())
  const world = await folder.newWorkspace()
  const url = shop.url
  const yaml = tellAll([{ name: 'shop', url, concurrency: 32, retry: { first: 'PT0.1S' } }])
  await folder.withStore((store) => applyRules(store, world.workspace.id, yaml))
  const options = { env, ...(preload && { preload }) }
  const acknowledged = new Set<number>()
  for (let kill = 0; kill < count; kill++) {
    await using roster = await folder.start(options)
    if (kill === 0) {
      const members = people.map((email) => ({ type: 'user.update', body: { email } }))
      await sendEvents(roster.url, world, members)
    }
    // The first kill is to find calls under way: what it had claimed nobody gets for a while after.
    const underWay = () => kill > 0 || shop.calls.length >= callsMin
    await writeUntilKilled(roster, world, { round: kill, underWay, acknowledged })
    answerMs = () => 40 * Math.random()
    await folder.withStore((store) => assertPlanned(store, world, acknowledged))
  }
  await using _last = await folder.start(options)
  const all = await folder.withStore((store) => settled(store, world, undefined, patienceMs))
  assert.deepEqual(new Set(all.map(({ state }) => state)), new Set(['delivered']))
  const planned = new Set(all.map(({ seen }) => seen.event.attributes.n as number))
  const ids = new Map<number, Set<string>>()
  for (const { id, body } of shop.calls) {
    const { n } = JSON.parse(body) as { n: number }
    ids.set(n, (ids.get(n) ?? new Set()).add(id))
  }
  for (const [n, { size }] of ids) assert.equal(size, 1, `event ${n} came under one id`)
  assert.deepEqual(new Set(ids.keys()), planned, 'what is delivered came, and nothing else')
  const firstOf = [...new Set(shop.calls.map(({ id }) => id))]
  assert.equal(firstOf.length, all.length, 'a receiver that drops what it has seen has each once')
  return { told: all.length, tries: shop.calls.length }
}

/** An event and what it plans are one write, so this holds the moment that a server is gone. */
async function assertPlanned(
  store: FullStore,
  world: NewWorkspace,
  acknowledged: ReadonlySet<number>,
): Promise<void> {
  const all = await allDeliveries(store, world)
  const planned = new Set(all.map(({ seen }) => seen.event.attributes.n as number))
  for (const n of acknowledged) {
    assert.ok(planned.has(n), `event ${n} was acknowledged and never planned`)
  }
  const events = new Set(all.map(({ event }) => event))
  for (const { id, type } of await readLog(store, world.workspace.id)) {
    assert.ok(type !== 'shop.shop' || events.has(id), `event ${id} is stored and never planned`)
  }
}

async function writeUntilKilled(
  roster: SpawnedRoster,
  world: NewWorkspace,
  {
    round,
    underWay,
    acknowledged,
  }: { round: number; underWay: () => boolean; acknowledged: Set<number> },
): Promise<void> {
  let killed = false
  const write = async (lane: number) => {
    for (let turn = 0; !killed && turn < 400; turn++) {
      const n = round * 100_000 + lane * 1_000 + turn
      const body = { email: people[n % people.length], n }
      try {
        await sendEvents(roster.url, world, [{ type: 'shop.shop', body }])
        acknowledged.add(n)
      } catch (error) {
        if (!killed) throw error
      }
    }
  }
  const writing = Promise.all([0, 1, 2, 3].map(write))
  await sleep(400 + Math.random() * 400)
  await until('calls are under way', underWay)
  killed = true
  roster.kill('SIGKILL')
  await Promise.all([writing, roster.exited])
}
