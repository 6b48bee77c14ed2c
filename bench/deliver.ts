import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { WorkspaceId } from '../src/core/profile.ts'
import type { FullStore } from '../src/storage/open-store.ts'
import { type DataFolder, dataFolder } from '../test/kit/data-folder.ts'
import { engines } from '../test/kit/engines.ts'
import { applyRules, tellAll, withKey } from '../test/kit/follow-up-site.ts'
import type { NewWorkspace } from '../test/kit/new-workspace.ts'
import { startPostgres } from '../test/kit/postgres-server.ts'
import { spawnWork } from '../test/kit/spawn-roster.ts'
import { diskFolder } from '../test/kit/temp-folder.ts'
import { againstEcho } from './deliver-echo.ts'
import { load } from './deliver-load.ts'
import { waitingRuns } from './deliver-runs.ts'
import { watchWork } from './watch-work.ts'

/*
 * How fast deliveries go out, and what they cost those who write: a server, a receiver and the load
 * each in a process of its own. One line of JSON at the end.
 */
const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'sqlite' },
    deliveries: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '8' },
    connections: { type: 'string', default: '64' },
    idle: { type: 'string', default: '300' },
    runs: { type: 'string', default: '0' },
    rounds: { type: 'string', default: '3' },
    /** Processes of `roster work` beside a server that does not deliver itself, `1,2` in turn. */
    works: { type: 'string', default: '0' },
    /** How long the receiver takes over a call, and how many a process makes at once. */
    answer: { type: 'string', default: '0' },
    flight: { type: 'string', default: '' },
    only: { type: 'string', default: 'drain,idle,beside,tenth' },
  },
})
const deliveries = Number(values.deliveries)
const seconds = Number(values.seconds)
const connections = Number(values.connections)
const engine = engines.find(({ name }) => name === values.engine)
if (!engine) throw new Error(`There is no engine ${values.engine}.`)

const source = { dialect: 'cli', token: null, request: null }
/** A connection that is closed after so many calls would count as an error of the load. */
const env = { ...withKey, ROSTER_REQUESTS_PER_CONNECTION_MAX: '0' }
const actor = { via: 'cli', name: 'bench', request: null } as const
/** A node looks that often at what was changed elsewhere, and finishes what it has begun. */
const settleMs = 1_500
const wide = { concurrency: 256, retry: { first: 'PT1S' } }

// The suite's own server waits for no disk.
const database = engine.name === 'postgres' ? await startPostgres() : null
if (database) process.env.ROSTER_TEST_POSTGRES_URL = database.url('postgres')
await using receiver = await startReceiver()
const parts = new Map(Object.entries({ drain, idle, beside, tenth }))
const results: { [name: string]: unknown } = { engine: engine.name }
for (const name of values.only.split(',').filter((each) => each !== '')) {
  const measure = parts.get(name)
  if (!measure) throw new Error(`There is no part ${name}.`)
  Object.assign(results, await measure(receiver))
}
const runs = Number(values.runs)
if (runs > 0) Object.assign(results, await waitingRuns(engine, runs))
process.stdout.write(`${JSON.stringify(results)}\n`)

/** So many are due at once: how many go out in a second, attempts durable. */
async function drain(receiver: BenchReceiver) {
  const drained: unknown[] = []
  for (const works of values.works.split(',').map(Number)) {
    drained.push(await drainBy(works, receiver))
  }
  return { drained }
}

async function drainBy(works: number, receiver: BenchReceiver) {
  await using folder = await dataFolder(engine, diskFolder())
  const world = await prepared(folder, receiver.url)
  await folder.withStore((store) => plan(store, world.workspace.id, deliveries))
  const before = (await receiver.read()).count
  const serves = works > 0 ? { ...env, ROSTER_WORKER: 'off' } : env
  await using roster = await folder.start({ env: serves, outputFile: `${folder.path}/log` })
  const starting = Date.now()
  const flight = values.flight ? { ROSTER_DELIVERIES_IN_FLIGHT_MAX: values.flight } : {}
  const worker = { ...folder.env, ...env, ...flight }
  const working = await Promise.all(Array.from({ length: works }, () => spawnWork(worker)))
  const pids = works > 0 ? working.map(({ pid }) => pid) : [roster.pid]
  // The start of a process of its own is not what is asked for.
  const [began, early] =
    works > 0 ? [Date.now(), (await receiver.read()).count] : [starting, before]
  const watch = await watchWork(folder.url.startsWith('postgres') ? folder.url : null, pids)
  for (;;) {
    const { count, lastAt } = await receiver.read()
    if (count - before >= deliveries) {
      const perSecond = Math.round((count - early) / ((lastAt - began) / 1_000))
      const watched = await watch.stop()
      for (const work of working) await work.stop()
      return { deliveries, works, perSecond, ...watched }
    }
    await sleep(100)
  }
}

/** One event at a time: from its request, and from its answer, to its call. */
async function idle(receiver: BenchReceiver) {
  await using folder = await dataFolder(engine, diskFolder())
  const world = await prepared(folder, receiver.url)
  await using roster = await folder.start({ env, outputFile: `${folder.path}/log` })
  await receiver.read()
  const warm = 50
  const wanted = (await receiver.read()).count + Number(values.idle) + warm
  const answered: number[] = []
  for (let n = 0; n < Number(values.idle) + warm; n++) {
    const at = Date.now()
    await tell(roster.url, world, { at, n })
    answered.push(Date.now() - at)
    await sleep(10)
  }
  while ((await receiver.read(false)).count < wanted) await sleep(20)
  // Each waits for its own answer, so that calls come in order; the first find everything cold.
  const delays = receiver.delays.slice(warm)
  const first = Math.max(...receiver.delays.slice(0, warm))
  const afterAnswer = delays.map((delay, n) => Math.max(0, delay - (answered[warm + n] ?? 0)))
  return {
    requestToCallMs: percentiles(delays),
    answerToCallMs: percentiles(afterAnswer),
    firstCallsMsMax: first,
  }
}

function percentiles(times: readonly number[]) {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) }
}

/**
 * Writing at full speed, without deliveries and while some go out all the time: in turn, by pausing
 * their destination, so that a slow minute of the machine hits both.
 */
async function beside(receiver: BenchReceiver) {
  await using folder = await dataFolder(engine, diskFolder())
  const world = await prepared(folder, receiver.url)
  const { id } = world.workspace
  const turn = (state: 'active' | 'paused') =>
    folder.withStore((store) => store.setDestinationState(id, 'told', state, actor))
  await turn('paused')
  await folder.withStore((store) => plan(store, id, deliveries))
  return await withServer(folder, async (url) => {
    const rounds: { alone: number; beside: number; ratio: number; delivered: number }[] = []
    await load(url, world, { connections, seconds })
    for (let round = 0; round < Number(values.rounds); round++) {
      await turn('active')
      await sleep(settleMs)
      const from = (await receiver.read()).count
      const began = Date.now()
      const beside = await load(url, world, { connections, seconds })
      const gone = (await receiver.read()).count - from
      const delivered = Math.round(gone / ((Date.now() - began) / 1_000))
      await turn('paused')
      await sleep(settleMs)
      const alone = await load(url, world, { connections, seconds })
      rounds.push({ alone, beside, ratio: Math.round((beside / alone) * 100) / 100, delivered })
    }
    const ratios = rounds.map(({ ratio }) => ratio).sort((a, b) => a - b)
    return { ingest: { ratio: ratios[ratios.length >> 1], rounds } }
  })
}

/** Writing at full speed where a rule sends a webhook for every tenth, against a bare server. */
async function tenth(receiver: BenchReceiver) {
  await using folder = await dataFolder(engine, diskFolder())
  const world = await prepared(folder, receiver.url, {
    ...{ on: ['user.update'], when: { event: 'tenth', is: 0 } },
  })
  const rounds = Number(values.rounds)
  const options = { connections, seconds, rounds }
  return await withServer(folder, async (url) => ({
    tenthWithWebhook: await againstEcho(url, world, options),
  }))
}

async function prepared(
  folder: DataFolder,
  url: string,
  trigger: object = { on: ['shop.told'] },
): Promise<NewWorkspace> {
  const world = await folder.newWorkspace()
  const yaml = JSON.parse(tellAll([{ name: 'told', url, ...wide }])) as {
    rules: { name: string; steps: object[] }[]
  }
  // About nobody, so that no lane holds them up.
  const [keep] = yaml.rules
  const with_ = { destination: 'told', json: { at: '{{ event.at | json }}' } }
  const rule = { name: 'told', ...trigger, steps: [{ action: 'webhook', with: with_ }] }
  const text = JSON.stringify({ ...yaml, rules: [keep, rule] })
  await folder.withStore((store) => applyRules(store, world.workspace.id, text))
  return world
}

/** Events of which each is told, written without a server. */
async function plan(store: FullStore, id: WorkspaceId, count: number): Promise<void> {
  const record = { kind: 'record-event' as const, type: 'shop.told', identifiers: [], source }
  for (let n = 0; n < count; n += 1_000) {
    const some = Array.from({ length: Math.min(1_000, count - n) }, (_, at) => {
      return store.apply(id, { ...record, attributes: { n: n + at } })
    })
    await Promise.all(some)
  }
}

async function withServer<T>(folder: DataFolder, use: (url: string) => Promise<T>): Promise<T> {
  await using roster = await folder.start({ env, outputFile: `${folder.path}/log` })
  return await use(roster.url)
}

async function tell(url: string, { tokens }: NewWorkspace, body: object): Promise<void> {
  const response = await fetch(`${url}/v4/events/shop/told`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${tokens.copernica?.token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  })
  await response.arrayBuffer()
}

interface BenchReceiver extends AsyncDisposable {
  url: string
  delays: number[]
  read(fresh?: boolean): Promise<{ count: number; lastAt: number }>
}

async function startReceiver(): Promise<BenchReceiver> {
  const path = fileURLToPath(new URL('./deliver-receiver.ts', import.meta.url))
  const child = spawn(process.execPath, [path, values.answer], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string]
  const delays: number[] = []
  return {
    url,
    delays,
    async read(fresh = true) {
      const response = await fetch(url)
      const found = (await response.json()) as { count: number; lastAt: number; delays: number[] }
      if (fresh) delays.length = 0
      delays.push(...found.delays)
      return found
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}
