import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../src/core/json.ts'
import { limits } from '../src/core/limits.ts'
import type { Answer } from './kit/answer-parser.ts'
import { hostileDialects } from './kit/hostile-dialects.ts'
import {
  type HostileDialect,
  type HostileSite,
  hostileSite,
  type Target,
} from './kit/hostile-site.ts'
import { Connection, encodeRequest, send, type WireRequest } from './kit/http-client.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

/*
 * Hostile input through the front door, for each dialect: an answer below 500 in the dialect's own form,
 * nothing stored by what is refused, and other clients unhurt.
 */

const bodyBytesMax = 262_144
const runs = process.env.ROSTER_TEST_LONG === '1' ? 2_000 : 60

let roster: RunningRoster
let site: HostileSite
before(async () => {
  roster = await startRoster({
    ROSTER_BODY_BYTES_MAX: `${bodyBytesMax}`,
    ROSTER_HEADERS_TIMEOUT_MS: '500',
    ROSTER_REQUEST_TIMEOUT_MS: '900',
  })
  site = await hostileSite(roster)
})
after(() => roster?.close())

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
    test('refuses or takes any type in any field', () => everyFieldType(targets(), dialect))
    test('refuses bad credentials of every shape', () => badCredentials(targets(), dialect))
    test('refuses unknown paths and verbs', () => badRoutes(targets(), dialect))
    test('survives odd paths', () => oddPaths(targets(), dialect))
    test('refuses what is not proper HTTP', () => badHttp(targets(), dialect))
    test('cuts off slow headers and slow bodies', () => slowClients(targets(), dialect))
    test('survives arbitrary JSON', () => arbitraryJson(targets(), dialect))
    test('survives arbitrary bytes', () => arbitraryBytes(targets(), dialect))
    test('left nothing half-written behind', () => site.assertWhole())
  })
}

type MakeRequest = (target: Target) => WireRequest | WireRequest[]
type Verdict = 'refused' | 'accepted' | 'either'

function json(target: Target, body: string | Buffer, headers: WireRequest['headers'] = {}) {
  const { method, path } = target
  const typed = { ...target.headers, 'content-type': 'application/json', ...headers }
  return { method, path, headers: typed, body }
}

/** The target's good body with attributes added where it takes them, as text. */
function withAttributes(target: Target, attributes: string): string {
  const body = JSON.stringify(target.body)
  return (
    body.slice(0, target.attributes === 'body' ? -1 : -2) +
    `,${attributes}` +
    (target.attributes === 'body' ? '}' : '}}')
  )
}

function nested(levels: number): string {
  return `${'['.repeat(levels)}1${']'.repeat(levels)}`
}

function keys(count: number): string {
  return Array.from({ length: count }, (_, n) => `"k${n}":1`).join(',')
}

/** How deep an attribute's own value may be: it stands inside the body, or one level further in. */
function valueDepth(target: Target): number {
  return limits.jsonDepthMax - (target.attributes === 'body' ? 1 : 2)
}

const badBodies: { [name: string]: MakeRequest } = {
  'malformed JSON': (target) =>
    [
      '{',
      '{"a":}',
      '{"a":1,}',
      '{"a":1}{"b":2}',
      '[1',
      '{"a":01}',
      '{"a":NaN}',
      '{"a":"\t"}',
      '{"a":"\\x"}',
    ].map((text) => json(target, text)),
  'JSON that is no object': (target) =>
    ['[1]', '[{"email":"a@example.org"}]', '"text"', '1', 'true'].map((text) => json(target, text)),
  'other content types': (target) =>
    [
      'application/xml',
      'image/png',
      'text/csv',
      'multipart/form-data',
      'application/jsonx',
      'nonsense',
    ].map((type) => json(target, JSON.stringify(target.body), { 'content-type': type })),
  'bodies nested one level too deep': (target) =>
    json(target, withAttributes(target, `"deep":${nested(valueDepth(target) + 1)}`)),
  'bodies nested absurdly deep': (target) => [
    json(target, withAttributes(target, `"deep":${nested(5_000)}`)),
    json(target, nested(100_000)),
    json(target, `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`),
  ],
  'one name too many': (target) => json(target, withAttributes(target, keys(limits.jsonKeysMax))),
  '__proto__ as a name': (target) =>
    ['"__proto__":{"admin":true}', '"x":{"__proto__":1}', '"x":[{"\\u005f_proto__":null}]'].map(
      (text) => json(target, withAttributes(target, text)),
    ),
  'lone surrogates': (target) =>
    ['"x":"\\ud800"', '"x":"a\\udc00b"', '"\\ud800":1', '"x":{"y":["\\udfff"]}'].map((text) =>
      json(target, withAttributes(target, text)),
    ),
  'NUL characters': (target) =>
    ['"x":"a\\u0000b"', '"a\\u0000":1', '"x":["\\u0000"]', '"x":"a\0b"'].map((text) =>
      json(target, withAttributes(target, text)),
    ),
  'numbers that would change': (target) =>
    [
      '9007199254740993',
      '-9007199254740993',
      '1e400',
      '-1e400',
      '1e20',
      '[1e999]',
      '{"y":1e308}',
    ].map((text) => json(target, withAttributes(target, `"x":${text}`))),
  'invalid UTF-8': (target) =>
    [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5, 0x80, 0x80, 0x80]].map(
      (bytes) => {
        const [head = '', tail = ''] = withAttributes(target, '"x":"?"').split('?')
        return json(
          target,
          Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from(tail)]),
        )
      },
    ),
  'values and names over the limit': (target) => [
    json(target, withAttributes(target, `"x":"${'v'.repeat(limits.stringLengthMax + 1)}"`)),
    json(target, withAttributes(target, `"${'n'.repeat(limits.nameLengthMax + 1)}":1`)),
  ],
  'a body over the limit': (target) => [
    json(target, `{"x":"${' '.repeat(bodyBytesMax)}"}`),
    json(target, chunked(`{"x":"${' '.repeat(bodyBytesMax)}"}`), {
      'transfer-encoding': 'chunked',
    }),
    json(target, '{}', { 'content-length': '99999999999' }),
  ],
  'compressed bodies': (target) => {
    const packed = gzipSync(JSON.stringify(target.body))
    return ['gzip', 'br', 'deflate', 'x-gzip', 'gzip, identity', 'nonsense'].map((encoding) =>
      json(target, packed, { 'content-encoding': encoding }),
    )
  },
}

const oddBodies: { [name: string]: MakeRequest } = {
  'empty and nearly empty bodies': (target) =>
    ['', ' ', '{}', '[]', 'null', '\ufeff{}', '""', '0'].map((text) => json(target, text)),
  'forms where JSON is expected, and the reverse': (target) => [
    json(target, 'a=1&b[c]=2', { 'content-type': 'application/json' }),
    json(target, JSON.stringify(target.body), {
      'content-type': 'application/x-www-form-urlencoded',
    }),
    json(target, JSON.stringify(target.body), { 'content-type': undefined }),
    json(target, JSON.stringify(target.body), { 'content-type': '' }),
    json(target, JSON.stringify(target.body), {
      'content-type': 'application/json; charset=latin1',
    }),
    json(target, JSON.stringify(target.body), {
      'content-type': ['application/json', 'text/html'],
    }),
  ],
  'forms full of tricks': (target) =>
    [
      '__proto__=1',
      '__proto__[admin]=1',
      'a[__proto__][b]=1',
      'constructor[prototype][x]=1',
      'a[][][][]=1',
      `a${'[b]'.repeat(5_000)}=1`,
      'a=%',
      'a=%ff',
      'a=%00',
      '%00=1',
      'a=%ud800',
      '&&&&',
      '=',
      '=1',
      'a',
      'a=1&a=2&a[]=3&a[b]=4',
      'a[99999999]=1',
      'a[-1]=1',
      'a[=1',
      'a]=1',
      Array.from({ length: 3_000 }, (_, n) => `k${n}=1`).join('&'),
      `a=${'x'.repeat(70_000)}`,
      'email=a%40example.org&toString=1&hasOwnProperty=1',
    ].map((text) => json(target, text, { 'content-type': 'application/x-www-form-urlencoded' })),
  'names that mean something to the language': (target) => {
    const names = [
      'toString',
      'hasOwnProperty',
      'valueOf',
      'then',
      'toJSON',
      'length',
      '',
      ' ',
      '.',
      '$',
    ]
    const text = names.map((name) => `"${name}":1,"o${name}":{"${name}":{}}`).join(',')
    return json(target, withAttributes(target, text))
  },
  'names of columns': (target) => {
    const names = [
      'id',
      'workspace_id',
      'version',
      'created_at',
      'removed_at',
      'identifiers',
      'tags',
    ]
    return names.map((name) => json(target, withAttributes(target, `"${name}":999999`)))
  },
}

const goodBodies: { [name: string]: MakeRequest } = {
  'constructor and prototype as ordinary names': (target) =>
    json(target, withAttributes(target, '"constructor":"a","prototype":{"constructor":1}')),
  'bodies as deep as allowed': (target) =>
    json(target, withAttributes(target, `"deep":${nested(valueDepth(target))}`)),
  'values and names as long as allowed': (target) => [
    json(target, withAttributes(target, `"x":"${'v'.repeat(limits.stringLengthMax)}"`)),
    json(target, withAttributes(target, `"${'n'.repeat(limits.nameLengthMax)}":1`)),
  ],
  'the largest safe integers': (target) =>
    json(target, withAttributes(target, '"x":9007199254740991,"y":-9007199254740991,"z":1.5e-7')),
  'an identity encoding': (target) =>
    json(target, JSON.stringify(target.body), { 'content-encoding': 'identity' }),
  'a duplicate key, of which the last wins': (target) =>
    json(target, withAttributes(target, '"x":1,"x":2')),
  'a body in chunks': (target) =>
    json(target, chunked(JSON.stringify(target.body)), { 'transfer-encoding': 'chunked' }),
  'an absolute-form target': (target) => {
    const request = json(target, JSON.stringify(target.body))
    return { ...request, path: `${site.url}${target.path}` }
  },
}

function chunked(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n0\r\n\r\n`
}

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
  return judge(() => send(site.url, request), dialect, verdict, what)
}

async function judge(
  work: () => Promise<Answer>,
  dialect: HostileDialect,
  verdict: Verdict,
  what: string,
): Promise<Answer> {
  const answer = await site.attack(work, what)
  const shown = `${what} was answered ${answer.status} ${answer.text.slice(0, 300)}`
  if (verdict === 'refused') assert.ok(answer.status >= 400, shown)
  if (verdict === 'accepted') assert.ok(answer.status < 300, shown)
  if (answer.status >= 400) assertRefusal(dialect, answer, shown)
  return answer
}

function assertRefusal(dialect: HostileDialect, answer: Answer, shown: string): void {
  assert.ok(answer.headers['x-request-id'], `has a request id: ${shown}`)
  try {
    dialect.assertRefusal(answer)
  } catch (error) {
    throw new Error(`Not the dialect's own refusal: ${shown}`, { cause: error })
  }
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

async function everyFieldType(targets: readonly Target[], dialect: HostileDialect): Promise<void> {
  for (const target of targets) {
    for (const field of target.fields) {
      for (const value of anyType) {
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
    for (const path of [`${target.path}/nope/nope/nope/nope`, `${target.path.slice(0, 5)}`]) {
      await attack({ ...json(target, body), path }, dialect, 'refused', 'unknown path')
    }
    for (const method of ['TRACE', 'DELETE', 'PROPFIND', 'LOCK']) {
      await attack({ ...json(target, body), method }, dialect, 'refused', 'wrong verb')
    }
    for (const method of ['BREW', 'post', 'P\u00d6ST', 'X'.repeat(100)]) {
      await attack({ ...json(target, body), method }, dialect, 'refused', 'no verb at all')
    }
  }
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
    await judge(() => sendBytes(bytes), dialect, 'refused', name)
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
  await Promise.all(
    [good.indexOf('\r\n') + 8, headEnd + 10].map((cut) =>
      judge(() => drip(good.slice(0, cut)), dialect, 'refused', `cut at ${cut}`),
    ),
  )
  assert.ok(performance.now() - began < 5_000, 'both were cut off in time')
}

/** Sends a byte now and then, never the whole. */
async function drip(text: string): Promise<Answer> {
  using connection = new Connection(site.url)
  const answer = connection.bytes(text.slice(0, -6), 'POST')
  let sent = text.length - 6
  const timer = setInterval(() => connection.write(text.charAt(sent++)), 300)
  return await answer.finally(() => clearInterval(timer))
}

async function arbitraryJson(targets: readonly Target[], dialect: HostileDialect): Promise<void> {
  const value = fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' })
  for (const target of targets) {
    const field = fc.constantFrom(...target.fields, 'anything')
    await fc.assert(
      fc.asyncProperty(value, field, async (any, name) => {
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
      { numRuns: runs },
    )
  }
}

async function arbitraryBytes(targets: readonly Target[], dialect: HostileDialect): Promise<void> {
  const [target] = targets
  if (!target) return
  const type = fc.constantFrom(
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
  )
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  )
  await fc.assert(
    fc.asyncProperty(bytes, type, async (body, contentType) => {
      const request = json(target, Buffer.from(body), { 'content-type': contentType })
      await attack(request, dialect, 'either', contentType)
    }),
    { numRuns: runs },
  )
}
