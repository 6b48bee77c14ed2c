import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { createContext, runInContext } from 'node:vm'
import { type Client, type ClientOptions, createClient, RosterError } from '../src/client/client.js'
import type { JsonObject } from '../src/core/json.ts'
import { sqlite } from './kit/engines.ts'
import { generateCalls, generateTypes } from './kit/generate-client.ts'
import type { NewWorkspace } from './kit/new-workspace.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

const outcome = { format: 'iife', name: 'RosterClient' } as const

let roster: RunningRoster
let world: NewWorkspace
before(async () => {
  roster = await startRoster(sqlite)
  world = await roster.newWorkspace()
})
after(() => roster?.close())

function client(options: Partial<ClientOptions> = {}): Client {
  return createClient({ url: roster.url, token: world.tokens.native?.token ?? '', ...options })
}

/** A `fetch` that loses answers: the call arrives, and nobody hears of it. */
function losing(count: number, seen: Request[] = []): typeof fetch {
  let lost = 0
  return async (input, init) => {
    seen.push(new Request(input as string, init))
    const answer = await fetch(input as string, init)
    if (lost++ < count) throw new TypeError('fetch failed')
    return answer
  }
}

test('the generated parts are what the document says', () => {
  const at = (path: string) => new URL(`../${path}`, import.meta.url)
  const document = JSON.parse(readFileSync(at('docs/api/native.json'), 'utf8')) as JsonObject
  const parts = {
    'src/client/calls.js': generateCalls(document),
    'src/client/api.d.ts': generateTypes(document),
  }
  for (const [path, text] of Object.entries(parts)) {
    if (process.env.ROSTER_TEST_WRITE_API === '1') writeFileSync(at(path), text)
    const same = readFileSync(at(path), 'utf8') === text
    assert.ok(same, `${path}: ROSTER_TEST_WRITE_API=1 node --test test/client.test.ts`)
  }
})

test('it needs no package', () => {
  for (const file of ['client.js', 'calls.js', 'client.d.ts', 'api.d.ts']) {
    const text = readFileSync(new URL(`../src/client/${file}`, import.meta.url), 'utf8')
    for (const [, from] of text.matchAll(/from '([^']+)'/g)) assert.match(from ?? '', /^\.\//)
  }
})

test('calls are typed, and their answers are what the server said', async () => {
  const api = client()
  const written = await api.putProfile({
    kind: 'user_id',
    value: 'a/b c',
    body: { set: { email: 'c@x.org' }, increment: { n: 1 } },
  })
  assert.ok(!('dry_run' in written))
  const read = await api.getProfileBy({ kind: 'user_id', value: 'a/b c' })
  assert.deepEqual(read, written.profile)
  assert.equal(read.attributes.n, 1)
  // @ts-expect-error: the body is missing
  await assert.rejects(() => api.putProfile({ kind: 'user_id', value: 'x' }), RosterError)
  // @ts-expect-error: no call has this parameter
  await assert.rejects(() => api.listEvents({ limti: 3 }), /limti/)
})

test('a bundle for browsers is all of it, and needs nothing that only Node has', async () => {
  const { build } = await import('rolldown')
  const input = new URL('../src/client/client.js', import.meta.url).pathname
  const made = await build({ input, platform: 'browser', write: false, output: outcome })
  const { code, imports } = made.output[0]
  assert.deepEqual(imports, [])
  const names = ['fetch', 'crypto', 'URL', 'URLSearchParams', 'AbortSignal', 'TextDecoderStream']
  const timers = ['setTimeout', 'clearTimeout']
  const own = [...names, ...timers].map((name) => [name, Reflect.get(globalThis, name)])
  const page = createContext(Object.fromEntries(own))
  const bundle = runInContext(`${code};RosterClient`, page) as { createClient: typeof createClient }
  const api = bundle.createClient({ url: roster.url, token: world.tokens.native?.token ?? '' })
  for (const type of ['page.first', 'page.next', 'page.last'])
    await api.sendEvents({ body: { type } })
  const stop = new AbortController()
  const seen: string[] = []
  for await (const { type } of api.follow({ type: 'page.*', after: '0', signal: stop.signal })) {
    seen.push(type)
    if (seen.length === 2) stop.abort()
  }
  assert.deepEqual(seen, ['page.first', 'page.next'])
})

test('a refusal tells its code, its fields and the other party', async () => {
  const api = client()
  const error = await api
    .putProfile({ kind: 'user_id', value: 'q', body: { sett: {} } as never })
    .catch((thrown: unknown) => thrown)
  assert.ok(error instanceof RosterError)
  assert.deepEqual([error.status, error.code], [422, 'invalid_field'])
  assert.equal(error.errors[0]?.hint, 'Did you mean "set"?')
  assert.match(error.requestId ?? '', /-/)
})

test('a write whose answer was lost is made once, however often it is tried', async () => {
  const seen: Request[] = []
  const api = client({ fetch: losing(2, seen) })
  const sent = await api.sendEvents({ body: { type: 'order.paid' } })
  assert.ok('repeated' in sent && sent.repeated)
  assert.equal(seen.length, 3)
  assert.equal(new Set(seen.map(({ headers }) => headers.get('idempotency-key'))).size, 1)
  const log = await client().listEvents()
  assert.equal(log.data.filter(({ type }) => type === 'order.paid').length, 1)
  const gone = client({ fetch: losing(9), retries: 1 })
  const error = await gone.sendEvents({ body: { type: 'a.b' } }).catch((thrown: unknown) => thrown)
  assert.ok(error instanceof RosterError && error.code === 'not_reached')
})

test('a token whose answer was lost is made once, and the next try shows it', async () => {
  const seen: Request[] = []
  const api = client({ fetch: losing(1, seen) })
  const { token } = await api.createToken({ body: { dialect: 'native', label: 'lost' } })
  assert.equal(seen.length, 2)
  assert.equal((await client({ token: token.token ?? '' }).listEvents()).next_cursor, null)
  const { data } = await client().listTokens()
  assert.equal(data.filter(({ label }) => label === 'lost').length, 1)
})

test('a server that asks for more patience than there is is not called again', async () => {
  let calls = 0
  const headers = { 'retry-after': '7' }
  const api = client({
    patienceMs: 1_000,
    fetch: async () => {
      calls += 1
      return new Response('{"code": "too_many_requests"}', { status: 429, headers })
    },
  })
  const refused = (error: unknown) => error instanceof RosterError && error.retryAfter === 7
  await assert.rejects(() => api.listEvents(), refused)
  await assert.rejects(async () => {
    for await (const _ of api.follow()) assert.fail('nothing came')
  }, refused)
  assert.equal(calls, 2)
})

test('lists are read to their end, page by page', async () => {
  const own = await roster.newWorkspace()
  const api = client({ token: own.tokens.native?.token ?? '' })
  const events = Array.from({ length: 7 }, (_, n) => ({ type: 'a.b', attributes: { n } }))
  await api.sendEvents({ body: { events } })
  const found: unknown[] = []
  for await (const event of api.each('listEvents', { limit: 3 })) found.push(event.attributes.n)
  assert.deepEqual(found, [0, 1, 2, 3, 4, 5, 6])
})

test('it follows events, also over a line that breaks', async () => {
  const own = await roster.newWorkspace()
  const token = own.tokens.native?.token ?? ''
  const api = client({ token })
  const breaking: typeof fetch = async (input, init) => {
    const answer = await fetch(input as string, init)
    const body = answer.body as ReadableStream<Uint8Array>
    let blocks = 0
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk)
        // The first block is a greeting; after the next one the line ends.
        if (++blocks >= 2) controller.terminate()
      },
    })
    return new Response(body.pipeThrough(cut), { headers: answer.headers })
  }
  const stop = new AbortController()
  const seen: number[] = []
  const following = client({ token, fetch: breaking }).follow({ after: '0', signal: stop.signal })
  await api.sendEvents({ body: { type: 'a.first' } })
  const sending = (async () => {
    for await (const event of following) {
      seen.push(event.id)
      if (event.id === 4) stop.abort()
      else await api.sendEvents({ body: { type: 'a.next' } })
    }
  })()
  await sending
  assert.deepEqual(seen, [1, 2, 3, 4])
})
