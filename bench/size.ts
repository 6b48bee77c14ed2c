import { Agent, get } from 'node:http'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { seedPerson } from '../src/cli/seed-person.ts'
import { spawnRoster } from '../test/kit/spawn-roster.ts'
import { diskFolder } from '../test/kit/temp-folder.ts'
import { cpuSeconds, rss, runRoster } from './bench-server.ts'

/*
 * npm run bench:size -- --data FOLDER [--seconds 2 --only TEXT]
 *
 * How long each read of the native API takes on a store that `bench:grow` made, one client, each
 * read in turn: p50, p95, p99 and processor time of the whole server. See README.md beside this.
 */
const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    workspace: { type: 'string', default: 'bench' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
  },
})
if (!options.data) throw new Error('--data FOLDER says which store is read.')
const data = options.data
const say = (line: string) => process.stdout.write(`${line}\n`)
const random = (below: number) => 1 + Math.floor(Math.random() * below)
const hourMs = 60 * 60_000
const time = (at: number) => encodeURIComponent(new Date(at).toISOString())
const long = encodeURIComponent

const words = ['token', 'create', '--workspace', options.workspace, '--dialect', 'native', '--json']
const { token } = JSON.parse(await runRoster(data, words)) as { token: string }
using folder = diskFolder()
await using server = await spawnRoster({
  ...{ dataDir: data, outputFile: `${folder.path}/server.log`, startMs: 120_000 },
})
say(`started in ${Math.round(server.startedInMs)} ms, ${rss(server.pid)} MiB`)
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const newest = Number((await first('/events?limit=1&order=desc')).id)
const people = Number((await first('/profiles?limit=1&order=desc')).id)
const caused = (await first('/events?rule=grown-3&limit=1&order=desc')) as { cause?: unknown }
const cause = (caused.cause as { event_id?: number } | undefined)?.event_id ?? 1
const now = Date.now()
const where = (condition: unknown) => `/profiles?where=${long(JSON.stringify(condition))}`
const person = () => random(people)
const heavy = () => random(10)
const email = () => long(String(seedPerson(7, person()).email))

const reads: [name: string, path: () => string][] = [
  ['events: first page', () => '/events'],
  ['events: last page', () => '/events?order=desc'],
  ['events: anywhere', () => `/events?cursor=${random(newest)}`],
  ['events: of a person', () => `/events?profile_id=${person()}`],
  ['events: of a person, newest first', () => `/events?profile_id=${person()}&order=desc`],
  ['events: of one with 10,000', () => `/events?profile_id=${heavy()}`],
  ['events: of one with 10,000, newest first', () => `/events?profile_id=${heavy()}&order=desc`],
  ['events: of one with 10,000, type', () => `/events?profile_id=${heavy()}&type=order.paid`],
  [
    'events: of one with 10,000, type and newest first',
    () => `/events?profile_id=${heavy()}&type=order.paid&order=desc`,
  ],
  [
    'events: of one with 10,000, type of 1 in 100',
    () => `/events?profile_id=${heavy()}&type=custom.newsletter%20read`,
  ],
  [
    'events: of one with 10,000, type of 1 in 10,000',
    () => `/events?profile_id=${heavy()}&type=order.refunded`,
  ],
  ['events: of one with 10,000, rare', () => `/events?profile_id=${heavy()}&type=custom.audited`],
  ['events: common type', () => '/events?type=page.viewed&order=desc'],
  ['events: common type, anywhere', () => `/events?type=page.viewed&cursor=${random(newest)}`],
  ['events: type of 1,000', () => '/events?type=order.refunded&order=desc'],
  ['events: type of 1,000, anywhere', () => `/events?type=order.refunded&cursor=${random(newest)}`],
  ['events: type of 10', () => '/events?type=custom.audited'],
  ['events: type there is none of', () => '/events?type=nobody.knows'],
  ['events: types by their beginning', () => '/events?type=order.*&order=desc'],
  ['events: source', () => '/events?source=channeltalk&order=desc'],
  ['events: source of 10', () => '/events?source=import'],
  ['events: type and source', () => '/events?type=order.refunded&source=channeltalk'],
  ['events: type and source, none', () => '/events?type=page.viewed&source=cli&order=desc'],
  ['events: rule', () => `/events?rule=grown-${random(50)}&order=desc`],
  ['events: cause', () => `/events?cause=${cause}`],
  ['events: cause there is none of', () => `/events?cause=${random(newest)}`],
  ['events: an hour', () => hour('/events?limit=50')],
  ['events: an hour, type of 1,000', () => hour('/events?type=order.refunded')],
  ['events: text, common', () => '/events?text=sku-12&order=desc'],
  ['events: text and type of 1,000', () => '/events?text=sku-123&type=order.refunded'],
  ['events: one by id', () => `/events/${random(newest)}`],
  ['events: one by id, explained', () => `/events/${random(newest)}?explain=true`],
  ['profiles: first page', () => '/profiles'],
  ['profiles: by e-mail', () => `/profiles?kind=email&value=${email()}`],
  ['profiles: by user id', () => `/profiles?kind=user_id&value=seed-7-${person()}`],
  ['profiles: by beginning of e-mail', () => `/profiles?kind=email&prefix=${email().slice(0, 12)}`],
  ['profiles: by one letter of e-mail', () => '/profiles?kind=email&prefix=a'],
  ['profiles: name, common', () => '/profiles?name=Anna'],
  ['profiles: name, one letter', () => '/profiles?name=A'],
  ['profiles: name, rare', () => `/profiles?name=${email()}`],
  ['profiles: name nobody has', () => '/profiles?name=Xerxes'],
  ['profiles: country', () => where({ profile: 'country', is: 'NL' })],
  ['profiles: country, total', () => `${where({ profile: 'country', is: 'NL' })}&total=true`],
  ['profiles: country nobody has', () => where({ profile: 'country', is: 'XX' })],
  [
    'profiles: country, language and tag',
    () =>
      where({
        all: [{ profile: 'country', is: 'NL' }, { profile: 'language', is: 'nl' }, { tag: 'vip' }],
      }),
  ],
  ['profiles: phone', () => `/profiles?phone=${long('+33199003687')}`],
  ['profiles: newest', () => '/profiles?order_by=created&order=desc'],
  [
    'profiles: created within an hour',
    () =>
      `/profiles?created_since=${time(now - 85 * 24 * hourMs)}&created_until=${time(now - (85 * 24 - 1) * hourMs)}`,
  ],
  ['profiles: no index, common', () => where({ profile: 'plan', is: 'team' })],
  ['profiles: no index, nobody', () => where({ profile: 'plan', is: 'gold' })],
  ['profile: one', () => `/profiles/${person()}`],
  ['profile: timeline', () => `/profiles/${person()}/timeline`],
  ['profile: timeline of 10,000', () => `/profiles/${heavy()}/timeline`],
  ['profile: history of 10,000', () => `/profiles/${heavy()}/history`],
  [
    'profile: a month ago, of 10,000',
    () => `/profiles/${heavy()}?at=${time(now - 30 * 24 * hourMs)}`,
  ],
  ['profile: provenance', () => `/profiles/${person()}/provenance`],
  ['profile: companies', () => `/profiles/${random(5_000)}/companies`],
  ['deliveries: newest', () => '/deliveries'],
  ['deliveries: dead', () => '/deliveries?state=dead'],
  ['deliveries: cancelled', () => '/deliveries?state=cancelled'],
  ['deliveries: pending', () => '/deliveries?state=pending'],
  ['deliveries: queued', () => '/deliveries?state=queued'],
  ['deliveries: destination', () => '/deliveries?destination=place-1'],
  ['deliveries: destination of 30', () => '/deliveries?destination=place-18'],
  ['deliveries: destination of none', () => '/deliveries?destination=nowhere'],
  [
    'deliveries: destination and delivered',
    () => '/deliveries?destination=place-18&state=delivered',
  ],
  ['deliveries: destination and dead', () => '/deliveries?destination=place-3&state=dead'],
  ['deliveries: rule', () => `/deliveries?rule=grown-${random(50)}`],
  ['deliveries: rule and delivered', () => `/deliveries?rule=grown-${random(50)}&state=delivered`],
  [
    'deliveries: rule and destination of 30',
    () => `/deliveries?rule=grown-${random(50)}&destination=place-18`,
  ],
  ['deliveries: person', () => `/deliveries?profile_id=${person()}`],
  ['deliveries: reason', () => '/deliveries?reason=timeout'],
  ['deliveries: reason of none', () => '/deliveries?reason=http_418'],
  ['deliveries: an hour', () => hour('/deliveries?limit=50')],
  ['deliveries: anywhere', () => `/deliveries?cursor=${random(300_000)}`],
  ['deliveries: dead letters, grouped', () => '/deliveries/counts?state=dead'],
  ['deliveries: backlog, grouped', () => '/deliveries/counts'],
  ['deliveries: one', () => `/deliveries/${random(300_000)}`],
  ['runs: newest', () => '/runs'],
  ['runs: waiting', () => '/runs?state=waiting'],
  ['runs: failed', () => '/runs?state=failed'],
  ['runs: rule', () => `/runs?rule=grown-${random(50)}`],
  ['runs: rule of none', () => '/runs?rule=nothing'],
  ['runs: rule and failed', () => `/runs?rule=grown-${random(50)}&state=failed`],
  ['runs: person', () => `/runs?profile_id=${person()}`],
  ['statistics: a day by hour', () => '/statistics/events'],
  ['statistics: a day by minute', () => '/statistics/events?step=minute&by=none'],
  [
    'statistics: 90 days by day',
    () => `/statistics/events?step=day&from=${time(now - 90 * 24 * hourMs)}`,
  ],
  [
    'statistics: deliveries, 90 days',
    () => `/statistics/deliveries?step=day&from=${time(now - 90 * 24 * hourMs)}`,
  ],
  ['attributes', () => '/attributes'],
  ['audit', () => '/audit'],
  ['companies', () => '/companies'],
  ['rules', () => '/rules'],
  ['destinations', () => '/destinations'],
]

say('| read | answers | p50 ms | p95 ms | p99 ms | worst ms | CPU ms | status |')
say('| --- | --- | --- | --- | --- | --- | --- | --- |')
for (const [name, path] of reads) if (name.includes(options.only)) await measure(name, path)
say(`${rss(server.pid)} MiB after all of it`)
agent.destroy()

function hour(path: string): string {
  const from = now - 80 * 24 * hourMs + random(79 * 24) * hourMs
  return `${path}${path.includes('?') ? '&' : '?'}since=${time(from)}&until=${time(from + hourMs)}`
}

async function measure(name: string, path: () => string): Promise<void> {
  const statuses = new Set<number>()
  const warm = performance.now() + Number(options.seconds) * 200
  while (performance.now() < warm) await ask(path())
  const times: number[] = []
  const cpu = cpuSeconds(server.pid)
  const until = performance.now() + Number(options.seconds) * 1_000
  while (performance.now() < until || times.length < 5) {
    const began = performance.now()
    statuses.add((await ask(path())).status)
    times.push(performance.now() - began)
  }
  const spent = ((cpuSeconds(server.pid) - cpu) * 1_000) / times.length
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(1)
  const figures = [at(0.5), at(0.95), at(0.99), (times.at(-1) ?? 0).toFixed(1), spent.toFixed(1)]
  say(`| ${name} | ${times.length} | ${figures.join(' | ')} | ${[...statuses].join(' ')} |`)
}

async function first(path: string): Promise<Record<string, unknown>> {
  const { body } = await ask(path)
  return (JSON.parse(body) as { data: Record<string, unknown>[] }).data[0] ?? {}
}

function ask(path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = { agent, headers: { authorization: `Bearer ${token}` } }
    const request = get(`${server.url}/api/v1${path}`, sent, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject)
    })
    request.on('error', reject)
  })
}
