import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { seedPerson } from '../src/cli/seed-person.ts'
import type { ShownToken } from '../src/core/dialect.ts'
import { Connection, send } from '../test/kit/http-client.ts'
import { diskFolder } from '../test/kit/temp-folder.ts'
import {
  cpuSeconds,
  type EchoServer,
  type Footprint,
  footprint,
  rss,
  runRoster,
  startEcho,
  startServer,
} from './bench-server.ts'
import { diskUse } from './disk-use.ts'
import type { EchoAnswer } from './echo.ts'
import type { LoadOrder, LoadResult } from './load.ts'
import { type BenchPerson, type Scenario, scenarios } from './scenarios.ts'
import { type Measured, type Pair, shownPair, writeReport } from './write-report.ts'

/*
 * npm run bench [-- --rounds 3 --seconds 8 --profiles 100000 --million]
 *
 * Loads Roster and a bare Fastify echo in turn, in one run on one machine: a ratio of two figures
 * measured together says more than either. See README.md beside this.
 */
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '8' },
    profiles: { type: 'string', default: '100000' },
    connections: { type: 'string', default: '64' },
    million: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
const rounds = Number(options.rounds)
const seconds = Number(options.seconds)
const profiles = Number(options.profiles)
const connections = Number(options.connections)
const seed = 7
/** People the updates are spread over; their vendor ids are asked for before the clock starts. */
const updatedPeople = Math.min(20_000, profiles - 1)

type Server = Pick<EchoServer, 'url' | 'pid'>

const say = (text: string) => process.stdout.write(`${text}\n`)
const results: { [scenario: string]: Pair[] } = {}
const footprints: { [profiles: string]: Footprint } = {}

{
  using empty = diskFolder()
  await runRoster(empty.path, ['workspace', 'create', 'bench'])
  footprints['0'] = await footprint(empty.path)
}
using folder = diskFolder()
say(`storing ${profiles} people`)
await runRoster(folder.path, ['workspace', 'create', 'bench'])
say((await runRoster(folder.path, seedWords(profiles))).trim())
footprints[`${profiles}`] = await footprint(folder.path)
const disk = diskUse(join(folder.path, 'roster.db'))
const tokens = await createTokens()
const server = await startServer(folder.path)
const people = await askForPeople(server.url)
const echo = await startEcho(await recordAnswers(server.url))
const loader = fork(fileURLToPath(new URL('./load.ts', import.meta.url)), { stdio: 'inherit' })
for (const [index, scenario] of scenarios.entries()) {
  if (options.only && !scenario.name.includes(options.only)) continue
  await measure(index, scenario)
}
const rssLoadedMib = rss(server.pid)
loader.disconnect()
echo.stop()
await server.stop()
if (options.million) {
  using big = diskFolder()
  say('storing 1,000,000 people')
  await runRoster(big.path, ['workspace', 'create', 'bench'])
  say((await runRoster(big.path, seedWords(1_000_000))).trim())
  footprints['1000000'] = await footprint(big.path)
}
const settings = { rounds, seconds, profiles, connections }
writeReport({ settings, results, footprints, rssLoadedMib, disk })

function seedWords(count: number): string[] {
  return ['seed', '--workspace', 'bench', '--profiles', `${count}`, '--seed', `${seed}`]
}

async function createTokens(): Promise<{ [dialect: string]: ShownToken }> {
  const made: { [dialect: string]: ShownToken } = {}
  for (const dialect of new Set(scenarios.map((scenario) => scenario.dialect))) {
    const words = ['token', 'create', '--workspace', 'bench', '--dialect', dialect, '--json']
    made[dialect] = JSON.parse(await runRoster(folder.path, words)) as ShownToken
  }
  return made
}

/** The first people of the seed, with the vendor's ids that some calls need. */
async function askForPeople(url: string): Promise<BenchPerson[]> {
  const { accessKey, accessSecret } = tokens.channeltalk ?? {}
  const asked: BenchPerson[] = []
  let next = 1
  const lane = async () => {
    let connection = new Connection(url)
    while (next <= updatedPeople) {
      const number = next++
      if (!connection.open) connection = new Connection(url)
      const answer = await connection.request({
        method: 'GET',
        path: `/open/v5/users/@${seedPerson(seed, number).userId}`,
        headers: { 'x-access-key': accessKey, 'x-access-secret': accessSecret },
      })
      if (answer.headers.connection === 'close') connection.close()
      const { user } = answer.json() as { user: { id: string } }
      asked.push(benchPerson(number, user.id))
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: 32 }, lane))
  return asked
}

function benchPerson(number: number, channelId: string): BenchPerson {
  const { userId, email, attributes } = seedPerson(seed, number)
  const { first_name, last_name } = attributes
  return {
    number,
    userId,
    email,
    firstName: String(first_name),
    lastName: String(last_name),
    channelId,
  }
}

/** What Roster answers to each call, so that the bare server can answer the same bytes. */
async function recordAnswers(url: string): Promise<EchoAnswer[]> {
  const own = ['date', 'connection', 'keep-alive', 'content-length']
  const recorded: EchoAnswer[] = []
  for (const scenario of scenarios) {
    // The removal is tried on somebody whom nobody counts on.
    const person = benchPerson(scenario.once ? profiles : 1, people[0]?.channelId ?? '')
    const token = tokens[scenario.dialect] ?? {}
    const answer = await send(url, scenario.request(person, 'recorded', token))
    if (answer.status >= 300) throw new Error(`${scenario.name}: ${answer.status} ${answer.text}`)
    const headers = Object.entries(answer.headers).filter(([name]) => !own.includes(name))
    recorded.push({
      status: answer.status,
      headers: Object.fromEntries(headers),
      body: answer.text,
    })
  }
  return recorded
}

async function measure(index: number, scenario: Scenario): Promise<void> {
  const pairs: Pair[] = []
  results[scenario.name] = pairs
  const run = (one: Server, round: string, hit: BenchPerson[], long = seconds) =>
    load(one, {
      scenario: index,
      urls: [one.url],
      token: tokens[scenario.dialect] ?? {},
      people: hit,
      connections,
      round,
      seconds: long,
    })
  if (!scenario.once) await run(server, 'warm', people, 2)
  await run(echo, 'warm', people, 2)
  for (let round = 0; round < rounds; round++) {
    const hit = scenario.once ? peopleOfRound(round) : people
    const pair = {
      roster: await run(server, `r${round}`, hit),
      echo: await run(echo, `r${round}`, hit),
    }
    pairs.push(pair)
    say(`${scenario.name} round ${round + 1}: ${shownPair(pair)}`)
  }
}

/** Everybody is removed once: each round has people of its own, the last one is kept out. */
function peopleOfRound(round: number): BenchPerson[] {
  const share = Math.floor((profiles - 1) / rounds)
  return Array.from({ length: share }, (_, n) => benchPerson(round * share + n + 1, ''))
}

async function load(one: Server, order: LoadOrder): Promise<Measured> {
  const before = cpuSeconds(one.pid)
  loader.send(order)
  const [message] = await once(loader as ChildProcess, 'message')
  const result = message as LoadResult
  return { ...result, cpuUs: ((cpuSeconds(one.pid) - before) * 1e6) / result.answers }
}
