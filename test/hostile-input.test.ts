import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { isObject, type JsonObject, type JsonValue } from '../src/core/json.ts'
import { dialects } from '../src/dialects/registry.ts'
import { native } from '../src/http/native/dialect.ts'
import { routes } from '../src/http/native/routes.ts'
import type { Answer } from './kit/answer-parser.ts'
import { type Engine, engines } from './kit/engines.ts'
import {
  badBodies,
  bodyBytesMax,
  goodBodies,
  json,
  type MakeRequest,
  oddBodies,
} from './kit/hostile-bodies.ts'
import { hostileDialects } from './kit/hostile-dialects.ts'
import {
  type HostileDialect,
  type HostileSite,
  hostileSite,
  jsonObject,
  type Target,
} from './kit/hostile-site.ts'
import { Connection, encodeRequest, type WireRequest } from './kit/http-client.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

/*
 * Hostile input through the front door, for each dialect: an answer below 500 in the dialect's own
 * form, nothing stored by what is refused, and other clients unhurt.
 */

/** What there is to attack; the native API has routes for endpoints. */
const attacked = [...dialects, { ...native, endpoints: routes }]
/** Bodies are read before any engine is asked: one of the two has the most of them. */
const runsOn = (engine: Engine) =>
  process.env.ROSTER_TEST_LONG === '1' ? 2_000 : engine.name === 'sqlite' ? 60 : 15
/** Every how many of all pairs of a field and a value are tried there; each of either has some. */
const everyOn = (engine: Engine) =>
  process.env.ROSTER_TEST_LONG === '1' || engine.name === 'sqlite' ? 1 : 3

let roster: RunningRoster
let site: HostileSite
for (const engine of engines) {
  describe(engine.name, () => {
    before(async () => {
      roster = await startRoster(engine, {
        ROSTER_BODY_BYTES_MAX: `${bodyBytesMax}`,
        ROSTER_HEADERS_TIMEOUT_MS: '500',
        ROSTER_REQUEST_TIMEOUT_MS: '900',
      })
      site = await hostileSite(roster)
    })
    after(async () => {
      await site?.close()
      await roster?.close()
    })

    for (const dialect of hostileDialects) {
      describe(dialect.id, () => {
        const targets = () => dialect.targets(site.tokens[dialect.id] ?? {}, site.userId)

        for (const [name, make] of Object.entries(badBodies)) {
          test(`refuses ${name}`, () => eachTarget(targets(), make, dialect, 'refused'))
        }
        for (const [name, make] of Object.entries(oddBodies)) {
          test(`survives ${name}`, () => eachTarget(targets(), make, dialect, 'either'))
        }
        for (const [name, make] of Object.entries(goodBodies)) {
          test(`accepts ${name}`, () => eachTarget(targets(), make, dialect, 'accepted'))
        }
        test('refuses or takes any type in any field', () =>
          everyFieldType(targets(), dialect, everyOn(engine)))
        test('refuses bad credentials of every shape', () => badCredentials(targets(), dialect))
        test('refuses unknown paths and verbs', () => badRoutes(targets(), dialect))
        test('survives odd paths', () => oddPaths(targets(), dialect))
        test('refuses what is not proper HTTP', () => badHttp(targets(), dialect))
        test('cuts off slow headers and slow bodies', () => slowClients(targets(), dialect))
        test('survives arbitrary JSON', () => arbitraryJson(targets(), dialect, runsOn(engine)))
        test('survives arbitrary bytes', () => arbitraryBytes(targets(), dialect, runsOn(engine)))
        if (dialect.id === native.id) {
          test('survives odd values in every query', () => sweep(oddQueries(), dialect))
          test('survives odd bodies and ids at every call', () => sweep(oddCalls(), dialect))
        }
        test('left nothing half-written behind', () => site.assertWhole())
      })
    }
  })
}

/** `refused by somebody`: nobody can know whose request it was to be, so a plain form will do. */
type Verdict = 'refused' | 'refused by somebody' | 'accepted' | 'either'

async function eachTarget(
  targets: readonly Target[],
  make: MakeRequest,
  dialect: HostileDialect,
  verdict: Verdict,
): Promise<void> {
  for (const target of targets) {
    for (const request of [make(target)].flat())
      await attack(request, dialect, verdict, target.name)
  }
}

async function attack(
  request: WireRequest,
  dialect: HostileDialect,
  verdict: Verdict,
  name: string,
): Promise<Answer> {
  const body = request.body?.toString('latin1').slice(0, 120) ?? ''
  const what = `${name}: ${request.method} ${request.path.slice(0, 120)} ${body}`
  return judge(await site.attackWith(request, what), dialect, verdict, what)
}

function judge(answer: Answer, dialect: HostileDialect, verdict: Verdict, what: string): Answer {
  const shown = `${what} was answered ${answer.status} ${answer.text.slice(0, 300)}`
  if (verdict.startsWith('refused')) assert.ok(answer.status >= 400, shown)
  if (verdict === 'accepted') assert.ok(answer.status < 300, shown)
  if (answer.status < 400) return answer
  assert.ok(answer.headers['x-request-id'], `has a request id: ${shown}`)
  if (verdict === 'refused by somebody' && isPlainRefusal(answer)) return answer
  assertRefusal(dialect, answer, shown)
  return answer
}

function assertRefusal(dialect: HostileDialect, answer: Answer, shown: string): void {
  try {
    dialect.assertRefusal(answer)
  } catch (error) {
    throw new Error(`Not the dialect's own refusal: ${shown}`, { cause: error })
  }
}

/** Status 400, so that no client takes it for success, and a body like one dialect's own. */
function isPlainRefusal(answer: Answer): boolean {
  if (answer.headers['content-type'] !== 'application/json') return false
  const { error } = jsonObject(answer)
  return answer.status === 400 && isObject(error) && typeof error.code === 'string'
}

const anyType: JsonValue[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  1.5,
  4294967296,
  '',
  ' ',
  'text',
  'x'.repeat(2_000),
  '\u202e😀\u0301',
  [],
  [[]],
  [null],
  ['a', 1],
  {},
  { a: 1 },
  { a: { b: [{}] } },
  '<script>',
  "' OR 1=1 --",
  '../../etc',
]

async function everyFieldType(
  targets: readonly Target[],
  dialect: HostileDialect,
  every: number,
): Promise<void> {
  for (const target of targets) {
    for (const [place, field] of target.fields.entries()) {
      for (const value of anyType.filter((_, n) => (n + place) % every === 0)) {
        const body = JSON.stringify({ ...target.body, [field]: value })
        await attack(json(target, body), dialect, 'either', `${target.name} ${field}`)
      }
      const long = JSON.stringify({ ...target.body, [field]: 'x'.repeat(70_000) })
      await attack(json(target, long), dialect, 'refused', `${target.name} ${field}`)
    }
  }
}

/** Every header that holds a part of the token, with that part spoilt in every way. */
async function badCredentials(targets: readonly Target[], dialect: HostileDialect): Promise<void> {
  const [target] = targets
  if (!target) return
  const secrets = Object.values(site.tokens[dialect.id] ?? {})
  for (const header of Object.keys(target.headers)) {
    const good = target.headers[header] ?? ''
    const spoilt = [
      undefined,
      '',
      ' ',
      'Bearer',
      'Token',
      'Bearer ',
      'Token  ',
      'Basic dXNlcjpwYXNz',
      'null',
      `${good}x`,
      good.slice(0, -1),
      `${good} ${good}`,
      good.replace(/.$/, (c) => (c === '0' ? '1' : '0')),
      good.replace(/[0-9a-z]{3}$/i, '%00'),
      good.replace(/[0-9a-z]+$/i, 'x'.repeat(4_000)),
      good.replace(/[0-9a-z]+$/i, 'a.b.c'),
      good.replace(/[0-9a-z]+$/i, 'eyJhbGciOiJub25lIn0.e30.'),
      good.replace(/[0-9a-z]+$/i, "' OR '1'='1"),
      good.replace(/[0-9a-z]+$/i, '\u00e9\u00ff'),
      ...otherTokens(dialect).map((token) => good.replace(/[0-9a-zA-Z]+$/, token)),
    ]
    for (const value of spoilt) {
      const request = json(target, JSON.stringify(target.body), { [header]: value })
      const answer = await attack(request, dialect, 'refused', `${header}: ${value?.slice(0, 80)}`)
      for (const secret of secrets)
        assert.ok(!answer.text.includes(secret), 'no secret in an answer')
    }
  }
}

function otherTokens(dialect: HostileDialect): string[] {
  return Object.entries(site.tokens)
    .filter(([id]) => id !== dialect.id)
    .flatMap(([, token]) => Object.values(token))
}

async function badRoutes(targets: readonly Target[], dialect: HostileDialect): Promise<void> {
  for (const target of targets) {
    const body = JSON.stringify(target.body)
    const base = basePathOf(dialect, target)
    for (const path of [`${target.path}/nope/nope/nope/nope`, `${base}/nope`, `${base}/`, base]) {
      await attack({ ...json(target, body), path }, dialect, 'refused', 'unknown path')
    }
    const foreign = hasVerb(dialect, target, 'DELETE') ? [] : ['DELETE']
    for (const method of ['TRACE', ...foreign, 'PROPFIND', 'LOCK']) {
      await attack({ ...json(target, body), method }, dialect, 'refused', 'wrong verb')
    }
    for (const method of ['BREW', 'post', 'P\u00d6ST', 'X'.repeat(100)]) {
      await attack({ ...json(target, body), method }, dialect, 'refused by somebody', 'no verb')
    }
  }
}

/** Whether the dialect has the verb where the target is. */
function hasVerb(dialect: HostileDialect, target: Target, verb: string): boolean {
  const endpoints = attacked.find(({ id }) => id === dialect.id)?.endpoints ?? []
  const below = target.path.slice(basePathOf(dialect, target).length).replace(/\/$/, '')
  return endpoints.some(({ method, path }) => {
    return method === verb && new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`).test(below)
  })
}

function basePathOf({ id }: HostileDialect, { path }: Target): string {
  const basePaths = attacked.find((dialect) => dialect.id === id)?.basePaths ?? []
  return basePaths.find((base) => path.startsWith(`${base}/`)) ?? ''
}

async function oddPaths(targets: readonly Target[], dialect: HostileDialect): Promise<void> {
  for (const target of targets) {
    const base = target.path.replace(/\/[^/]+\/?$/, '')
    const bad = ['%', '%zz', '%f', '%ff', '%c0%af', '%00', 'a%00b', '%ed%a0%80']
    const odd = [
      '..',
      '%2e%2e',
      '%2f',
      '%25',
      '\\',
      '//',
      ';a=1',
      'a'.repeat(1_500),
      "'--",
      '*',
      ':',
      '@',
      '@@',
      '%40',
      '%F0%9F%98%80',
      '-1',
      '0',
      '1e9',
      '99999999999999999999',
      '?',
      '?a=%',
      '?%00',
      '#x',
      '{}',
    ]
    for (const part of bad) await path(target, `${base}/${part}`, dialect, 'refused')
    for (const part of odd) await path(target, `${base}/${part}`, dialect, 'either')
    await path(target, `${target.path}?${'q=1&'.repeat(4_000)}`, dialect, 'refused')
  }
}

async function path(target: Target, path: string, dialect: HostileDialect, verdict: Verdict) {
  await attack({ ...json(target, JSON.stringify(target.body)), path }, dialect, verdict, 'path')
}

/** What Node itself refuses; the dialect's form is asked for all the same. */
async function badHttp(targets: readonly Target[], dialect: HostileDialect): Promise<void> {
  const [target] = targets
  if (!target) return
  const good = json(target, JSON.stringify(target.body))
  const { length } = good.body as string
  const withHeaders = (headers: WireRequest['headers']) =>
    encodeRequest({ ...good, headers: { ...good.headers, ...headers } }, new URL(site.url).host)
  const plain = withHeaders({}).toString('latin1')
  const bad: { [name: string]: Buffer | string } = {
    'two Host headers': withHeaders({ Host: ['a.example', 'b.example'] }),
    'no Host header': plain.replace(/Host: [^\r]*\r\n/, ''),
    'length and chunks': withHeaders({
      'Content-Length': `${length}`,
      'Transfer-Encoding': 'chunked',
    }),
    'two lengths': withHeaders({ 'Content-Length': [`${length}`, `${length + 1}`] }),
    'a negative length': withHeaders({ 'Content-Length': '-1' }),
    'a length in hex': withHeaders({ 'Content-Length': '0x10' }),
    'a space before the colon': plain.replace('Host:', 'Host :'),
    'bare line feeds': plain.replaceAll('\r\n', '\n'),
    'a header of 20 kB': withHeaders({ 'X-Long': 'x'.repeat(20_000) }),
    '200 headers': withHeaders(
      Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`x-${n}`, '1'])),
    ),
    'NUL in a header': withHeaders({ 'X-Nul': 'a\0b' }),
    'a bad version': plain.replace('HTTP/1.1', 'HTTP/9.9'),
    'a bad chunk': withHeaders({ 'Transfer-Encoding': 'chunked', 'Content-Length': undefined }),
  }
  for (const [name, bytes] of Object.entries(bad)) {
    judge(await site.attack(() => sendBytes(bytes), name), dialect, 'refused', name)
  }
}

async function sendBytes(bytes: Buffer | string): Promise<Answer> {
  using connection = new Connection(site.url)
  return await connection.bytes(
    typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes,
    'POST',
  )
}

async function slowClients(targets: readonly Target[], dialect: HostileDialect): Promise<void> {
  const [target] = targets
  if (!target) return
  const good = encodeRequest(json(target, JSON.stringify(target.body)), 'localhost').toString(
    'latin1',
  )
  const headEnd = good.indexOf('\r\n\r\n')
  const began = performance.now()
  const cuts: [at: number, verdict: Verdict][] = [
    [good.indexOf('\r\n') + 8, 'refused by somebody'],
    [headEnd + 10, 'refused'],
  ]
  await Promise.all(
    cuts.map(async ([at, verdict]) => {
      const what = `cut at ${at}`
      judge(await site.attack(() => drip(good.slice(0, at)), what), dialect, verdict, what)
    }),
  )
  // A server with no limits of ours would wait for a minute.
  assert.ok(performance.now() - began < 30_000, 'both were cut off in time')
}

/** Sends a byte now and then, never the whole. */
async function drip(text: string): Promise<Answer> {
  using connection = new Connection(site.url)
  const answer = connection.bytes(text.slice(0, -6), 'POST')
  let sent = text.length - 6
  const timer = setInterval(() => connection.write(text.charAt(sent++)), 300)
  return await answer.finally(() => clearInterval(timer))
}

// Made once: of every character there is fast-check makes a table.
const anyJson = fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' })
const anyText = fc.string({ unit: 'binary' })

async function arbitraryJson(
  targets: readonly Target[],
  dialect: HostileDialect,
  numRuns: number,
): Promise<void> {
  for (const target of targets) {
    const field = fc.constantFrom(...target.fields, 'anything')
    await fc.assert(
      fc.asyncProperty(anyJson, field, async (any, name) => {
        const whole = JSON.stringify(any)
        await attack(json(target, whole), dialect, 'either', target.name)
        const body: JsonObject = { ...target.body, [name]: any as JsonValue }
        await attack(
          json(target, JSON.stringify(body)),
          dialect,
          'either',
          `${target.name} ${name}`,
        )
      }),
      { numRuns },
    )
  }
}

async function arbitraryBytes(
  targets: readonly Target[],
  dialect: HostileDialect,
  numRuns: number,
): Promise<void> {
  const [target] = targets
  if (!target) return
  const type = fc.constantFrom(
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
  )
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    anyText.map((text) => Buffer.from(text)),
  )
  await fc.assert(
    fc.asyncProperty(bytes, type, async (body, contentType) => {
      const request = json(target, Buffer.from(body), { 'content-type': contentType })
      await attack(request, dialect, 'either', contentType)
    }),
    { numRuns },
  )
}

const oddValues = [
  ...['', '0', '-1', '1e400', '99999999999999999999', '999999999999999', '%00', "'--", '{}'],
  ...['{"all":[]}', '%F0%9F%98%80', 'true', '%25_%5C', '-271821-04-20T00:00:00Z'],
  ...['+275760-09-13T00:00:00Z', '2026-02-30', 'x'.repeat(3_000)],
]
const oddTypes: JsonValue[] = [null, -1, 1e15, '', '<x>', ['a', {}], { a: { b: [] } }]

const calls = routes.filter(({ operation }) => operation !== 'streamEvents')

/** Each call that reads, with each odd value in each of its parameters. */
function* oddQueries(): Iterable<WireRequest> {
  for (const { method, path, query } of calls) {
    const at = `/api/v1${path.replaceAll(/:\w+/g, '1')}`
    const names = method === 'GET' ? Object.keys(query?.properties ?? {}) : []
    for (const name of names) {
      for (const value of oddValues) yield { method, path: `${at}?${name}=${value}` }
    }
  }
}

/** Each call with odd values in its path and, where it has a body, for it and for its fields. */
function* oddCalls(): Iterable<WireRequest> {
  for (const { method, path, body } of calls) {
    const at = `/api/v1${path}`
    const fields = Object.keys((body as { properties?: object } | undefined)?.properties ?? {})
    const named = fields.flatMap((field) => oddTypes.map((value) => ({ [field]: value })))
    const bodies = body ? [...oddTypes, ...named].map((value) => JSON.stringify(value)) : []
    for (const value of path.includes(':') ? oddValues : []) {
      const filled = at.replaceAll(/:\w+/g, value || 'x')
      yield { method, path: filled, body: body ? '{}' : undefined }
    }
    for (const text of bodies) {
      yield { method, path: at.replaceAll(/:\w+/g, '999999'), body: text }
    }
  }
}

/** Every one is answered in the API's own form, and none is a failure of the server. */
async function sweep(requests: Iterable<WireRequest>, dialect: HostileDialect): Promise<void> {
  const headers = {
    authorization: `Bearer ${site.tokens.native?.token}`,
    'content-type': 'application/json',
  }
  const left = requests[Symbol.iterator]()
  const lane = async () => {
    let connection = new Connection(site.url)
    for (let next = left.next(); next.done !== true; next = left.next()) {
      const { method, path, body = '' } = next.value
      const what = `${method} ${path.slice(0, 120)} ${String(body).slice(0, 120)}`
      if (!connection.open) connection = new Connection(site.url)
      const answer = await connection.request({ ...next.value, headers })
      assert.ok(answer.status < 500, `${what} was answered ${answer.status} ${answer.text}`)
      if (answer.status >= 400) assertRefusal(dialect, answer, what)
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: 8 }, lane))
}
