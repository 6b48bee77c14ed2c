import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { seedPerson } from '../src/cli/seed-person.ts'
import type { ShownToken } from '../src/core/dialect.ts'
import { startPostgres } from '../test/kit/postgres-server.ts'
import { spawnRoster } from '../test/kit/spawn-roster.ts'
import { diskFolder } from '../test/kit/temp-folder.ts'
import { cpuSeconds, cpuSecondsWithChildren, runRoster } from './bench-server.ts'
import type { LoadOrder, LoadResult } from './load.ts'
import { type BenchPerson, scenarios } from './scenarios.ts'

/*
 * npm run bench:postgres [-- --rounds 3 --seconds 8 --profiles 100000 --nodes 2]
 *
 * Two nodes of Roster and two plain handlers, in turn on one PostgreSQL server that syncs every
 * commit. See README.md beside this.
 */
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '8' },
    profiles: { type: 'string', default: '100000' },
    connections: { type: 'string', default: '64' },
    nodes: { type: 'string', default: '2' },
  },
})
const rounds = Number(options.rounds)
const seconds = Number(options.seconds)
const profiles = Number(options.profiles)
const seed = 7
const scenario = scenarios.findIndex(({ name }) => name.includes('update_or_create'))
const say = (text: string) => process.stdout.write(`${text}\n`)

interface Server {
  name: string
  urls: string[]
  token: ShownToken
  pids: number[]
  stop(): Promise<void> | void
}

const database = await startPostgres()
const url = database.url('postgres')
using folder = diskFolder()
const env = { ROSTER_DATABASE_URL: url, ROSTER_SECRET_KEY: 'ab'.repeat(32) }
Object.assign(process.env, env)
say(`storing ${profiles} people, twice`)
const servers: Server[] = [await startNodes(), await startPlain('three'), await startPlain('cte')]
await fillPlain()
const people = Array.from({ length: Math.min(20_000, profiles) }, (_, n) => person(n + 1))
const loader = fork(fileURLToPath(new URL('./load.ts', import.meta.url)), { stdio: 'inherit' })
/** With processor time a request, in microseconds: of the servers, and of the database. */
interface Measured extends LoadResult {
  serverUs: number
  databaseUs: number
}

const results = new Map<string, Measured[]>(servers.map(({ name }) => [name, []]))
for (const server of servers) await load(server, 'warm', 3)
for (let round = 0; round < rounds; round++) {
  for (const server of servers) {
    const result = await load(server, `r${round}`, seconds)
    results.get(server.name)?.push(result)
    say(
      `${server.name} round ${round + 1}: ${Math.round(result.perSecond)}/s ` +
        `p50 ${result.p50Ms.toFixed(1)} p99 ${result.p99Ms.toFixed(1)} ms, ` +
        `${result.serverUs.toFixed(0)} + ${result.databaseUs.toFixed(0)} us, ${result.errors} errors`,
    )
  }
}
const [roster = 0, three = 1, cte = 1] = servers.map(({ name }) => perSecond(name))
say(`roster / three statements: ${(roster / three).toFixed(2)}`)
say(`roster / one statement: ${(roster / cte).toFixed(2)}`)
loader.disconnect()
for (const server of servers) await server.stop()
await database.stop()

function perSecond(name: string): number {
  const all = (results.get(name) ?? []).map((result) => result.perSecond).sort((a, b) => a - b)
  return all[Math.floor(all.length / 2)] ?? 0
}

async function startNodes(): Promise<Server> {
  await runRoster(folder.path, ['workspace', 'create', 'bench'])
  const words = ['seed', '--workspace', 'bench', '--profiles', `${profiles}`, '--seed', `${seed}`]
  say((await runRoster(folder.path, words)).trim())
  const asked = ['token', 'create', '--workspace', 'bench', '--dialect', 'usercom', '--json']
  const token = JSON.parse(await runRoster(folder.path, asked)) as ShownToken
  const nodes = await Promise.all(
    Array.from({ length: Number(options.nodes) }, (_, n) =>
      spawnRoster({
        dataDir: `${folder.path}/node${n}`,
        outputFile: `${folder.path}/node${n}.log`,
        env,
        startMs: 60_000,
      }),
    ),
  )
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())))
  const pids = nodes.map((node) => node.pid)
  const urls = nodes.map((node) => node.url)
  return { name: `roster, ${nodes.length} nodes`, urls, token, pids, stop }
}

async function startPlain(variant: 'three' | 'cte'): Promise<Server> {
  const script = fileURLToPath(new URL('./plain-handler.ts', import.meta.url))
  const child = spawn(process.execPath, [script, url, variant], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.once('exit', () => child.kill())
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data')
  const name = variant === 'three' ? 'plain, three statements' : 'plain, one statement'
  const urls = [String(line).trim()]
  const pids = [child.pid as number]
  return { name, urls, token: {}, pids, stop: () => void child.kill('SIGTERM') }
}

/** The plain handler's people are the same ones. */
async function fillPlain(): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  for (let from = 1; from <= profiles; from += 5_000) {
    const some = Array.from({ length: Math.min(5_000, profiles - from + 1) }, (_, n) => {
      const { userId, attributes } = seedPerson(seed, from + n)
      return [userId, JSON.stringify(attributes)] as const
    })
    await client.query(
      `INSERT INTO plain_profiles (user_id, attributes, updated_at)
       SELECT user_id, attributes::jsonb, now() FROM unnest($1::text[], $2::text[])
         AS new (user_id, attributes)`,
      [some.map(([userId]) => userId), some.map(([, attributes]) => attributes)],
    )
  }
  await client.query('ANALYZE')
  await client.end()
}

function person(number: number): BenchPerson {
  const { userId, email, attributes } = seedPerson(seed, number)
  const { first_name, last_name } = attributes
  const names = { firstName: String(first_name), lastName: String(last_name) }
  return { number, userId, email, ...names, channelId: '' }
}

function used(server: Server): number {
  return server.pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0)
}

function usedByDatabase(): number {
  return cpuSecondsWithChildren(database.pid())
}

async function load(server: Server, round: string, long: number): Promise<Measured> {
  const order: LoadOrder = {
    scenario,
    urls: server.urls,
    token: server.token,
    people,
    connections: Number(options.connections),
    round,
    seconds: long,
  }
  const before = [used(server), usedByDatabase()]
  loader.send(order)
  const [message] = await once(loader as ChildProcess, 'message')
  const result = message as LoadResult
  const [serverUs = 0, databaseUs = 0] = [used(server), usedByDatabase()].map(
    (after, index) => ((after - (before[index] ?? 0)) * 1e6) / result.answers,
  )
  return { ...result, serverUs, databaseUs }
}
