import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { engines } from './kit/engines.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

let roster: RunningRoster
let token: string
before(async () => {
  roster = await startRoster(engines[0] as (typeof engines)[number])
  token = (await roster.newWorkspace()).tokens.native?.token as string
})
after(() => roster?.close())

async function signIn(shown = token, headers: { [name: string]: string } = {}) {
  const answer = await fetch(`${roster.url}/console/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ token: shown }),
  })
  const cookie = answer.headers.get('set-cookie') ?? ''
  const body = (await answer.json()) as { csrf_token: string; code?: string; detail?: string }
  return { status: answer.status, cookie, pair: cookie.split(';')[0] ?? '', body }
}

test('a cookie that no script reads and no other site sends holds the session', async () => {
  const { status, cookie, body } = await signIn()
  assert.equal(status, 201)
  assert.match(
    cookie,
    /^roster_session=[\w.-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=86400$/,
  )
  assert.ok(!JSON.stringify([cookie, body]).includes(token))
})

test('the session counts only with the header that its own page is told', async () => {
  const { pair, body } = await signIn()
  const call = (headers: { [name: string]: string }) =>
    fetch(`${roster.url}/api/v1/workspace`, { headers: { cookie: pair, ...headers } })
  assert.equal((await call({})).status, 401)
  assert.equal((await call({ 'x-csrf-token': 'f'.repeat(64) })).status, 401)
  assert.equal((await call({ 'x-csrf-token': body.csrf_token })).status, 200)
  const elsewhere = (await roster.newWorkspace()).tokens.native?.token
  const other = await signIn(elsewhere)
  assert.equal((await call({ 'x-csrf-token': other.body.csrf_token })).status, 401)
})

test('pages elsewhere neither sign in nor learn the header nor call', async () => {
  const elsewhere = { origin: 'https://evil.example' }
  assert.equal((await signIn(token, elsewhere)).status, 403)
  const sameMachine = { origin: 'http://127.0.0.1:1' }
  assert.equal((await signIn(token, sameMachine)).status, 403)
  const { pair, body } = await signIn()
  const told = await fetch(`${roster.url}/console/session`, {
    headers: { cookie: pair, ...elsewhere },
  })
  assert.equal(told.status, 403)
  assert.equal(told.headers.get('access-control-allow-origin'), null)
  const called = await fetch(`${roster.url}/api/v1/workspace`, {
    headers: { cookie: pair, 'x-csrf-token': body.csrf_token, ...elsewhere },
  })
  assert.equal(called.status, 403)
  const own = await fetch(`${roster.url}/api/v1/workspace`, {
    headers: { cookie: pair, 'x-csrf-token': body.csrf_token, origin: roster.url },
  })
  assert.equal(own.status, 200)
})

test('signing out ends the session everywhere, and no other of the same token', async () => {
  const mine = await signIn()
  const other = await signIn()
  assert.notEqual(mine.pair, other.pair)
  const headersOf = ({ pair, body }: typeof mine) => ({
    cookie: pair,
    'x-csrf-token': body.csrf_token,
  })
  const statuses = async (session: typeof mine) => {
    const headers = headersOf(session)
    const [told, called] = await Promise.all([
      fetch(`${roster.url}/console/session`, { headers }),
      fetch(`${roster.url}/api/v1/events`, { headers }),
    ])
    return [told.status, called.status]
  }
  assert.deepEqual(await statuses(mine), [200, 200])
  const address = `${roster.url}/console/session`
  const leave = () => fetch(address, { method: 'DELETE', headers: headersOf(mine) })
  assert.equal((await leave()).status, 204)
  assert.deepEqual(await statuses(mine), [401, 401])
  const written = await fetch(`${roster.url}/api/v1/events`, {
    method: 'POST',
    headers: { ...headersOf(mine), 'content-type': 'application/json' },
    body: '{"type":"order.paid"}',
  })
  assert.equal(written.status, 401)
  assert.equal((await leave()).status, 204)
  assert.deepEqual(await statuses(other), [200, 200])
})

test('a token that is not for the console, wrong or of another dialect does not sign in', async () => {
  const made = await fetch(`${roster.url}/api/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ dialect: 'native', scopes: ['events:read'] }),
  })
  const narrow = ((await made.json()) as { token: { token: string } }).token.token
  const refused = await signIn(narrow)
  assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden'])
  const changed = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`
  assert.deepEqual((await signIn(changed)).status, 401)
  assert.deepEqual((await signIn('what')).status, 401)
})

test('a session is over at once when its token is revoked, and its cookie goes at signing out', async () => {
  const made = await fetch(`${roster.url}/api/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ dialect: 'native' }),
  })
  const mine = ((await made.json()) as { token: { token: string } }).token.token
  const { pair, body } = await signIn(mine)
  const headers = { cookie: pair, 'x-csrf-token': body.csrf_token }
  const session = `${roster.url}/console/session`
  assert.equal((await fetch(session, { method: 'DELETE', headers: { cookie: pair } })).status, 401)
  const out = await fetch(session, { method: 'DELETE', headers })
  assert.deepEqual([out.status, /Max-Age=0/.test(out.headers.get('set-cookie') ?? '')], [204, true])
  const address = `${roster.url}/api/v1/tokens/${mine.split('_')[1]}`
  const revoked = await fetch(address, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}` },
  })
  assert.equal(revoked.status, 204)
  assert.equal((await fetch(`${roster.url}/api/v1/workspace`, { headers })).status, 401)
  assert.equal((await fetch(session, { headers })).status, 401)
})
