import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { loadDialects } from '../src/app.ts'
import type { JsonObject } from '../src/core/json.ts'
import { copiedTables, leftOut } from '../src/storage/copied-tables.ts'
import { openDatabase } from '../src/storage/sqlite/open-database.ts'
import { commandLine } from './kit/command-line.ts'
import { type DataFolder, dataFolder } from './kit/data-folder.ts'
import { sendEvents, until } from './kit/follow-up-site.ts'
import { type NativeClient, nativeClient } from './kit/native-client.ts'
import { type NewWorkspace, newWorkspace } from './kit/new-workspace.ts'
import { readers, setters } from './kit/person-calls.ts'
import { newDatabase, type TestDatabase } from './kit/postgres.ts'
import { type Receiver, receiver } from './kit/receiver.ts'
import { spawnWork } from './kit/spawn-roster.ts'

/** Columns that are in the file alone, since rows there have a key of one number. */
const onlyInTheFile = ['key']

test('each table and column of a store has its place in a copy', () => {
  const [file, database] = [schemaOf('sqlite'), schemaOf('postgres')]
  const named = copiedTables.map(({ name }) => name)
  const accounted = [...named, ...Object.keys(leftOut)].sort()
  assert.deepEqual(accounted, [...database.keys()].sort(), 'copied-tables.ts names each once')
  for (const table of file.keys()) assert.ok(named.includes(table), `${table} is copied`)
  for (const { name, columns = {}, from } of copiedTables) {
    const there = file.get(name)
    const here = database.get(name) ?? []
    for (const column of there ?? []) {
      const known = here.includes(column) || onlyInTheFile.includes(column)
      assert.ok(known, `${name}.${column} of the file is nowhere in the database`)
    }
    for (const column of here) {
      const known = there?.includes(column) || column in columns || from !== undefined
      assert.ok(known, `${name}.${column} of the database comes from nowhere`)
    }
  }
})

function schemaOf(engine: string): Map<string, string[]> {
  const at = new URL(`../src/storage/migrations/0001_init.${engine}.sql`, import.meta.url)
  const tables = readFileSync(at, 'utf8').matchAll(
    /^CREATE (?:UNLOGGED )?TABLE (\w+) \(\n(.*?)^\)/gms,
  )
  return new Map(
    [...tables].map(([, name = '', body = '']) => [
      name,
      [...body.matchAll(/^ {2}([a-z]\w*) /gm)].map(([, column = '']) => column),
    ]),
  )
}

test('a whole store moves from its file to PostgreSQL, and goes on there', async () => {
  let status = 400
  using shop = await receiver((_call, response) => response.writeHead(status).end())
  await using folder = await dataFolder()
  await using database = await newDatabase()
  using cli = commandLine({ ROSTER_DATA: folder.path })
  const dialects = await loadDialects()
  const world = await folder.withStore((store) =>
    newWorkspace(store, dialects, { indexedAttributes: ['city'] }),
  )
  const token = world.tokens.native?.token ?? ''
  const copy = () => cli.run('copy', '--to', database.url)
  let told: JsonObject
  let kept: JsonObject
  {
    await using server = await folder.start()
    const native = nativeClient(server.url, token)
    kept = await fill({ cli, folder, world, native, url: server.url, shop })
    const inUse = await copy()
    assert.deepEqual([inUse.code, /Another Roster serves/.test(inUse.err)], [3, true], inUse.err)
    told = await everything(server.url, native, world)
  }
  // What the server does in the background, so that what it makes of it is there to be copied.
  await folder.withStore(async (store) => {
    await store.fillIndexes()
    await store.rollUpEvents(Date.now() + 3_600_000)
  })
  // As a history of five hundred events would leave it.
  const file = openDatabase(join(folder.path, 'roster.db'), 'write')
  file.exec(`
    INSERT INTO histories (workspace_id, subject, first_event, last_event, kinds, events)
    SELECT id, 1, 1, 3, '[["a.b","native",null,0]]', '[0,0,2,0]' FROM workspaces`)
  file.close()
  await refusals(cli, database)

  const dry = await cli.json(['copy', '--to', database.url, '--dry-run'])
  const copied = await cli.json(['copy', '--to', database.url])
  const counts = (report: JsonObject) =>
    (report.tables as { table: string; rows: number }[]).filter(({ rows }) => rows > 0)
  assert.deepEqual(counts(dry), counts(copied))
  const empty = copied.tables.filter(({ rows }: { rows: number }) => rows === 0)
  const names = empty.map(({ table }: { table: string }) => table)
  // What is there for a moment only, and what rules of another kind leave.
  const passing = ['destination_notices', 'index_fills', 'rule_counts']
  assert.deepEqual(names.sort(), passing, 'all others have rows')
  const again = await copy()
  assert.deepEqual([again.code, /not empty/.test(again.err)], [3, true], again.err)

  const env = { ROSTER_DATABASE_URL: database.url }
  const other = { ...env, ROSTER_SECRET_KEY: '99'.repeat(32) }
  await assert.rejects(folder.start({ env: other }), /secret key with the fingerprint/)
  // What is due waits until everything was compared.
  await using server = await folder.start({ env: { ...env, ROSTER_WORKER: 'off' } })
  const native = nativeClient(server.url, token)
  const now = await everything(server.url, native, world)
  for (const [path, answer] of Object.entries(told)) {
    assert.equal(pretty(now[path]), pretty(answer), path)
  }

  using there = commandLine({ ROSTER_DATA: folder.path, ...env })
  const { findings } = JSON.parse((await there.run('doctor', '--json')).out)
  const bad = findings.filter(({ state }: { state: string }) => state === 'fail')
  assert.deepEqual(bad, [])
  status = 200
  await using _work = await spawnWork({ ROSTER_DATA: folder.path, ...env })
  await goesOn({ native, world, url: server.url, shop, kept })
})

const pretty = (value: unknown) => JSON.stringify(value, null, 1)

interface Filling {
  cli: ReturnType<typeof commandLine>
  folder: DataFolder
  world: NewWorkspace
  native: NativeClient
  url: string
  shop: Receiver
}

const people = [1, 2, 3].map((n) => ({ userId: `u${n}`, email: `u${n}@x.org` }))

/** By every dialect, and so that no table is left empty but those of what is under way. */
async function fill({ cli, folder, world, native, url, shop }: Filling): Promise<JsonObject> {
  const rules = join(folder.path, 'rules.json')
  writeFileSync(rules, rulesFile(shop.url))
  const { name } = world.workspace
  const applied = await cli.run('rules', 'apply', rules, '--workspace', name)
  assert.equal(applied.code, 0, applied.err)
  assert.equal((await cli.run('rules', 'disable', 'keep', '--workspace', name)).code, 0)
  for (const [dialect, call] of Object.entries(setters)) {
    for (const person of people) {
      const { path, ...request } = call(world, person, { city: `Gent ${dialect}` })
      const answer = await fetch(`${url}${path}`, request as RequestInit)
      assert.ok(answer.ok, `${dialect}: ${answer.status} ${await answer.text()}`)
    }
  }
  // More than one block of the database's, in one of the file's.
  for (const part of [0, 1, 2]) {
    const profiles = Array.from({ length: 400 }, (_, n) => ({
      by: { kind: 'user_id', value: `many-${part}-${n}` },
      set: {
        city: n % 7 === 0 ? 'Lier' : 'Gent',
        n: n / 3,
        first_name: `Žofie ${n}`,
        text: 'žluťoučký 🐎\n"kůň"',
      },
      tags: n % 5 === 0 ? ['vip'] : [],
    }))
    const { body } = await native('POST', '/profiles/bulk', { profiles })
    assert.equal(body.results?.length ?? body.data?.length, 400, JSON.stringify(body).slice(0, 300))
  }
  const id = async (user: string) => (await native('GET', `/profiles/by/user_id/${user}`)).body.id
  const once = { 'idempotency-key': 'once-1' }
  const kept = await native('PUT', '/profiles/by/crm.id/x1', { set: { city: 'Ath' } }, once)
  const merging = { from: [{ id: kept.body.profile.id }] }
  assert.equal((await native('POST', `/profiles/${await id('u1')}/merge`, merging)).status, 200)
  const held = { from: [{ id: await id('u3') }] }
  assert.equal((await native('POST', `/profiles/${await id('u2')}/merge`, held)).status, 409)
  const gone = await id('many-0-3')
  assert.equal((await native('POST', `/profiles/${gone}/erase`, { confirm: gone })).status, 200)
  await usercom(url, world, 'POST', '/companies/', { company_id: 'c1', name: 'Acme' })
  const event = (type: string, n: number) => ({ type, body: { email: people[0]?.email, n } })
  await sendEvents(url, world, [
    event('shop.call', 1),
    event('shop.call', 2),
    event('shop.cart', 3),
  ])
  await sendEvents(url, world, [{ type: 'shop.nobody', body: { email: 'no@x.org' } }])
  const state = async (state: string) =>
    (await native('GET', `/deliveries?state=${state}`)).body.data
  await until('the calls are dead', async () => (await state('dead')).length === 2)
  const deaths = async () => (await native('GET', '/events?type=delivery.dead')).body.data
  await until('that is told', async () => (await deaths()).length > 0)
  assert.equal((await native('POST', '/destinations/shop/pause')).status, 200)
  await sendEvents(url, world, [event('shop.call', 4), event('shop.call', 5)])
  assert.equal((await state('pending')).length + (await state('queued')).length, 2)
  return kept.body
}

function rulesFile(url: string): string {
  const find = { action: 'find-profile', with: { email: '{{ event.email }}' } }
  const json = { n: '{{ event.n | json }}' }
  return JSON.stringify({
    destinations: [{ name: 'shop', type: 'webhook', url, allow_private: true, rate: '100/s' }],
    rules: [
      { name: 'keep', on: ['x.never'], steps: [find] },
      {
        name: 'call',
        on: ['shop.call'],
        steps: [find, { action: 'webhook', with: { destination: 'shop', json } }],
      },
      {
        name: 'wait',
        on: ['shop.cart'],
        steps: [find, { wait: 'PT20S' }, { action: 'add-tag', with: { tag: 'waited' } }],
      },
    ],
  })
}

async function usercom(
  url: string,
  { tokens }: NewWorkspace,
  method: string,
  path: string,
  body?: JsonObject,
): Promise<unknown> {
  const answer = await fetch(`${url}/api/public${path}`, {
    method,
    headers: {
      authorization: `Token ${tokens.usercom?.token}`,
      'content-type': 'application/json',
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  assert.ok(answer.ok, `${path}: ${answer.status}`)
  return answer.json()
}

/** What is asked before the copy and after it; times of "now" are in none of it. */
const asked = [
  '/profiles?limit=100',
  '/profiles?kind=user_id&value=u2',
  `/profiles?limit=200&where=${encodeURIComponent('{"profile":"city","is":"Lier"}')}`,
  `/profiles?limit=200&where=${encodeURIComponent('{"tag":"vip"}')}`,
  '/profiles/by/user_id/u1',
  '/profiles/by/crm.id/x1',
  '/events?limit=100',
  '/events?limit=100&type=shop.call',
  '/deliveries?limit=100',
  '/deliveries/1',
  '/runs',
  '/held-merges',
  '/companies',
  '/rules',
  '/rules/keep/versions',
  '/tokens',
  '/destinations',
  '/workspace',
  '/audit?limit=100',
]

async function everything(url: string, native: NativeClient, world: NewWorkspace) {
  const answers: { [path: string]: JsonObject } = {}
  for (const path of asked) {
    const { status, body } = await native('GET', path)
    assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`)
    answers[path] = body
  }
  const { id } = (await native('GET', '/profiles/by/user_id/u1')).body
  for (const part of ['timeline', 'history', 'provenance']) {
    answers[part] = (await native('GET', `/profiles/${id}/${part}`)).body
  }
  for (const [dialect, { request }] of Object.entries(readers)) {
    for (const person of people) {
      const { path, ...rest } = request(world, person)
      const answer = await fetch(`${url}${path}`, rest as RequestInit)
      assert.equal(answer.status, 200)
      answers[`${dialect} ${person.userId}`] = (await answer.json()) as JsonObject
    }
  }
  answers.company = (await usercom(url, world, 'GET', '/companies-by-id/c1/')) as JsonObject
  const authorization = `Bearer ${world.tokens.copernica?.token}`
  for (const path of ['/v4/identity', '/v4/databases']) {
    const answer = await fetch(`${url}${path}`, { headers: { authorization } })
    assert.equal(answer.status, 200, path)
    answers[path] = (await answer.json()) as JsonObject
  }
  return answers
}

/** In the way of a copy; each leaves the database as it was. */
async function refusals(cli: Filling['cli'], database: TestDatabase): Promise<void> {
  const other = new pg.Client({ connectionString: database.url })
  await other.connect()
  try {
    await other.query("INSERT INTO audit VALUES (1, 1, 1, '', '', '', '', '', '')")
    for (const more of [[], ['--dry-run']]) {
      const full = await cli.run('copy', '--to', database.url, ...more)
      assert.deepEqual([full.code, /in its table audit/.test(full.err)], [3, true], full.err)
    }
    await other.query('DELETE FROM audit')
    // Ended in its middle, where the table that comes next is somebody else's at first.
    await other.query('BEGIN; LOCK TABLE lanes')
    const { child, ended } = cli.start('copy', '--to', database.url)
    const waiting = `SELECT 1 FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND datname = current_database()`
    await until('it waits', async () => {
      if (child.exitCode !== null) assert.fail((await ended).err)
      // By another connection: a transaction sees one state of this.
      return (await database.query(waiting)).length > 0
    })
    child.kill('SIGKILL')
    await ended
    await other.query('ROLLBACK')
    const { rows } = await other.query('SELECT count(*)::integer AS left FROM events')
    assert.equal(rows[0].left, 0)
  } finally {
    await other.end()
  }
}

interface Going extends Pick<Filling, 'native' | 'world' | 'url' | 'shop'> {
  /** The answer to the call with an idempotency key. */
  kept: JsonObject
}

/** The file's successor does what the file would have done. */
async function goesOn({ native, world, url, shop, kept }: Going): Promise<void> {
  const last = async () => (await native('GET', '/events?limit=1&order=desc')).body.data[0]?.id
  const audit = (await native('GET', '/audit?limit=1')).body.data[0].id
  await until('the run goes on', async () => {
    const { body } = await native('GET', '/profiles/by/user_id/u1')
    return body.tags.includes('waited')
  })
  const repeated = await native(
    'PUT',
    '/profiles/by/crm.id/x1',
    { set: { city: 'Ath' } },
    { 'idempotency-key': 'once-1' },
  )
  assert.deepEqual(repeated.body, { ...kept, repeated: true })
  const calls = shop.calls.length
  assert.equal((await native('POST', '/destinations/shop/resume')).status, 200)
  await until('what was owed is sent', () => shop.calls.length === calls + 2)
  assert.deepEqual(
    shop.calls.slice(calls).map(({ body }) => body),
    ['{"n":4}', '{"n":5}'],
  )
  assert.equal((await native('POST', '/deliveries/1/redeliver')).status, 200)
  await until('the dead one is sent again', () => shop.calls.length === calls + 3)
  assert.equal(shop.calls.at(-1)?.id, shop.calls[0]?.id)
  const before = await last()
  const body = { email: 'new@x.org', user_id: 'new' }
  await sendEvents(url, world, [{ type: 'user.update', body }])
  assert.equal(await last(), before + 1)
  assert.equal((await native('GET', '/audit?limit=1')).body.data[0].id, audit + 2)
}
