import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Applied, WriteIntent } from '../../core/command.ts'
import type { DialectRequest, Endpoint, RequestHead, WriteEndpoint } from '../../core/dialect.ts'
import { Fault, type FaultCode, faultTable } from '../../core/errors.ts'
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { assertAcceptable } from '../../core/normalise.ts'
import type { EventId, Profile, ProfileId, WorkspaceId } from '../../core/profile.ts'
import { defaultSettings, type Workspace } from '../../core/workspace.ts'
import { channeltalk } from './dialect.ts'
import { renderError } from './errors.ts'
import { attributeForField, besideProfile, fieldForAttribute, profileFields } from './fields.ts'
import { createPhoneNumbers } from './phone-numbers.ts'
import { canReceiveMail, renderUser } from './render-user.ts'
import { createUserIds } from './user-ids.ts'

const workspace: Workspace = {
  id: 7 as WorkspaceId,
  name: 'default',
  settings: defaultSettings,
  idKey: '00112233445566778899aabbccddeeff',
  createdAt: 1_700_000_000_000,
}

const someUser = '0000000065536f00f00d'

test('every profile key comes back as it was spelt, and no two share an attribute', () => {
  const prefixed = fc
    .tuple(fc.nat(3), fc.constantFrom(...standing()))
    .map(([times, name]) => 'profile.'.repeat(times) + name)
  const field = fc.oneof(fc.string(), prefixed)
  fc.assert(
    fc.property(field, field, (a, b) => {
      assert.equal(fieldForAttribute(attributeForField(a)), a)
      if (a !== b) assert.notEqual(attributeForField(a), attributeForField(b))
    }),
  )
})

test('no profile key reaches what stands beside the profile', () => {
  for (const attribute of besideProfile) {
    assert.equal(fieldForAttribute(attribute), null)
    assert.notEqual(attributeForField(attribute), attribute)
  }
})

test('a user id holds the second of creation and leads back to its profile', () => {
  const ids = createUserIds()
  const profileId = fc.integer({ min: 1, max: 2 ** 48 - 1 })
  const createdAt = fc.integer({ min: 0, max: 4_000_000_000_000 })
  fc.assert(
    fc.property(profileId, createdAt, hexKey(), (id, at, idKey) => {
      const here = { ...workspace, idKey }
      const shown = ids.show(profile({ id: id as ProfileId, createdAt: at }), here)
      assert.match(shown, /^[0-9a-f]{20}$/)
      const second = Math.floor(at / 1000)
      assert.equal(Number.parseInt(shown.slice(0, 8), 16), second)
      assert.deepEqual(ids.keys(shown, here), [
        { identifier: { kind: 'channeltalk.id', value: shown } },
        { profile: id, createdSecond: second, spelled: true },
      ])
    }),
  )
})

test('ids do not count up, and another workspace reads them as other profiles', () => {
  const ids = createUserIds()
  const other = { ...workspace, idKey: 'ffeeddccbbaa99887766554433221100' }
  const [one, two] = [1, 2].map((id) => ids.show(profile({ id: id as ProfileId }), workspace))
  assert.ok(one && two)
  const distance = Number.parseInt(one.slice(8), 16) - Number.parseInt(two.slice(8), 16)
  assert.ok(Math.abs(distance) > 1_000)
  assert.notDeepEqual(ids.keys(one, workspace)[1], ids.keys(one, other)[1])
})

test('an id brought along from the vendor is shown in place of the derived one', () => {
  const identifiers = [{ kind: 'channeltalk.id', value: '5ec3a01fe2b3f4d2cbc5' }]
  assert.equal(createUserIds().show(profile({ identifiers }), workspace), '5ec3a01fe2b3f4d2cbc5')
})

test('text that is no user id asks for nobody', () => {
  const ids = createUserIds()
  for (const text of ['', '1', 'g'.repeat(20), '5EC3A01FE2B3F4D2CBC5', `${someUser}0`]) {
    assert.deepEqual(ids.keys(text, workspace), [])
  }
})

test('any text is read as a number or not, never an error, and a reading repeats', () => {
  const phones = createPhoneNumbers()
  const region = fc.constantFrom(null, 'KR', 'US', 'XX', '')
  const digits = fc.stringMatching(/^\+?[0-9 ().-]{0,20}$/)
  fc.assert(
    fc.property(fc.oneof(fc.string(), digits), region, (text, where) => {
      const reading = phones.read(text, where)
      assert.deepEqual(phones.read(text, where), reading)
      if (reading.e164 === null) return
      assert.match(reading.e164, /^\+[0-9]{4,15}$/)
      assert.equal(phones.read(reading.e164, null).e164, reading.e164)
    }),
  )
})

test('a national number is one in its region only', () => {
  const phones = createPhoneNumbers()
  assert.equal(phones.read('01012345678', 'KR').e164, '+821012345678')
  assert.equal(phones.read('01012345678', null).e164, null)
  assert.equal(phones.read('01012345678', 'XX').e164, null)
  assert.equal(phones.read('0612345678', 'NL').e164, '+31612345678')
})

test('very long text costs no time as a number or an address', () => {
  const phones = createPhoneNumbers()
  const startedAt = performance.now()
  for (const part of ['1', '+', ' ', '.', '@', 'a@', 'a.']) {
    phones.read(part.repeat(60_000), 'KR')
    canReceiveMail(part.repeat(60_000))
  }
  assert.ok(performance.now() - startedAt < 1_000)
})

test('an address is qualified by its form', () => {
  for (const good of ['a@b.c', 'g.chanel+x@mail.example.com', "o'neil@example.ie", '가@예시.kr']) {
    assert.equal(canReceiveMail(good), true, good)
  }
  const bad = ['', '@', 'a', 'a@', '@b.c', 'a@b', 'a@.c', 'a@b.', 'a@b..c', 'a@b@c.d', 'a b@c.d']
  for (const address of [...bad, '<a@b.c>', 'a@b.c,d@e.f', `${'x'.repeat(65)}@b.c`]) {
    assert.equal(canReceiveMail(address), false, address)
  }
})

test('any body on any write is read or refused with a fault', () => {
  const name = fc.oneof(
    fc.constantFrom('profile', 'profileOnce', 'tags', 'unsubscribeEmail', 'blocked', 'language'),
    fc.string(),
  )
  const body = fc.oneof(fc.jsonValue(), fc.dictionary(name, fc.jsonValue()))
  const call = fc.constantFrom(...writes())
  fc.assert(
    fc.property(call, body, (endpoint, value) => {
      onlyFaults(() => command(endpoint, JSON.parse(JSON.stringify(value))))
    }),
  )
})

test('any text in any content type is parsed or refused with a fault', () => {
  const type = fc.constantFrom(
    undefined,
    '',
    'application/json',
    'application/json;charset=UTF-8',
    'application/x-www-form-urlencoded',
    'text/plain',
    ';',
  )
  const text = fc.oneof(fc.string(), fc.json(), fc.webQueryParameters())
  fc.assert(
    fc.property(
      text,
      type,
      fc.constantFrom('POST', 'PUT', 'PATCH'),
      (body, contentType, method) => {
        const headers = contentType === undefined ? {} : { 'content-type': contentType }
        onlyFaults(() => channeltalk.parseBody(body, { ...head(), method, headers }))
      },
    ),
  )
})

test('a profile comes back from an upsert as it was sent, less nulls, and nothing is null', () => {
  const key = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom(...standing()))
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.string())
  fc.assert(
    fc.property(fc.dictionary(key, value), (dictionary) => {
      const sent = JSON.parse(JSON.stringify(dictionary)) as JsonObject
      if (!acceptable(sent)) return
      const { set } = command(upsert(), { profile: sent }).changes
      const user = renderUser(profile({ attributes: withoutNulls(set) }), workspace, view())
      const expected = withoutNulls(sent)
      if (typeof expected.empty === 'boolean') delete expected.empty
      const shown = user.profile as JsonObject
      // Numbers are put in order and names composed; both have cases of their own.
      for (const field of ['mobileNumber', 'landlineNumber', 'name']) {
        delete shown[field]
        delete expected[field]
      }
      assert.deepEqual(plain(shown), plain(expected))
      for (const part of Object.values(user)) assert.notEqual(part, null)
    }),
  )
})

test('any stored profile can be shown, whatever other dialects put into it', () => {
  const name = fc.oneof(fc.string(), fc.constantFrom(...standing()))
  const attributes = fc.dictionary(name, fc.jsonValue())
  fc.assert(
    fc.property(attributes, fc.array(fc.string()), (values, tags) => {
      const stored = withoutNulls(JSON.parse(JSON.stringify(values)))
      const user = renderUser(profile({ attributes: stored, tags }), workspace, view())
      for (const mirror of ['name', 'email', 'mobileNumber', 'avatarUrl', 'language', 'city']) {
        if (user[mirror] !== undefined) assert.equal(typeof user[mirror], 'string', mirror)
      }
      assert.equal(typeof user.blocked, 'boolean')
      assert.equal(user.tags !== undefined, tags.length > 0)
      assert.ok(isObject(user.profile))
    }),
  )
})

test('the spelling of the vendor, stored by another dialect, gives way to what it means', () => {
  for (const attributes of [
    { firstName: 'raw', first_name: 'Gabrielle' },
    { first_name: 'Gabrielle', firstName: 'raw' },
  ]) {
    const user = renderUser(profile({ attributes }), workspace, view())
    assert.deepEqual(user.profile, { firstName: 'Gabrielle', name: 'Gabrielle' })
  }
  const user = renderUser(profile({ attributes: { firstName: 'raw' } }), workspace, view())
  assert.deepEqual(user.profile, { firstName: 'raw' })
})

test('the names of free keys are told where the workspace asks for them', () => {
  const body = { profile: { plan: 'a', name: 'G', mobileNumber: '1', recentPurchaseCount: 1 } }
  const asked = { ...workspace, settings: { ...defaultSettings, unknownKeys: 'ignore' as const } }
  assert.deepEqual(command(upsert(), body, asked).changes.unknown, ['plan'])
  assert.equal(command(upsert(), body).changes.unknown, undefined)
})

test('every refusal is a JSON object with at least one message', () => {
  for (const code of Object.keys(faultTable) as FaultCode[]) {
    const fields = [
      { field: '', message: 'One.' },
      { field: 'user_id', message: 'Two.' },
    ]
    for (const fault of [new Fault(code), new Fault(code, { fields, retryAfterSeconds: 3 })]) {
      const { status, headers, body } = renderError(fault, head())
      assert.equal(status, faultTable[code].status)
      assert.equal(headers?.['retry-after'], fault.retryAfterSeconds && '3')
      assert.ok(isObject(body) && Array.isArray(body.errors))
      assert.deepEqual(Object.keys(body), ['type', 'status', 'errors', 'language', 'message'])
      assert.match(String(body.type), /^[a-zA-Z]+$/)
      assert.equal(body.errors.length, Math.max(1, fault.fields.length))
      if (fault.fields.length > 0) {
        assert.deepEqual(body.errors[1], { message: 'memberId: Two.', field: 'memberId' })
      }
    }
  }
})

test('a path allows only what its kind of id has', () => {
  const allow = ['GET', 'PATCH', 'PUT']
  const at = (path: string) =>
    renderError(new Fault('method_not_allowed', { allow }), { ...head(), path }).headers?.allow
  assert.equal(at('/open/v5/users/5ec3a01fe2b3f4d2cbc5'), 'GET, PATCH')
  assert.equal(at('/open/v5/users/@m1'), 'GET, PUT')
  assert.equal(at('/open/v5//users//%40m1/'), 'GET, PUT')
  assert.equal(at('/open/v5/users/@'), 'GET, PUT')
  assert.equal(at('/open/v5/users/'), 'GET, PATCH, PUT')
})

test('a token is a key of 20 and a secret of 32 hex digits, and the call shows both', () => {
  const { publicPart, secret, shown } = channeltalk.tokens.make(randomBytes)
  assert.match(publicPart, /^[0-9a-f]{20}$/)
  assert.match(secret, /^[0-9a-f]{32}$/)
  assert.deepEqual(shown, { accessKey: publicPart, accessSecret: secret })
  const headers = { 'x-access-key': publicPart, 'x-access-secret': secret }
  assert.deepEqual(channeltalk.credentials({ ...head(), headers }), { publicPart, secret })
})

test('the sample is one shell command that makes a user and updates it', () => {
  const [sample] = channeltalk.samples('http://127.0.0.1:7678', {
    accessKey: 'a'.repeat(20),
    accessSecret: 'b'.repeat(32),
  })
  assert.ok(sample)
  const folder = mkdtempSync(join(tmpdir(), 'roster-sample-'))
  try {
    // Answers the call that makes the user, and shows what the other was asked for.
    const body = { user: { id: someUser, channelId: '1', profile: { id: 'x' } } }
    const script = `#!/bin/sh
case "$*" in
  *" PUT "*) printf '%s' '${JSON.stringify(body)}' ;;
  *) for part in "$@"; do printf '%s\\n' "$part"; done ;;
esac
`
    writeFileSync(join(folder, 'curl'), script)
    chmodSync(join(folder, 'curl'), 0o755)
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` }
    const shown = execFileSync('sh', ['-c', sample.command], { env, encoding: 'utf8' })
    const parts = shown.trimEnd().split('\n')
    assert.deepEqual(parts.slice(0, 3), [
      '-X',
      'PATCH',
      `http://127.0.0.1:7678/open/v5/users/${someUser}`,
    ])
    const sent = JSON.parse(parts.at(-1) ?? '')
    assert.deepEqual(sent.tags, ['tag1', 'tag2'])
    assert.ok(!sample.command.includes('\n'))
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** Attribute names and profile keys that mean something, in every spelling. */
function standing(): string[] {
  return [...profileFields.flat(), ...besideProfile, 'language', 'country', 'empty', 'constructor']
}

function profile(part: Partial<Profile>): Profile {
  const attributes = part.attributes ?? {}
  const provenance: Profile['provenance'] = {}
  for (const name of Object.keys(attributes)) {
    provenance[name] = { at: 1, event: 1 as EventId, source: 'copernica' }
  }
  return {
    id: 1 as ProfileId,
    version: 1,
    attributes,
    provenance,
    tags: [],
    identifiers: [],
    createdAt: 1_700_000_000_000,
    updatedAt: 1_700_000_000_000,
    removedAt: null,
    lastEvent: null,
    ...part,
  }
}

function view() {
  return { ids: createUserIds(), phones: createPhoneNumbers() }
}

function head(): RequestHead {
  return {
    method: 'PATCH',
    path: `/open/v5/users/${someUser}`,
    query: '',
    headers: {},
    baseUrl: 'http://127.0.0.1',
  }
}

/** Those that look at a body. */
function writes(): WriteEndpoint[] {
  return channeltalk.endpoints
    .filter((e: Endpoint): e is WriteEndpoint => 'toCommand' in e)
    .filter(({ method, path }) => /^\/users(\/:userId)?$/.test(path) && method !== 'DELETE')
}

function upsert(): WriteEndpoint {
  const found = writes().find((endpoint) => endpoint.method === 'PUT')
  assert.ok(found)
  return found
}

/** What the shell does with a body, then what the answer would be if all of it were stored. */
function command(endpoint: WriteEndpoint, body: JsonValue, where = workspace): WriteIntent {
  assertAcceptable(body)
  const userId = endpoint.method === 'PUT' ? '@m1' : someUser
  const request: DialectRequest = { ...head(), params: { userId }, body, workspace: where, now: 1 }
  const made = endpoint.toCommand(request)
  assert.equal(made.kind, 'write-profile')
  const attributes = withoutNulls({ ...made.changes.setOnce, ...made.changes.set })
  const applied: Applied = { events: [], foundBy: 'key', profile: profile({ attributes }) }
  const answer = endpoint.toResponse(applied, request, { nameId: () => 1 })
  assert.equal(answer.status, 200)
  JSON.stringify(answer.body)
  return made
}

function onlyFaults(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
  }
}

function acceptable(body: JsonValue): boolean {
  try {
    assertAcceptable({ profile: body })
    return true
  } catch {
    return false
  }
}

function withoutNulls(record: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null))
}

/** Without prototypes and the order of keys. */
function plain(record: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(record))
}

function hexKey() {
  return fc.stringMatching(/^[0-9a-f]{32}$/)
}
