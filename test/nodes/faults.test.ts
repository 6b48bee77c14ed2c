import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { outcome, verifyWrites } from '../crash/verify-writes.ts'
import { WriteLoad } from '../crash/write-load.ts'
import { commitAsked, commitDone, FaultProxy } from '../kit/fault-proxy.ts'
import { until } from '../kit/follow-up-site.ts'
import { send, type WireRequest } from '../kit/http-client.ts'
import { type Nodes, startNodes } from '../kit/nodes.ts'
import { setters } from '../kit/person-calls.ts'
import { type PostgresServer, startPostgres } from '../kit/postgres-server.ts'
import { readLog } from '../kit/read-log.ts'
import { person } from './scenarios.ts'
import { counted, survive, waitFor } from './survive.ts'

const long = process.env.ROSTER_TEST_LONG === '1'
/** How long a fault lasts that comes in many small pieces. */
const piecesMs = long ? 20_000 : 1_200

describe('three nodes with a network that fails between them and the database', () => {
  let server: PostgresServer
  let proxies: FaultProxy[]
  let nodes: Nodes

  before(async () => {
    server = await startPostgres()
    const databaseUrl = server.url('postgres')
    proxies = await Promise.all([1, 2, 3].map(() => FaultProxy.start(databaseUrl)))
    nodes = await startNodes(
      proxies.map(({ url }) => ({ url })),
      { databaseUrl },
    )
  })
  after(async () => {
    await nodes[Symbol.asyncDispose]()
    await Promise.all(proxies.map((proxy) => proxy.close()))
    await server.stop()
  })

  test('connections that are reset, again and again', async (t) => {
    const writes = await survive(nodes, {
      begin: () => {},
      last: () => again(() => proxies.forEach((proxy) => void proxy.reset())),
      end: () => {},
    })
    t.diagnostic(counted(writes))
    assert.ok(
      writes.some((write) => outcome(write) !== 'stored'),
      'the fault was felt',
    )
  })

  test('backends that are killed, again and again', async (t) => {
    const writes = await survive(nodes, {
      begin: () => {},
      last: () => again(() => ask(server, killBackends)),
      end: () => {},
    })
    t.diagnostic(counted(writes))
    assert.ok(
      writes.some((write) => outcome(write) !== 'stored'),
      'the fault was felt',
    )
  })

  for (const [name, trap] of Object.entries({ commitDone, commitAsked })) {
    test(`${name}: a commit whose answer is lost, or that is lost itself, is called unknown`, async (t) => {
      let count = 0
      const spring = () => (++count % 7 === 0 ? ('cut' as const) : ('pass' as const))
      const undo: (() => void)[] = []
      const writes = await survive(nodes, {
        begin: () => void undo.push(...proxies.map((proxy) => proxy.trap({ ...trap, spring }))),
        last: async () => {
          await sleep(piecesMs)
          await until('a commit was cut', () => count >= 7)
        },
        end: () => undo.forEach((remove) => void remove()),
      })
      t.diagnostic(counted(writes))
      const unknown = writes.filter(({ answer }) => answer?.status === 500)
      assert.ok(unknown.length > 0, 'the fault was felt')
      for (const { answer } of unknown) assert.match(String(answer?.text), /unknown/)
    })
  }

  test('a slow and narrow network costs time and nothing else', async (t) => {
    const slow = (delayMs: number, bytesPerSecond: number) => {
      for (const proxy of proxies) Object.assign(proxy, { delayMs, bytesPerSecond })
    }
    const writes = await survive(nodes, {
      begin: () => slow(20, 200_000),
      last: () => sleep(piecesMs),
      end: () => slow(0, Number.POSITIVE_INFINITY),
    })
    t.diagnostic(counted(writes))
    assert.ok(writes.length > 0)
    for (const write of writes) assert.equal(outcome(write), 'stored', String(write.answer?.text))
  })

  test('nodes that hear nothing, or are not heard, are away alone, and come back', async (t) => {
    const [deaf, dumb] = proxies as [FaultProxy, FaultProxy]
    const writes = await survive(nodes, {
      begin: () => {
        deaf.hold('replies')
        dumb.hold('questions')
      },
      away: [0, 1],
      // What the lost nodes had locked is let go of by the database, and not by them.
      last: async ([, , load]) => {
        const now = performance.now()
        const well = () =>
          load?.writes.some((write) => write.sentAt > now && outcome(write) === 'stored')
        await waitFor('the third node writes', () => well() === true)
      },
      end: () => {
        deaf.release()
        dumb.release()
      },
    })
    t.diagnostic(counted(writes))
  })

  test('a node that cannot connect is away alone, and comes back', async (t) => {
    const [proxy] = proxies as [FaultProxy]
    const writes = await survive(nodes, {
      begin: () => {
        proxy.refusing = true
        proxy.reset()
      },
      away: [0],
      last: () => sleep(200),
      end: () => {
        proxy.refusing = false
      },
    })
    t.diagnostic(counted(writes))
  })

  for (const how of ['fast', 'immediate'] as const) {
    test(`a database that is restarted (${how})`, async (t) => {
      let restarted: Promise<void> = Promise.resolve()
      const writes = await survive(nodes, {
        begin: async () => {
          restarted = server.restart(how, 2_500)
          await waitFor('nobody is let in', () => ask(server, 'SELECT 1').then(no, yes))
        },
        away: [0, 1, 2],
        last: () => restarted,
        end: () => {},
      })
      t.diagnostic(counted(writes))
    })
  }

  test('a database that stands still', async (t) => {
    let stopped: Awaited<ReturnType<PostgresServer['pause']>> | null = null
    const writes = await survive(nodes, {
      begin: async () => {
        stopped = await server.pause()
      },
      away: [0, 1, 2],
      last: () => sleep(200),
      end: () => stopped?.resume(),
    })
    t.diagnostic(counted(writes))
  })

  test('a node that is killed under load loses nothing, and the others go on', async (t) => {
    let acknowledged = 0
    for (let kill = 0; kill < (long ? 20 : 1); kill++) {
      const workspace = await nodes.newWorkspace()
      const doomed = await nodes.start()
      const load = new WriteLoad(doomed.url, workspace.tokens, { connections: 8, name: 'doomed' })
      const others = nodes.urls
        .slice(0, 2)
        .map((url, n) => new WriteLoad(url, workspace.tokens, { connections: 4, name: `n${n}-` }))
      await load.answered(60)
      await sleep(Math.random() * 200)
      doomed.kill('SIGKILL')
      await load.ended
      await doomed.exited
      const now = performance.now()
      for (const other of others) {
        const went = () =>
          other.writes.some((write) => write.sentAt > now && outcome(write) === 'stored')
        await waitFor('the others write', went)
        other.stop()
        await other.ended
      }
      const people = [load, ...others].flatMap((one) => one.people)
      acknowledged += await verifyWrites(nodes.store, workspace.workspace.id, people)
    }
    t.diagnostic(`${acknowledged} acknowledged writes, each found whole`)
  })

  for (const [name, trap] of Object.entries({ commitAsked, commitDone })) {
    test(`${name}: a call whose node is killed while it commits is repeated at another, once`, async () => {
      for (const [dialect, call] of Object.entries(setters)) {
        const workspace = await nodes.newWorkspace()
        const { id } = workspace.workspace
        await using proxy = await FaultProxy.start(server.url('postgres'))
        const doomed = await nodes.start({ url: proxy.url })
        const plain = call(workspace, person('k'), { n: 1 })
        const request: WireRequest = {
          ...plain,
          headers: { ...plain.headers, 'idempotency-key': 'once' },
        }
        // So that the next commit is that of the call.
        assert.ok((await send(doomed.url, call(workspace, person('other'), {}))).status < 300)
        proxy.trap({
          ...trap,
          spring: () => {
            doomed.kill('SIGKILL')
            return 'cut'
          },
        })
        await assert.rejects(send(doomed.url, request), 'the caller has no answer')
        await doomed.exited
        let answer = await send(nodes.urls[0] as string, request)
        await waitFor('the key is free', async () => {
          // The database needs a moment to notice that the node is gone.
          if (answer.headers['retry-after'] === undefined) return true
          assert.equal(answer.status, dialect === 'copernica' ? 400 : 409, answer.text)
          answer = await send(nodes.urls[0] as string, request)
          return false
        })
        assert.ok(answer.status < 300, answer.text)
        const committed = trap === commitDone
        assert.equal(answer.headers['idempotent-replayed'], committed ? 'true' : undefined)
        const third = await send(nodes.urls[1] as string, request)
        assert.deepEqual([third.status, third.text], [answer.status, answer.text])
        const made = (await readLog(nodes.store, id)).filter(
          ({ idempotencyKey, cause }) => idempotencyKey === 'once' && cause === null,
        )
        assert.equal(made.length, 1, dialect)
      }
    })
  }
})

const killBackends = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE application_name = 'roster' AND pid <> pg_backend_pid()`

const yes = () => true
const no = () => false

async function again(disturb: () => unknown): Promise<void> {
  const until = performance.now() + piecesMs
  while (performance.now() < until) {
    await disturb()
    await sleep(60 + Math.random() * 60)
  }
}

async function ask(server: PostgresServer, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url('postgres') })
  await client.connect()
  await client.query(text)
  await client.end()
}
