import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { buildConsole } from '../src/console-build.ts'
import { startBrowser } from '../test/kit/browser.ts'
import { spawnRoster } from '../test/kit/spawn-roster.ts'
import { tempFolder } from '../test/kit/temp-folder.ts'
import { cpuSeconds, rss, runRoster } from './bench-server.ts'

/*
 * npm run bench:console -- --data FOLDER [--times 10 --only TEXT]
 *
 * How long until each page of the console shows what it is for, in a real browser, on a store that
 * `bench:grow` made. Opened from another page, as operators do. See README.md beside this.
 */
const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    workspace: { type: 'string', default: 'bench' },
    times: { type: 'string', default: '10' },
    only: { type: 'string', default: '' },
  },
})
if (!options.data) throw new Error('--data FOLDER says whose console is looked at.')
const data = options.data
const say = (line: string) => process.stdout.write(`${line}\n`)
const random = (below: number) => 1 + Math.floor(Math.random() * below)

await buildConsole()
const words = ['token', 'create', '--workspace', options.workspace, '--dialect', 'native', '--json']
const { token } = JSON.parse(await runRoster(data, words)) as { token: string }
using folder = tempFolder()
await using server = await spawnRoster({
  ...{ dataDir: data, outputFile: `${folder.path}/server.log`, startMs: 120_000 },
})
const browser = await startBrowser()
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en' })
const page = await context.newPage()
page.setDefaultTimeout(30_000)
await page.goto(`${server.url}/console/people`)
await page.getByLabel(/^Token/).fill(token)
await page.getByRole('button', { name: 'Sign in' }).click()
await page.getByRole('heading', { name: 'People' }).waitFor()

interface Visit {
  name: string
  path(): string
  /** What is there once it can be used. */
  shown(page: Page): Promise<unknown>
}

const row = (page: Page) => page.locator('main table tbody tr, main li').first().waitFor()
const visits: Visit[] = [
  {
    name: 'home',
    path: () => '/',
    shown: (page) => page.locator('main svg rect').first().waitFor(),
  },
  { name: 'people', path: () => '/people', shown: row },
  { name: 'person', path: () => `/people/${10 + random(900_000)}`, shown: row },
  { name: 'person with 10,000 events', path: () => `/people/${random(10)}`, shown: row },
  { name: 'events', path: () => '/events', shown: row },
  { name: 'event', path: () => `/events/${1_000_000 + random(8_000_000)}`, shown: row },
  { name: 'rules', path: () => '/rules', shown: row },
  {
    name: 'rule',
    path: () => `/rules/grown-${random(50)}`,
    shown: (page) =>
      page.locator('main form, main textarea, main pre, main [role=tab]').first().waitFor(),
  },
  { name: 'deliveries', path: () => '/deliveries', shown: row },
  { name: 'deliveries, dead', path: () => '/deliveries?state=dead', shown: row },
  { name: 'deliveries, destination', path: () => '/deliveries?destination=place-18', shown: row },
  {
    name: 'delivery',
    path: () => `/deliveries/${random(300_000)}`,
    shown: (page) => page.locator('main h2').first().waitFor(),
  },
  {
    name: 'destinations',
    path: () => '/destinations',
    shown: (page) => page.getByText('place-1', { exact: true }).first().waitFor(),
  },
  { name: 'set-up', path: () => '/set-up', shown: row },
]
const searches = ['anna', 'anna.jansen', 'seed-7-12345', 'country=NL', 'email:bjorn', 'xerxes']

say('| page | times | p50 ms | p95 ms | server CPU ms | slowest call, ms |')
say('| --- | --- | --- | --- | --- | --- |')
const calls: { path: string; ms: number }[] = []
page.on('requestfinished', (request) => {
  const { requestStart, responseEnd } = request.timing()
  const { pathname, search } = new URL(request.url())
  if (pathname.startsWith('/api/'))
    calls.push({ path: pathname + search, ms: responseEnd - requestStart })
})
for (const visit of visits) if (visit.name.includes(options.only)) await measure(visit)
for (const text of searches) if ('search'.includes(options.only)) await search(text)
say(`${rss(server.pid)} MiB after all of it`)
await browser.close()

/** The program is loaded already, as it is when an operator goes from page to page. */
async function open(path: string): Promise<void> {
  const to = JSON.stringify(`/console${path}`)
  // As text, which the policy of the page has nothing against where the browser itself runs it.
  await page.evaluate(
    `history.pushState({}, '', ${to}); dispatchEvent(new PopStateEvent('popstate'))`,
  )
}

async function measure({ name, path, shown }: Visit): Promise<void> {
  await figures(name, async () => {
    const to = path()
    await open('/set-up?of=nothing')
    await page.getByRole('heading', { level: 1, name: /^Set/ }).waitFor()
    const began = performance.now()
    await open(to)
    if (!to.startsWith('/set-up')) {
      await page.getByRole('heading', { level: 1, name: /^Set/ }).waitFor({ state: 'detached' })
    }
    await shown(page)
    await page.getByText('Loading…').first().waitFor({ state: 'detached' })
    return performance.now() - began
  })
}

async function search(text: string): Promise<void> {
  await open('/people')
  const box = page.getByRole('searchbox', { name: 'Search' })
  await figures(`search for ${text}`, async () => {
    await box.fill('')
    await page.waitForTimeout(400)
    const answered = page.waitForResponse((one) => one.url().includes('/api/v1/profiles?'))
    const began = performance.now()
    await box.fill(text)
    await answered
    await page.getByText('Loading…').first().waitFor({ state: 'detached' })
    return performance.now() - began
  })
}

async function figures(name: string, once: () => Promise<number>): Promise<void> {
  const times: number[] = []
  await once()
  calls.length = 0
  const cpu = cpuSeconds(server.pid)
  for (let n = 0; n < Number(options.times); n++) times.push(await once())
  const spent = ((cpuSeconds(server.pid) - cpu) * 1_000) / times.length
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.ceil(times.length * share) - 1] ?? 0).toFixed(0)
  const slowest = calls.toSorted((a, b) => b.ms - a.ms)[0]
  const told = slowest ? `${slowest.ms.toFixed(0)} \`${slowest.path.slice(7, 60)}\`` : ''
  say(`| ${name} | ${times.length} | ${at(0.5)} | ${at(0.95)} | ${spent.toFixed(0)} | ${told} |`)
}
