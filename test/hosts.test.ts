import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { connect } from 'node:tls'
import { dialects } from '../src/dialects/registry.ts'
import { bindHosts } from '../src/http/hosts.ts'
import { sqlite } from './kit/engines.ts'
import { Connection, send } from './kit/http-client.ts'
import { makeCertificate } from './kit/make-certificate.ts'
import type { NewWorkspace } from './kit/new-workspace.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'
import { tempFolder } from './kit/temp-folder.ts'

describe('host names', () => {
  let roster: RunningRoster
  let here: NewWorkspace
  before(async () => {
    const more = 'usercom=crm.example,*.crm.example channeltalk=chat.example'
    roster = await startRoster(sqlite, { ROSTER_HOSTS: more })
    here = await roster.newWorkspace()
  })
  after(() => roster?.close())

  const ask = (host: string, path: string, method = 'GET', headers: object = {}, body?: string) =>
    send(roster.url, { method, path, headers: { host, ...headers }, body })

  test('of a vendor serve its dialect', async () => {
    const channel = channelHeaders(here)
    assert.equal((await ask('api.channel.io', '/open/v5/channel', 'GET', channel)).status, 200)
    const usercom = { authorization: `Token ${here.tokens.usercom?.token}` }
    const path = '/api/public/users-by-id/nobody/'
    assert.equal((await ask('shop.user.com:443', path, 'GET', usercom)).status, 404)
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = `access_token=${here.tokens.copernica?.token}`
    const ticket = await ask('authenticate.copernica.com', '/', 'POST', form, body)
    assert.match(ticket.text, /^[^.]+\.[^.]+\.[^.]+$/)
    const bearer = { authorization: `Bearer ${ticket.text}`, 'content-type': 'application/json' }
    const update = ['/v4/events/user/update', 'POST', bearer, '{"email":"a@example.org"}'] as const
    assert.ok((await ask('api.copernica.com', ...update)).status < 300)
    assert.ok((await ask('rest.copernica.com', ...update)).status < 300)
  })

  test('of a vendor have no calls of another, and are refused in its own words', async () => {
    const foreign = await ask('api.channel.io', '/v4/events/user/update', 'POST', {}, '{}')
    assert.equal(foreign.status, 404)
    assert.equal((foreign.json() as { type: string }).type, 'unknownRoute')
    const front = await ask('api.channel.io', '/')
    assert.equal((front.json() as { status: number }).status, 404)
    const php = await ask('api.copernica.com', '/open/v5/channel', 'GET', channelHeaders(here))
    assert.equal(php.status, 400)
    assert.deepEqual(php.json(), { error: { message: 'Invalid method' } })
  })

  test('word the refusal also of what is not HTTP, whoever has the path', async () => {
    const broken = async (host: string) => {
      using connection = new Connection(roster.url)
      return await connection.bytes(`GET /nowhere HTTP/1.1\r\nbad header\r\nHost: ${host}\r\n\r\n`)
    }
    const channel = await broken('api.channel.io')
    assert.equal((channel.json() as { type: string }).type, 'malformedRequest')
    assert.equal(channel.headers['x-ratelimit-limit'], '1000')
    assert.equal((await broken('rest.copernica.com')).status, 400)
    const nobody = await broken('roster.example')
    assert.equal((nobody.json() as { error: { code: string } }).error.code, 'malformed_request')
  })

  test('are taken in any case, with a port and with a dot at the end', async () => {
    for (const host of ['API.Channel.IO', 'api.channel.io:8080', 'api.channel.io.']) {
      assert.equal((await ask(host, '/v4/x')).headers['x-ratelimit-limit'], '1000', host)
    }
  })

  test('may be given to dialects, and those the vendor has stay', async () => {
    for (const host of ['crm.example', 'a.b.crm.example', 'x.user.com']) {
      const answer = await ask(host, '/open/v5/channel', 'GET', channelHeaders(here))
      assert.equal(answer.status, 404, host)
      assert.match(answer.headers['content-type'] ?? '', /^text\/html/)
    }
    const answer = await ask('chat.example', '/open/v5/channel', 'GET', channelHeaders(here))
    assert.equal(answer.status, 200)
  })

  test('that nobody owns serve every dialect', async () => {
    for (const host of ['roster.example', 'user.com', 'notuser.com', 'xcrm.example', '[::1]:80']) {
      const answer = await ask(host, '/open/v5/channel', 'GET', channelHeaders(here))
      assert.equal(answer.status, 200, host)
    }
  })

  test('in an absolute address count before the header', async () => {
    const path = 'https://api.channel.io/open/v5/channel'
    const answer = await ask('api.copernica.com', path, 'GET', channelHeaders(here))
    assert.equal(answer.status, 200)
    const other = await ask('api.channel.io', 'http://api.copernica.com/open/v5/channel')
    assert.deepEqual(other.json(), { error: { message: 'Invalid method' } })
  })

  test('do not hide whether the server is well', async () => {
    assert.equal((await ask('api.channel.io', '/healthz')).status, 200)
  })

  test('have to be names of dialects there are', () => {
    for (const [wrong, why] of [
      ['chat.example', /"chat\.example" is not DIALECT=NAME/],
      ['nobody=chat.example', /with one of the dialects/],
      ['usercom=', /is not DIALECT=NAME/],
      ['usercom=a b', /"b" is not/],
      ['usercom=a..b', /"a\.\.b" is no host name/],
      ['usercom=https://a', /is no host name/],
      ['usercom=api.channel.io', /"api\.channel\.io" is given to two dialects/],
    ] as const) {
      assert.throws(() => bindHosts(dialects, wrong), why)
    }
  })
})

describe('TLS', () => {
  const { cert, key } = makeCertificate()
  const folder = tempFolder()
  const files = { cert: join(folder.path, 'cert.pem'), key: join(folder.path, 'key.pem') }
  writeFileSync(files.cert, cert)
  writeFileSync(files.key, key)
  const env = {
    ROSTER_TLS_CERT: files.cert,
    ROSTER_TLS_KEY: files.key,
    ROSTER_TLS_PORT: '0',
  }
  after(() => folder.remove())

  test('is served beside the plain port, with links that say so', async () => {
    await using roster = await startRoster(sqlite, env)
    const { tokens } = await roster.newWorkspace()
    const headers = { authorization: `Token ${tokens.usercom?.token}` }
    const agent = new Agent({ keepAlive: true, ca: cert })
    const path = '/api/public/users-by-id/u/'
    assert.equal((await secure(roster, path, headers, agent)).status, 404)
    assert.equal((await secure(roster, path, headers, agent)).status, 404)
    assert.equal((await send(roster.url, { method: 'GET', path, headers })).status, 404)
    agent.destroy()
  })

  test('refuses what is not HTTP in words, as the plain port does', async () => {
    await using roster = await startRoster(sqlite, env)
    const { hostname, port } = new URL(roster.tlsUrl ?? '')
    const socket = connect({ host: hostname, port: Number(port), ca: cert })
    const { promise, resolve } = Promise.withResolvers<string>()
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    socket.on('close', () => resolve(text))
    socket.write('GET /open/v5/channel HTTP/1.1\r\nbad header\r\n\r\n')
    assert.match(await promise, /^HTTP\/1\.1 400 .*"type":"malformedRequest"/s)
  })

  test('connections that are idle do not hold up the end', async () => {
    const roster = await startRoster(sqlite, { ...env, ROSTER_DRAIN_TIMEOUT_MS: '60000' })
    const agent = new Agent({ keepAlive: true, ca: cert })
    await secure(roster, '/healthz', {}, agent)
    const began = performance.now()
    await roster.close()
    assert.ok(performance.now() - began < 30_000)
    agent.destroy()
  })

  test('needs a certificate and a key that fit', async () => {
    const other = join(folder.path, 'other.pem')
    writeFileSync(other, makeCertificate().key)
    for (const [wrong, why] of [
      [{ ROSTER_TLS_CERT: files.cert }, /ROSTER_TLS_KEY is not set/],
      [{ ROSTER_TLS_KEY: files.key }, /ROSTER_TLS_CERT is not set/],
      [{ ...env, ROSTER_TLS_KEY: join(folder.path, 'nothing') }, /ROSTER_TLS_KEY: .*be read/],
      [{ ...env, ROSTER_TLS_KEY: other }, /do not make a certificate/],
    ] as const) {
      await assert.rejects(startRoster(sqlite, wrong as typeof env), why)
    }
  })
})

function secure(
  { tlsUrl }: RunningRoster,
  path: string,
  headers: { [name: string]: string },
  agent: Agent,
): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>()
  const asked = request(`${tlsUrl}${path}`, { headers, agent }, (answer) => {
    let text = ''
    answer.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
  })
  asked.on('error', reject)
  asked.end()
  return promise
}

function channelHeaders({ tokens }: NewWorkspace): { [name: string]: string } {
  const { accessKey = '', accessSecret = '' } = tokens.channeltalk ?? {}
  return { 'x-access-key': accessKey, 'x-access-secret': accessSecret }
}
