import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { seedPerson } from '../src/cli/seed-person.ts'
import type { ShownToken } from '../src/core/dialect.ts'
import { tempFolder } from '../test/kit/temp-folder.ts'
import { cpuSeconds, runRoster, startServer } from './bench-server.ts'
import type { LoadOutcome, LoadPlan } from './overload-load.ts'
import { type BenchPerson, scenarios } from './scenarios.ts'

/*
 * npm run bench:overload [-- --only update --profiles 5000 --seconds 5 --times 3]
 *
 * What becomes of a server that gets more calls than it can serve: peak, three times that, and the
 * time after. See README.md beside this.
 */
const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'events/user/update' },
    profiles: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '5' },
    times: { type: 'string', default: '3' },
    peak: { type: 'string' },
    connections: { type: 'string', default: '1500' },
  },
})
const seconds = Number(options.seconds)
const profiles = Number(options.profiles)
const say = (text: string) => process.stdout.write(`${text}\n`)

const index = scenarios.findIndex(({ name }) => name.includes(options.only))
const scenario = scenarios[index]
if (!scenario || scenario.once) throw new Error(`There is no scenario "${options.only}" to repeat.`)

/** Of the latest stretch. */
let cpuMicros = 0

using folder = tempFolder()
await runRoster(folder.path, ['workspace', 'create', 'bench'])
const seed = ['seed', '--workspace', 'bench', '--profiles', `${profiles}`, '--seed', '7']
await runRoster(folder.path, seed)
const words = ['token', 'create', '--workspace', 'bench', '--dialect', scenario.dialect, '--json']
const token = JSON.parse(await runRoster(folder.path, words)) as ShownToken
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
try {
  await measure(generator)
} finally {
  generator.disconnect()
  await server.stop()
}

async function measure(child: ChildProcess): Promise<void> {
  await load(child, 'warm', 1_000, 2)
  const peak = options.peak ? Number(options.peak) : await findPeak(child)
  say(`peak: ${Math.round(peak)} calls a second`)
  const calm = await load(child, 'calm', peak / 2, 2)
  show('at half the peak', calm)
  const over = await load(child, 'over', peak * Number(options.times), seconds)
  show(`at ${options.times} times the peak`, over)
  const after = await load(child, 'after', peak / 2, seconds)
  show('after it', after)
  const usual = Math.max(25, calm.takenP99Ms * 2)
  const normal = after.seconds.findIndex((one) => one.refused === 0 && one.takenP99Ms <= usual)
  say(`goodput at overload: ${(over.takenPerSecond / peak).toFixed(2)} of the peak`)
  say(`refusals: p99 ${over.refusedP99Ms} ms, wrong ${over.wrong}, unsent ${over.unsent}`)
  say(normal === -1 ? 'normal again: not within the stretch' : `normal again: in second ${normal}`)
}

/** Offers more and more until what is taken no longer grows; the most that was taken. */
async function findPeak(child: ChildProcess): Promise<number> {
  let peak = 0
  for (let offered = 1_000; ; offered *= 1.5) {
    const { takenPerSecond } = await load(child, `peak-${offered}`, offered, 2)
    const grew = takenPerSecond > peak * 1.05
    peak = Math.max(peak, takenPerSecond)
    if (takenPerSecond < offered * 0.9 && !grew) return peak
  }
}

async function load(
  child: ChildProcess,
  round: string,
  perSecond: number,
  long: number,
): Promise<LoadOutcome> {
  const plan: LoadPlan = {
    scenario: index,
    url: server.url,
    token,
    people,
    round,
    perSecond,
    seconds: long,
    connectionsMax: Number(options.connections),
  }
  const before = cpuSeconds(server.pid)
  child.send(plan)
  const [outcome] = (await once(child, 'message')) as [LoadOutcome]
  cpuMicros = ((cpuSeconds(server.pid) - before) * 1e6) / (outcome.taken + outcome.refused)
  return outcome
}

function show(what: string, outcome: LoadOutcome): void {
  const { seconds: each, ...rest } = outcome
  say(`${what}: ${JSON.stringify(rest)}`)
  say(`  processor time of the server: ${Math.round(cpuMicros)} µs a call`)
  say(`  taken in each second: ${each.map(({ taken }) => taken).join(' ')}`)
}
