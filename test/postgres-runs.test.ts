import assert from 'node:assert/strict'
import test from 'node:test'
import { beginRun, reasonNotBegun } from '../src/core/begin-run.ts'
import { continueRun } from '../src/core/continue-run.ts'
import type { Fault } from '../src/core/errors.ts'
import type { EventId } from '../src/core/profile.ts'
import { starterRules } from '../src/core/rule.ts'
import { openPool } from '../src/storage/postgres/connect.ts'
import { openPostgresStore } from '../src/storage/postgres/postgres-store.ts'
import { claimRuns, selectNextDue } from '../src/storage/postgres/run-statements.ts'
import type { Statement } from '../src/storage/postgres/transaction.ts'
import { newDatabase, type TestDatabase } from './kit/postgres.ts'

const decision = new URL('./kit/sending-decision.ts', import.meta.url)

/** The first `due` are due, one after the other; the others wait for years. */
async function fill({ query }: TestDatabase, workspace: number, count: number, due: number) {
  const step = 50_000
  for (let from = 1; from <= count; from += step) {
    await query(
      `INSERT INTO runs (workspace_id, event_id, rule, version, subject, state, cursor, due_at,
         began_at, seen, log)
       SELECT $1, n, 'r', 1, NULL, 'waiting', '[1]',
         CASE WHEN n <= $2 THEN n ELSE 9000000000000 + n END, 1, '{}', '[]'
       FROM generate_series($3::bigint, $4::bigint) AS n`,
      [workspace, due, from, Math.min(count, from + step - 1)],
    )
  }
}

test('among very many runs that wait, a claim reads what is due and writes one row', async (t) => {
  await using database = await newDatabase()
  const count = process.env.ROSTER_TEST_LONG === '1' ? 1_000_000 : 100_000
  // As a table that has just grown is: never vacuumed and never analysed.
  await database.query('ALTER TABLE runs SET (autovacuum_enabled = off)')
  await fill(database, 1, count, 1_000)
  // What two other nodes have taken up is passed over.
  for (const worker of ['other', 'third']) {
    const from = worker === 'other' ? 1 : 257
    await database.query(
      `INSERT INTO run_claims SELECT $1, 9e12, array_agg(1), array_agg(n), array_agg('r'::text),
         array_agg(n) FROM generate_series($2::bigint, $2::bigint + 255) AS n`,
      [worker, from],
    )
  }
  const pool = openPool(database.url, 1)
  const next = await costOf(selectNextDue, '')
  const values = `(${count}, ${count + 30_000}, 256, 'w')`
  const claim = await costOf(claimRuns, values)
  t.diagnostic(`${JSON.stringify({ next, claim })}`)
  assert.ok(next.pages < 20, `${next.pages} pages`)
  // A mark on each of 256 runs was 5,000 pages and 1,800 records of the log.
  assert.ok(claim.pages < 200, `${claim.pages} pages`)
  assert.ok(claim.written < 40, `${claim.written} records`)
  await pool.end()

  /** The second time, when everything is in memory; undone. */
  async function costOf({ name, text }: Statement, values: string) {
    const client = await pool.connect()
    await client.query(`PREPARE cost_of_${name} AS ${text}`)
    let plan = ''
    for (let n = 0; n < 2; n++) {
      await client.query('BEGIN')
      const { rows } = await client.query(
        `EXPLAIN (ANALYZE, BUFFERS, WAL, TIMING OFF) EXECUTE cost_of_${name}${values}`,
      )
      plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      await client.query('ROLLBACK')
    }
    client.release()
    const number = (pattern: RegExp) => Number(pattern.exec(plan)?.[1] ?? 0)
    const pages = number(/shared hit=(\d+)/) + number(/read=(\d+)/)
    return { pages, written: number(/WAL: records=(\d+)/) }
  }
})

test('what one node has taken up no other is given, until it is done or half a minute over', async () => {
  await using database = await newDatabase()
  let now = Date.now()
  const open = () => openPostgresStore(database.url, { decision, clock: () => now })
  const [one, other] = [await open(), await open()]
  const { id } = await one.createWorkspace('w', starterRules)
  await one.replaceRules(id, [{ name: 'r', on: ['shop.x'], steps: [{ wait: 'PT1S' }] }])
  await fill(database, id, 8, 5)
  const eventsOf = async (store: typeof one, limit: number) =>
    (await store.claimRuns(limit)).runs.map(({ event }) => Number(event))
  // At once, and still each is given to one of them.
  const both = await Promise.all([eventsOf(one, 2), eventsOf(other, 2)])
  assert.deepEqual(both.flat().sort(), [1, 2, 3, 4])
  const [mine = [], theirs = []] = both
  assert.deepEqual(await eventsOf(one, 9), [...mine, 5].sort())
  const { runs, nextInMs } = await other.claimRuns(9)
  assert.deepEqual([runs.map(({ event }) => Number(event)), nextInMs], [theirs, 0])
  // Its own is done with, so that only the others' is left: soon to be asked for again.
  for (const event of theirs) {
    await other.apply(id, continueRun({ event: event as never, rule: 'r', subject: null }))
  }
  const left = await other.claimRuns(9)
  assert.deepEqual(left.runs, [])
  assert.ok(left.nextInMs !== null && left.nextInMs > 0 && left.nextInMs <= 100)
  now += 30_001
  assert.deepEqual(await eventsOf(other, 9), [...mine, 5].sort())
  await Promise.all([one.close(), other.close()])
})

test('of two nodes that begin a rule late on an event about nobody, one does', async () => {
  await using database = await newDatabase()
  const open = () => openPostgresStore(database.url, { decision })
  const [one, other] = [await open(), await open()]
  const { id } = await one.createWorkspace('w', starterRules)
  const source = { dialect: 'cli', token: null, request: null }
  const ids: number[] = []
  for (let n = 0; n < 20; n++) {
    const event = { kind: 'record-event', type: 'shop.x', attributes: {}, source } as const
    ids.push(...(await one.apply(id, { ...event, identifiers: [] })).events)
  }
  const told = { type: 'shop.late', attributes: {} }
  const steps = [{ action: 'trigger-event', with: told }]
  await one.replaceRules(id, [{ name: 'r', on: ['shop.x'], steps }])
  const begin = (store: typeof one) =>
    ids.map((event) =>
      store.apply(id, beginRun({ id: event as EventId, subject: null }, 'r', source)).catch(reason),
    )
  const reason = (fault: Fault) => reasonNotBegun(fault)
  const all = await Promise.all([...begin(one), ...begin(other)])
  assert.equal(all.filter((each) => each === 'has_run').length, ids.length)
  const { events } = await one.queryEvents(id, { types: ['shop.late'], limit: 99 })
  assert.equal(events.length, ids.length)
  await Promise.all([one.close(), other.close()])
})
