import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Answer } from './kit/answer-parser.ts'
import { sqlite } from './kit/engines.ts'
import { Connection, send } from './kit/http-client.ts'
import type { NewWorkspace } from './kit/new-workspace.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'
import { startToyShell, toyAuth } from './kit/toy-shell.ts'

describe('counting', () => {
  const call = { method: 'GET', path: '/toy/v1/things/7', headers: toyAuth }

  test('a token that is not held to limits is never refused for them', async () => {
    await using shell = await startToyShell()
    using connection = new Connection(shell.url)
    for (let n = 0; n < 5; n++) assert.equal((await connection.request(call)).status, 200)
  })

  test('so many calls are taken in any window, wherever it begins', async () => {
    await using shell = await startToyShell()
    using connection = new Connection(shell.url)
    limit(shell.store.tokens.get('good'))
    const at = async (ms: number) => {
      shell.setClock(Date.UTC(2026, 0, 1) + ms)
      return (await connection.request(call)).status
    }
    assert.deepEqual([await at(0), await at(600), await at(900)], [200, 200, 200])
    assert.equal(await at(999), 429)
    assert.equal(await at(1_000), 200, 'the first call is a whole window ago')
    assert.equal(await at(1_500), 429, 'a refused call is not counted, the other three are')
    assert.equal(await at(1_600), 200)
  })

  test('a refusal says when to come again, and other tokens are not concerned', async () => {
    await using shell = await startToyShell()
    using connection = new Connection(shell.url)
    limit(shell.store.tokens.get('good'))
    for (let n = 0; n < 3; n++) await connection.request(call)
    const refused = await connection.request(call)
    assert.equal(refused.status, 429)
    assert.deepEqual(refused.json(), {
      toy: 'too_many_requests',
      allow: [],
      path: call.path,
      method: 'GET',
      retryAfter: 1,
    })
    const headers = { authorization: toyAuth.authorization.replace('good', 'reader') }
    assert.equal((await connection.request({ ...call, headers })).status, 200)
  })

  test('every answer of a token with a limit says what is left, in standard words', async () => {
    await using shell = await startToyShell()
    using connection = new Connection(shell.url)
    assert.equal((await connection.request(call)).headers.ratelimit, undefined)
    limit(shell.store.tokens.get('good'))
    const said = async (path = call.path) => {
      const { headers } = await connection.request({ ...call, path })
      return [headers['ratelimit-policy'], headers.ratelimit]
    }
    assert.deepEqual(await said(), ['"calls";q=3;w=1', '"calls";r=2;t=1'])
    assert.deepEqual(await said('/toy/v1/nothing'), ['"calls";q=3;w=1', '"calls";r=1;t=1'])
    await said()
    assert.deepEqual(await said(), ['"calls";q=3;w=1', '"calls";r=0;t=1'])
  })

  test('a call to a path that does not exist counts too', async () => {
    await using shell = await startToyShell()
    using connection = new Connection(shell.url)
    limit(shell.store.tokens.get('good'))
    for (let n = 0; n < 3; n++) await connection.request({ ...call, path: '/toy/v1/nothing' })
    assert.equal((await connection.request(call)).status, 429)
  })
})

describe('the vendors’ limits', () => {
  let roster: RunningRoster
  let here: NewWorkspace
  before(async () => {
    roster = await startRoster(sqlite)
    here = await roster.newWorkspace()
  })
  after(() => roster?.close())

  test('User.com takes 500 calls in a minute with one key, and says how long to wait', async () => {
    const token = here.tokens.usercom?.token ?? ''
    const headers = { authorization: `Token ${token}` }
    const call = { method: 'GET', path: '/api/public/users-by-id/nobody/', headers }
    await hold('usercom')
    const answers = await many(501, call)
    assert.deepEqual(countStatuses(answers), { 404: 500, 429: 1 })
    const refused = answers.find(({ status }) => status === 429)
    const seconds = Number(refused?.headers['retry-after'])
    assert.ok(seconds >= 1 && seconds <= 60)
    const text = `Request was throttled. Expected available in ${seconds} seconds.`
    assert.deepEqual(refused?.json(), { detail: text })
  })

  test('a token of our own takes 600 calls in a minute where it is held to them', async () => {
    const call = {
      method: 'GET',
      path: '/api/v1/workspace',
      headers: { authorization: `Bearer ${here.tokens.native?.token}` },
    }
    const free = (await send(roster.url, call)).headers
    assert.equal(free['ratelimit-policy'], '"calls";q=100000;w=10')
    await hold('native')
    const first = await send(roster.url, call)
    assert.equal(first.headers['ratelimit-policy'], '"calls";q=600;w=60')
    assert.equal(first.headers.ratelimit, '"calls";r=599;t=60')
    // A page of another origin may read them: each is named, and those of the answer beside.
    const headers = { ...call.headers, origin: 'https://shop.example' }
    const seen = await send(roster.url, { ...call, path: '/api/v1/rules', headers })
    const exposed = 'x-request-id, etag, ratelimit-policy, ratelimit'
    assert.equal(seen.headers['access-control-expose-headers'], exposed)
    const answers = await many(599, call)
    assert.deepEqual(countStatuses(answers), { 200: 598, 429: 1 })
    const refused = answers.find(({ status }) => status === 429)
    const seconds = refused?.headers['retry-after']
    assert.equal(refused?.headers.ratelimit, `"calls";r=0;t=${seconds}`)
    assert.equal(refused?.headers['content-type'], 'application/problem+json')
    assert.match(refused?.text ?? '', /"code":"too_many_requests"/)
  })

  test('Channel Talk takes a bucket of 1,000 that fills by ten a second, headers and all', async () => {
    const call = channelCall(here)
    const free = await send(roster.url, call)
    assert.equal(free.headers['x-ratelimit-limit'], '1000')
    assert.equal(free.headers['x-ratelimit-remaining'], '1000')
    await hold('channeltalk')
    const first = await send(roster.url, call)
    assert.equal(first.headers['x-ratelimit-remaining'], '999')
    assert.ok(Math.abs(Number(first.headers['x-ratelimit-reset']) - Date.now() / 1_000) < 5)
    // More come back while these are made, however slow the machine is; so many they cannot be.
    const answers = await many(3_000, call)
    const refused = answers.find(({ status }) => status === 429)
    assert.ok(refused, 'nothing was refused')
    assert.equal(refused.headers['retry-after'], '1')
    assert.equal(refused.headers['x-ratelimit-remaining'], '0')
    assert.equal(refused.headers['x-ratelimit-will-be-throttled'], 'true')
    const body = refused.json() as { type: string; status: number; errors: object[] }
    assert.equal(body.type, 'tooManyRequests')
    assert.equal(body.status, 429)
    assert.equal(body.errors.length, 1)
  })

  test('the headers are on refusals too, also where no token was looked at', async () => {
    const headers = { ...channelCall(here).headers, 'x-access-secret': 'x' }
    const answer = await send(roster.url, { ...channelCall(here), headers })
    assert.equal(answer.status, 401)
    assert.equal(answer.headers['x-ratelimit-limit'], '1000')
    const broken = await send(roster.url, { method: 'FOO', path: '/open/v5/users' })
    assert.equal(broken.headers['x-ratelimit-limit'], '1000')
  })

  test('a limit is lifted at once', async () => {
    const [token] = (await roster.store.listTokens(here.workspace.id)).filter(
      ({ dialect }) => dialect === 'channeltalk',
    )
    await roster.store.limitToken(token?.publicPart ?? '', 'off')
    assert.equal((await send(roster.url, channelCall(here))).status, 200)
  })

  async function hold(dialect: string): Promise<void> {
    const tokens = await roster.store.listTokens(here.workspace.id)
    const [token] = tokens.filter((one) => one.dialect === dialect)
    assert.equal(await roster.store.limitToken(token?.publicPart ?? '', 'vendor'), true)
  }

  /** Many calls on a few connections, each again once it was answered. */
  async function many(count: number, call: Parameters<Connection['request']>[0]) {
    const answers: Answer[] = []
    let left = count
    const lane = async () => {
      let connection = new Connection(roster.url)
      while (left-- > 0) {
        const answer = await connection.request(call)
        answers.push(answer)
        if (answer.headers.connection !== 'close') continue
        connection.close()
        connection = new Connection(roster.url)
      }
      connection.close()
    }
    await Promise.all(Array.from({ length: 8 }, lane))
    return answers
  }
})

function channelCall({ tokens }: NewWorkspace) {
  const { accessKey = '', accessSecret = '' } = tokens.channeltalk ?? {}
  const headers = { 'x-access-key': accessKey, 'x-access-secret': accessSecret }
  return { method: 'GET', path: '/open/v5/channel', headers }
}

function countStatuses(answers: readonly Answer[]): { [status: number]: number } {
  const counts: { [status: number]: number } = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

function limit(token: { rateLimit: string } | undefined): void {
  assert.ok(token)
  token.rateLimit = 'vendor'
}
