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
import { load } from './deliver-load.ts'

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
const wide = { concurrency: 256, retry: { first: 'PT1S' } }

await using receiver = await startReceiver()
const results = {
  engine: engine.name,
  ...(await drain(receiver)),
  ...(await idle(receiver)),
  ...(await beside(receiver)),
  ...(Number(values.runs) > 0 ? await waitingRuns(Number(values.runs)) : {}),
}
process.stdout.write(`${JSON.stringify(results)}\n`)

/** So many are due at once: how many go out in a second, attempts durable. */
async function drain(receiver: BenchReceiver) {
  await using folder = await dataFolder(engine)
  const world = await prepared(folder, receiver.url)
  await folder.withStore((store) => plan(store, world.workspace.id, deliveries))
  const before = (await receiver.read()).count
  await using _roster = await folder.start({ env, outputFile: `${folder.path}/log` })
  const began = Date.now()
  for (;;) {
    const { count, lastAt } = await receiver.read()
    if (count - before >= deliveries) {
      const perSecond = Math.round((count - before) / ((lastAt - began) / 1_000))
      return { deliveries, perSecond }
    }
    await sleep(100)
  }
}

/** One event at a time: from its commit, as its caller sees it, to its call. */
async function idle(receiver: BenchReceiver) {
  await using folder = await dataFolder(engine)
  const world = await prepared(folder, receiver.url)
  await using roster = await folder.start({ env, outputFile: `${folder.path}/log` })
  await receiver.read()
  const wanted = (await receiver.read()).count + Number(values.idle)
  for (let n = 0; n < Number(values.idle); n++) {
    await tell(roster.url, world, { at: Date.now(), n })
    await sleep(10)
  }
  while ((await receiver.read(false)).count < wanted) await sleep(20)
  const delays = receiver.delays.toSorted((a, b) => a - b).slice(0, Number(values.idle))
  const at = (q: number) => delays[Math.min(delays.length - 1, Math.floor(delays.length * q))]
  return { requestToCallMs: { p50: at(0.5), p99: at(0.99), max: delays.at(-1) } }
}

/** Writing at full speed, without deliveries and while some go out all the time. */
async function beside(receiver: BenchReceiver) {
  await using folder = await dataFolder(engine)
  const world = await prepared(folder, receiver.url)
  const alone = await withServer(folder, (url) => load(url, world, { connections, seconds }))
  await folder.withStore((store) => plan(store, world.workspace.id, deliveries))
  const while_ = await withServer(folder, async (url) => {
    const from = (await receiver.read()).count
    const began = Date.now()
    const perSecond = await load(url, world, { connections, seconds })
    const gone = (await receiver.read()).count - from
    return { perSecond, delivered: Math.round(gone / ((Date.now() - began) / 1_000)) }
  })
  const ratio = Math.round((while_.perSecond / alone) * 100) / 100
  const ingest = { alone, whileDelivering: while_.perSecond, ratio }
  return { ingest, deliveredMeanwhilePerSecond: while_.delivered }
}

/** A claim of runs while so many wait. */
async function waitingRuns(count: number) {
  await using folder = await dataFolder(engine)
  const world = await folder.newWorkspace()
  return await folder.withStore(async (store) => {
    const id = world.workspace.id
    const steps = [{ wait: 'P1D' }, { stop: true as const }]
    await store.replaceRules(id, [{ name: 'waits', on: ['shop.told'], steps }])
    await plan(store, id, count)
    const times: number[] = []
    for (let n = 0; n < 50; n++) {
      const began = performance.now()
      await store.claimRuns(256)
      times.push(performance.now() - began)
    }
    return { waitingRuns: count, claimRunsMs: Math.round(Math.max(...times) * 100) / 100 }
  })
}

async function prepared(folder: DataFolder, url: string): Promise<NewWorkspace> {
  const world = await folder.newWorkspace()
  const yaml = JSON.parse(tellAll([{ name: 'told', url, ...wide }])) as {
    rules: { name: string; steps: object[] }[]
  }
  // About nobody, so that no lane holds them up.
  const [keep] = yaml.rules
  const with_ = { destination: 'told', json: { at: '{{ event.at | json }}' } }
  const rule = { name: 'told', on: ['shop.told'], steps: [{ action: 'webhook', with: with_ }] }
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
  const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'] })
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
