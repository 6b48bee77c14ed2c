import { Agent, get } from 'node:http'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { seedPerson } from '../src/cli/seed-person.ts'
import { startPostgres } from '../test/kit/postgres-server.ts'
import { spawnRoster } from '../test/kit/spawn-roster.ts'
import { diskFolder } from '../test/kit/temp-folder.ts'
import { runRoster } from './bench-server.ts'

/*
 * npm run bench:lists [-- --profiles 1000000 --engine sqlite --clients 2 --seconds 5]
 *
 * How long lists and searches take on many people, each kind of them in turn. With --data it works
 * on a folder that is there already, in the workspace `bench`. See README.md beside this.
 */
const { values: options } = parseArgs({
  options: {
    profiles: { type: 'string', default: '100000' },
    engine: { type: 'string', default: 'sqlite' },
    clients: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '5' },
    data: { type: 'string' },
    only: { type: 'string', default: '' },
  },
})
const seed = 7
const pageLength = 100
const say = (line: string) => process.stdout.write(`${line}\n`)

interface Kind {
  name: string
  dialect: 'usercom' | 'copernica'
  /** A path of this kind; another one each time where it says who or where. */
  path(profiles: number): string
}

const random = (below: number) => Math.floor(Math.random() * below)
const users = (query: string) => `/api/public/users/${query}`
const profilesOf = (query: string) => `/v4/database/1/profiles?limit=${pageLength}${query}`
const field = (expression: string) => `&fields[]=${encodeURIComponent(expression)}`

/** Seven countries, so a seventh of everybody; the languages are nearly the same people. */
const kinds: Kind[] = [
  {
    name: 'one user, by id',
    dialect: 'usercom',
    path: (profiles) => `/api/public/users/${1 + random(profiles)}/`,
  },
  {
    name: 'search by e-mail',
    dialect: 'usercom',
    path: (profiles) => {
      const { email } = seedPerson(seed, 1 + random(profiles))
      return `/api/public/users/search/?email=${encodeURIComponent(String(email))}`
    },
  },
  { name: 'list, first page', dialect: 'usercom', path: () => users('') },
  {
    name: 'list, any page',
    dialect: 'usercom',
    path: (profiles) => users(`?page=${1 + random(profiles / pageLength)}`),
  },
  {
    name: 'country, any page',
    dialect: 'usercom',
    path: (profiles) => users(`?country=NL&page=${1 + random(profiles / pageLength / 8)}`),
  },
  { name: 'profiles, first page', dialect: 'copernica', path: () => profilesOf('') },
  {
    name: 'profiles, anywhere, total',
    dialect: 'copernica',
    path: (profiles) => profilesOf(`&start=${random(profiles)}&total=true`),
  },
  {
    name: 'profiles anywhere, random order',
    dialect: 'copernica',
    path: (profiles) => profilesOf(`&orderby=random&start=${random(profiles)}&total=true`),
  },
  {
    name: 'country anywhere, random order',
    dialect: 'copernica',
    path: (profiles) =>
      profilesOf(`${field('country==NL')}&orderby=random&start=${random(profiles / 8)}`),
  },
  {
    name: 'country, anywhere, total',
    dialect: 'copernica',
    path: (profiles) =>
      profilesOf(`${field('country==NL')}&start=${random(profiles / 8)}&total=true`),
  },
  {
    name: 'country and language, anywhere, total',
    dialect: 'copernica',
    path: (profiles) =>
      profilesOf(
        `${field('country==US')}${field('language==en')}&start=${random(profiles / 8)}&total=true`,
      ),
  },
]

const agent = new Agent({ keepAlive: true, maxSockets: Number(options.clients) })
using folder = diskFolder()
const data = options.data ?? folder.path
const database = options.engine === 'postgres' ? await startPostgres() : null
if (database) {
  process.env.ROSTER_DATABASE_URL = database.url('postgres')
  process.env.ROSTER_SECRET_KEY = 'ab'.repeat(32)
}
const count = Number(options.profiles)
if (!options.data) {
  say(`storing ${count} people`)
  await runRoster(data, ['workspace', 'create', 'bench'])
  const words = ['--workspace', 'bench', '--profiles', `${count}`, '--seed', `${seed}`]
  say((await runRoster(data, ['seed', ...words])).trim())
}
const headers = {
  usercom: { authorization: `Token ${await createToken('usercom')}` },
  copernica: { authorization: `Bearer ${await createToken('copernica')}` },
}
await using server = await spawnRoster({
  dataDir: data,
  outputFile: `${folder.path}/server.log`,
  startMs: 60_000,
})
say(`| list | answers | p50 ms | p99 ms | worst ms |\n| --- | --- | --- | --- | --- |`)
for (const kind of kinds) if (kind.name.includes(options.only)) await measure(kind)
agent.destroy()
await database?.stop()

async function createToken(dialect: string): Promise<string> {
  const words = ['token', 'create', '--workspace', 'bench', '--dialect', dialect, '--json']
  return (JSON.parse(await runRoster(data, words)) as { token: string }).token
}

async function measure(kind: Kind): Promise<void> {
  // The first answers are those of a program that has just begun.
  await load(kind, 1_000)
  const times = (await load(kind, Number(options.seconds) * 1_000)).sort((a, b) => a - b)
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(1)
  const worst = (times.at(-1) ?? 0).toFixed(1)
  say(`| ${kind.name} | ${times.length} | ${at(0.5)} | ${at(0.99)} | ${worst} |`)
}

/** Each client asks again as soon as it has its answer. */
async function load({ dialect, path }: Kind, ms: number): Promise<number[]> {
  const until = performance.now() + ms
  const times: number[] = []
  const client = async () => {
    while (performance.now() < until) {
      const began = performance.now()
      await ask(path(count), headers[dialect])
      times.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: Number(options.clients) }, client))
  return times
}

function ask(path: string, sent: { authorization: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(`${server.url}${path}`, { agent, headers: sent }, (answer) => {
      text(answer).then((body) => {
        if (answer.statusCode === 200) resolve()
        else reject(new Error(`${path}: ${answer.statusCode} ${body.slice(0, 200)}`))
      }, reject)
    })
    request.on('error', reject)
  })
}
