import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { seedPerson } from '../src/cli/seed-person.ts'
import type { ShownToken } from '../src/core/dialect.ts'
import { startPostgres } from '../test/kit/postgres-server.ts'
import { diskFolder } from '../test/kit/temp-folder.ts'
import { cpuSeconds, rss, runRoster, startServer } from './bench-server.ts'
import type { LoadOutcome, LoadPlan } from './overload-load.ts'
import { type BenchPerson, scenarios } from './scenarios.ts'

/*
 * npm run bench:overload [-- --engine postgres --only update --rounds 3 --times 3 --pin --fresh]
 *
 * What becomes of a server that gets more calls than it can serve: its peak, three times that, and
 * the time after, round by round. See README.md beside this.
 */
const { values: options } = parseArgs({
  options: {
    engine: { type: 'string', default: 'sqlite' },
    only: { type: 'string', default: 'events/user/update' },
    profiles: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    times: { type: 'string', default: '3' },
    connections: { type: 'string', default: '1000' },
    pin: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
  },
})
const seconds = Number(options.seconds)
const profiles = Number(options.profiles)
const times = Number(options.times)
/** So many under way give the peak: fewer than are refused, and more than one commit takes. */
const peakConnections = 96
const say = (text: string) => process.stdout.write(`${text}\n`)

const index = scenarios.findIndex(({ name }) => name.includes(options.only))
const scenario = scenarios[index]
if (!scenario || scenario.once) throw new Error(`There is no scenario "${options.only}" to repeat.`)

/** Of one stretch: what became of the calls, and what the server used for them. */
interface Stretch extends LoadOutcome {
  /** Processor time of the server a call, in microseconds. */
  serverUs: number
  /** The most resident memory of the server, in MiB. */
  rssMib: number
}

const database = options.engine === 'postgres' ? await startPostgres() : null
if (database) {
  process.env.ROSTER_DATABASE_URL = database.url('postgres')
  process.env.ROSTER_SECRET_KEY = 'ab'.repeat(32)
}
using folder = diskFolder()
await runRoster(folder.path, ['workspace', 'create', 'bench'])
const seed = ['seed', '--workspace', 'bench', '--profiles', `${profiles}`, '--seed', '7']
await runRoster(folder.path, seed)
const words = ['token', 'create', '--workspace', 'bench', '--dialect', scenario.dialect, '--json']
const token = JSON.parse(await runRoster(folder.path, words)) as ShownToken
// A connection that is closed after so many calls would count as an error of the load.
process.env.ROSTER_REQUESTS_PER_CONNECTION_MAX = '0'
const server = await startServer(folder.path)
const people: BenchPerson[] = Array.from({ length: profiles }, (_, n) => {
  const { userId, email, attributes } = seedPerson(7, n + 1)
  const { first_name, last_name } = attributes
  const [firstName, lastName] = [String(first_name), String(last_name)]
  return { number: n + 1, userId, email, firstName, lastName, channelId: '' }
})
const generator = fork(fileURLToPath(new URL('./overload-load.ts', import.meta.url)), {
  stdio: 'inherit',
})
if (options.pin) {
  const last = availableParallelism() - 1
  pin(server.pid, last === 1 ? '0' : `0-${last - 1}`)
  pin(generator.pid as number, `${last}`)
}
try {
  await measure(generator)
} finally {
  generator.disconnect()
  await server.stop()
  await database?.stop()
}

/** Keeps a process to some processors, so that the load does not take the server's. */
function pin(pid: number, processors: string): void {
  const { status } = spawnSync('taskset', ['-a', '-p', '-c', processors, `${pid}`])
  if (status !== 0) throw new Error(`taskset could not keep ${pid} to ${processors}`)
}

async function measure(child: ChildProcess): Promise<void> {
  await load(child, 'warm', null, 3)
  const calm = await load(child, 'calm', 200, 2)
  show('with little to do', calm)
  const rounds: { goodput: number; refusedMs: number; normal: number; wrong: number }[] = []
  for (let round = 1; round <= Number(options.rounds); round++) {
    const peak = await load(child, `peak-${round}`, null, 2)
    show(`${round}: peak, ${peakConnections} under way`, peak)
    const over = await load(child, `over-${round}`, peak.takenPerSecond * times, seconds)
    show(`${round}: at ${times} times the peak`, over)
    const after = await load(child, `after-${round}`, 200, 3)
    const usual = Math.max(25, calm.takenP99Ms * 2)
    rounds.push({
      goodput: over.takenPerSecond / peak.takenPerSecond,
      refusedMs: over.refusedP99Ms,
      normal: after.seconds.findIndex((one) => one.refused === 0 && one.takenP99Ms <= usual),
      wrong: over.wrong + over.lost + after.wrong + after.lost,
    })
    const { goodput, refusedMs, normal, wrong } = rounds.at(-1) as (typeof rounds)[number]
    const again = normal === -1 ? 'not within the stretch' : `in second ${normal}`
    say(`  goodput ${goodput.toFixed(2)} of the peak; refusals p99 ${refusedMs} ms; wrong ${wrong}`)
    say(`  as with little to do: ${again}`)
  }
  const middle = (of: (round: (typeof rounds)[number]) => number) =>
    rounds.map(of).sort((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? Number.NaN
  say(
    `goodput at ${times} times the peak: ${middle((one) => one.goodput).toFixed(2)} of it (median)`,
  )
  say(`refusals: p99 ${middle((one) => one.refusedMs)} ms (median)`)
}

async function load(
  child: ChildProcess,
  round: string,
  perSecond: number | null,
  long: number,
): Promise<Stretch> {
  const plan: LoadPlan = {
    scenario: index,
    url: server.url,
    token,
    people,
    round,
    perSecond,
    seconds: long,
    fresh: options.fresh,
    connectionsMax: perSecond === null ? peakConnections : Number(options.connections),
  }
  const before = cpuSeconds(server.pid)
  let rssMib = rss(server.pid)
  const look = setInterval(() => {
    rssMib = Math.max(rssMib, rss(server.pid))
  }, 200)
  child.send(plan)
  const [outcome] = (await once(child, 'message')) as [LoadOutcome]
  clearInterval(look)
  const micros = (cpuSeconds(server.pid) - before) * 1e6
  return { ...outcome, serverUs: Math.round(micros / (outcome.taken + outcome.refused)), rssMib }
}

function show(what: string, stretch: Stretch): void {
  const { seconds: each, ...rest } = stretch
  say(`${what}: ${JSON.stringify(rest)}`)
  say(`  taken in each second: ${each.map(({ taken }) => taken).join(' ')}`)
}
