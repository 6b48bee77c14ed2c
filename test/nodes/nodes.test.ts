import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { openStore } from '../../src/storage/open-store.ts'
import type { Answer } from '../kit/answer-parser.ts'
import { Connection, send, type WireRequest } from '../kit/http-client.ts'
import { type Nodes, startNodes } from '../kit/nodes.ts'
import { setters } from '../kit/person-calls.ts'
import { readLog } from '../kit/read-log.ts'
import { reconcile } from '../kit/reconcile.ts'
import { spawnRoster } from '../kit/spawn-roster.ts'
import { tempFolder } from '../kit/temp-folder.ts'
import { disjointUpdates, firstCalls, followLog, person, readYourWrites } from './scenarios.ts'

const long = process.env.ROSTER_TEST_LONG === '1'
const decision = new URL('../../src/decision.ts', import.meta.url)

describe('three nodes on one database', () => {
  let nodes: Nodes
  before(async () => {
    nodes = await startNodes([{}, {}, {}])
  })
  after(() => nodes[Symbol.asyncDispose]())

  const world = async () => ({
    urls: nodes.urls,
    store: nodes.store,
    workspace: await nodes.newWorkspace(),
  })

  test('64 first calls at once about one person make one profile, once', async () => {
    const here = await world()
    await firstCalls(here, long ? 200 : 15)
    await reconcile(here.store, here.workspace.workspace.id)
  })

  test('updates of different attributes all survive, and the version counts every one', async () => {
    const here = await world()
    await disjointUpdates(here, long ? 100 : 20)
    await reconcile(here.store, here.workspace.workspace.id)
  })

  test('what one node acknowledged, every other shows at once', async () => {
    await readYourWrites(await world(), long ? 500 : 60)
  })

  test('a reader of the log by its ids sees every event once and in order', async () => {
    await using reader = await storeAt(nodes.databaseUrl)
    await followLog(await world(), reader, long ? 300 : 40)
  })

  test(`people that overlap never deadlock, for ${long ? 60 : 5} s`, async (t) => {
    const here = await world()
    const before = await deadlocks(nodes.databaseUrl)
    const written = await overlap(here.urls, here.workspace, long ? 60 : 5)
    assert.equal((await deadlocks(nodes.databaseUrl)) - before, 0)
    const events = await reconcile(here.store, here.workspace.workspace.id)
    t.diagnostic(`${written} calls, ${events.length} events, no deadlock`)
  })

  test('tokens, rules and settings that are changed beside them hold on all within a second', async () => {
    const { workspace } = await world()
    const { name } = workspace.workspace
    const call = (firstName: string) =>
      setters.copernica?.(workspace, person('c'), { firstname: firstName }) as WireRequest
    const settings = (value: string) =>
      nodes.run('workspace', 'settings', name, `unknownKeys=${value}`)

    for (const url of nodes.urls) assert.equal((await send(url, call('Ann'))).status, 201)
    await settings('ignore')
    await holdsEverywhere(async (url) => {
      const asked = setters.usercom?.(workspace, person('c'), { odd: url }) as WireRequest
      const answer = await send(url, asked)
      assert.ok(answer.status < 300, answer.text)
      return !answer.text.includes('"odd"')
    })
    await settings('create')

    using folder = tempFolder()
    const file = join(folder.path, 'rules.yaml')
    writeFileSync(file, 'rules: []\n')
    await nodes.run('rules', 'apply', file, '--workspace', name)
    await holdsEverywhere(async (url) => {
      const answer = await send(url, call(`Without rules at ${url}`))
      const id = Number(answer.headers['x-created'])
      return (await readLog(nodes.store, workspace.workspace.id, id as never)).length === 0
    })

    const made = await nodes.run(
      ...['token', 'create', '--dialect', 'copernica', '--workspace', name, '--json'],
    )
    const { token } = JSON.parse(made) as { token: string }
    const other = { ...call('Bea'), headers: { ...call('Bea').headers } }
    other.headers.authorization = `Bearer ${token}`
    await holdsEverywhere(async (url) => (await send(url, other)).status === 201)
    const [shown] = (await nodes.store.listTokens(workspace.workspace.id)).toReversed()
    await nodes.run('token', 'revoke', shown?.publicPart ?? '')
    await holdsEverywhere(async (url) => (await send(url, other)).status === 400)
  })

  test('a ticket that one node gave is good at the others', async () => {
    const { workspace } = await world()
    const [first, ...others] = nodes.urls
    const exchanged = await send(first ?? '', {
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ access_token: workspace.tokens.copernica?.token }),
    })
    assert.equal(exchanged.status, 200, exchanged.text)
    for (const url of others) {
      const headers = { authorization: `Bearer ${exchanged.text}` }
      const answer = await send(url, { method: 'GET', path: '/v4/identity', headers })
      assert.equal(answer.status, 200, answer.text)
    }
  })

  test('a node with another secret key refuses to start, and says why', async () => {
    using folder = tempFolder()
    const start = (env: { [name: string]: string }) =>
      spawnRoster({
        dataDir: folder.path,
        env: { ROSTER_DATABASE_URL: nodes.databaseUrl, ...env },
      }).then((roster) => roster.stop())
    await assert.rejects(
      start({ ROSTER_SECRET_KEY: randomBytes(32).toString('hex') }),
      /secret key with the fingerprint [0-9a-f]{16}.*same ROSTER_SECRET_KEY/s,
    )
    await assert.rejects(start({}), /same ROSTER_SECRET_KEY/, 'one that made its own key')
  })

  for (const dialect of Object.keys(setters)) {
    test(`${dialect}: of calls with one key at all nodes at once one is carried out`, async () => {
      const { store, workspace, urls } = await world()
      for (let round = 0; round < (long ? 100 : 8); round++) {
        const [last] = (await readLog(store, workspace.workspace.id)).toReversed()
        const request = keyed(dialect, workspace, `key-${round}`, round)
        const answers = await Promise.all(
          Array.from({ length: 24 }, (_, n) => send(urls[n % 3] as string, request)),
        )
        assertOneEffect(dialect, answers)
        const log = await readLog(store, workspace.workspace.id, last?.id ?? 0)
        assert.equal(log.filter(({ cause }) => cause === null).length, 1, `round ${round}`)
      }
    })
  }

  /** Within a second of now, at every node, and from then on. */
  async function holdsEverywhere(holds: (url: string) => Promise<boolean>): Promise<void> {
    const began = performance.now()
    await Promise.all(
      nodes.urls.map(async (url) => {
        for (;;) {
          const askedAt = performance.now()
          if (await holds(url)) return
          assert.ok(askedAt - began < 1_000, `${url} had not heard of it after a second`)
          await sleep(20)
        }
      }),
    )
  }
})

function keyed(
  dialect: string,
  workspace: Parameters<(typeof setters)[string]>[0],
  key: string,
  n: number,
): WireRequest {
  const request = setters[dialect]?.(workspace, person('keyed'), { n }) as WireRequest
  return { ...request, headers: { ...request.headers, 'idempotency-key': key } }
}

/** The one that was carried out, repeats of it, and those that came while it was under way. */
function assertOneEffect(dialect: string, answers: readonly Answer[]): void {
  const done = answers.filter(({ status }) => status < 300)
  const first = done.filter(({ headers }) => headers['idempotent-replayed'] === undefined)
  assert.equal(first.length, 1, 'one is carried out')
  for (const answer of done) assert.equal(answer.text, first[0]?.text)
  for (const answer of answers.filter(({ status }) => status >= 300)) {
    assert.equal(answer.status, dialect === 'copernica' ? 400 : 409, answer.text)
    assert.equal(answer.headers['retry-after'], '1')
  }
}

/** Calls of all dialects about a few people, who share addresses, until the time is up. */
async function overlap(
  urls: readonly string[],
  workspace: Parameters<(typeof setters)[string]>[0],
  seconds: number,
): Promise<number> {
  const until = performance.now() + seconds * 1_000
  const ways = Object.values(setters)
  let count = 0
  const write = async (seed: number) => {
    using connection = new Connection(urls[seed % urls.length] as string)
    for (let n = seed; performance.now() < until; n += 7) {
      const who = { userId: `u${n % 5}`, email: `p${(n * 3) % 7}@example.org` }
      const call = ways[n % ways.length] as (typeof ways)[number]
      const answer = await connection.request(call(workspace, who, { [`k${n % 9}`]: n }))
      // Two who claim one id at a time: the later one is refused, as it should be.
      assert.ok(answer.status < 300 || [400, 409].includes(answer.status), answer.text)
      count += 1
      if (answer.headers.connection === 'close') return
    }
  }
  // A connection is closed after its thousandth call; the next takes its place.
  const writeOn = async (seed: number) => {
    while (performance.now() < until) await write(seed)
  }
  await Promise.all(Array.from({ length: 36 }, (_, seed) => writeOn(seed)))
  return count
}

async function storeAt(url: string) {
  const store = await openStore(url, { decision, connectionsMax: 3 })
  return { ...store, [Symbol.asyncDispose]: () => store.close() }
}

async function deadlocks(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  // The statistics of a session are told when it is idle, and at most once a second.
  await client.query('SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()')
  const { rows } = await client.query(
    'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
  )
  await client.end()
  return Number(rows[0]?.deadlocks)
}
