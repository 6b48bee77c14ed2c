import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { createSigner } from 'fast-jwt'
import { Fault } from '../src/core/errors.ts'
import type { EventId } from '../src/core/profile.ts'
import { type Answer, AnswerParser } from './kit/answer-parser.ts'
import { Connection, send } from './kit/http-client.ts'
import { startToyShell, type ToyShell, toyAuth, toySecret, webAuth } from './kit/toy-shell.ts'

/** A request for a thing of the strict dialect. */
const thing = (method: string, more: { path?: string; body?: string; headers?: object } = {}) => ({
  method,
  path: more.path ?? '/toy/v1/things/7',
  headers: { ...toyAuth, ...more.headers } as { [name: string]: string },
  ...(more.body === undefined ? {} : { body: more.body }),
})

const toyFault = (answer: Answer) => (answer.json() as { toy: string }).toy
const plainFault = (answer: Answer) => (answer.json() as { error: { code: string } }).error.code

/** Sends bytes on a connection of their own, and gathers what comes until it is closed. */
async function converse(url: string, bytes: string, methods: string[]): Promise<Answer[]> {
  const socket = open(url)
  socket.write(bytes)
  const answers = await answersOf(socket, methods)
  socket.destroy()
  return answers
}

function open(url: string): Socket {
  const { hostname, port } = new URL(url)
  return connect({ host: hostname, port: Number(port), noDelay: true, allowHalfOpen: true })
}

/** As many answers as there are methods, or fewer when the connection ends before. */
function answersOf(socket: Socket, methods: string[]): Promise<Answer[]> {
  const parser = new AnswerParser()
  const answers: Answer[] = []
  const { promise, resolve, reject } = Promise.withResolvers<Answer[]>()
  const read = (ended: boolean) => {
    while (answers.length < methods.length) {
      const answer = parser.next(methods[answers.length] ?? 'GET', ended)
      if (!answer) break
      answers.push(answer)
    }
    if (answers.length === methods.length || ended) resolve(answers)
  }
  socket.on('data', (chunk: Buffer) => {
    parser.push(chunk)
    read(false)
  })
  socket.on('end', () => read(true))
  socket.on('close', () => read(true))
  socket.on('error', reject)
  return promise
}

function closed(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (socket.destroyed) resolve()
  socket.resume()
  socket.once('end', () => socket.end())
  socket.once('close', () => resolve())
  return promise
}

function post(path: string, body: string, headers = ''): string {
  return `POST ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: ${toyAuth.authorization}\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

function get(path: string, headers = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: ${toyAuth.authorization}\r\n${headers}\r\n`
}

let shell: ToyShell
before(async () => {
  shell = await startToyShell({
    bodyBytesMax: 1_000,
    urlBytesMax: 2_000,
    headerBytesMax: 8_000,
    headersMax: 30,
  })
})
after(() => shell?.close())

describe('answers', () => {
  test('carry what the dialect says and nothing else', async () => {
    const answer = await send(shell.url, thing('POST', { body: '{"a":1}' }))
    assert.equal(answer.status, 201)
    assert.equal(answer.text, '')
    const names = answer.rawHeaders.map(([name]) => name)
    assert.deepEqual(names.sort(), [
      'Connection',
      'Date',
      'Keep-Alive',
      'X-Base',
      'X-Created',
      'X-Toy',
      'content-length',
      'x-request-id',
    ])
    assert.equal(answer.headers['content-length'], '0')
    assert.equal(answer.headers['x-toy'], '/things/:thingId')
    assert.equal(answer.headers['x-base'], shell.url)
  })

  test('are JSON without a charset, with their length in bytes', async () => {
    const answer = await send(shell.url, thing('GET', { path: '/toy/v1/things/%C3%A9?q=%00' }))
    assert.equal(answer.headers['content-type'], 'application/json')
    assert.deepEqual(answer.json(), { thingId: 'é', query: 'q=%00', now: Date.UTC(2026, 0, 1) })
    const text = await send(shell.url, thing('GET', { path: '/toy/v1/things/odd/text' }))
    assert.equal(text.text, 'ÿ plain')
    assert.equal(text.headers['content-length'], '8')
  })

  test('have no length and no type when there is nothing to say', async () => {
    const answer = await send(shell.url, thing('DELETE'))
    assert.equal(answer.status, 204)
    assert.equal(answer.headers['content-length'], undefined)
    assert.equal(answer.headers['content-type'], undefined)
  })

  test('to HEAD are those to GET without the body', async () => {
    const [head, next] = await converse(
      shell.url,
      get('/toy/v1/things/7').replace('GET', 'HEAD') + get('/toy/v1/things/7'),
      ['HEAD', 'GET'],
    )
    assert.equal(head?.status, 200)
    assert.equal(head?.headers['content-length'], `${next?.text.length}`)
    assert.equal(head?.headers['content-type'], 'application/json')
  })

  test('each have a request id of their own, which the command carries too', async () => {
    const [a, b] = await Promise.all([
      send(shell.url, thing('POST')),
      send(shell.url, thing('POST')),
    ])
    assert.notEqual(a.headers['x-request-id'], b.headers['x-request-id'])
    const sources = shell.store.applied.map(({ source }) => source)
    const request = a.headers['x-request-id']
    assert.ok(request)
    assert.deepEqual(
      sources.find((source) => source.request === request),
      { dialect: 'toy', token: 5, request },
    )
  })
})

describe('paths', () => {
  test('may have doubled and trailing slashes, and are never redirected', async () => {
    for (const path of ['/toy/v1//things/7', '//toy/v1/things/7/', '/toy/v1/things/7//']) {
      assert.equal((await send(shell.url, thing('GET', { path }))).status, 200, path)
    }
  })

  test('are case-sensitive', async () => {
    const answer = await send(shell.url, thing('GET', { path: '/toy/v1/Things/7' }))
    assert.equal(answer.status, 404)
    assert.equal(toyFault(answer), 'unknown_route')
  })

  test('decode their parameters once', async () => {
    for (const [sent, read] of [
      ['%40a%2Fb', '@a/b'],
      ['%2540', '%40'],
      ['a+b%3D', 'a+b='],
      ['%F0%9F%98%80', '😀'],
      ['x'.repeat(1_500), 'x'.repeat(1_500)],
    ] as const) {
      const answer = await send(shell.url, thing('GET', { path: `/toy/v1/things/${sent}` }))
      assert.equal((answer.json() as { thingId: string }).thingId, read)
    }
  })

  test('that are badly encoded are refused in the words of the dialect', async () => {
    for (const bad of ['%zz', '%', '%C3', '%C0%80', '%ED%A0%80', 'a%00b', 'a#b']) {
      const answer = await send(shell.url, thing('GET', { path: `/toy/v1/things/${bad}` }))
      assert.equal(answer.status, 400, bad)
      assert.equal(toyFault(answer), 'malformed_path')
      assert.ok(answer.headers['x-request-id'])
    }
  })

  test('may be absolute addresses, which then say what we are called', async () => {
    const path = 'http://api.example:81/toy/v1/things/7'
    const answer = await send(shell.url, thing('POST', { path }))
    assert.equal(answer.status, 201)
    assert.equal(answer.headers['x-base'], 'http://api.example:81')
    const bad = await send(shell.url, thing('POST', { path: 'http://u@h/toy/v1/things/7' }))
    assert.equal(bad.status, 400)
    assert.equal(plainFault(bad), 'malformed_path')
    const star = await send(shell.url, thing('OPTIONS', { path: '*' }))
    assert.equal(star.status, 400)
  })

  test('outside every dialect are refused with a word on what there is', async () => {
    const answer = await send(shell.url, { method: 'POST', path: '/nope', body: '{"' })
    assert.equal(answer.status, 404)
    assert.equal(answer.headers['content-type'], 'application/json')
    assert.equal(plainFault(answer), 'unknown_route')
    for (const place of ['/toy/v1', '/toy/v2', '/web', '/healthz']) {
      assert.ok(answer.text.includes(place), place)
    }
  })

  test('believe nobody who says what a proxy was called by', async () => {
    const headers = {
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example',
      host: 'roster.example',
    }
    const answer = await send(shell.url, thing('POST', { headers }))
    assert.equal(answer.headers['x-base'], 'http://roster.example')
  })

  test('know what a trusted proxy was called by', async () => {
    await using behind = await startToyShell({ trustedProxies: '10.0.0.0/8, 127.0.0.1, ::1' })
    const base = async (headers: object) => {
      const answer = await send(behind.url, thing('POST', { headers }))
      return answer.headers['x-base']
    }
    const host = 'inside.example'
    assert.equal(await base({ host }), 'http://inside.example')
    assert.equal(await base({ host, 'x-forwarded-proto': 'HTTPS' }), 'https://inside.example')
    const both = {
      host,
      'x-forwarded-proto': 'https, http',
      'x-forwarded-host': 'a.example:8443, b',
    }
    assert.equal(await base(both), 'https://a.example:8443')
    const strange = { host, 'x-forwarded-proto': 'gopher', 'x-forwarded-host': 'a b/c' }
    assert.equal(await base(strange), 'http://inside.example')
  })

  test('believe no proxy outside the networks that are trusted', async () => {
    await using behind = await startToyShell({ trustedProxies: '10.0.0.0/8,fd00::/8' })
    const headers = { host: 'inside.example', 'x-forwarded-proto': 'https' }
    const answer = await send(behind.url, thing('POST', { headers }))
    assert.equal(answer.headers['x-base'], 'http://inside.example')
  })

  test('need networks that can be', async () => {
    for (const wrong of [
      'localhost',
      '10.0.0.0/33',
      '10.0.0.0/8 ::1',
      '',
      '::1/129',
      '1.2.3.4/x',
    ]) {
      await assert.rejects(startToyShell({ trustedProxies: wrong }), /ROSTER_TRUSTED_PROXIES/)
    }
  })
})

describe('methods', () => {
  test('that a path does not have are refused with those it has', async () => {
    const answer = await send(shell.url, thing('PUT', { body: '{"' }))
    assert.equal(answer.status, 405)
    assert.deepEqual(answer.json(), {
      toy: 'method_not_allowed',
      allow: ['POST', 'DELETE', 'GET'],
      path: '/toy/v1/things/7',
      method: 'PUT',
    })
    assert.equal(answer.headers['x-toy'], 'none')
  })

  test('that hardly anybody knows are refused the same way', async () => {
    for (const method of ['PROPFIND', 'TRACE', 'QUERY', 'BREW', 'get']) {
      const answer = await send(shell.url, thing(method))
      assert.equal(answer.status, 405, method)
      assert.equal(toyFault(answer), 'method_not_allowed')
      assert.ok(answer.headers['x-request-id'])
    }
  })

  test('do not include CONNECT', async () => {
    const [answer] = await converse(
      shell.url,
      'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n',
      ['GET'],
    )
    assert.equal(answer?.status, 400)
    assert.equal(plainFault(answer as Answer), 'method_not_allowed')
  })

  test('of our own pages are GET', async () => {
    const answer = await send(shell.url, { method: 'POST', path: '/healthz' })
    assert.equal(answer.status, 405)
    assert.equal(answer.headers.allow, 'GET')
    const root = await send(shell.url, { method: 'PUT', path: '/' })
    assert.deepEqual((root.json() as { allow: string[] }).allow, ['POST', 'GET'])
  })
})

describe('credentials', () => {
  test('are looked at before routes, methods and bodies', async () => {
    for (const request of [
      { method: 'GET', path: '/toy/v1/nope' },
      { method: 'PATCH', path: '/toy/v1/things/7' },
      { method: 'POST', path: '/toy/v1/things/7', body: '{"' },
      { method: 'POST', path: '/toy/v1/things/7', body: 'x'.repeat(2_000) },
      { method: 'POST', path: '/toy/v1/things/7', headers: { 'content-type': '///' }, body: 'x' },
    ]) {
      const answer = await send(shell.url, request)
      assert.equal(answer.status, 401, JSON.stringify(request))
      assert.equal(toyFault(answer), 'missing_credentials')
    }
  })

  test('that are wrong in any way get one and the same answer', async () => {
    const revoked = { ...(shell.store.tokens.get('good') as object), revokedAt: 1 }
    shell.store.tokens.set('revoked', revoked as never)
    for (const authorization of [
      'Toy nobody.x',
      'Toy good.x',
      `Toy good.${toySecret} `.replace('secret ', 'secreT'),
      `Toy webby.${toySecret}`,
      `Toy revoked.${toySecret}`,
      'Toy .',
      'Ticket a.b.c',
    ]) {
      const answer = await send(shell.url, thing('GET', { headers: { authorization } }))
      assert.equal(answer.status, 401, authorization)
      assert.equal(toyFault(answer), 'invalid_credentials')
    }
    const malformed = await send(shell.url, thing('GET', { headers: { authorization: 'x' } }))
    assert.equal(toyFault(malformed), 'malformed_credentials')
  })

  test('hold on one connection only as long as they are right', async () => {
    using connection = new Connection(shell.url)
    const ask = async (authorization: string) =>
      (await connection.request(thing('GET', { headers: { authorization } }))).status
    assert.equal(await ask(toyAuth.authorization), 200)
    assert.equal(await ask(toyAuth.authorization), 200)
    assert.equal(await ask(`Toy good.${toySecret.toUpperCase()}`), 401)
    assert.equal(await ask(toyAuth.authorization), 200)
    const token = shell.store.tokens.get('good')
    shell.store.tokens.delete('good')
    assert.equal(await ask(toyAuth.authorization), 401)
    if (token) shell.store.tokens.set('good', token)
  })

  test('allow only the calls they were made for', async () => {
    const headers = { authorization: `Toy reader.${toySecret}` }
    assert.equal((await send(shell.url, thing('GET', { headers }))).status, 200)
    const answer = await send(shell.url, thing('POST', { headers, body: '{"' }))
    assert.equal(answer.status, 403)
    assert.equal(toyFault(answer), 'forbidden')
    assert.equal((await send(shell.url, thing('PUT', { headers }))).status, 405)
  })
})

describe('tickets', () => {
  const use = (ticket: string) =>
    send(shell.url, thing('GET', { headers: { authorization: `Ticket ${ticket}` } }))

  test('stand for the token for a day', async () => {
    const start = Date.UTC(2026, 0, 1)
    const exchanged = await send(shell.url, { method: 'POST', path: '/', body: '{}' })
    assert.equal(exchanged.headers['content-type'], 'text/plain')
    const ticket = exchanged.text
    const claims = JSON.parse(Buffer.from(ticket.split('.')[1] ?? '', 'base64url').toString())
    assert.deepEqual(claims, { sub: 'good', iat: start / 1_000, exp: start / 1_000 + 86_400 })
    assert.equal((await use(ticket)).status, 200)
    shell.setClock(start + 86_399_000)
    assert.equal((await use(ticket)).status, 200)
    shell.setClock(start + 86_400_000)
    assert.equal((await use(ticket)).status, 401)
    shell.setClock(start)
    const token = shell.store.tokens.get('good')
    shell.store.tokens.delete('good')
    assert.equal((await use(ticket)).status, 401)
    if (token) shell.store.tokens.set('good', token)
  })

  test('that we did not sign are refused', async () => {
    const { text } = await send(shell.url, { method: 'GET', path: `/?${encodeURI('a secret')}` })
    assert.match(text, /invalid_credentials/)
    const payload = { sub: 'good', exp: 4_000_000_000 }
    const foreign = createSigner({ key: Buffer.alloc(32, 8), algorithm: 'HS256' })(payload)
    const unsigned = createSigner({ algorithm: 'none' })(payload)
    const timeless = createSigner({ key: Buffer.alloc(32, 7), algorithm: 'HS256' })({ sub: 'good' })
    const good = (await send(shell.url, { method: 'POST', path: '/', body: '{}' })).text
    const [head, , signature] = good.split('.')
    const forged = `${head}.${Buffer.from('{"sub":"good","exp":4e9}').toString('base64url')}.${signature}`
    for (const ticket of [foreign, unsigned, timeless, forged, 'x', `${good}x`]) {
      assert.equal((await use(ticket)).status, 401, ticket)
    }
  })

  test('are not needed to see what this is', async () => {
    const page = await send(shell.url, { method: 'GET', path: '/' })
    assert.equal(page.status, 200)
    assert.match(page.text, /This is Roster/)
    assert.match(page.headers['content-type'] ?? '', /^text\/plain/)
    const refused = await send(shell.url, { method: 'POST', path: '/', body: '[]' })
    assert.equal(refused.status, 401)
    assert.equal(toyFault(refused), 'missing_credentials')
  })
})

describe('bodies', () => {
  test('may be as large as the limit and not larger', async () => {
    const pad = (bytes: number) => JSON.stringify({ a: 'x'.repeat(bytes - 8) })
    assert.equal((await send(shell.url, thing('POST', { body: pad(1_000) }))).status, 201)
    const answer = await send(shell.url, thing('POST', { body: pad(1_001) }))
    assert.equal(answer.status, 413)
    assert.equal(toyFault(answer), 'body_too_large')
  })

  test('that are too large leave their connection usable', async () => {
    const chunk = `${(600).toString(16)}\r\n${'x'.repeat(600)}\r\n`
    const chunked = post('/toy/v1/things/7', '', 'Transfer-Encoding: chunked\r\n').replace(
      'Content-Length: 0\r\n',
      '',
    )
    const answers = await converse(
      shell.url,
      post('/toy/v1/things/7', 'x'.repeat(50_000)) +
        chunked +
        chunk.repeat(20) +
        '0\r\n\r\n' +
        get('/toy/v1/things/7'),
      ['POST', 'POST', 'GET'],
    )
    assert.deepEqual(
      answers.map(({ status }) => status),
      [413, 413, 200],
    )
  })

  test('that are compressed are refused', async () => {
    for (const [encoding, status] of [
      ['gzip', 415],
      ['identity, br', 415],
      ['Identity', 201],
      ['', 201],
    ] as const) {
      const headers = { 'content-encoding': encoding }
      assert.equal(
        (await send(shell.url, thing('POST', { body: '{}', headers }))).status,
        status,
        encoding,
      )
    }
    const bytes = post('/toy/v1/things/7', '', 'Transfer-Encoding: gzip, chunked\r\n')
    const [answer] = await converse(
      shell.url,
      bytes.replace('Content-Length: 0\r\n', '').concat('0\r\n\r\n'),
      ['POST'],
    )
    assert.equal(answer?.status, 415)
    assert.equal(toyFault(answer as Answer), 'unsupported_encoding')
  })

  test('that are not text are refused', async () => {
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
      const answer = await send(shell.url, {
        ...thing('POST'),
        body: Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]),
      })
      assert.equal(toyFault(answer), 'malformed_body')
    }
  })

  test('pass the normaliser before the dialect makes a command of them', async () => {
    const count = shell.store.applied.length
    for (const body of ['{"__proto__":1}', '{"a":1e400}', '{"a":"\\u0000"}', '[['.repeat(20)]) {
      assert.ok((await send(shell.url, thing('POST', { body }))).status >= 400, body)
    }
    assert.equal(shell.store.applied.length, count)
  })

  test('in pieces are put together', async () => {
    const bytes = Buffer.from(post('/toy/v1/things/7', '{"a":"€€€"}'))
    const socket = open(shell.url)
    const answers = answersOf(socket, ['POST'])
    for (const byte of bytes) socket.write(Buffer.of(byte))
    assert.equal((await answers)[0]?.status, 201)
    assert.deepEqual((shell.store.applied.at(-1) as { attributes: object }).attributes, {
      a: '€€€',
      thingId: '7',
    })
    socket.destroy()
  })

  test('of a GET are read and ignored', async () => {
    const withBody = (body: string, more = '') =>
      `${get('/toy/v1/things/7', `${more}Content-Length: ${body.length}\r\n`)}${body}`
    const answers = await converse(
      shell.url,
      withBody('{"') + withBody('x'.repeat(5_000), 'Content-Encoding: gzip\r\n') + withBody('[]'),
      ['GET', 'GET', 'GET'],
    )
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    )
  })

  test('are waited for with 100-continue, and other expectations are passed over', async () => {
    const socket = open(shell.url)
    const answers = answersOf(socket, ['POST'])
    const [head, body] = post('/toy/v1/things/7', '{"a":1}', 'Expect: 100-continue\r\n').split(
      '\r\n\r\n',
    )
    socket.write(`${head}\r\n\r\n`)
    socket.once('data', (chunk) => {
      assert.match(chunk.toString(), /^HTTP\/1.1 100 /)
      socket.write(body ?? '')
    })
    assert.equal((await answers)[0]?.status, 201)
    socket.destroy()
    const headers = { expect: 'the-unexpected' }
    assert.equal((await send(shell.url, thing('POST', { headers, body: '{}' }))).status, 201)
  })

  test('that never come end their request, not the process', async () => {
    const count = shell.store.applied.length
    for (const [leave, status] of [
      [(socket: Socket) => socket.resetAndDestroy(), 499],
      [(socket: Socket) => socket.end(), 400],
    ] as const) {
      const socket = open(shell.url)
      socket.write(post('/toy/v1/things/7', '{"a":1}', 'Expect: 100-continue\r\n').slice(0, -3))
      await once(socket, 'data')
      const lines = shell.log.length
      leave(socket)
      await waitFor(() => shell.log.length > lines)
      assert.equal(shell.log.at(-1)?.status, status)
    }
    assert.equal(shell.store.applied.length, count)
  })
})

describe('bad HTTP', () => {
  const cases: [name: string, bytes: string, status: number, fault: string][] = [
    ['two hosts', get('/toy/v1/things/7', 'HOST: b\r\n'), 400, 'malformed_request'],
    ['no host', get('/toy/v1/things/7').replace('Host: a\r\n', ''), 400, 'malformed_request'],
    [
      'a bad host',
      get('/toy/v1/things/7').replace('Host: a', 'Host: a"b'),
      400,
      'malformed_request',
    ],
    ['a long address', get(`/toy/v1/things/7?${'a'.repeat(2_000)}`), 414, 'uri_too_long'],
    ['a longer address', get(`/toy/v1/things/7?${'a'.repeat(9_000)}`), 414, 'uri_too_long'],
    ['many headers', get('/toy/v1/things/7', 'A: b\r\n'.repeat(31)), 431, 'headers_too_large'],
    [
      'large headers',
      get('/toy/v1/things/7', `A: ${'b'.repeat(9_000)}\r\n`),
      431,
      'headers_too_large',
    ],
    ['a bad header', get('/toy/v1/things/7', 'A b: c\r\n'), 400, 'malformed_request'],
    [
      'two lengths',
      get('/toy/v1/things/7', 'Content-Length: 1\r\nContent-Length: 2\r\n'),
      400,
      'malformed_request',
    ],
    [
      'a length and chunks',
      post('/toy/v1/things/7', '{}', 'Transfer-Encoding: chunked\r\n'),
      400,
      'malformed_request',
    ],
    [
      'a broken chunk',
      `${get('/toy/v1/things/7', 'Transfer-Encoding: chunked\r\n').replace('GET', 'POST')}zz\r\n`,
      400,
      'malformed_request',
    ],
    [
      'an unknown version',
      get('/toy/v1/things/7').replace('HTTP/1.1', 'HTTP/3.7'),
      400,
      'malformed_request',
    ],
  ]
  for (const [name, bytes, status, fault] of cases) {
    test(`with ${name} is refused in the words of the dialect`, async () => {
      const [answer] = await converse(shell.url, bytes, ['GET'])
      assert.equal(answer?.status, status)
      assert.equal(toyFault(answer as Answer), fault)
      assert.ok(answer?.headers['x-request-id'])
    })
  }

  test('without a request line gets 400, which nobody takes for success', async () => {
    for (const bytes of [
      '\x16\x03\x01\x02\x00\x01\x00',
      'hello\r\n\r\n',
      '\0\0\0\0',
      '{}\r\n\r\n',
    ]) {
      const [answer] = await converse(shell.url, bytes, ['GET'])
      assert.equal(answer?.status, 400)
      assert.equal(answer?.headers['content-type'], 'application/json')
      assert.equal(answer?.headers.connection, 'close')
      assert.ok(plainFault(answer as Answer))
    }
  })

  test('HTTP/1.0 without a host is served', async () => {
    const bytes = get('/toy/v1/things/7').replace('HTTP/1.1\r\nHost: a', 'HTTP/1.0')
    const [answer] = await converse(shell.url, bytes, ['GET'])
    assert.equal(answer?.status, 200)
  })

  test('leaves no request before it unanswered', async () => {
    const answers = await converse(
      shell.url,
      `${post('/toy/v1/things/1', '{}')}${get('/toy/v1/things/2')}garbage\r\n\r\n`,
      ['POST', 'GET', 'GET'],
    )
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 200, 400],
    )
  })
})

describe('connections', () => {
  test('answer pipelined requests in their order', async () => {
    const answers = await converse(
      shell.url,
      post('/toy/v1/things/1', '{}') +
        get('/toy/v1/nope') +
        get('/toy/v1/%zz') +
        post('/toy/v1/things/1', '{"') +
        get('/toy/v1/things/2'),
      ['POST', 'GET', 'GET', 'POST', 'GET'],
    )
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 404, 400, 400, 200],
    )
  })

  test('serve pipelined requests one after the other', async () => {
    await using slow = await startToyShell()
    const { apply } = slow.store
    const begun = Promise.withResolvers<void>()
    const held = Promise.withResolvers<void>()
    slow.store.apply = async (command) => {
      begun.resolve()
      await held.promise
      return apply(command)
    }
    const both = post('/toy/v1/things/1', '{}') + post('/toy/v1/things/2', '{}')
    const answers = converse(slow.url, both, ['POST', 'POST'])
    await begun.promise
    // The two came in one piece: had the second been begun, it would be by now.
    await send(slow.url, thing('GET'))
    assert.equal(slow.store.applied.length, 1)
    held.resolve()
    assert.deepEqual(
      (await answers).map(({ status }) => status),
      [201, 201],
    )
    assert.equal(slow.store.applied.length, 2)
  })

  test('answer a client that says it has no more to say', async () => {
    const socket = open(shell.url)
    const answers = answersOf(socket, ['POST'])
    socket.end(post('/toy/v1/things/1', '{}'))
    assert.equal((await answers)[0]?.status, 201)
    await closed(socket)
  })

  test('end after their last allowed request, and not before what was sent is answered', async () => {
    await using small = await startToyShell({ requestsPerConnectionMax: 3 })
    using connection = new Connection(small.url)
    const seen: (string | undefined)[] = []
    for (let at = 0; at < 3; at++) {
      seen.push((await connection.request(thing('GET'))).headers.connection)
    }
    assert.deepEqual(seen, ['keep-alive', 'keep-alive', 'close'])
    const answers = await converse(
      small.url,
      get('/toy/v1/things/2').repeat(3) + post('/toy/v1/things/2', '{}') + get('/toy/v1/%zz'),
      ['GET', 'GET', 'GET', 'POST', 'GET'],
    )
    assert.deepEqual(
      answers.map(({ status, headers }) => [status, headers.connection]),
      [
        [200, 'keep-alive'],
        [200, 'keep-alive'],
        [200, 'keep-alive'],
        [201, 'keep-alive'],
        [400, 'close'],
      ],
    )
  })
})

describe('slow clients', () => {
  test('are cut off, in the words of the dialect where it is known', async () => {
    await using slow = await startToyShell({ headersTimeoutMs: 300, requestTimeoutMs: 600 })
    const drip = (bytes: string) => {
      const socket = open(slow.url)
      let at = 0
      const timer = setInterval(() => socket.write(bytes[at++ % bytes.length] ?? 'a'), 50)
      socket.once('close', () => clearInterval(timer))
      return { socket, answer: answersOf(socket, ['POST']) }
    }
    const silent = open(slow.url)
    const silentEnd = closed(silent)
    const body = drip('x')
    body.socket.write(post('/toy/v1/things/7', 'x'.repeat(900)).slice(0, -900))
    const headers = drip('a')
    headers.socket.write('POST /toy/v1/things/7 HTTP/1.1\r\nHost: a\r\nX: ')
    const refused = drip('x')
    refused.socket.write('POST /toy/v1/nope HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n')

    const [bodyAnswer] = await body.answer
    assert.equal(bodyAnswer?.status, 408)
    assert.equal(toyFault(bodyAnswer as Answer), 'request_timeout')
    assert.equal(bodyAnswer?.headers.connection, 'close')
    const [headersAnswer] = await headers.answer
    assert.equal(headersAnswer?.status, 400)
    assert.equal(plainFault(headersAnswer as Answer), 'request_timeout')
    const [refusal] = await refused.answer
    assert.equal(refusal?.status, 401)
    await Promise.all([body, headers, refused].map(({ socket }) => closed(socket)))
    await silentEnd
    assert.equal(slow.store.applied.length, 0)
  })
})

describe('browsers', () => {
  const origin = 'https://shop.example'

  test('may ask before they call, without credentials', async () => {
    const answer = await send(shell.url, {
      method: 'OPTIONS',
      path: '/web/save/',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    })
    assert.equal(answer.status, 204)
    assert.equal(answer.headers['access-control-allow-origin'], origin)
    assert.equal(answer.headers['access-control-allow-credentials'], 'true')
    assert.equal(answer.headers['access-control-allow-headers'], 'authorization,content-type')
    assert.match(answer.headers['access-control-allow-methods'] ?? '', /POST/)
    assert.ok(Number(answer.headers['access-control-max-age']) > 0)
    assert.equal(answer.headers.vary, 'Cookie, Origin')
  })

  test('may read answers and refusals', async () => {
    for (const [path, headers, status] of [
      ['/web/save', webAuth, 200],
      ['/web/save', {}, 401],
      ['/web/nope', webAuth, 404],
      ['/web/%zz', webAuth, 400],
    ] as const) {
      const answer = await send(shell.url, {
        method: 'POST',
        path,
        headers: { ...headers, origin },
      })
      assert.equal(answer.status, status, path)
      assert.equal(answer.headers['access-control-allow-origin'], origin)
      assert.equal(answer.headers['access-control-allow-credentials'], 'true')
      assert.match(answer.headers['access-control-expose-headers'] ?? '', /^x-request-id/)
      assert.equal(answer.headers.vary, 'Cookie, Origin')
    }
    const plain = await send(shell.url, { method: 'POST', path: '/web/save', headers: webAuth })
    assert.equal(plain.headers.vary, 'Cookie')
    assert.equal(plain.headers['access-control-allow-origin'], undefined)
  })

  test('may not call from pages that the workspace does not allow', async () => {
    const { settings } = shell.store.workspace
    settings.allowedOrigins = ['https://other.example']
    const count = shell.store.applied.length
    const request = { method: 'POST', path: '/web/save', headers: { ...webAuth, origin } }
    const answer = await send(shell.url, request)
    assert.equal(answer.status, 403)
    assert.equal(answer.headers['access-control-allow-origin'], undefined)
    assert.equal(answer.headers.vary, 'Cookie, Origin')
    assert.equal(shell.store.applied.length, count)
    settings.allowedOrigins = ['https://other.example', origin]
    assert.equal((await send(shell.url, request)).status, 200)
    settings.allowedOrigins = ['*']
  })

  test('are nothing special to other dialects', async () => {
    const answer = await send(shell.url, thing('GET', { headers: { origin } }))
    assert.equal(answer.headers['access-control-allow-origin'], undefined)
    assert.equal((await send(shell.url, thing('OPTIONS', { headers: { origin } }))).status, 405)
  })
})

describe('failures', () => {
  const applied = { events: [1 as EventId], foundBy: 'none' as const, profile: null }

  test('of the store are answered for what they are', async () => {
    const { store } = shell
    const good = store.apply
    for (const [error, status, fault] of [
      [new Fault('unavailable'), 503, 'unavailable'],
      [new Fault('outcome_unknown'), 500, 'outcome_unknown'],
      [new Fault('conflict'), 409, 'conflict'],
      [new Error('lost'), 500, 'outcome_unknown'],
    ] as const) {
      store.apply = () => Promise.reject(error)
      const answer = await send(shell.url, thing('POST'))
      assert.equal(answer.status, status)
      assert.equal(toyFault(answer), fault)
    }
    store.apply = () => {
      throw new Error('thrown at once')
    }
    assert.equal((await send(shell.url, thing('POST'))).status, 500)
    store.apply = good
  })

  test('after the commit never say that nothing was stored', async () => {
    const { store } = shell
    const good = store.apply
    store.apply = async () => ({ ...applied, events: null }) as never
    const answer = await send(shell.url, thing('POST'))
    store.apply = good
    assert.equal(answer.status, 500)
    assert.equal(toyFault(answer), 'outcome_unknown')
  })

  test('of a dialect end the request and not the process', async () => {
    const broken = await send(shell.url, thing('GET', { path: '/toy/v1/things/odd/throw' }))
    assert.equal(broken.status, 500)
    assert.equal(toyFault(broken), 'internal')
    const header = await send(shell.url, thing('GET', { path: '/toy/v1/things/odd/header' }))
    assert.equal(header.status, 500)
    assert.equal(plainFault(header), 'internal')
    const refusal = await send(shell.url, {
      method: 'POST',
      path: '/web/save',
      headers: webAuth,
      body: '{"',
    })
    assert.equal(refusal.status, 500)
    assert.equal(plainFault(refusal), 'internal')
    const failure = shell.log.find(({ msg }) => msg === 'request failed') as {
      error: { stack: string }
    }
    assert.match(failure.error.stack, /^ {4}at /)
    assert.equal((await send(shell.url, thing('GET'))).status, 200)
  })
})

describe('the log', () => {
  test('has one line for each request, without anything a client sent', async () => {
    await using quiet = await startToyShell()
    const secretWords = ['pathword', 'queryword', 'bodyword', 'headerword', toySecret]
    const answer = await send(
      quiet.url,
      thing('POST', {
        path: '/toy/v1/things/pathword?queryword',
        body: '{"bodyword":1}',
        headers: { 'x-any': 'headerword' },
      }),
    )
    await send(quiet.url, { method: 'POST', path: '/toy/v1/pathword?queryword', body: 'bodyword' })
    await send(quiet.url, thing('POST', { body: '{"bodyword' }))
    await send(quiet.url, { method: 'GET', path: '/pathword' })
    await converse(quiet.url, 'GET /toy/v1/pathword HTTP/7\r\n\r\n', ['GET'])
    assert.equal(quiet.log.length, 5)
    const { time, ms, ...line } = quiet.log[0] ?? {}
    assert.ok(typeof ms === 'number' && ms >= 0 && typeof time === 'number')
    assert.deepEqual(
      { ...line, level: undefined },
      {
        level: undefined,
        request: answer.headers['x-request-id'],
        dialect: 'toy',
        route: '/toy/v1/things/:thingId',
        method: 'POST',
        status: 201,
        workspace: 1,
        token: 'good',
        msg: 'request',
      },
    )
    assert.equal(quiet.log[1]?.route, '/toy/v1/*')
    assert.equal(quiet.log[3]?.route, '*')
    for (const word of secretWords) assert.ok(!quiet.logText().includes(word), word)
  })
})

describe('health', () => {
  test('says that the process turns', async () => {
    const answer = await send(shell.url, { method: 'GET', path: '/healthz' })
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.json(), { status: 'ok' })
  })

  test('is ready while writes are taken, and asks at most once a second', async () => {
    await using sick = await startToyShell()
    const ready = () => send(sick.url, { method: 'GET', path: '/readyz' })
    const answers = await Promise.all([ready(), ready(), ready()])
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    )
    assert.equal(sick.store.writableAsked, 1)
    sick.store.writable = async () => ({ writable: false, reason: 'The disk is full.' })
    const full = await until(ready, ({ status }) => status === 503)
    assert.deepEqual(full.json(), { status: 'not ready', reason: 'The disk is full.' })
    sick.store.writable = () => Promise.reject(new Error('private words'))
    const broken = await until(ready, ({ text }) => !text.includes('disk'))
    assert.equal(broken.status, 503)
    assert.ok(!broken.text.includes('private'))
  })

  test('counts what was answered', async () => {
    await using counted = await startToyShell()
    for (let at = 0; at < 3; at++) await send(counted.url, thing('GET'))
    await send(counted.url, thing('GET', { path: '/toy/v1/things/odd/throw' }))
    const answer = await send(counted.url, { method: 'GET', path: '/metrics' })
    assert.match(answer.headers['content-type'] ?? '', /^text\/plain; version=0\.0\.4/)
    const { text } = answer
    const labels = 'dialect="toy",route="/toy/v1/things/:thingId"'
    assert.ok(
      text.includes(`roster_http_requests_total{${labels},method="GET",status="200"} 3`),
      text,
    )
    assert.ok(text.includes(`roster_http_request_duration_seconds_count{${labels}} 3`))
    assert.ok(text.includes(`roster_http_request_duration_seconds_bucket{${labels},le="+Inf"} 3`))
    assert.ok(text.includes('roster_store_size{what="events"} 3'))
    assert.match(text, /roster_event_loop_delay_seconds\{quantile="0\.99"\} \d/)
    assert.match(text, /process_resident_memory_bytes \d/)
  })
})

describe('closing', () => {
  test('answers everything that was taken, then closes every connection', async () => {
    const { store, url, close } = await startToyShell()
    const gate = Promise.withResolvers<void>()
    const good = store.apply
    store.apply = async (command) => {
      await gate.promise
      return good(command)
    }
    const busy = open(url)
    const answers = answersOf(busy, ['POST', 'GET', 'POST'])
    busy.write(post('/toy/v1/things/1', '{}') + get('/toy/v1/%zz') + post('/toy/v1/things/3', '{}'))
    const silent = open(url)
    const idle = open(url)
    const idleAnswer = answersOf(idle, ['GET'])
    idle.write(get('/toy/v1/things/1'))
    await idleAnswer
    await waitFor(() => store.applied.length === 1)

    const isClosed = close()
    const ready = await send(url, { method: 'GET', path: '/readyz' })
    assert.equal(ready.status, 503)
    assert.equal(ready.headers.connection, 'close')
    await Promise.all([closed(silent), closed(idle)])
    await assert.rejects(send(url, thing('GET')))
    gate.resolve()
    assert.deepEqual(
      (await answers).map(({ status, headers }) => [status, headers.connection]),
      [
        [201, 'keep-alive'],
        [400, 'keep-alive'],
        [201, 'close'],
      ],
    )
    await Promise.all([isClosed, closed(busy)])
  })

  test('does not wait longer than it is allowed to', async () => {
    const { store, url, close } = await startToyShell({ drainTimeoutMs: 300 })
    store.apply = () => new Promise(() => {})
    const stuck = open(url)
    stuck.on('error', () => {})
    stuck.write(post('/toy/v1/things/1', '{}'))
    await waitFor(() => store.applied.length === 1)
    const startedAt = performance.now()
    await Promise.all([close(), closed(stuck)])
    assert.ok(performance.now() - startedAt < 7_000)
  })

  test('may be asked for twice, and before anything was opened', async () => {
    const toyShell = await startToyShell()
    await Promise.all([toyShell.close(), toyShell.close()])
  })
})

async function until(
  ask: () => Promise<Answer>,
  isIt: (answer: Answer) => boolean,
): Promise<Answer> {
  for (let tries = 0; tries < 1_500; tries++) {
    const answer = await ask()
    if (isIt(answer)) return answer
    await pause()
  }
  throw new Error('it never happened')
}

async function waitFor(isIt: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_500; tries++) {
    if (isIt()) return
    await pause()
  }
  throw new Error('it never happened')
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20))
}
