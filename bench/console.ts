import { parseArgs } from 'node:util'
import { buildConsole } from '../src/console-build.ts'
import { startBrowser } from '../test/kit/browser.ts'
import { spawnRoster } from '../test/kit/spawn-roster.ts'
import { diskFolder } from '../test/kit/temp-folder.ts'
import { cpuSeconds, rss, runRoster } from './bench-server.ts'

/*
 * npm run bench:console -- --data FOLDER [--times 10 --only TEXT --people 1000000]
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
    people: { type: 'string', default: '1000000' },
  },
})
if (!options.data) throw new Error('--data FOLDER says whose console is looked at.')
const data = options.data
const say = (line: string) => process.stdout.write(`${line}\n`)
const people = Number(options.people)
const random = (below: number) => 1 + Math.floor(Math.random() * below)

await buildConsole()
const words = ['token', 'create', '--workspace', options.workspace, '--dialect', 'native', '--json']
const { token } = JSON.parse(await runRoster(data, words)) as { token: string }
using folder = diskFolder()
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
  /** What is there once the page can be used: each of these selects something. */
  shown: string[]
}

const rows = ['main tbody tr']
const lines = ['main ol li']
const visits: Visit[] = [
  { name: 'home', path: () => '/', shown: lines },
  { name: 'people', path: () => '/people', shown: rows },
  {
    name: 'person',
    path: () => `/people/${10 + random(people - 100)}`,
    shown: [...rows, ...lines],
  },
  {
    name: 'person with 10,000 events',
    path: () => `/people/${random(10)}`,
    shown: [...rows, ...lines],
  },
  { name: 'events', path: () => '/events', shown: lines },
  {
    name: 'event',
    path: () => `/events/${people + random(people)}`,
    shown: ['main dl', 'main ul'],
  },
  { name: 'rules', path: () => '/rules', shown: rows },
  { name: 'rule', path: () => `/rules/grown-${random(50)}`, shown: ['main section input'] },
  {
    name: 'deliveries',
    path: () => '/deliveries',
    shown: ['main a[href^="/console/deliveries/"]'],
  },
  {
    name: 'deliveries, dead',
    path: () => '/deliveries?state=dead',
    shown: ['main a[href^="/console/deliveries/"]'],
  },
  {
    name: 'deliveries, destination',
    path: () => '/deliveries?destination=place-18',
    shown: ['main a[href^="/console/deliveries/"]'],
  },
  { name: 'delivery', path: () => `/deliveries/${random(20_000)}`, shown: ['main h2'] },
  { name: 'destinations', path: () => '/destinations', shown: ['main section h2'] },
  { name: 'set-up', path: () => '/set-up', shown: rows },
]
const searches = ['anna', 'anna.jansen', 'seed-7-12345', 'country=NL', 'email:bjorn', 'xerxes']

/** Else a page that was there before would show what it knew then. */
const forget = `(() => {
  const root = document.getElementById('root')
  const key = Object.keys(root).find((name) => name.startsWith('__reactContainer'))
  const find = (fiber) =>
    fiber && (fiber.memoizedProps?.client ?? find(fiber.child) ?? find(fiber.sibling))
  const isOld = ({ queryKey }) => queryKey[0] !== 'session'
  find(root[key].stateNode.current).removeQueries({ predicate: isOld })
})()`

say(
  '| page | usable p50 ms | p95 ms | all there p95 ms | browser CPU ms | server CPU ms | rounds |',
)
say('| --- | --- | --- | --- | --- | --- | --- |')
const calls: { from: number; until: number }[] = []
page.on('requestfinished', (request) => {
  const { startTime, responseEnd } = request.timing()
  if (new URL(request.url()).pathname.startsWith('/api/'))
    calls.push({ from: startTime, until: startTime + responseEnd })
})
const devtools = await browser.newBrowserCDPSession()
for (const visit of visits) if (visit.name.includes(options.only)) await measure(visit)
for (const text of searches) if ('search'.includes(options.only)) await search(text)
say(`${rss(server.pid)} MiB after all of it`)
await browser.close()

interface Times {
  usable: number
  whole: number
}

/**
 * Goes to a page and tells when all of `shown` is there, has its place, and a task that came then
 * had its turn, as a click would; and when nothing says any more that it loads. As text, which the
 * policy of the page has nothing against where the browser itself runs it.
 */
function timed(begin: string, isOld: string, shown: readonly string[]): string {
  return `new Promise((resolve) => {
    const title = document.querySelector('main h1')
    const text = document.querySelector('main').innerText
    const shown = ${JSON.stringify(shown)}
    const began = performance.now()
    let usable = null
    const look = () => {
      if (${isOld}) return
      if (!shown.every((one) => document.querySelector(one))) return
      const isWhole = !document.querySelector('main').innerText.includes('Loading…')
      if (usable === null) {
        usable = 0
        setTimeout(() => { document.body.offsetHeight; usable = performance.now() - began; look() })
      }
      if (!isWhole || usable === 0) return
      watcher.disconnect()
      resolve({ usable, whole: performance.now() - began })
    }
    const watcher = new MutationObserver(look)
    watcher.observe(document.body, { subtree: true, childList: true, characterData: true })
    ${begin}
  })`
}

/** The program is loaded already, as it is when an operator goes from page to page. */
function going(path: string): string {
  const to = JSON.stringify(`/console${path}`)
  return `history.pushState({}, '', ${to}); dispatchEvent(new PopStateEvent('popstate'))`
}

async function measure({ name, path, shown }: Visit): Promise<void> {
  await figures(name, async () => {
    await page.evaluate(going('/set-up?part=none'))
    await page.getByRole('heading', { level: 1, name: /^Set/ }).waitFor()
    await page.waitForLoadState('networkidle')
    await page.evaluate(forget)
    calls.length = 0
    const to = path()
    const isOld = to === '/set-up' ? 'false' : 'title.isConnected'
    return (await page.evaluate(timed(going(to), isOld, shown))) as Times
  })
}

async function search(text: string): Promise<void> {
  await page.evaluate(going('/people'))
  const box = page.getByRole('searchbox', { name: 'Search' })
  await figures(`search for ${text}`, async () => {
    await box.fill('')
    await page.waitForTimeout(700)
    await page.waitForLoadState('networkidle')
    calls.length = 0
    const isOld = "document.querySelector('main').innerText === text"
    const found = page.evaluate(timed('', isOld, ['main']))
    await box.fill(text)
    return (await found) as Times
  })
}

async function figures(name: string, once: () => Promise<Times>): Promise<void> {
  const times: Times[] = []
  let rounds = 0
  await once()
  const cpu = cpuSeconds(server.pid)
  const drawn = await browserSeconds()
  for (let n = 0; n < Number(options.times); n++) {
    times.push(await once())
    rounds = Math.max(rounds, longestChain(calls))
  }
  const spent = (cpuSeconds(server.pid) - cpu) * 1_000
  const drew = ((await browserSeconds()) - drawn) * 1_000
  const at = (share: number, of: keyof Times) => {
    const sorted = times.map((one) => one[of]).sort((a, b) => a - b)
    return (sorted[Math.ceil(sorted.length * share) - 1] ?? 0).toFixed(0)
  }
  const each = (ms: number) => (ms / times.length).toFixed(0)
  const shown = [at(0.5, 'usable'), at(0.95, 'usable'), at(0.95, 'whole'), each(drew), each(spent)]
  say(`| ${[name, ...shown, rounds].join(' | ')} |`)
}

/** Of the processes that draw pages; going to the page before is a part of it. */
async function browserSeconds(): Promise<number> {
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo')
  return processInfo.reduce((sum, { type, cpuTime }) => {
    return type === 'renderer' ? sum + cpuTime : sum
  }, 0)
}

/** How many calls were made one after the other, each once the one before was answered. */
function longestChain(of: readonly { from: number; until: number }[]): number {
  let chain = 0
  let end = Number.NEGATIVE_INFINITY
  for (const { from, until } of of.toSorted((a, b) => a.until - b.until)) {
    if (from < end) continue
    chain += 1
    end = until
  }
  return chain
}
