import assert from 'node:assert/strict'
import test from 'node:test'
import pg from 'pg'
import { countedMax } from '../src/core/delivery-health.ts'
import type { ClaimedDelivery, DeliveryId } from '../src/core/planned-delivery.ts'
import { starterRules } from '../src/core/rule.ts'
import type { DeliverySelection } from '../src/storage/delivery-store.ts'
import { openPool } from '../src/storage/postgres/connect.ts'
import { selectHealth, selectList } from '../src/storage/postgres/delivery-reader.ts'
import * as sql from '../src/storage/postgres/delivery-statements.ts'
import { openPostgresStore } from '../src/storage/postgres/postgres-store.ts'
import type { Statement } from '../src/storage/postgres/transaction.ts'
import { deliveriesContract } from './deliveries-contract.ts'
import { deliveryModel } from './delivery-model.ts'
import {
  begin,
  claim,
  type Deliveries,
  destination,
  type OpenDeliveries,
  places,
  plan,
  record,
  rules,
} from './kit/delivery-work.ts'
import { newDatabase, type TestDatabase } from './kit/postgres.ts'
import { upsert } from './store-contract.ts'

const decision = new URL('./kit/sending-decision.ts', import.meta.url)
const people = ['ann', 'bob', 'cy', 'dee']

const openDeliveries: OpenDeliveries = async (clock) => {
  const database = await newDatabase()
  const store = await openPostgresStore(database.url, { decision, clock })
  const dispose = async () => {
    await store.close()
    await database.remove()
  }
  return { ...store, [Symbol.asyncDispose]: dispose }
}

deliveriesContract('postgres', openDeliveries)
deliveryModel('postgres', openDeliveries, process.env.ROSTER_TEST_LONG === '1' ? 100 : 10)

async function prepare(url: string) {
  const store = await openPostgresStore(url, { decision })
  const { id } = await store.createWorkspace('w', [...starterRules, ...rules])
  for (const person of people) await store.apply(id, upsert(person))
  const retry = { firstMs: 100, factor: 1, maxMs: 100, attempts: 3, jitter: 0.2 }
  for (const name of ['a', 'b', 'c']) {
    await store.putDestination(id, destination(name, { retry, concurrency: 20 }))
  }
  return { store, id }
}

test('workers, planners and operators at once never deadlock, and leave lanes in order', async (t) => {
  await using database = await newDatabase()
  const { store, id } = await prepare(database.url)
  const others = await Promise.all([1, 2].map(() => openPostgresStore(database.url, { decision })))
  const stores = [store, ...others]
  const until = performance.now() + (process.env.ROSTER_TEST_LONG === '1' ? 60_000 : 6_000)
  let moves = 0
  const repeat = async (move: (store: Deliveries, n: number) => Promise<unknown>, from: number) => {
    for (let n = from; performance.now() < until; n += 3) {
      await move(stores[n % 3] as Deliveries, n)
      moves += 1
    }
  }
  const workOn = async (one: Deliveries, n: number) => {
    const claimed = await claim(one, 12)
    await begin(one, claimed)
    // Some give up what they have, in the middle of it and before.
    if (n % 11 === 0) return one.releaseDeliveries(claimed)
    if (n % 13 === 0) {
      const failure = { reason: 'too_large', detail: 'a test' }
      return one.failDeliveries(claimed.map((delivery) => ({ ...delivery, ...failure })))
    }
    return record(one, claimed, { status: [200, 503, 400, 200][n % 4] as number })
  }
  const operate = async (one: Deliveries, n: number) => {
    const subject = { subject: ((n % 4) + 1) as never }
    if (n % 5 === 0) await one.cancelDeliveries(id, subject, 30)
    else if (n % 5 === 1) await one.redeliverDeliveries(id, { states: ['dead'] }, 30)
    else if (n % 5 === 2)
      await one.redeliverDeliveries(id, { ...subject, states: ['cancelled'] }, 9)
    else if (n % 5 === 3) await one.setDestinationState(id, places[n % 3] as string, 'active')
    else if (n % 2 === 0) await one.removeDestination(id, 'c')
    else await one.putDestination(id, destination('c', { concurrency: 20 }))
  }
  // Several at once make one group, and take several lanes; most of them are empty by then.
  const planMore = async (one: Deliveries, n: number) => {
    const waiting = await one.listDeliveries(id, { states: ['queued'], limit: 5 })
    if (waiting.length === 5) return
    const lanes = people.flatMap((person) => [
      plan(one, id, 'a', { person }),
      plan(one, id, 'b', { person }),
    ])
    await Promise.all([...lanes, plan(one, id, places[n % 4] as 'a')])
  }
  await Promise.all(
    [0, 1, 2].flatMap((n) => [
      repeat(planMore, n),
      ...[n, n + 3].map((from) => repeat(workOn, from)),
      repeat(operate, n),
    ]),
  )
  const deadlocks = 'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()'
  assert.equal(Number((await database.query(deadlocks))[0]?.deadlocks), 0)
  await assertLanes(database)
  t.diagnostic(`${moves} moves`)
  await Promise.all(stores.map((one) => one.close()))
})

/** Of each lane the first is pending or claimed, the rest queued; and rows are only of lanes. */
async function assertLanes({ query }: TestDatabase): Promise<void> {
  const wrong = await query(`
    SELECT id, state, nth FROM (
      SELECT id, state, row_number() OVER (
        PARTITION BY workspace_id, destination, subject ORDER BY place) AS nth
      FROM deliveries WHERE ended_at IS NULL AND subject IS NOT NULL) AS open
    WHERE (nth = 1) <> (state IN ('pending', 'claimed'))`)
  assert.deepEqual(wrong, [])
  const apart = await query(`
    SELECT * FROM (
      SELECT DISTINCT workspace_id, destination, subject FROM deliveries
      WHERE ended_at IS NULL AND subject IS NOT NULL) AS open
    FULL JOIN lanes USING (workspace_id, destination, subject)
    WHERE last_place IS NULL OR NOT EXISTS (
      SELECT 1 FROM deliveries d WHERE d.ended_at IS NULL AND d.workspace_id = lanes.workspace_id
        AND d.destination = lanes.destination AND d.subject = lanes.subject)`)
  assert.deepEqual(apart, [], 'a lane has a row as long as anything unfinished is in it')
}

test('what is planned while the one before it ends is not forgotten behind it', async () => {
  await using database = await newDatabase()
  const { store, id } = await prepare(database.url)
  await plan(store, id, 'a', { person: 'ann' })
  const claimed = await claim(store)
  await begin(store, claimed)
  // Planning has the lane and waits; the record must wait for it, and then see what it left.
  const counters = await hold(database, 'SELECT 1 FROM counters FOR UPDATE')
  const planned = plan(store, id, 'a', { person: 'ann' })
  await counters.waiting(1)
  const recorded = record(store, claimed)
  await counters.waiting(2)
  await counters.release()
  await Promise.all([planned, recorded])
  assert.deepEqual(
    (await claim(store)).map((delivery) => delivery.id),
    [2],
  )
  await store.close()
})

test('whoever needs several lanes locks them in one order', async () => {
  await using database = await newDatabase()
  const { store, id } = await prepare(database.url)
  const planBoth = () =>
    Promise.all([plan(store, id, 'b', { person: 'ann' }), plan(store, id, 'a', { person: 'ann' })])
  await planBoth()
  const claimed = (await claim(store)).toReversed()
  await begin(store, claimed)
  const moves: [string, () => Promise<unknown>][] = [
    ['planning', planBoth],
    ['recording', () => record(store, claimed)],
    ['redelivering', () => store.redeliverDeliveries(id, {}, 9)],
    ['cancelling', () => store.cancelDeliveries(id, {}, 9)],
  ]
  for (const [name, move] of moves) {
    const first = await hold(database, "SELECT 1 FROM lanes WHERE destination = 'a' FOR UPDATE")
    const moved = move()
    await first.waiting(1)
    const second = "SELECT 1 FROM lanes WHERE destination = 'b' FOR UPDATE NOWAIT"
    const isFree = await database.query(second).then(
      (rows) => rows.length === 1,
      () => false,
    )
    assert.ok(isFree, `${name} waits for the first lane without having the second`)
    await first.release()
    await moved
  }
  await assertLanes(database)
  await store.close()
})

/** Holds locks in a session of its own. */
async function hold(database: TestDatabase, text: string) {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query('BEGIN')
  await client.query(text)
  return {
    /** Until so many sessions wait for locks. */
    waiting: async (count: number) => {
      const deadline = performance.now() + 2_500
      const select = `
        SELECT count(*)::integer AS n FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`
      while ((await database.query(select))[0]?.n !== count) {
        assert.ok(performance.now() < deadline, `${count} sessions wait`)
      }
    },
    release: async () => {
      await client.query('ROLLBACK')
      await client.end()
    },
  }
}

test('what one node planned, another hears of', async () => {
  await using database = await newDatabase()
  const { store, id } = await prepare(database.url)
  const other = await openPostgresStore(database.url, { decision })
  const heard = new Promise<void>((resolve) => void other.onDeliveriesDue(resolve))
  await plan(store, id, 'a', { person: 'ann' })
  await heard
  assert.equal((await claim(other)).length, 1)
  for (const one of [store, other]) await one.close()
})

test('what is left of a destination that went in the middle of it is ended by a claim', async () => {
  await using database = await newDatabase()
  const { store, id } = await prepare(database.url)
  for (const person of ['ann', 'ann', null]) await plan(store, id, 'a', { person })
  await database.query("DELETE FROM destinations WHERE name = 'a'")
  assert.deepEqual(await claim(store), [])
  const counts = await store.countDeliveries(id, {})
  assert.deepEqual(
    counts.map(({ state, reason, count }) => [state, reason, count]),
    [['dead', 'destination_removed', 3]],
  )
  await store.close()
})

test('an attempt that begins in one month and ends in the next is kept in its own', async () => {
  await using database = await newDatabase()
  let now = Date.UTC(2031, 0, 31, 23, 59, 59)
  const store = await openPostgresStore(database.url, { decision, clock: () => now })
  const { id } = await store.createWorkspace('w', rules)
  await store.putDestination(id, destination('a'))
  now = Date.UTC(2033, 4, 31, 23, 59, 59)
  await plan(store, id, 'a')
  const claimed = await claim(store)
  await begin(store, claimed)
  now += 2_000
  assert.deepEqual(await record(store, claimed), [true])
  const [attempt] = await store.listAttempts(id, 1 as DeliveryId)
  assert.deepEqual([attempt?.beganAt, attempt?.endedAt], [now - 2_000, now])
  await store.close()
})

test('a claim among 200,000 reads no more than one among a few', async (t) => {
  await using database = await newDatabase()
  const { store, id } = await prepare(database.url)
  await plan(store, id, 'a')
  await database.query(
    `INSERT INTO deliveries (workspace_id, id, event_id, rule, version, step, action, destination,
       subject, place, state, attempt_count, wake_at, planned_at, seen)
     SELECT $1, n, n, 'to-a', 1, '0', 'send', (ARRAY['a', 'b', 'c'])[n % 3 + 1], n, 1,
       CASE WHEN n % 2 = 0 THEN 'pending' ELSE 'queued' END, 0,
       CASE WHEN n % 2 = 0 THEN 1700000000000 + n END, 1,
       '{"event":{},"profile":null}' FROM generate_series(100, 200100) n`,
    [id],
  )
  const pool = openPool(database.url, 1)
  const now = Date.now()
  const keys = `'{${id},${id},${id}}', '{a,b,c}'`
  for (const way of ['without', 'with']) {
    if (way === 'with') await database.query('ANALYZE')
    const survey = await pagesOf(sql.surveyDestinations, `0, '', 500, ${now}`)
    const measure = await pagesOf(sql.measureDestinations, `${keys}, '{22,22,22}'`)
    const taken = `${keys}, '{21,21,22}', ${now}, ${now + 30_000}, 'w'`
    const claimed = await pagesOf(sql.claimDeliveries, taken)
    const health = await pagesOf(selectHealth, `${now}, ${now}, 100`)
    t.diagnostic(`${way} statistics: ${survey}, ${measure}, ${claimed} and ${health} pages`)
    assert.ok(survey < 200 && measure < 300 && claimed < 4_000 && health < 2_000)
  }
  // What few have is found among all by an index of its own, and the newest of many at once.
  await database.query(
    `UPDATE deliveries SET rule = 'rare', reason = 'rare', planned_at = 7
     WHERE id BETWEEN 200000 AND 200010`,
  )
  await database.query('VACUUM ANALYZE deliveries')
  const few: DeliverySelection[] = [{ rule: 'rare' }, { reason: 'rare' }, { plannedFrom: 7 }]
  for (const selection of [...few, { rule: 'to-a' }, { plannedFrom: 7, destination: 'a' }]) {
    for (const extra of [{}, { cursor: 200_005 as DeliveryId }]) {
      const list = selectList(id, { ...selection, ...extra, limit: 50 })
      const pages = await pagesOf({ name: 'list', text: list.text }, list.values.map(quoted).join())
      assert.ok(pages < 600, `${JSON.stringify({ ...selection, ...extra })}: ${pages} pages`)
    }
  }
  await pool.end()
  const looking = performance.now()
  const { destinations } = await store.deliveryHealth()
  t.diagnostic(`${(performance.now() - looking).toFixed(1)} ms for the health of all`)
  const most = countedMax(3)
  assert.deepEqual(
    destinations.map((each) => each.pending),
    [most, most, most],
  )
  assert.ok(destinations.every(({ queued }) => queued > 0 && queued <= most))
  const claimed: ClaimedDelivery[] = await claim(store, 64)
  assert.equal(claimed.length, 60, 'as many as may be under way')
  await store.close()

  /** Undone, as often as it takes for the pages to be in memory. */
  async function pagesOf({ name, text }: Statement, values: string): Promise<number> {
    const client = await pool.connect()
    await client.query('BEGIN')
    await client.query(`PREPARE pages_of_${name} AS ${text}`)
    const explain = `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) EXECUTE pages_of_${name}(${values})`
    const { rows } = await client.query(explain)
    await client.query('ROLLBACK')
    await client.query(`DEALLOCATE pages_of_${name}`)
    client.release()
    const buffers = rows.map((row) => row['QUERY PLAN'] as string).find((l) => /Buffers/.test(l))
    const count = (kind: string) =>
      Number(new RegExp(`${kind}=(\\d+)`).exec(buffers ?? '')?.[1] ?? 0)
    return count('hit') + count('read')
  }
})

function quoted(value: unknown): string {
  return `'${String(value)}'`
}
