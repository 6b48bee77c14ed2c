import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { Applied } from '../src/core/command.ts'
import type { EventId } from '../src/core/profile.ts'
import { dialects } from '../src/dialects/registry.ts'
import { healthPaths } from '../src/http/health.ts'
import { native } from '../src/http/native/dialect.ts'
import { type Overload, watchOverload } from '../src/http/overload.ts'
import type { Answer } from './kit/answer-parser.ts'
import { Connection, encodeRequest, send } from './kit/http-client.ts'
import { startToyShell, type ToyShell, toyAuth } from './kit/toy-shell.ts'

const thing = { method: 'POST', path: '/toy/v1/things/7', headers: toyAuth, body: '{}' }

/** Lets what has arrived be read. */
const turn = () => new Promise((done) => setImmediate(done))

/** Holds every write until it is let go, and tells when so many are held. */
function hold(shell: ToyShell) {
  const held: ((applied: Applied) => void)[] = []
  let wanted = 0
  let reached = () => {}
  shell.store.apply = () =>
    new Promise((resolve) => {
      held.push(resolve)
      if (held.length >= wanted) reached()
    })
  return {
    count: () => held.length,
    reach(count: number) {
      wanted = count
      const { promise, resolve } = Promise.withResolvers<void>()
      reached = resolve
      if (held.length >= count) resolve()
      return promise
    },
    letGo() {
      const applied = { events: [1 as EventId], foundBy: 'none' as const, profile: null }
      for (const resolve of held.splice(0)) resolve(applied)
    },
  }
}

describe('a server with as many calls under way as it serves at a time', () => {
  test('refuses more at once, does nothing of them, and then serves again', async () => {
    await using shell = await startToyShell({ callsMax: 3 })
    const store = hold(shell)
    const calls = [1, 2, 3].map(() => send(shell.url, thing))
    await store.reach(3)
    const refused = await send(shell.url, thing)
    assert.equal(refused.status, 503)
    const { toy, retryAfter } = refused.json() as { toy: string; retryAfter: number }
    assert.equal(toy, 'overloaded')
    assert.ok(retryAfter >= 1 && retryAfter <= 3)
    assert.equal(store.count(), 3, 'the store was asked for a refused call')
    store.letGo()
    for (const answer of await Promise.all(calls)) assert.equal(answer.status, 201)
    const after = send(shell.url, thing)
    await store.reach(1)
    store.letGo()
    assert.equal((await after).status, 201)
  })

  test('says how it is, and takes no longer for it', async () => {
    await using shell = await startToyShell({ callsMax: 1 })
    const store = hold(shell)
    const call = send(shell.url, thing)
    await store.reach(1)
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      assert.equal((await send(shell.url, { method: 'GET', path })).status, 200, path)
    }
    store.letGo()
    await call
  })

  test('keeps the connection of whoever is refused, and reads past the body', async () => {
    await using shell = await startToyShell({ callsMax: 1 })
    const store = hold(shell)
    const call = send(shell.url, thing)
    await store.reach(1)
    using connection = new Connection(shell.url)
    const long = { ...thing, body: JSON.stringify({ text: 'x'.repeat(200_000) }) }
    for (let n = 0; n < 3; n++) assert.equal((await connection.request(long)).status, 503)
    store.letGo()
    await call
    const after = connection.request(thing)
    await store.reach(1)
    store.letGo()
    assert.equal((await after).status, 201)
  })

  test('refuses also those whose body came when others were there first', async () => {
    await using shell = await startToyShell({ callsMax: 1 })
    const store = hold(shell)
    using slow = new Connection(shell.url)
    const head = `POST ${thing.path} HTTP/1.1\r\nHost: a\r\nAuthorization: ${toyAuth.authorization}\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n`
    const answer = slow.bytes(head, 'POST')
    // The answer to this one on the same turn tells that the head of the other was read.
    await send(shell.url, { method: 'GET', path: '/healthz' })
    const call = send(shell.url, thing)
    await store.reach(1)
    slow.write('{}')
    assert.equal((await answer).status, 503)
    store.letGo()
    await call
  })

  test('keeps so many bytes of bodies that still arrive, and no more', async () => {
    await using shell = await startToyShell({ bodiesBytesMax: 2_500 })
    const pad = ' '.repeat(998)
    const slow = () => {
      const connection = new Connection(shell.url)
      const head = `POST ${thing.path} HTTP/1.1\r\nHost: a\r\nAuthorization: ${toyAuth.authorization}\r\n`
      const answer = connection.bytes(`${head}Content-Length: 2000\r\n\r\n${pad}`)
      return { connection, answer }
    }
    const calls = Array.from({ length: 3 }, slow)
    const first = await Promise.race(calls.map(({ answer }, at) => answer.then(() => at)))
    assert.equal((await calls[first]?.answer)?.status, 503)
    const small = { ...thing, body: '{}' }
    assert.equal((await send(shell.url, small)).status, 201, 'there is room for it')
    for (const { connection, answer } of calls.filter((_call, at) => at !== first)) {
      connection.close()
      await assert.rejects(answer)
    }
    // The small one, and the two whose clients left.
    while (shell.log.filter(({ msg }) => msg === 'request').length < 3) await turn()
    assert.equal((await send(shell.url, { ...thing, body: `{${pad}${pad}}` })).status, 201)
  })

  test('counts a client that left no longer', async () => {
    await using shell = await startToyShell({ callsMax: 1 })
    const store = hold(shell)
    const call = send(shell.url, thing)
    await store.reach(1)
    store.letGo()
    await call
    for (let n = 0; n < 5; n++) {
      const connection = new Connection(shell.url)
      const lost = connection.request(thing)
      await store.reach(1)
      connection.close()
      await assert.rejects(lost)
      store.letGo()
    }
    const last = send(shell.url, thing)
    await store.reach(1)
    store.letGo()
    assert.equal((await last).status, 201)
  })

  test('tells the log how many were refused, and not of each', async () => {
    await using shell = await startToyShell({ callsMax: 1 })
    const store = hold(shell)
    const call = send(shell.url, thing)
    await store.reach(1)
    for (let n = 0; n < 3; n++) await send(shell.url, thing)
    store.letGo()
    await call
    const told = () => shell.log.filter(({ msg }) => msg === 'calls refused: the server is busy')
    while (told().length === 0) await turn()
    const calls = told().reduce((sum, line) => sum + Number(line.calls), 0)
    assert.equal(calls, 3)
    assert.equal(shell.log.filter(({ status }) => status === 503).length, 0)
  })
})

test('every dialect says it in its own words, and none as if the call were taken', async () => {
  // The toy has calls at the root itself.
  const others = [...dialects.map((dialect) => ({ ...dialect, openEndpoints: [] })), native]
  await using shell = await startToyShell({ callsMax: 1 }, others)
  await using _full = await fill(shell)
  const ask = async (method: string, path: string, headers: { [name: string]: string } = {}) => {
    using connection = new Connection(shell.url)
    const request = { method, path, headers, body: '{"email":"a@b.cd"}' }
    const [parsed, again, early] = [
      await connection.request(request),
      await connection.request(request),
      await connection.request(request),
    ]
    for (const answer of [parsed, again, early]) {
      assert.match(answer.headers['retry-after'] ?? '', /^[123]$/, path)
      assert.match(answer.headers['x-request-id'] ?? '', /^\w+-\w+$/)
    }
    assert.deepEqual(sameEachTime(early), sameEachTime(parsed), path)
    return early
  }
  const query = await ask('POST', '/v4/events/user/update?access_token=x')
  assert.equal(query.status, 400, 'the official class takes every other status for success')
  assert.match((query.json() as { error: { message: string } }).error.message, /nothing was done/)
  assert.equal((await ask('POST', '/profile/7?access_token=x')).status, 400, 'no version')
  const named = await ask('POST', '/nothing?access_token=x', { host: 'api.copernica.com' })
  assert.equal(named.status, 400, 'the vendor’s name, and a path nobody owns')
  const bearer = await ask('POST', '/v4/events/user/update', { authorization: 'Bearer x' })
  assert.equal(bearer.status, 503)
  const usercom = await ask('POST', '/api/public/users/update_or_create/')
  assert.equal(usercom.status, 503)
  assert.match((usercom.json() as { detail: string }).detail, /nothing was done/)
  const channel = await ask('PATCH', '/open/v5/users/5ec3a01fe2b3f4d2cbc5')
  assert.equal(channel.status, 503)
  assert.equal(channel.headers['x-ratelimit-limit'], '1000')
  assert.deepEqual(
    [(channel.json() as { type: string }).type, (channel.json() as { status: number }).status],
    ['overloaded', 503],
  )
  const ours = await ask('PUT', '/api/v1/profiles/7')
  assert.equal(ours.status, 503)
  assert.equal(ours.headers['content-type'], 'application/problem+json')
  assert.equal((ours.json() as { code: string }).code, 'overloaded')
})

/** What two refusals of one call have in common. */
function sameEachTime({ status, headers, body }: Answer) {
  const { date: _date, 'retry-after': _later, 'x-request-id': _id, ...rest } = headers
  return { status, headers: rest, body: body.toString() }
}

/** As many calls under way as are served, until it is disposed of. */
async function fill(shell: ToyShell): Promise<AsyncDisposable> {
  const store = hold(shell)
  const call = send(shell.url, thing)
  await store.reach(1)
  return {
    async [Symbol.asyncDispose]() {
      store.letGo()
      assert.equal((await call).status, 201)
    },
  }
}

describe('a connection that was refused a call', () => {
  /** Requests that Node parsed. */
  let parsed = 0
  const count = () => void parsed++
  before(() => subscribe('http.server.request.start', count))
  after(() => unsubscribe('http.server.request.start', count))

  /** What was written before this has been read by the server when it is answered. */
  const arrived = (shell: ToyShell) => send(shell.url, { method: 'GET', path: '/healthz' })

  /** A connection on which the next refusal is an early one. */
  async function refused(shell: ToyShell): Promise<Connection> {
    const connection = new Connection(shell.url)
    for (let n = 0; n < 2; n++) assert.equal((await connection.request(thing)).status, 503)
    return connection
  }

  test('is refused more without having them parsed, and served again', async () => {
    await using shell = await startToyShell({ callsMax: 1 })
    {
      await using _full = await fill(shell)
      using connection = await refused(shell)
      const before = parsed
      for (let n = 0; n < 5; n++) assert.equal((await connection.request(thing)).status, 503)
      assert.equal(parsed, before)
      assert.equal((await connection.request({ method: 'GET', path: '/healthz' })).status, 200)
    }
    const applied: Applied = { events: [1 as EventId], foundBy: 'none', profile: null }
    shell.store.apply = async () => applied
    using connection = new Connection(shell.url)
    for (let n = 0; n < 2; n++) assert.equal((await connection.request(thing)).status, 201)
  })

  const whole = 'GET /toy/v1/things/7 HTTP/1.1\r\nHost: a\r\n\r\n'
  const bodied = `POST /toy/v1/things/7 HTTP/1.1\r\nHost: a\r\nContent-Length: ${whole.length}\r\n\r\n`
  const size = `${whole.length.toString(16)}\r\n`
  for (const [what, ...pieces] of [
    ['the rest of a header', 'GET /toy/v1/things/7 HTTP/1.1\r\nHost: a\r\nX-A: ', whole],
    ['a body', bodied, whole],
    ['a body, and one byte more is none', bodied, whole.slice(1), 'G'],
    [
      'a chunk',
      bodied.replace(/Content.*?\r/, 'Transfer-Encoding: chunked\r'),
      size,
      whole,
      '\r\n0\r\n\r\n',
    ],
  ] as const) {
    test(`is not answered twice where what looks like a request is ${what}`, async () => {
      await using shell = await startToyShell({ callsMax: 1 })
      await using _full = await fill(shell)
      using connection = await refused(shell)
      const [first = '', ...others] = pieces
      const answer = connection.bytes(first)
      for (const piece of others) {
        await arrived(shell)
        connection.write(piece)
      }
      assert.equal((await answer).status, 503)
      // Another answer to any of it would be taken for that to this one.
      const next = await connection.request({ method: 'GET', path: '/healthz' })
      assert.equal(next.status, 200)
    })
  }

  test('is answered in order where it sends many at once', async () => {
    await using shell = await startToyShell({ callsMax: 1 })
    await using _full = await fill(shell)
    using connection = await refused(shell)
    const health = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'
    const answers = [
      connection.bytes(whole + health + whole),
      connection.bytes(''),
      connection.bytes(''),
    ]
    const statuses = (await Promise.all(answers)).map(({ status }) => status)
    assert.deepEqual(statuses, [503, 200, 503])
  })

  test('is one of many: all are refused before they are parsed, old and new', async () => {
    await using shell = await startToyShell({ callsMax: 1 })
    using unused = new Connection(shell.url)
    using used = new Connection(shell.url)
    assert.equal((await used.request({ method: 'GET', path: '/healthz' })).status, 200)
    await using _full = await fill(shell)
    assert.equal((await send(shell.url, thing)).status, 503)
    using fresh = new Connection(shell.url)
    const before = parsed
    for (const connection of [unused, used, fresh]) {
      for (let n = 0; n < 2; n++) assert.equal((await connection.request(thing)).status, 503)
    }
    const last = { ...thing, headers: { ...toyAuth, connection: 'close' } }
    const answer = await fresh.request(last)
    assert.equal(answer.headers.connection, 'close')
    assert.equal(answer.status, 503)
    assert.equal(parsed, before)
    while (fresh.open) await turn()
  })

  test('is refused once where its body comes after its head', async () => {
    await using shell = await startToyShell({ callsMax: 1 })
    await using _full = await fill(shell)
    assert.equal((await send(shell.url, thing)).status, 503)
    using connection = new Connection(shell.url)
    const before = parsed
    for (let n = 0; n < 3; n++) {
      assert.equal((await connection.bytes(bodied, 'POST')).status, 503)
      connection.write(whole.slice(0, 9))
      connection.write(whole.slice(9))
    }
    // The rest of a body, and what was sent in the same breath.
    assert.equal((await connection.bytes(bodied, 'POST')).status, 503)
    assert.equal((await connection.bytes(whole + whole)).status, 503)
    assert.equal(parsed, before)
  })

  test('is kept open where none of its calls was parsed, however long that is', async () => {
    await using shell = await startToyShell({ callsMax: 1, headersTimeoutMs: 50 })
    await using _full = await fill(shell)
    assert.equal((await send(shell.url, thing)).status, 503)
    using connection = new Connection(shell.url)
    assert.equal((await connection.request(thing)).status, 503)
    using slow = new Connection(shell.url)
    const half = 'GET /toy/v1/things/7 HTTP/1.1\r\n'
    assert.match((await slow.bytes(half)).body.toString(), /request_timeout/)
    assert.equal((await connection.request(thing)).status, 503)
    // Its own time begins with the first byte that is parsed.
    assert.match((await connection.bytes(half)).body.toString(), /request_timeout/)
  })

  /** Seven calls in line, each longer than a slice, of which it is noted when they are served. */
  async function lineUp(shell: ToyShell, order: string[]) {
    const connections = Array.from({ length: 7 }, () => new Connection(shell.url))
    const store = hold(shell)
    const held = connections.map((connection) => connection.request(thing))
    await store.reach(7)
    assert.equal((await send(shell.url, thing)).status, 503)
    store.letGo()
    await Promise.all(held)
    shell.store.apply = async () => {
      for (const end = performance.now() + 5; performance.now() < end; );
      order.push('served')
      return { events: [1 as EventId], foundBy: 'none', profile: null }
    }
    return async () => {
      const answers = await Promise.all(connections.map((one) => one.request(thing)))
      for (const { status } of answers) assert.equal(status, 201)
      for (const connection of connections) connection.close()
    }
  }

  /** How many calls were served before the last of what happened so. */
  const servedBefore = (what: string, order: readonly string[]) =>
    order.slice(0, order.lastIndexOf(what)).filter((one) => one === 'served').length

  test('is refused at once though others wait in line to be served', async () => {
    await using shell = await startToyShell({ callsMax: 8 })
    const others = Array.from({ length: 5 }, () => new Connection(shell.url))
    const order: string[] = []
    const serveLine = await lineUp(shell, order)
    const served = serveLine()
    const refused = others.map(async (connection) => {
      assert.equal((await connection.request(thing)).status, 503)
      order.push('refused')
    })
    await Promise.all([...refused, served])
    // One is worked on for as long as a slice lasts, and perhaps another while clients read.
    assert.ok(servedBefore('refused', order) <= 2, order.join(' '))
    for (const connection of others) connection.close()
  })

  test('keeps nobody from asking for health on a new connection', async () => {
    await using shell = await startToyShell({ callsMax: 8 })
    const order: string[] = []
    const serveLine = await lineUp(shell, order)
    const served = serveLine()
    const asked = Array.from({ length: 5 }, async () => {
      assert.equal((await send(shell.url, { method: 'GET', path: '/healthz' })).status, 200)
      order.push('healthy')
    })
    await Promise.all([...asked, served])
    // One connection is accepted in each turn: with a slice in each all seven would be served.
    assert.ok(servedBefore('healthy', order) <= 4, order.join(' '))
  })

  test('keeps nobody waiting for all who come at once, before any of them is refused', async () => {
    await using shell = await startToyShell()
    const order: string[] = []
    const connections = Array.from({ length: 100 }, () => new Connection(shell.url))
    const ask = (what: string, path: string, connection: Connection, method: string) =>
      connection.request({ ...thing, method, path }).then(() => order.push(what))
    for (const one of connections) await ask('open', '/healthz', one, 'GET')
    shell.store.apply = async () => {
      for (const end = performance.now() + 1; performance.now() < end; );
      order.push('served')
      return { events: [1 as EventId], foundBy: 'none', profile: null }
    }
    const last = connections.pop() as Connection
    const served = connections.map((one) => ask('answered', thing.path, one, 'POST'))
    await Promise.all([...served, ask('healthy', '/healthz', last, 'GET')])
    assert.ok(servedBefore('healthy', order) < 66, `${servedBefore('healthy', order)}`)
    assert.equal(servedBefore('answered', order), 99, 'nobody is refused')
    for (const connection of [last, ...connections]) connection.close()
  })

  test('gets an answer to what waited in line also where it says no more', async () => {
    await using shell = await startToyShell({ callsMax: 1 })
    const full = await fill(shell)
    assert.equal((await send(shell.url, thing)).status, 503)
    await full[Symbol.asyncDispose]()
    shell.store.apply = async () => ({ events: [1 as EventId], foundBy: 'none', profile: null })
    const { hostname, port } = new URL(shell.url)
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    socket.end(encodeRequest(thing, hostname))
    const [text] = (await once(socket.setEncoding('latin1'), 'data')) as [string]
    assert.match(text, /^HTTP\/1.1 201 /)
    socket.destroy()
  })

  test('may ask for a tunnel, and is told no', async () => {
    await using shell = await startToyShell({ callsMax: 1 })
    await using _full = await fill(shell)
    using connection = await refused(shell)
    const answer = connection.bytes('CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n', 'CONNECT')
    await arrived(shell)
    connection.write(whole)
    assert.match((await answer).body.toString(), /method_not_allowed/)
    await arrived(shell)
  })
})

describe('whether there is too much to do', () => {
  let now = 0
  const watch = (callsMax: number) => {
    now = 0
    return watchOverload({ callsMax, bodiesBytesMax: 0 }, () => now)
  }
  const begin = (overload: Overload, count: number) => {
    const calls = Array.from({ length: count }, () => ({}))
    for (const call of calls) overload.begin(call)
    return calls
  }
  const asked = (method: string, path = '/toy', headers = {}) => ({ method, path, headers })
  const full = (overload: Overload) =>
    [asked('GET'), asked('POST'), asked('DELETE')].map((head) => overload.isFull(head))

  /** Rounds of calls that keep the limit reached and take so long each. */
  const serve = (overload: Overload, ms: number, rounds: number) => {
    for (let round = 0; round < rounds; round++) {
      const calls = begin(overload, overload.limit)
      now += ms
      for (const call of calls) overload.over(call)
      now += 100
    }
  }

  test('is told by the number of calls under way; reads are refused first, removals last', () => {
    const overload = watch(100)
    begin(overload, 74)
    assert.deepEqual(full(overload), [false, false, false])
    begin(overload, 1)
    assert.deepEqual(full(overload), [true, false, false])
    begin(overload, 13)
    assert.deepEqual(full(overload), [true, true, false])
    const cookie = { cookie: 'a=b' }
    assert.equal(overload.isFull(asked('POST', '/api/v1/rules', cookie)), false, 'an operator')
    assert.equal(overload.isFull(asked('GET', '/console/people')), false)
    assert.equal(overload.isFull(asked('POST', '/api/v1/events')), true, 'a program')
    const calls = begin(overload, 12)
    assert.deepEqual(full(overload), [true, true, true])
    assert.equal(overload.isFull(asked('GET', '/console/people')), true)
    for (const path of healthPaths) assert.equal(overload.isFull(asked('GET', path)), false)
    for (const call of calls) overload.over(call)
    assert.deepEqual(full(overload), [true, true, false])
  })

  test('more are served at a time while that makes none slow, and fewer once it does', () => {
    const overload = watch(512)
    serve(overload, 10, 30)
    assert.equal(overload.limit, 512)
    serve(overload, 400, 5)
    assert.ok(overload.limit < 512 && overload.limit > 256, `${overload.limit}`)
    serve(overload, 400, 9)
    assert.equal(overload.limit, 128)
    serve(overload, 10, 30)
    assert.equal(overload.limit, 512)
  })

  test('a store that always takes long is given more all the same', () => {
    const overload = watch(512)
    const calls = begin(overload, 32)
    for (let round = 0; round < 300; round++) {
      now += 200
      for (const call of calls) overload.over(call)
      for (const call of calls) overload.begin(call)
    }
    for (const call of calls) overload.over(call)
    now += 1_000
    serve(overload, 200, 30)
    assert.equal(overload.limit, 512)
  })

  test('is told by a call that waits for long, where many wait with it', () => {
    const overload = watch(512)
    const [first] = begin(overload, 127)
    now = 1_500
    assert.deepEqual(full(overload), [false, false, false], 'a few slow calls refuse nobody')
    const [last] = begin(overload, 1)
    assert.deepEqual(full(overload), [true, true, true])
    overload.over(last as object)
    assert.deepEqual(full(overload), [false, false, false])
    overload.over(first as object)
    now = 100_000
    assert.deepEqual(full(overload), [false, false, false])
  })
})
