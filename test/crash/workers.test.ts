import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'
import { text as readText } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { RecordEvent } from '../../src/core/command.ts'
import { limits } from '../../src/core/limits.ts'
import { openPostgresStore } from '../../src/storage/postgres/postgres-store.ts'
import { lateIsRefused } from '../delivery-claims-contract.ts'
import { type DataFolder, dataFolder } from '../kit/data-folder.ts'
import { prepare } from '../kit/delivery-work.ts'
import { type Engine, engines, postgres, sqlite } from '../kit/engines.ts'
import {
  allDeliveries,
  applyRules,
  sendEvents,
  settled,
  tellAll,
  until,
  withKey,
} from '../kit/follow-up-site.ts'
import { send } from '../kit/http-client.ts'
import type { NewWorkspace } from '../kit/new-workspace.ts'
import { newDatabase } from '../kit/postgres.ts'
import { receiver } from '../kit/receiver.ts'
import { spawnWork } from '../kit/spawn-roster.ts'
import { diskFolder } from '../kit/temp-folder.ts'

/* Processes that deliver: stopped while a receiver hangs, killed, beside each other. */

const retry = { first: 'PT0.1S', factor: 1, max: 'PT0.1S', attempts: 2, jitter: 0 }
const member = (email: string) => ({ type: 'user.update', body: { email } })
const told = (type: string, email: string, n: number) => ({ type, body: { email, n } })

for (const engine of engines) {
  describe(engine.name, () => {
    test('a last try that SIGTERM cuts is made again, and metrics tell how all stands', async () => {
      let answers = [500, 0, 200]
      using shop = await receiver((_call, response) => {
        const status = answers.shift() ?? 200
        if (status > 0) response.writeHead(status).end()
      })
      using deaf = await receiver((_call, response) => response.writeHead(400).end())
      await using folder = await dataFolder(engine, diskFolder())
      const world = await folder.newWorkspace()
      const places = [
        { name: 'shop', url: shop.url, retry },
        { name: 'deaf', url: deaf.url },
      ]
      const id = world.workspace.id
      await folder.withStore((store) => applyRules(store, id, tellAll(places)))
      const env = { ...withKey, ROSTER_DRAIN_TIMEOUT_MS: '1000' }
      const roster = await folder.start({ env })
      const events = [
        member('a@b.nl'),
        told('shop.shop', 'a@b.nl', 1),
        told('shop.deaf', 'a@b.nl', 2),
      ]
      await sendEvents(roster.url, world, events)
      await until('the last try hangs', () => shop.calls.length === 2)
      await until('the refusal is kept', async () => {
        const all = await folder.withStore((store) => allDeliveries(store, world))
        return all.some(({ state }) => state === 'dead')
      })
      roster.kill('SIGTERM')
      assert.deepEqual(await roster.exited, { code: 0, signal: null }, roster.output())
      const cut = (await folder.withStore((store) => allDeliveries(store, world)))[0]
      assert.deepEqual([cut?.state, cut?.reason], ['pending', 'stopped'])
      answers = []
      await using again = await folder.start({ env })
      const [first] = await folder.withStore((store) => settled(store, world))
      assert.deepEqual([first?.state, first?.attemptCount], ['delivered', 3])
      assert.equal(new Set(shop.calls.map((call) => call.id)).size, 1, 'under one id')
      await assertMetrics(again.url, world)
    })

    test('destinations that hang keep room for one that does not', () => othersGoOn(engine, 10_000))

    test('a delivery that the store refuses holds up no others, waits longer, and is dead in the end', async () => {
      using shop = await receiver()
      await using folder = await dataFolder(engine, diskFolder())
      const world = await folder.newWorkspace()
      const yaml = tellAll([{ name: 'shop', url: shop.url, concurrency: 32 }])
      await folder.withStore((store) => applyRules(store, world.workspace.id, yaml))
      await poison(folder, [2, 3])
      // Planned before anybody works, so that all begin in one batch.
      const people = Array.from({ length: 8 }, (_, n) => `p${n}@b.nl`)
      const events = people.map((email, n) => told('shop.shop', email, n))
      await using store = closing(await folder.openStore())
      for (const { type, body } of [...people.map(member), ...events]) {
        const source = { dialect: 'test', token: null, request: null }
        const event = { kind: 'record-event', type, attributes: body, identifiers: [], source }
        await store.apply(world.workspace.id, event as RecordEvent)
      }
      // One of them was claimed as often as it may be.
      await sqlOf(folder, `UPDATE deliveries SET lease = ${limits.deliveryFaultsMax} WHERE id = 3`)
      await using roster = await folder.start({ env: withKey })
      const all = await settled(store, world, ({ id }) => id === 2)
      assert.deepEqual(
        all.map(({ id, state, reason }) => (id === 2 ? [id] : [id, state, reason])),
        all.map(({ id }) => {
          if (id === 2) return [id]
          return id === 3 ? [id, 'dead', 'internal'] : [id, 'delivered', null]
        }),
      )
      const refused = () =>
        roster
          .output()
          .match(/"isLast":false,"pauseMs":\d+/g)
          ?.map((text) => Number(text.split(':').at(-1)))
      await until('it was refused twice', () => (refused()?.length ?? 0) >= 2)
      const [short = 0, long = 0] = refused() ?? []
      assert.ok(short >= 1_000 && long >= short * 1.5, `${short} ms, then ${long} ms`)
      await until('it waits', async () => {
        const bad = (await allDeliveries(store, world))[1]
        return bad?.state === 'pending' && bad.reason === 'internal' && bad.attemptCount === 0
      })
      assert.equal(shop.calls.length, people.length - 2)
    })
  })
}

test('the check catches a worker that keeps no room for others', async () => {
  const preload = new URL('./planted-one-queue.ts', import.meta.url)
  await assert.rejects(othersGoOn(sqlite, 3_000, preload), /not in 3 s: the quick one is told/)
})

test('the check catches leases without a number that fences', async () => {
  const preload = new URL('./planted-no-fence.ts', import.meta.url)
  const file = fileURLToPath(new URL('../sqlite-store.test.ts', import.meta.url))
  const words = ['--test', '--test-name-pattern=the late are refused', file]
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: `--import=${preload}` }
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [out, [code]] = await Promise.all([readText(child.stdout), once(child, 'close')])
  assert.deepEqual([code, /a late record is refused/.test(out)], [1, true], out)
  // On PostgreSQL the database itself undoes the numbers.
  await using database = await newDatabase()
  await database.query(`
    CREATE FUNCTION unfence() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW.lease := 1; RETURN NEW; END $$`)
  await database.query(`
    CREATE TRIGGER unfence BEFORE UPDATE ON deliveries FOR EACH ROW EXECUTE FUNCTION unfence()`)
  const decision = new URL('../kit/sending-decision.ts', import.meta.url)
  const time = { now: Date.now() }
  const clock = () => time.now
  await using store = closing(await openPostgresStore(database.url, { decision, clock }))
  const caught = lateIsRefused(store, await prepare(store, 'w'), time)
  await assert.rejects(caught, /a late record is refused/)
})

/** Destinations that hang take all the room they can get; another one is told all the same. */
async function othersGoOn(engine: Engine, patienceMs: number, preload?: URL): Promise<void> {
  using hanging = await receiver(() => {})
  using quick = await receiver()
  await using folder = await dataFolder(engine, diskFolder())
  const world = await folder.newWorkspace()
  const names = ['h1', 'h2', 'h3']
  const places = [
    ...names.map((name) => ({ name, url: hanging.url, concurrency: 32 })),
    { name: 'quick', url: quick.url },
  ]
  await folder.withStore((store) => applyRules(store, world.workspace.id, tellAll(places)))
  const env = { ...withKey, ROSTER_DELIVERIES_IN_FLIGHT_MAX: '16', ROSTER_DRAIN_TIMEOUT_MS: '500' }
  await using roster = await folder.start({ env, ...(preload && { preload, fromSource: true }) })
  const people = Array.from({ length: 16 }, (_, n) => `p${n}@b.nl`)
  const events = names.flatMap((name) => people.map((email, n) => told(`shop.${name}`, email, n)))
  await sendEvents(roster.url, world, [...people.map(member), ...events])
  // Three that hang are to leave room for a fourth: each gets what is free, and leaves as much.
  await until('the hanging ones are called', () => hanging.calls.length >= 12)
  const before = performance.now()
  await sendEvents(
    roster.url,
    world,
    people.map((email, n) => told('shop.quick', email, n)),
  )
  while (quick.calls.length < people.length) {
    const late = performance.now() - before > patienceMs
    assert.ok(!late, `not in ${patienceMs / 1_000} s: the quick one is told`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

test('workers beside a server take over from one that is killed', async () => {
  let hangs = true
  using shop = await receiver((_call, response) => {
    if (!hangs) response.end()
  })
  await using folder = await dataFolder(postgres)
  const world = await folder.newWorkspace()
  const yaml = tellAll([{ name: 'shop', url: shop.url, concurrency: 32 }])
  await folder.withStore((store) => applyRules(store, world.workspace.id, yaml))
  const env = { ...withKey, ROSTER_DELIVERY_LEASE_MS: '3000', ROSTER_WORKER: 'off' }
  await using server = await folder.start({ env })
  await using doomed = await spawnWork({ ...folder.env, ...env })
  const people = Array.from({ length: 5 }, (_, n) => `p${n}@b.nl`)
  const events = people.map((email, n) => told('shop.shop', email, n))
  await sendEvents(server.url, world, [...people.map(member), ...events])
  await until('calls are under way', () => shop.calls.length === people.length)
  doomed.kill('SIGKILL')
  await doomed.exited
  const killedAt = Date.now()
  hangs = false
  await using other = await spawnWork({ ...folder.env, ...env })
  await using store = closing(await folder.openStore())
  const all = await settled(store, world)
  assert.deepEqual(new Set(all.map(({ state }) => state)), new Set(['delivered']))
  const calls = Map.groupBy(shop.calls, (call) => call.id)
  assert.deepEqual(
    [...calls.values()].map(({ length }) => length),
    people.map(() => 2),
    'each came again once, under its id',
  )
  for (const { id } of all) {
    const attempts = await store.listAttempts(world.workspace.id, id)
    const workers = attempts.map(({ worker, outcome }) => [worker.split(':')[1], outcome?.kind])
    assert.deepEqual(workers, [
      [String(doomed.pid), 'lost'],
      [String(other.pid), 'answer'],
    ])
    const beganAt = attempts[1]?.beganAt ?? Number.POSITIVE_INFINITY
    assert.ok(beganAt - killedAt < 30_000, `taken over after ${beganAt - killedAt} ms`)
  }
  await other.stop()
  assert.deepEqual(await other.exited, { code: 0, signal: null })
})

/** Has the store refuse that attempts of these deliveries begin. */
async function poison(folder: DataFolder, ids: number[]): Promise<void> {
  const poisoned = folder.url.startsWith('sqlite:')
    ? `CREATE TRIGGER poison BEFORE INSERT ON attempts WHEN NEW.delivery_id IN (${ids.join()})
      BEGIN SELECT RAISE(ABORT, 'poison'); END`
    : `CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'poison'; END $$;
    CREATE TRIGGER poison BEFORE UPDATE ON deliveries FOR EACH ROW
      WHEN (NEW.id IN (${ids.join()}) AND NEW.attempt_count > OLD.attempt_count)
      EXECUTE FUNCTION poison()`
  await sqlOf(folder, poisoned)
}

/** Past the store, as no program does. */
async function sqlOf({ url }: DataFolder, text: string): Promise<void> {
  if (url.startsWith('sqlite:')) {
    const path = fileURLToPath(url.replace('sqlite:', 'file:'))
    using db = new DatabaseSync(path, { timeout: 10_000 })
    db.exec(text)
    return
  }
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(text)
  await client.end()
}

/** Of one that was cut and delivered, and of one that was refused before the start. */
async function assertMetrics(url: string, { workspace }: NewWorkspace): Promise<void> {
  const labels = (destination: string, more = '') =>
    `{workspace="${workspace.name}",destination="${destination}"${more}}`
  const wanted = [
    `roster_delivery_attempts_total${labels('shop', ',outcome="delivered"')} 1`,
    'roster_delivery_wait_seconds_count 0',
    'roster_deliveries_overdue 0',
    ...['pending', 'queued', 'claimed'].map(
      (state) => `roster_deliveries${labels('deaf', `,state="${state}"`)} 0`,
    ),
    `roster_deliveries${labels('deaf', ',state="dead"')} 1`,
    `roster_destination_breaker${labels('shop')} 0`,
    `roster_destination_stopped${labels('deaf')} 0`,
  ]
  let missing: string[] = []
  let text = ''
  const shows = async () => {
    text = (await send(url, { method: 'GET', path: '/metrics' })).text
    missing = wanted.filter((line) => !text.split('\n').includes(line))
    // It says how it was at the last look, when something may still have been due.
    return missing.length === 0 && /^roster_deliveries_oldest_due_seconds \d/m.test(text)
  }
  await until('metrics tell of deliveries', shows).catch(() => {
    const told = text.split('\n').filter((line) => /^roster_de/.test(line))
    assert.fail(`missing:\n${missing.join('\n')}\nof:\n${told.join('\n')}`)
  })
}

function closing<T extends { close(): Promise<void> }>(store: T): T & AsyncDisposable {
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() })
}
