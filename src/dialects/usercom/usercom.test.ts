import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Ask } from '../../core/ask.ts'
import { standardAttributes } from '../../core/attributes.ts'
import type { Key } from '../../core/command.ts'
import type { DialectRequest, RequestHead } from '../../core/dialect.ts'
import { Fault, type FaultCode, faultTable } from '../../core/errors.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { assertAcceptable } from '../../core/normalise.ts'
import type { EventId, Profile, ProfileId, WorkspaceId } from '../../core/profile.ts'
import { defaultSettings, type Workspace } from '../../core/workspace.ts'
import { isEmail } from './coerce.ts'
import { usercom } from './dialect.ts'
import { fieldByDisplayName, fields, ownAttributes, slug } from './fields.ts'
import { readUserBody } from './user-body.ts'
import { profileIdOfKey, userKey } from './user-key.ts'
import { renderUser } from './user-object.ts'
import { versionOf } from './version.ts'

const workspace: Workspace = {
  id: 1 as WorkspaceId,
  name: 'test',
  settings: defaultSettings,
  idKey: '00112233445566778899aabbccddeeff',
  createdAt: 0,
}

const view = { nameId: () => 7, sign: () => '', random: () => '' }
const shown = {
  definition: () => ({ id: 7, description: '' }),
  tagId: () => 7,
  companies: [],
  lists: [],
}

function head(headers: RequestHead['headers'] = {}, more: Partial<RequestHead> = {}): RequestHead {
  return {
    method: 'POST',
    path: '/api/public/users/update_or_create/',
    query: '',
    headers,
    baseUrl: 'http://127.0.0.1:7678',
    ...more,
  }
}

function request(body: JsonValue | undefined, more: Partial<DialectRequest> = {}): DialectRequest {
  return { ...head({}, more), params: {}, body, workspace, now: 0, ...more }
}

/** Begins a call; what it asks for is answered by `answer`. */
function call(path: string, more: Partial<DialectRequest>, answer: (ask: Ask) => unknown) {
  const found = usercom.endpoints.find((one) => one.method === 'GET' && one.path === path)
  assert.ok(found && 'ask' in found, path)
  const asking = found.ask(request(undefined, { method: 'GET', path: '/p', ...more }), view)
  let next = asking.next()
  while (!next.done) next = asking.next(answer(next.value))
  return next.value
}

/** The first thing a call asks for. */
function firstAsk(path: string, more: Partial<DialectRequest>): Ask | undefined {
  const asks: Ask[] = []
  const nobody = (ask: Ask) => {
    asks.push(ask)
    return 'profilePage' in ask ? { profiles: [], next: null, total: 0 } : []
  }
  orFault(() => void call(path, more, nobody))
  return asks[0]
}

function asked(body: JsonValue | undefined, more: Partial<DialectRequest> = {}) {
  return readUserBody(body, versionOf(request(body, more)))
}

function profile(attributes: JsonObject, more: Partial<Profile> = {}): Profile {
  const provenance: Profile['provenance'] = {}
  for (const name of Object.keys(attributes)) {
    provenance[name] = { at: 1, event: 1 as EventId, source: 'test' }
  }
  return {
    id: 5577 as ProfileId,
    version: 1,
    attributes,
    provenance,
    tags: [],
    identifiers: [],
    createdAt: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    updatedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 0),
    lastEvent: null,
    removedAt: null,
    ...more,
  }
}

const show = (one: Profile, version: 1 | 2 = 1) => renderUser(one, version, workspace, shown)

/** Runs what may only refuse with a `Fault`; anything else thrown fails the test. */
function orFault(run: () => void): Fault | null {
  try {
    run()
    return null
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}

test('the 21 names of the seed are all writable, and each only under its own meaning', () => {
  const names =
    'assigned_to, city, company_id, country, email, facebook_url, first_name, gender, google_url, gravatar_url, last_name, linkedin_url, notifications, phone_number, region, score, status, timezone, twitter_url, unsubscribed, user_id'.split(
      ', ',
    )
  assert.equal(names.length, 21)
  for (const name of names) {
    const field = fields.get(name)
    assert.ok(field && field.kind !== 'read-only', name)
  }
  const attributes = [...fields.values()].flatMap((field) =>
    field.kind === 'attribute' ? [field.attribute] : [],
  )
  assert.equal(new Set(attributes).size, attributes.length)
  for (const name of attributes) assert.ok(name in standardAttributes, name)
})

test('every field that is shown comes back from the object as it was written', () => {
  const written: JsonObject = {
    city: 'a',
    country: 'b',
    email: 'a@example.org',
    facebook_url: 'c',
    gender: 'female',
    google_url: 'd',
    gravatar_url: 'e',
    linkedin_url: 'f',
    notifications: false,
    phone_number: '1',
    region: 'g',
    score: 3,
    status: 'user',
    timezone: 'h',
    twitter_url: 'i',
    unsubscribed: true,
    assigned_to: 4,
  }
  const object = show(profile(asked(written).changes.set))
  for (const name of Object.keys(written)) assert.equal(object[name], written[name], name)
  // Sent back as a whole, it changes nothing and is refused nowhere.
  const again = asked(object)
  assert.deepEqual(again.changes.set, asked(written).changes.set)
  assert.equal(again.changes.unknown, undefined)
})

test('the keys of the user object stand in the recorded order', () => {
  const first =
    'id key name email gender status phone_number first_seen last_seen page_views last_ip timezone city region country unsubscribed browser_language score browser os_type resolution created_at updated_at companies attributes gravatar_url lists tags notifications facebook_url linkedin_url twitter_url google_url last_contacted user_id assigned_to web_push_subscription'
  assert.equal(keysAsSent(show(profile({}))), first)
  const second = first
    .replace(' key ', ' user_key ')
    .replace(' user_id ', ' custom_id ')
    .replace(' attributes ', ' ')
  assert.equal(keysAsSent(show(profile({ plan: 1 }), 2)), `${second} plan`)
})

function keysAsSent(user: JsonObject): string {
  return Object.keys(JSON.parse(JSON.stringify(user)) as JsonObject).join(' ')
}

test('times have six digits, also when the fraction is zero', () => {
  const shown = show(profile({}))
  assert.equal(shown.created_at, '2026-01-02T03:04:05.006000Z')
  assert.equal(shown.updated_at, '2026-01-02T03:04:05.000000Z')
})

test('a stored value that a column cannot express shows the default', () => {
  const shown = show(
    profile({
      email: true,
      gender: 'x',
      status: 5,
      score: 'high',
      unsubscribed_email: 'yes',
      notifications: 0,
      assigned_to: 1.5,
      phone: ['1'],
      city: 12,
      name: 4,
    }),
  )
  assert.equal(shown.email, null)
  assert.equal(shown.gender, 'unknown')
  assert.equal(shown.status, 'visitor')
  assert.equal(shown.score, 0)
  assert.equal(shown.unsubscribed, false)
  assert.equal(shown.notifications, true)
  assert.equal(shown.assigned_to, null)
  assert.equal(shown.phone_number, null)
  assert.equal(shown.city, '12')
  assert.equal(shown.name, null)
})

test('attributes of other dialects that this vendor has no column for are shown as custom ones', () => {
  const shown = show(profile({ language: 'pl', name_infix: 'van', landline_phone: '1' }))
  assert.ok(Array.isArray(shown.attributes))
  assert.deepEqual(
    shown.attributes.map((one) => (one as JsonObject).name),
    ['language', 'name_infix', 'landline_phone'],
  )
  for (const name of ['name', 'first_name', 'phone', 'avatar_url', 'unsubscribed_email']) {
    assert.ok(ownAttributes.has(name), name)
  }
})

test('of two custom attributes with one slug, version 2 shows the one set last', () => {
  const one = profile({ 'Plan A': 'old', plan_a: 'new' })
  assert.equal(show(one, 2).plan_a, 'new')
  const [older] = Object.values(one.provenance)
  if (older) older.at = 2
  assert.equal(show(one, 2).plan_a, 'old')
})

test('a custom attribute cannot reach the prototype of the object by its slug', () => {
  const shown = show(profile({ __Proto__: { polluted: true }, constructor: 'c' }), 2)
  assert.equal(Object.getPrototypeOf(shown), Object.prototype)
  assert.equal(shown.polluted, undefined)
  assert.equal(shown.constructor, 'c')
})

test('a user brought along from the vendor keeps its id and key', () => {
  const one = profile(
    {},
    {
      identifiers: [
        { kind: 'usercom.id', value: '99' },
        { kind: 'usercom.key', value: 'AbCdEfGh1234' },
      ],
    },
  )
  assert.equal(show(one).id, 99)
  assert.equal(show(one).key, 'AbCdEfGh1234')
})

test('look-ups by id and key try what the vendor handed out first', () => {
  const byId = (id: string) => firstAsk('/users/:id', { params: { id } })
  const keys = (...found: Key[]) => ({ profiles: { keys: found } })
  const profileId = (id: number) => ({ profile: id as ProfileId, spelled: true as const })
  const vendorId = (value: string) => ({ identifier: { kind: 'usercom.id', value } })
  assert.deepEqual(byId('0077'), keys(vendorId('77'), profileId(77)))
  assert.deepEqual(byId('281474976710656'), keys(vendorId('281474976710656')))
  const key = userKey(5577 as ProfileId, workspace.idKey)
  const vendorKey = { identifier: { kind: 'usercom.key', value: key } }
  const asked = firstAsk('/users/search', { query: `key=${key}` })
  assert.deepEqual(asked, keys(vendorKey, profileId(5577)))
})

test('a phone search tries both readings of a plus', () => {
  assert.deepEqual(firstAsk('/users/search', { query: 'phone_number=+48+1' }), {
    profiles: { phones: [' 48 1', '+48+1'], limit: 1 },
  })
})

test('pages of a phone search link to each other from the address the client used', () => {
  const found = Array.from({ length: 250 }, (_, at) => profile({}, { id: (at + 1) as ProfileId }))
  const ask = (query: string) =>
    call(
      '/users/search',
      {
        query,
        path: '/api/public/users/search',
        headers: { accept: '*/*; version=2' },
        baseUrl: 'https://roster.example',
      },
      (asked) => ('profiles' in asked ? found : []),
    )
  const start = 'https://roster.example/api/public/users/search/?phone_number=%2B48&page='
  const pages = [
    'phone_number=%2B48',
    'phone_number=%2B48&page=2',
    'phone_number=%2B48&page=3/',
  ].map((query) => ask(query).body as JsonObject)
  assert.deepEqual(
    pages.map(({ count, next, previous }) => [count, next, previous]),
    [
      [250, `${start}2`, null],
      [250, `${start}3`, `${start}1`],
      [250, null, `${start}2`],
    ],
  )
  assert.deepEqual(
    pages.map(({ results }) => (results as JsonValue[]).length),
    [100, 100, 50],
  )
  for (const page of ['0', '4', 'x', '-1', '']) {
    assert.equal(ask(`phone_number=+48&page=${page}`).status, 404, page)
  }
})

test('keys are 12 lower-case letters and digits, differ, and lead back to their profile only', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 48 - 1 }), (number) => {
      const id = number as ProfileId
      const key = userKey(id, workspace.idKey)
      assert.match(key, /^[0-9a-z]{12}$/)
      assert.equal(profileIdOfKey(key, workspace.idKey), id)
      assert.equal(
        profileIdOfKey(key.toUpperCase(), workspace.idKey),
        /[a-z]/.test(key) ? undefined : id,
      )
      assert.equal(profileIdOfKey(`${key}0`, workspace.idKey), undefined)
    }),
  )
  const keys = new Set(
    Array.from({ length: 5_000 }, (_, at) => userKey((at + 1) as ProfileId, workspace.idKey)),
  )
  assert.equal(keys.size, 5_000)
  assert.notEqual(
    userKey(1 as ProfileId, workspace.idKey),
    userKey(1 as ProfileId, 'ffeeddccbbaa99887766554433221100'),
  )
})

test('text that is no key of ours leads to nobody', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const id = profileIdOfKey(text, workspace.idKey)
      return id === undefined || userKey(id, workspace.idKey) === text
    }),
  )
  assert.equal(profileIdOfKey('zzzzzzzzzzzz', workspace.idKey), undefined)
  assert.equal(profileIdOfKey('000000000000', workspace.idKey), undefined)
})

test('display names stand for the writable standard fields and for nothing else', () => {
  const same = [
    ['First name', 'first_name'],
    ['LAST  NAME', 'last_name'],
    ['E-mail', undefined],
    ['Email', 'email'],
    [' User ID ', 'user_id'],
    ['Company ID', 'company_id'],
    ['Created at', undefined],
    ['Tags', undefined],
    ['firstName', undefined],
    ['Custom ID', undefined],
  ] as const
  for (const [name, field] of same) {
    assert.equal(fieldByDisplayName(name), field && fields.get(field), name)
  }
})

test('a slug is lower case, with one underscore for each run of other characters', () => {
  assert.equal(slug('Verified Member'), 'verified_member')
  assert.equal(slug(' Płeć / dziecka! '), 'płeć_dziecka_')
  assert.equal(slug('plan_a'), 'plan_a')
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => slug(slug(name)) === slug(name)))
})

test('addresses are told from other text', () => {
  for (const good of [
    'a@example.org',
    'a+b@example.org',
    "o'neil@sub.example.co.uk",
    'x@localhost',
    'ł@żółw.pl',
    'a@b@example.org'.replace('@b', ''),
  ]) {
    assert.ok(isEmail(good), good)
  }
  for (const bad of [
    '',
    '@',
    'a',
    'a@',
    '@b.pl',
    'a@b',
    'a b@c.pl',
    'a@b c.pl',
    'a@b@c.pl',
    'a@-b.pl',
    'a@b-.pl',
    'a@b..pl',
    'a@.pl',
    'a@b.pl.',
    `${'a'.repeat(65)}@b.pl`,
    `a@${'b'.repeat(64)}.pl`,
    'a\u0007@b.pl',
  ]) {
    assert.ok(!isEmail(bad), bad)
  }
})

test('any body gives a command or a fault of fields, also straight from a form', () => {
  const names = fc.oneof(fc.constantFrom(...fields.keys(), 'First name', 'plan'), fc.string())
  const body = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(names, fc.oneof(fc.jsonValue(), fc.constantFrom('', null, '1', 'true', 2))),
  )
  fc.assert(
    fc.property(body, fc.constantFrom(undefined, '*/*; version=2'), (value, accept) => {
      const headers = accept === undefined ? {} : { accept }
      const json = JSON.parse(JSON.stringify(value)) as JsonValue
      const fault = orFault(() => {
        assertAcceptable(json)
        const { changes } = asked(json, { headers })
        for (const name of changes.unknown ?? []) {
          assert.ok(Object.hasOwn(changes.set, name))
        }
        assert.ok(!Object.hasOwn(changes.set, 'user_id'))
      })
      if (fault) assert.equal(usercom.renderError(fault, head()).status, 400)
    }),
    { numRuns: 500 },
  )
})

test('any text gives JSON or a fault, whatever its content type', () => {
  const types = fc.constantFrom(
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
    undefined,
  )
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.json(),
    fc.webQueryParameters(),
    fc.stringMatching(/^[a-z_%&=+"{}[\]:,]{0,40}$/),
  )
  fc.assert(
    fc.property(text, types, (body, type) => {
      const headers = type === undefined ? {} : { 'content-type': type }
      const fault = orFault(() => void usercom.parseBody(body, head(headers)))
      if (fault) assert.ok([400, 415].includes(usercom.renderError(fault, head()).status))
    }),
    { numRuns: 500 },
  )
})

test('JSON and the same body as a form are one command', () => {
  const values = fc.record({
    user_id: fc.stringMatching(/^[a-zA-Z0-9@+ =.-]{1,20}$/),
    first_name: fc.stringMatching(/^[\p{L} ]{1,20}$/u),
    city: fc.string({ maxLength: 20, unit: 'grapheme' }).filter((text) => text.isWellFormed()),
  })
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const labelled = { 'content-type': 'application/json' }
  fc.assert(
    fc.property(values, (body) => {
      const text = new URLSearchParams(body).toString()
      const expected = JSON.stringify(asked(body))
      const strip = (value: JsonValue | undefined) => JSON.stringify(asked(value))
      assert.equal(strip(usercom.parseBody(text, head(form))), expected)
      assert.equal(strip(usercom.parseBody(text, head(labelled))), expected)
      assert.equal(strip(usercom.parseBody(JSON.stringify(body), head(labelled))), expected)
    }),
  )
})

test('a long body that is neither JSON nor a form is refused at once', () => {
  const start = performance.now()
  for (const body of ['a=b&'.repeat(250_000), `${'a'.repeat(1_000_000)}{`, '&='.repeat(500_000)]) {
    const fault = orFault(
      () => void usercom.parseBody(body, head({ 'content-type': 'application/json' })),
    )
    assert.ok(fault, body.slice(0, 10))
  }
  assert.ok(performance.now() - start < 1_000)
})

test('a JSON fault tells the place and never quotes the body', () => {
  const fault = orFault(() => {
    usercom.parseBody('{\n"email": "a@b.pl" "x"}', head({ 'content-type': 'application/json' }))
  })
  assert.match(
    fault?.message ?? '',
    /^JSON parse error - not valid at line 2 column \d+ \(char \d+\)\.$/,
  )
  const short = orFault(() => {
    usercom.parseBody('secret', head({ 'content-type': 'application/json' }))
  })
  assert.doesNotMatch(short?.message ?? '', /secret/)
})

test('every fault has an answer in the vendor’s form', () => {
  for (const code of Object.keys(faultTable) as FaultCode[]) {
    const response = usercom.renderError(new Fault(code), head())
    assert.ok(response.status >= 400, code)
    if (code === 'unknown_route') {
      assert.equal(response.headers?.['content-type'], 'text/html; charset=utf-8')
    } else {
      const names = Object.keys(response.body as JsonObject).join()
      assert.equal(
        names,
        code === 'invalid_field' || code === 'conflict' ? 'errors' : 'detail',
        code,
      )
    }
  }
})

test('overload and rate limits say when to come back, in whole seconds', () => {
  const throttled = new Fault('too_many_requests', { retryAfterSeconds: 6.2 })
  assert.deepEqual(usercom.renderError(throttled, head()), {
    status: 429,
    headers: { 'retry-after': '7' },
    body: { detail: 'Request was throttled. Expected available in 7 seconds.' },
  })
  const busy = usercom.renderError(new Fault('unavailable'), head())
  assert.equal(busy.status, 503)
  assert.equal(busy.headers?.['retry-after'], '1')
})

test('several faults of one field are listed together, whatever the field is called', () => {
  const fields = [
    { field: 'tags', message: 'One.' },
    { field: 'tags', message: 'Two.' },
    { field: '__proto__', message: 'is not allowed as a name.' },
    { field: '', message: 'No data provided' },
  ]
  const { body } = usercom.renderError(new Fault('invalid_field', { fields }), head())
  assert.equal(
    JSON.stringify(body),
    '{"errors":{"tags":["One.","Two."],"__proto__":["This field is not allowed as a name."],"non_field_errors":["No data provided"]}}',
  )
})

test('a wrong method lists those of the fixed path, not of a pattern that fits it too', () => {
  const fault = new Fault('method_not_allowed', { allow: ['POST', 'GET'] })
  const allow = (path: string) => usercom.renderError(fault, head({}, { path, method: 'DELETE' }))
  assert.equal(allow('/api/public/users/update_or_create').headers?.allow, 'POST, OPTIONS')
  assert.equal(allow('/api/public//users/search//').headers?.allow, 'GET, HEAD, OPTIONS')
  const whole = 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS'
  assert.equal(allow('/api/public/users/12/').headers?.allow, whole)
  assert.equal(allow('/api/public/users-by-id/x/').headers?.allow, whole)
  assert.equal(allow('/api/public/users/').headers?.allow, 'GET, POST, HEAD, OPTIONS')
  assert.equal(allow('/api/public/users/abc/').status, 404)
})

test('a token is 64 letters and digits, and is read back from the header', () => {
  const { publicPart, secret, shown } = usercom.tokens.make(randomBytes)
  assert.match(shown.token ?? '', /^[0-9A-Za-z]{64}$/)
  assert.equal(`${publicPart}${secret}`, shown.token)
  assert.equal(publicPart.length, 16)
  const authorization = `Token ${shown.token}`
  assert.deepEqual(usercom.credentials(head({ authorization })), { publicPart, secret })
})

test('any Authorization header gives credentials or a fault of credentials', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `Token ${text}`),
      ),
      (authorization) => {
        const fault = orFault(() => void usercom.credentials(head({ authorization })))
        if (!fault) return
        const { status, headers } = usercom.renderError(fault, head())
        assert.equal(status, 401)
        assert.equal(headers?.['www-authenticate'], 'Token')
      },
    ),
  )
})

test('any query gives a question or a fault', () => {
  const query = fc.oneof(
    fc.webQueryParameters(),
    fc.string().map((text) => `email=${text}`),
  )
  fc.assert(
    fc.property(query, (text) => {
      const nobody = (ask: Ask) =>
        'profilePage' in ask ? { profiles: [], next: null, total: 0 } : []
      const fault = orFault(() => void call('/users/search', { query: text }, nobody))
      if (fault) assert.equal(usercom.renderError(fault, head()).status, 400)
    }),
  )
})
