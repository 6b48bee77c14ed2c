import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Applied } from '../../core/command.ts'
import type { DialectRequest, Endpoint, RequestHead, WriteEndpoint } from '../../core/dialect.ts'
import { Fault, type FaultCode, faultTable } from '../../core/errors.ts'
import { isObject, type JsonValue } from '../../core/json.ts'
import { assertAcceptable } from '../../core/normalise.ts'
import { canonicalEmail, type EventId } from '../../core/profile.ts'
import { defaultSettings, type Workspace } from '../../core/workspace.ts'
import { copernica } from './dialect.ts'
import { isAddress } from './event-parameters.ts'
import { fields, toAttributes } from './fields.ts'

const form = 'application/x-www-form-urlencoded'

test('a token that was made is read from the header and from the query, in every version', () => {
  const { publicPart, secret, shown } = copernica.tokens.make(randomBytes)
  assert.match(shown.token ?? '', /^[0-9a-f]{64}$/)
  assert.ok((secret.length / 2) * 8 >= 160, 'the secret holds enough random bits')
  const read = { publicPart, secret }
  const authorization = `Bearer ${shown.token}`
  assert.deepEqual(copernica.credentials(head({ headers: { authorization } })), read)
  for (const version of copernica.basePaths) {
    const query = `limit=5&access_token=${shown.token}`
    assert.deepEqual(copernica.credentials(head({ path: `${version}/identity`, query })), read)
  }
})

test('three parts with dots between are a ticket, wherever they stand', () => {
  const ticket = 'eyJhbGciOi.eyJleHAiOjE3.c2ln_-'
  const authorization = `Bearer ${ticket}`
  assert.deepEqual(copernica.credentials(head({ headers: { authorization } })), { ticket })
  assert.deepEqual(copernica.credentials(head({ query: `access_token=${ticket}` })), { ticket })
})

test('the last of two tokens in a query counts', () => {
  const { secret, publicPart, shown } = copernica.tokens.make(randomBytes)
  const query = `access_token=old&access_token=${shown.token}`
  assert.deepEqual(copernica.credentials(head({ query })), { publicPart, secret })
})

test('the exchange reads what older and newer pages show', () => {
  const { secret, publicPart, shown } = copernica.tokens.make(randomBytes)
  const exchange = copernica.openEndpoints?.find((endpoint) => endpoint.method === 'POST')
  const texts = [
    `access_token=${shown.token}`,
    `{"access_token":"${shown.token}"}`,
    `{'access_token':'${shown.token}'}`,
    ` { 'access_token' : '${shown.token}' }\n`,
  ]
  for (const text of texts) {
    for (const type of [form, 'application/json', 'text/plain', undefined]) {
      const asked = head({ method: 'POST', path: '/', headers: { 'content-type': type } })
      const read = exchange?.credentials(asked, copernica.parseBody(text, asked))
      assert.deepEqual(read, { publicPart, secret }, `${type}: ${text}`)
    }
  }
  assert.deepEqual(exchange?.answer('a.b.c'), {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: 'a.b.c',
  })
})

test('only a bearer without a token in the query is told statuses other than 400', () => {
  const places: [RequestHead, (status: number) => number][] = [
    [head({ query: 'access_token=x' }), () => 400],
    [head({}), () => 400],
    [head({ headers: { authorization: 'Basic YTpi' } }), () => 400],
    [head({ query: 'access_token=x', headers: { authorization: 'Bearer x' } }), () => 400],
    [
      head({ headers: { authorization: 'Bearer x' } }),
      (status) => ([429, 500, 503].includes(status) ? status : 400),
    ],
  ]
  for (const code of Object.keys(faultTable) as FaultCode[]) {
    for (const [asked, expected] of places) {
      const fault = new Fault(code, { retryAfterSeconds: 7 })
      const answer = copernica.renderError(fault, asked)
      assert.equal(answer.status, expected(fault.status), code)
      assert.equal(answer.headers?.['Retry-After'], '7', code)
      assert.deepEqual(Object.keys(answer.body as object), ['error'])
    }
  }
})

test('the vendor’s two own messages stand for what they stand for there', () => {
  const messages = Object.keys(faultTable).map((code) => {
    const { body } = copernica.renderError(new Fault(code as FaultCode), head({}))
    return [code, (body as { error: { message: string } }).error.message] as const
  })
  const codesOf = (text: string) => messages.filter(([, m]) => m === text).map(([code]) => code)
  assert.deepEqual(codesOf('Invalid access token').sort(), [
    'invalid_credentials',
    'malformed_credentials',
    'missing_credentials',
  ])
  assert.deepEqual(codesOf('Invalid method').sort(), ['method_not_allowed', 'unknown_route'])
})

test('no two fields share an attribute, and naming twice changes nothing', () => {
  assert.equal(new Set(fields.values()).size, fields.size)
  fc.assert(
    fc.property(parameterMap(), (parameters) => {
      const once = toAttributes(parameters)
      assert.deepEqual(toAttributes(once), once)
    }),
  )
})

test('every field has its attribute, and the vendor’s spelling wins over ours', () => {
  for (const [field, name] of fields) {
    assert.deepEqual(toAttributes({ [field]: 'x' }), { [name]: 'x' })
    // Also where the caller uses both names, in either order.
    assert.deepEqual(toAttributes({ [name]: 'ours', [field]: 'theirs' }), { [name]: 'theirs' })
    if (name === field) continue
    assert.deepEqual(toAttributes({ [field]: 'theirs', [name]: 'ours' }), { [name]: 'theirs' })
  }
})

test('an accepted event is plain JSON, without a token, with the address in canonical form', () => {
  fc.assert(
    fc.property(parameterMap(), fc.emailAddress(), (parameters, email) => {
      const body = { ...parameters, email, firstname: 'x', suffix: 'y', lastname: 'z' }
      assertAcceptable(body)
      const command = writeEndpoint('POST').toCommand(
        request(body, { group: 'user', kind: 'update' }),
      )
      assert.equal(command.kind, 'record-event')
      if (command.kind !== 'record-event') return
      assert.equal(command.type, 'user.update')
      assert.deepEqual(command.identifiers, [{ kind: 'email', value: canonicalEmail(email) }])
      assert.ok(!Object.hasOwn(command.attributes, 'access_token'))
      assert.deepEqual(command.attributes.email, email)
      assert.deepEqual(JSON.parse(JSON.stringify(command)), command)
    }),
  )
})

test('any JSON body and any path give a command or a fault, on every writing endpoint', () => {
  const part = fc.oneof(
    fc.constantFrom('user', 'update', 'webshop', 'cart', 'add', 'rule', 'constructor'),
    fc.string(),
  )
  const property = fc.property(
    anyJson(),
    part,
    part,
    fc.option(part),
    (body, group, kind, area) => {
      const params = area === null ? { group, kind } : { area, kind }
      for (const endpoint of copernica.endpoints) {
        if ('toCommand' in endpoint) faultOrNothing(() => endpoint.toCommand(request(body, params)))
      }
    },
  )
  fc.assert(property, { numRuns: 500 })
})

test('any text under any content type is parsed or refused with a fault', () => {
  const type = fc.constantFrom(
    form,
    'application/json',
    `${form}; charset=x`,
    '',
    'text/plain',
    'x',
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.webQueryParameters(),
    fc.stringMatching(/^[a-c[\]=&%_+.0-9]{0,30}$/),
  )
  const path = fc.constantFrom('/', '/v4/events/user/update')
  fc.assert(
    fc.property(text, type, path, (body, contentType, at) => {
      const asked = head({ method: 'POST', path: at, headers: { 'content-type': contentType } })
      faultOrNothing(() => copernica.parseBody(body, asked))
    }),
    { numRuns: 500 },
  )
})

test('any header and query give credentials or a fault', () => {
  const scheme = fc.constantFrom('Bearer ', 'bearer', 'Basic ', '')
  fc.assert(
    fc.property(scheme, fc.string(), fc.string(), (start, rest, query) => {
      const authorization = `${start}${rest}`
      faultOrNothing(() => copernica.credentials(head({ headers: { authorization }, query })))
      faultOrNothing(() => copernica.credentials(head({ query: `access_token=${query}` })))
    }),
  )
})

test('a form written as PHP writes it reads as what was written', () => {
  const name = fc.stringMatching(/^[a-z][a-z_]{0,6}$/).filter((text) => text !== '__proto__')
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'grapheme' }),
      fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
      fc.dictionary(name, tie('node'), { minKeys: 1, maxKeys: 3 }),
    ),
  })).node as fc.Arbitrary<JsonValue>
  const asked = head({ method: 'POST', headers: { 'content-type': form } })
  fc.assert(
    fc.property(fc.dictionary(name, value, { minKeys: 1, maxKeys: 4 }), (parameters) => {
      const read = copernica.parseBody(buildQuery(parameters), asked)
      assert.deepEqual(JSON.parse(JSON.stringify(read)), JSON.parse(JSON.stringify(parameters)))
    }),
  )
})

test('addresses in use are addresses', () => {
  fc.assert(fc.property(fc.emailAddress(), (email) => isAddress(email)))
})

test('an address of any length is judged at once', () => {
  const started = performance.now()
  for (const text of ['a.'.repeat(32_000), `a@${'a.'.repeat(32_000)}`, `a@${'.'.repeat(64_000)}`]) {
    assert.equal(isAddress(text), false)
  }
  assert.ok(performance.now() - started < 200)
})

test('an answer names the event the call itself logged, at the address the client used', () => {
  const applied: Applied = { events: [7, 8] as EventId[], foundBy: 'created', profile: null }
  const view = { nameId: () => 0 }
  const asked = request({}, { group: 'user', kind: 'update' })
  assert.deepEqual(writeEndpoint('POST').toResponse(applied, asked, view), {
    status: 201,
    headers: { 'X-Created': '7', 'X-Location': 'http://127.0.0.1:7678/v4/event/7' },
  })
})

test('the samples hold the address and the token and need no quoting of their own', () => {
  const samples = copernica.samples('http://127.0.0.1:7678', { token: 'abc' })
  assert.equal(samples.length, 2)
  for (const { command } of samples) {
    assert.ok(command.includes('http://127.0.0.1:7678/v4/events/user/'))
    assert.ok(command.includes('Bearer abc'))
    const json = /-d '([^']*)'/.exec(command)?.[1]
    assert.equal(JSON.parse(json ?? '').email, 'john.doe@example.com')
  }
})

test('tokens made one after the other differ in both parts', () => {
  const made = Array.from({ length: 100 }, () => copernica.tokens.make(randomBytes))
  assert.equal(new Set(made.map((token) => token.publicPart)).size, made.length)
  const hashes = made.map(({ secret }) => createHash('sha256').update(secret).digest('hex'))
  assert.equal(new Set(hashes).size, made.length)
})

function head(part: Partial<RequestHead>): RequestHead {
  return {
    method: 'GET',
    path: '/v4/identity',
    query: '',
    headers: {},
    baseUrl: 'http://127.0.0.1:7678',
    ...part,
  }
}

function request(body: JsonValue, params: { [name: string]: string }): DialectRequest {
  const workspace: Workspace = {
    id: 1 as Workspace['id'],
    name: 'default',
    settings: defaultSettings,
    idKey: '0'.repeat(32),
    createdAt: 0,
  }
  return { ...head({ method: 'POST' }), params, body, workspace, now: 0 }
}

function writeEndpoint(method: Endpoint['method']): WriteEndpoint {
  const found = copernica.endpoints.find(
    (endpoint) => endpoint.method === method && 'toCommand' in endpoint,
  )
  assert.ok(found && 'toCommand' in found)
  return found
}

function faultOrNothing(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof Fault, String(error))
    const answer = copernica.renderError(error, head({}))
    assert.equal(answer.status, 400)
    assert.doesNotThrow(() => JSON.stringify(answer.body))
  }
}

/** What the shell lets through to an endpoint: JSON without `-0`, which JSON text does not keep. */
function anyJson(): fc.Arbitrary<JsonValue> {
  return fc.oneof(
    fc.jsonValue() as fc.Arbitrary<JsonValue>,
    fc.dictionary(
      fc.constantFrom('email', 'firstname', 'suffix', 'id', 'sku', 'count'),
      fc.jsonValue(),
    ) as fc.Arbitrary<JsonValue>,
  )
}

function parameterMap(): fc.Arbitrary<{ [name: string]: JsonValue }> {
  const name = fc.oneof(
    fc.constantFrom('email', 'firstname', 'first_name', 'suffix', 'access_token', 'constructor'),
    fc.string({ maxLength: 20 }),
  )
  const plain = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
  const value = fc.oneof(plain, fc.array(plain), fc.dictionary(fc.string({ maxLength: 8 }), plain))
  return fc
    .dictionary(name, value as fc.Arbitrary<JsonValue>)
    .map((map) => JSON.parse(JSON.stringify(map)))
    .filter(isStorable)
}

function isStorable(map: JsonValue): map is { [name: string]: JsonValue } {
  try {
    assertAcceptable(map)
    return isObject(map)
  } catch {
    return false
  }
}

/** `http_build_query` of PHP: every level in brackets, every list entry with its index. */
function buildQuery(parameters: { [name: string]: JsonValue }): string {
  const pairs: string[] = []
  const walk = (name: string, value: JsonValue): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, part] of Object.entries(value)) walk(`${name}[${key}]`, part ?? null)
    } else {
      pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    }
  }
  for (const [name, value] of Object.entries(parameters)) walk(name, value)
  return pairs.join('&').replaceAll('%20', '+')
}
