import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import type { Applied } from '../src/core/command.ts'
import type { Decide } from '../src/core/decision.ts'
import type { EventQuery } from '../src/core/event-query.ts'
import type { EventId, ProfileId } from '../src/core/profile.ts'
import { starterRules } from '../src/core/rule.ts'
import { decide } from '../src/decision.ts'
import { restoreStore } from '../src/storage/maintain-store.ts'
import { openStore } from '../src/storage/open-store.ts'
import { SearchBudget } from '../src/storage/search/search-budget.ts'
import { searchEvents } from '../src/storage/search/search-events.ts'
import * as eventStatements from '../src/storage/sqlite/event-statements.ts'
import { openDatabase } from '../src/storage/sqlite/open-database.ts'
import * as recordReads from '../src/storage/sqlite/record-reader.ts'
import * as recordStatements from '../src/storage/sqlite/record-statements.ts'
import { searchSources } from '../src/storage/sqlite/search-sources.ts'
import * as searchStatements from '../src/storage/sqlite/search-statements.ts'
import { openSqliteStore } from '../src/storage/sqlite/sqlite-store.ts'
import * as statements from '../src/storage/sqlite/statements.ts'
import { Writer } from '../src/storage/sqlite/writer.ts'
import { deliveriesContract } from './deliveries-contract.ts'
import { deliveryModel } from './delivery-model.ts'
import {
  begin,
  claim,
  leaseMs,
  type OpenDeliveries,
  plan,
  prepare,
  record,
} from './kit/delivery-work.ts'
import { assertCommitted, dumpSqliteSchema } from './kit/schema-dump.ts'
import { tempFolder } from './kit/temp-folder.ts'
import { nextTurn, source, storeContract, upsert, userEvent } from './store-contract.ts'

const decision = new URL('../src/decision.ts', import.meta.url)
const sending = new URL('./kit/sending-decision.ts', import.meta.url)

async function open(folder: string, serve = false) {
  return openStore(`sqlite://${join(folder, 'roster.db')}`, { decision, serve })
}

storeContract('sqlite', async () => {
  const folder = tempFolder()
  const store = await open(folder.path)
  const dispose = async () => {
    await store.close()
    folder[Symbol.dispose]()
  }
  return { ...store, [Symbol.asyncDispose]: dispose }
})

const openDeliveries: OpenDeliveries = async (clock) => {
  const folder = tempFolder()
  const store = openSqliteStore(join(folder.path, 'roster.db'), { decision: sending, clock })
  const dispose = async () => {
    await store.close()
    folder[Symbol.dispose]()
  }
  return { ...store, [Symbol.asyncDispose]: dispose }
}

deliveriesContract('sqlite', openDeliveries)
deliveryModel('sqlite', openDeliveries, process.env.ROSTER_TEST_LONG === '1' ? 300 : 25)

test('the schema is the one that is committed', async () => {
  using folder = tempFolder()
  await (await open(folder.path)).close()
  const db = openDatabase(join(folder.path, 'roster.db'), 'read')
  assertCommitted('sqlite', dumpSqliteSchema(db))
  db.close()
})

test('every connection to a file syncs each commit, also the second and later ones', async () => {
  using folder = tempFolder()
  const store = await open(folder.path)
  await store.close()
  for (const access of ['write', 'read', 'write'] as const) {
    const db = openDatabase(join(folder.path, 'roster.db'), access)
    assert.equal(db.prepare('PRAGMA synchronous').get()?.synchronous, 2)
    assert.equal(db.prepare('PRAGMA journal_mode').get()?.journal_mode, 'wal')
    db.close()
  }
})

test('a command that cannot be written fails alone, and the rest of its group is stored', async () => {
  using folder = tempFolder()
  const store = await open(folder.path)
  const { id } = await store.createWorkspace('w', starterRules)
  // Decides something that the file cannot take: a change of a profile that is not there.
  const faulty: Decide = (known, command, context) => {
    const verdict = decide(known, command, context)
    if (verdict.kind !== 'decided' || command.source.request !== 'bad') return verdict
    for (const write of verdict.profiles) {
      write.before = write.profile
      write.profile.id = 4_711 as ProfileId
    }
    return verdict
  }
  const writer = new Writer(join(folder.path, 'roster.db'), faulty)
  const group = [1, 2, 3, 4].map((n) => ({
    workspaceId: id,
    command: { ...upsert(`u${n}`, { n }), source: { ...source, request: n === 3 ? 'bad' : 'ok' } },
  }))
  const results = writer.applyGroup(group, 1)
  writer.close()
  assert.deepEqual(
    results.map((result) => ('applied' in result ? 'stored' : result.fault.code)),
    ['stored', 'stored', 'internal', 'stored'],
  )
  const events = await store.readEvents(id, 0, 10)
  assert.deepEqual(
    events.map((event) => [event.id, event.subject]),
    [
      [1, 1],
      [2, 2],
      [3, 3],
    ],
  )
  assert.equal((await store.statistics()).profiles, 3)
  await store.close()
})

test('while another process holds the file, commands wait and the event loop does not', async () => {
  using folder = tempFolder()
  const store = await open(folder.path)
  const { id } = await store.createWorkspace('w', starterRules)
  // The store may be writing in the background just now.
  const other = new DatabaseSync(join(folder.path, 'roster.db'), { timeout: 10_000 })
  other.exec('BEGIN IMMEDIATE')
  const applied = store.apply(id, upsert('u'))
  let longestMs = 0
  for (let n = 0; n < 30; n++) {
    const before = performance.now()
    await new Promise((resolve) => setTimeout(resolve, 10))
    longestMs = Math.max(longestMs, performance.now() - before)
  }
  // A loop that waits for the file stands for as long as a statement waits: 5 s.
  assert.ok(longestMs < 3_000, `the loop stood still for ${longestMs} ms`)
  other.exec('COMMIT')
  other.close()
  assert.equal((await applied).foundBy, 'created')
  await store.close()
})

test('groups that wait while one is written share a transaction, in order', async () => {
  using folder = tempFolder()
  const path = join(folder.path, 'roster.db')
  let now = 1_800_000_000_000
  const store = openSqliteStore(path, { decision, clock: () => now })
  const { id } = await store.createWorkspace('w', starterRules)
  await store.apply(id, upsert('u0', { n: 0 }))
  const other = openDatabase(path, 'write')
  other.exec('BEGIN IMMEDIATE')
  const writes: Promise<Applied>[] = []
  for (let n = 1; n <= 4; n++) {
    now += 1_000
    writes.push(store.apply(id, upsert(`u${n}`, { n })))
    // A group of its own, handed over to the writing thread.
    await nextTurn()
    await nextTurn()
  }
  other.exec('COMMIT')
  other.close()
  await Promise.all(writes)
  const events = await store.readEvents(id, 0, 10)
  await store.close()
  assert.deepEqual(
    events.map(({ identifiers }) => identifiers[0]?.value),
    ['u0', 'u1', 'u2', 'u3', 'u4'],
  )
  // Those that came while the first waited for the file are as of the time of the last.
  const times = new Set(events.slice(1).map(({ receivedAt }) => receivedAt))
  assert.ok(times.size <= 2, `4 groups were written at ${[...times].join(', ')}`)
  assert.equal([...times].at(-1), now)
})

test('two stores on one file see each other at once and keep the log gapless', async () => {
  using folder = tempFolder()
  const a = await open(folder.path)
  const b = await open(folder.path)
  const { id } = await a.createWorkspace('w', starterRules)
  for (let round = 0; round < 10; round++) {
    await Promise.all(
      [a, b, a, b].map((store, n) =>
        store.apply(id, userEvent('user.update', `p${n}@x.org`, { round })),
      ),
    )
  }
  await b.replaceRules(id, [])
  await a.apply(id, userEvent('user.update', 'new@x.org'))
  const events = await b.readEvents(id, 0, 1_000)
  assert.deepEqual(
    events.map((event) => event.id),
    events.map((_, index) => index + 1),
  )
  assert.equal(events.at(-1)?.type, 'user.update', 'rules replaced beside the server still ran')
  const token = {
    publicPart: 'p',
    secretHash: 'h',
    workspaceId: id,
    dialect: 'd',
    scopes: [],
    label: '',
  }
  await b.createToken(token)
  await nextTurn()
  assert.ok(await a.findToken('p'))
  await b.revokeToken('p')
  await nextTurn()
  assert.equal(await a.findToken('p'), null)
  await a.close()
  await b.close()
})

test('one file has one server', async () => {
  using folder = tempFolder()
  const first = await open(folder.path, true)
  await assert.rejects(open(folder.path, true), /Another Roster serves/)
  const beside = await open(folder.path)
  await beside.close()
  await first.close()
  const second = await open(folder.path, true)
  await second.close()
})

test('a program that is older than the schema refuses to start, and says so', async () => {
  using folder = tempFolder()
  await (await open(folder.path)).close()
  const db = new DatabaseSync(join(folder.path, 'roster.db'), { timeout: 10_000 })
  db.exec('PRAGMA user_version = 999')
  db.close()
  await assert.rejects(open(folder.path), /schema version 999.*start a newer Roster/)
})

test('a backup taken under load holds everything acknowledged before it began', async () => {
  using folder = tempFolder()
  const store = await open(folder.path)
  const { id } = await store.createWorkspace('w', starterRules)
  for (let n = 0; n < 50; n++) await store.apply(id, upsert(`before${n}`, { n }))
  let stop = false
  const load = (async () => {
    for (let n = 0; !stop; n++) await store.apply(id, upsert(`during${n}`, { n }))
  })()
  const to = join(folder.path, 'copy.db')
  const report = await store.backup(to)
  stop = true
  await load
  await store.close()
  assert.ok(report.profiles >= 50)
  assert.equal(existsSync(`${to}.partial`), false)
  const copy = await openStore(`sqlite://${to}`, { decision })
  const identifier = { kind: 'user_id', value: 'before49' }
  assert.equal((await copy.findProfiles(id, { keys: [{ identifier }] })).length, 1)
  await assert.rejects(copy.backup(to), /never overwrites/)
  await copy.close()
})

test('a long log is folded back beside those who write, long before a commit would do it', async () => {
  using folder = tempFolder()
  const store = await open(folder.path)
  const { id } = await store.createWorkspace('w', starterRules)
  const db = openDatabase(join(folder.path, 'roster.db'), 'write')
  const log = () => db.prepare('PRAGMA wal_checkpoint(NOOP)').get() as Record<string, number>
  const text = 'x'.repeat(16_000)
  for (let n = 0; n < 1_200; n += 200) {
    const some = Array.from({ length: 200 }, (_, k) => upsert(`p${n + k}`, { text }))
    await store.applyAll(id, some)
  }
  // A commit would have folded it at four times the length.
  assert.ok(Number(log().log) < 32_768)
  const until = Date.now() + 30_000
  while (log().checkpointed === 0 && Date.now() < until) await nextTurn()
  assert.ok(Number(log().checkpointed) >= 8_192, JSON.stringify(log()))
  db.close()
  await store.close()
})

test('a restored store owes what it owed, and calls nobody until it is told to', async () => {
  using folder = tempFolder()
  const path = join(folder.path, 'roster.db')
  const options = { decision: sending }
  const store = openSqliteStore(path, options)
  const id = await prepare(store, 'w')
  for (const person of ['ann', 'ann', 'bob']) await plan(store, id, 'a', { person })
  await store.setDestinationState(id, 'b', 'paused')
  const held = await claim(store, 1)
  const copy = join(folder.path, 'copy.db')
  await store.backup(copy)
  await begin(store, held)
  await record(store, held)
  await store.close()
  const report = await restoreStore(`sqlite://${path}`, copy, { force: true })
  assert.deepEqual(report.pausedDestinations, ['a', 'c'])
  const later = Date.now() + 2 * leaseMs
  const restored = openSqliteStore(path, { ...options, clock: () => later })
  assert.deepEqual(await claim(restored), [])
  const [a, b] = await restored.listDestinations(id)
  assert.deepEqual([a?.state, a?.stateReason], ['paused', 'restored'])
  assert.deepEqual([b?.state, b?.stateReason], ['paused', null])
  await restored.setDestinationState(id, 'a', 'active')
  assert.equal((await claim(restored)).length, 2)
  await restored.close()
})

test('a small change is written in the place of the row: its size stays', async () => {
  using folder = tempFolder()
  const store = await open(folder.path)
  const { id } = await store.createWorkspace('w', starterRules)
  const db = openDatabase(join(folder.path, 'roster.db'), 'read')
  const columns = ['attributes', 'provenance', 'tags', 'identifiers']
  const sum = columns.map((name) => `octet_length(${name})`).join(' + ')
  const size = () => Number(db.prepare(`SELECT ${sum} AS bytes FROM profiles`).get()?.bytes)
  await store.apply(id, upsert('u1', { email: 'é@x.org', note: 'a note', city: 'Genève' }))
  const sizes = [size()]
  for (const note of ['a longer note, é', 'n', 'another note', 'x'.repeat(500)]) {
    await store.apply(id, upsert('u1', { note }))
    sizes.push(size())
  }
  db.close()
  await store.close()
  const [before = 0, ...after] = sizes
  // The numbers beside the texts may each have grown by a byte or two.
  for (const bytes of after.slice(0, 3)) assert.ok(Math.abs(bytes - before) <= 4, `${sizes}`)
  assert.ok((after[3] ?? 0) > before + 400, `${sizes}`)
})

test('no statement of the write path reads a table from end to end', async () => {
  using folder = tempFolder()
  await (await open(folder.path)).close()
  const db = openDatabase(join(folder.path, 'roster.db'), 'read')
  for (const [name, sql] of Object.entries(statements)) {
    if (typeof sql !== 'string' || !/^\s*(SELECT|INSERT|UPDATE|DELETE)/.test(sql)) continue
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
    const scans = plan
      .map(({ detail }) => String(detail))
      .filter((step) => /^SCAN (?!CONSTANT|json_each)/.test(step))
    assert.deepEqual(scans, [], name)
  }
  db.close()
})

test('what is searched for is found by its whole key, in the order of an index', async () => {
  using folder = tempFolder()
  await (await open(folder.path)).close()
  const db = openDatabase(join(folder.path, 'roster.db'), 'read')
  const texts: [name: string, sql: string][] = [
    ...Object.entries({ ...searchStatements, ...eventStatements, ...recordStatements }),
  ].filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  for (const by of ['id', 'created'] as const) {
    for (const descending of [false, true]) {
      for (const include of ['living', 'all'] as const) {
        const how = { by, descending, include, brief: false }
        texts.push([`list ${JSON.stringify(how)}`, searchStatements.selectScan(how)])
        texts.push([`holding ${JSON.stringify(how)}`, searchStatements.selectHolding(how)])
      }
    }
  }
  for (const [kind, subject] of [['k'], ['k', 1], [null, 1]] as [string | null, number?][]) {
    const [of] = recordReads.recordsOf(kind, null, subject)
    texts.push([`page of ${of}`, recordReads.selectPage(of, true)])
    texts.push([`count of ${of}`, recordReads.selectCount(of)])
  }
  for (const [name, sql] of texts) {
    if (!/^\s*(SELECT|INSERT|UPDATE|DELETE)/.test(sql)) continue
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
    const steps = plan.map(({ detail }) => String(detail))
    // Lists that are handed over are read whole, and a person's records of all kinds are few.
    const fine = /^SCAN (CONSTANT|json_each)|\bprofile_terms USING .* USE TEMP/
    const sorts = /subject = \?\s/.test(sql) && !/kind = \?/.test(sql)
    const bad = steps.filter((step) => {
      if (fine.test(step)) return false
      return /^SCAN /.test(step) || (/TEMP B-TREE/.test(step) && !sorts)
    })
    assert.deepEqual(bad, [], `${name}: ${steps.join('; ')}`)
    for (const step of steps) {
      const index = /^SEARCH (\w+) .*?\((.*)\)$/.exec(step)
      const tables = /profiles|terms|identifiers|records|events|histories/
      if (!index || !tables.test(index[1] ?? '')) continue
      assert.doesNotMatch(index[2] ?? '', /^workspace_id=\?$/, `${name}: ${step}`)
    }
  }
  db.close()
})

test('events are found by whom they are about and by their terms, without the log', async () => {
  using folder = tempFolder()
  const opened = await open(folder.path)
  // Closed also where this fails, lest its thread keeps the process waiting.
  await using store = { ...opened, [Symbol.asyncDispose]: () => opened.close() }
  const { id } = await store.createWorkspace('w', [])
  const db = openDatabase(join(folder.path, 'roster.db'), 'write')
  // Three in thirty thousand are rare, one of them is caused, and the last came since. Somebody
  // has every third, and of theirs one in a hundred is of a type that others have often.
  const count = 30_000
  db.prepare(`
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
    INSERT INTO events (key, workspace_id, id, type, subject, previous, occurred_at, received_at,
      source, cause_event, cause_rule, cause_depth, attributes, changes, dropped, identifiers)
    SELECT (?1 << 40) | n, ?1, n, iif(n % 10000 = 0, 'rare.one',
        iif(n % 300 = 0 OR n % 30 = 1, 'some.one', 'common.one')),
      iif(n % 3 = 0, 1, NULL), iif(n % 3 = 0 AND n > 3, n - 3, NULL), n, n, 'native',
      iif(n = 20000, 7, NULL), iif(n = 20000, 'some@1', NULL), iif(n = 20000, 1, NULL), '{}', '[]',
      '[]', '[]' FROM n`).run(id, count)
  db.prepare(`
    INSERT INTO profiles (key, workspace_id, id, version, attributes, provenance, tags, identifiers,
      created_at, updated_at, last_event)
    VALUES ((?1 << 40) | 1, ?1, 1, 1, '{}', '[]', '[]', '[]', 1, 1, ?2)`).run(id, count)
  db.prepare('UPDATE counters SET last_event_id = ? WHERE workspace_id = ?').run(count - 1, id)
  await store.rollUpEvents(Date.now())
  db.prepare('UPDATE counters SET last_event_id = ? WHERE workspace_id = ?').run(count, id)
  const looks = searchSources(db)
  let read = 0
  let rows = 0
  const counting: typeof looks = {
    ...looks,
    stretch: async (workspace, wanted) => {
      read += wanted.below - wanted.above - 1
      return looks.stretch(workspace, wanted)
    },
    eventsByIds: async (workspace, ids) => {
      read += ids.length
      return looks.eventsByIds(workspace, ids)
    },
    links: async (...asked) => {
      const links = await looks.links(...asked)
      read += links.length
      return links
    },
    testedLinks: async (workspace, from, wanted) => {
      read += wanted.limit
      return looks.testedLinks(workspace, from, wanted)
    },
    historyParts: async (...asked) => {
      const parts = await looks.historyParts(...asked)
      rows += parts.length
      return parts
    },
  }
  const found = async (query: Omit<EventQuery, 'limit'> & { limit?: number }) => {
    read = 0
    rows = 0
    const budget = new SearchBudget(60_000, Date.now())
    const { rows: events } = await searchEvents(counting, id, { limit: 9, ...query }, budget)
    const most = query.subject === undefined ? 30 : 200
    assert.ok(read < most, `${JSON.stringify(query)} read ${read} events`)
    return events.map((row) => row.id)
  }
  assert.deepEqual(await found({ types: ['rare.one'] }), [30_000, 20_000, 10_000])
  assert.deepEqual(await found({ types: ['rare.*'], order: 'ascending' }), [10_000, 20_000, 30_000])
  assert.deepEqual(
    await found({ types: ['rare.one'], before: 25_000 as EventId }),
    [20_000, 10_000],
  )
  assert.deepEqual(await found({ types: ['rare.one'], source: 'none' }), [])
  assert.deepEqual(await found({ rule: 'some' }), [20_000])
  assert.deepEqual(await found({ cause: 7 as EventId }), [20_000])
  assert.deepEqual(await found({ cause: 8 as EventId }), [])
  assert.equal((await found({ types: ['common.one'], before: 15_000 as EventId }))[0], 14_999)
  const of = { subject: 1 as ProfileId, order: 'ascending' } as const
  assert.deepEqual((await found(of)).slice(0, 3), [3, 6, 9])
  assert.equal((await found({ ...of, after: 15_000 as EventId }))[0], 15_003)
  assert.equal((await found({ ...of, after: 29_999 as EventId }))[0], 30_000)
  // A page of a type of theirs is read of as few rows as hold it, from either end.
  const some = { ...of, types: ['some.one'] }
  const first = [300, 600, 900, 1_200, 1_500, 1_800, 2_100, 2_400, 2_700]
  assert.deepEqual([await found(some), rows], [first, 2])
  const later = first.map((each) => each + 15_000)
  assert.deepEqual([await found({ ...some, after: 15_000 as EventId }), rows], [later, 10])
  assert.equal((await found({ ...some, order: 'descending' }))[0], 29_700)
  assert.equal(rows, 10)
  // One in ten thousand, one that nobody has: each row of theirs is looked at, and no event.
  assert.deepEqual(await found({ ...of, types: ['some.one'], source: 'none' }), [])
  assert.deepEqual(await found({ ...of, types: ['common.*'], rule: 'none' }), [])
  const seventy = Array.from({ length: 70 }, (_, n) => 300 * (n + 1))
  const both = { ...some, types: ['some.*', 'rare.*'], limit: 70 }
  assert.deepEqual([await found(both), rows], [seventy, 20])
  // By no event of theirs: as a time is, when it was turned into an id.
  const before = 15_002 as EventId
  assert.equal((await found({ subject: of.subject, before }))[0], 15_000)
  // What is told of events that are gone goes with them.
  const all = { events: 20_001, idempotency: 0, now: 0 }
  while ((await store.expire(all)).events > 0);
  const gone = db.prepare('SELECT count(*) AS count FROM histories WHERE last_event < 20001')
  assert.equal(gone.get()?.count, 0)
  assert.equal((await found(some))[0], 20_100)
  db.close()
})

test('a query that reads too long is stopped by name, and holds up nobody meanwhile', async () => {
  using folder = tempFolder()
  const url = `sqlite://${join(folder.path, 'roster.db')}`
  const store = await openStore(url, { decision, queryMsMax: 200 })
  const { id } = await store.createWorkspace('w', [])
  await store.apply(id, upsert('u', { shoe: 1 }))
  const db = openDatabase(join(folder.path, 'roster.db'), 'write')
  db.exec('PRAGMA synchronous = OFF')
  db.prepare(`
    WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < 150000)
    INSERT INTO profiles SELECT (?1 << 40) | n, ?1, n, 1, json_object('size', n, 'text', hex(
      zeroblob(100))), '[]', '[]', '[]', NULL, 1, 1, NULL, NULL FROM n`).run(id)
  db.prepare('UPDATE counters SET last_profile_id = 150000, profile_count = 150000').run()
  db.close()
  let isDone = false
  const where = { profile: 'size', less: -1 }
  const query = { filter: { where }, page: { limit: 1 }, order: { by: 'updated' } } as const
  const slow = store.queryProfiles(id, query).finally(() => {
    isDone = true
  })
  slow.catch(() => {})
  let answered = 0
  while (!isDone) {
    const page = { limit: 1, offset: answered * 997 }
    assert.equal((await store.queryProfiles(id, { page })).profiles.length, 1)
    answered += 1
  }
  await assert.rejects(slow, {
    code: 'query_timeout',
    message: /stopped after 200 ms and \d+ profiles\. No index knows: profile\.size, order by/,
  })
  assert.ok(answered > 1, 'a page had to wait for the query that was stopped')
  // A filter that asks for nothing is none.
  const deep = { filter: {}, page: { limit: 1, offset: 140_000 }, total: true }
  assert.equal((await store.queryProfiles(id, deep)).total, 150_000)
  await store.close()
})

test('among very many that wait, a claim reads what is due and nothing else', async (t) => {
  using folder = tempFolder()
  const store = await open(folder.path)
  const { id } = await store.createWorkspace('w', [])
  const count = process.env.ROSTER_TEST_LONG === '1' ? 1_000_000 : 50_000
  const db = openDatabase(join(folder.path, 'roster.db'), 'write')
  // The first 300 are due; all others are years ahead.
  db.prepare(`
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
    INSERT INTO runs SELECT ?1, n, 'r', 1, n, 'waiting', '[1]', iif(n <= 300, n, 9e12 + n), NULL,
      NULL, NULL, 1, NULL, '{}', '[]' FROM n`).run(id, count)
  for (const sql of [statements.selectDueRuns, statements.selectNextDue]) {
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
    assert.match(String(plan[0]?.detail), /^SEARCH runs USING (COVERING )?INDEX runs_by_due/)
  }
  db.close()
  let bestMs = Number.POSITIVE_INFINITY
  for (let n = 0; n < 5; n++) {
    const began = performance.now()
    assert.equal((await store.claimRuns(256)).runs.length, 256)
    bestMs = Math.min(bestMs, performance.now() - began)
  }
  t.diagnostic(`${bestMs.toFixed(2)} ms for 256 of ${count}`)
  assert.ok(bestMs < 5, `${bestMs} ms`)
  await store.close()
})
