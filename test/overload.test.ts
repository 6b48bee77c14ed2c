import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Applied } from '../src/core/command.ts'
import type { EventId } from '../src/core/profile.ts'
import { dialects } from '../src/dialects/registry.ts'
import { watchOverload } from '../src/http/overload.ts'
import { Connection, send } from './kit/http-client.ts'
import { startToyShell, type ToyShell, toyAuth } from './kit/toy-shell.ts'

const thing = { method: 'POST', path: '/toy/v1/things/7', headers: toyAuth, body: '{}' }

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
    while (told().length === 0) await new Promise((done) => setImmediate(done))
    const calls = told().reduce((sum, line) => sum + Number(line.calls), 0)
    assert.equal(calls, 3)
    assert.equal(shell.log.filter(({ status }) => status === 503).length, 0)
  })
})

test('every dialect says it in its own words, and none as if the call were taken', async () => {
  // The toy has calls at the root itself.
  const others = dialects.map((dialect) => ({ ...dialect, openEndpoints: [] }))
  await using shell = await startToyShell({ callsMax: 1 }, others)
  const store = hold(shell)
  const call = send(shell.url, thing)
  await store.reach(1)
  const ask = async (method: string, path: string, headers: { [name: string]: string } = {}) => {
    const answer = await send(shell.url, { method, path, headers, body: '{"email":"a@b.cd"}' })
    assert.match(answer.headers['retry-after'] ?? '', /^[123]$/, path)
    return answer
  }
  const query = await ask('POST', '/v4/events/user/update?access_token=x')
  assert.equal(query.status, 400, 'the official class takes every other status for success')
  assert.match((query.json() as { error: { message: string } }).error.message, /nothing was done/)
  const bearer = await ask('POST', '/v4/events/user/update', { authorization: 'Bearer x' })
  assert.equal(bearer.status, 503)
  const usercom = await ask('POST', '/api/public/users/update_or_create/')
  assert.equal(usercom.status, 503)
  assert.match((usercom.json() as { detail: string }).detail, /nothing was done/)
  const channel = await ask('PATCH', '/open/v5/users/5ec3a01fe2b3f4d2cbc5')
  assert.equal(channel.status, 503)
  assert.deepEqual(
    [(channel.json() as { type: string }).type, (channel.json() as { status: number }).status],
    ['overloaded', 503],
  )
  store.letGo()
  await call
})

describe('whether there is too much to do', () => {
  let now = 0
  const watch = (callsMax: number) => {
    now = 0
    return watchOverload(callsMax, () => now)
  }
  const begin = (overload: ReturnType<typeof watchOverload>, count: number) => {
    const calls = Array.from({ length: count }, () => ({}))
    for (const call of calls) overload.begin(call)
    return calls
  }
  test('is told by the number of calls under way', () => {
    const overload = watch(100)
    const calls = begin(overload, 99)
    assert.equal(overload.isFull(), false)
    overload.begin(calls)
    assert.equal(overload.isFull(), true)
    overload.over(calls)
    assert.equal(overload.isFull(), false)
  })

  test('is told by a call that waits for long, where many wait with it', () => {
    const overload = watch(512)
    const [first] = begin(overload, 127)
    now = 1_500
    assert.equal(overload.isFull(), false, 'a few slow calls refuse nobody')
    const [last] = begin(overload, 1)
    assert.equal(overload.isFull(), true)
    overload.over(last as object)
    assert.equal(overload.isFull(), false)
    overload.over(first as object)
    now = 100_000
    assert.equal(overload.isFull(), false)
  })
})
