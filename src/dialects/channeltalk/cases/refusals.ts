import type { CaseRequest, DialectCase } from '../../../core/dialect-case.ts'
import type { JsonValue } from '../../../core/json.ts'
import { get, member, ok, patch, patchText, post, put, refused } from './expected.ts'

const key = '0123456789abcdef0123'
const nobody = '5ec3a01fe2b3f4d2cbc5'
const secret = '0123456789abcdef0123456789abcdef'

/** What is refused, in the vendor's form, with nothing stored. */
export const refusalCases: DialectCase[] = [
  ...credentials([
    ['without keys', { 'x-access-key': null, 'x-access-secret': null }, 'missingCredentials'],
    ['without a secret', { 'x-access-secret': null }, 'missingCredentials'],
    ['without a key', { 'x-access-key': null }, 'missingCredentials'],
    ['with an empty key', { 'x-access-key': '' }, 'missingCredentials'],
    ['with an empty secret', { 'x-access-secret': '' }, 'missingCredentials'],
    ['with an unknown key', { 'x-access-key': key }, 'invalidCredentials'],
    ['with a wrong secret', { 'x-access-secret': secret }, 'invalidCredentials'],
    ['with a key of another shape', { 'x-access-key': 'my-key' }, 'malformedCredentials'],
    ['with a secret of another shape', { 'x-access-secret': 'x' }, 'malformedCredentials'],
    [
      'with a bearer token in place of the keys',
      { 'x-access-key': null, 'x-access-secret': null, authorization: 'Bearer {{accessSecret}}' },
      'missingCredentials',
    ],
  ]),
  {
    name: 'an upsert without keys is 401 and creates nobody',
    request: { ...put({}), headers: { 'x-access-key': null } },
    response: refused(401, 'missingCredentials'),
    events: [],
  },
  ...routes([
    ['GET', '/users', 405, 'POST', 'reading all users'],
    ['PUT', '/users', 405, 'POST', 'an upsert without an id'],
    ['DELETE', '/channel', 405, 'GET', 'deleting the channel'],
    ['PUT', `/users/${nobody}`, 405, 'GET, PATCH, DELETE', 'an upsert by user id'],
    ['POST', `/users/${nobody}`, 405, 'GET, PATCH, DELETE', 'a creation by user id'],
    ['PATCH', '/users/@m1', 405, 'GET, PUT, DELETE', 'an update by member id'],
    ['PATCH', '/users/%40m1', 405, 'GET, PUT, DELETE', 'an update by encoded member id'],
    ['POST', '/users/@m1', 405, 'GET, PUT, DELETE', 'a creation by member id'],
    ['GET', `/users/${nobody}/block`, 405, 'POST, DELETE', 'asking whether a user is blocked'],
    ['POST', '/users/@m1/block', 404, null, 'blocking by member id'],
    ['GET', '/users/@m1/block', 404, null, 'asking whether a member is blocked'],
    ['POST', '/users/@m1/touch', 404, null, 'a touch by member id'],
    ['PUT', `/users/${nobody}/session-jwt/issue`, 404, null, 'a session by user id'],
    ['GET', `/users/${nobody}/session-jwt/issue`, 404, null, 'asking for a session by user id'],
    ['GET', '/users/@m1/session-jwt/issue', 405, 'PUT', 'reading a session'],
    ['POST', `/users/${nobody}/messages`, 404, null, 'a message to a user'],
    ['GET', '', 404, null, 'the root of the API'],
    ['GET', '/nothing', 404, null, 'an unknown path'],
    ['GET', '/Users/@m1', 404, null, 'a path in another case'],
    ['GET', '/users/@m1/nothing', 404, null, 'a path below a user'],
  ]),
  {
    name: 'a path that is wrongly encoded is 400',
    request: get('/users/@%E0%A4'),
    response: refused(400, 'malformedPath'),
    events: [],
  },
  {
    name: 'a path with an encoded NUL is 400',
    request: { ...put({}), path: '/open/v5/users/@a%00b' },
    response: refused(400, 'malformedPath'),
    events: [],
  },
  ...unknownUsers([
    ['5ec3a01fe2b3f4d2cbc5', 'the user id of the documentation, which is nobody here'],
    ['00000000000000000000', 'a user id of zeros'],
    ['ffffffffffffffffffff', 'the largest user id'],
    ['5EC3A01FE2B3F4D2CBC5', 'a user id in upper case'],
    ['5ec3a01fe2b3f4d2cbc', 'a user id that is too short'],
    ['5ec3a01fe2b3f4d2cbc55', 'a user id that is too long'],
    ['1', 'a plain number'],
    ['constructor', 'a word of the language'],
    ['x'.repeat(600), 'a very long text'],
  ]),
  ...wrongFields([
    ['profile', 'text', 'profile of text'],
    ['profile', ['a'], 'profile that is a list'],
    ['profile', 1, 'profile that is a number'],
    ['profile', false, 'profile that is false'],
    ['profileOnce', 'text', 'profileOnce of text'],
    ['profileOnce', [], 'profileOnce that is a list'],
    ['profileOnce', true, 'profileOnce that is true'],
    ['unsubscribeEmail', 'true', 'unsubscribeEmail of text'],
    ['unsubscribeEmail', 1, 'unsubscribeEmail that is a number'],
    ['unsubscribeEmail', null, 'unsubscribeEmail of null'],
    ['unsubscribeTexting', 'false', 'unsubscribeTexting of text'],
    ['unsubscribeTexting', {}, 'unsubscribeTexting that is an object'],
    ['blocked', 'yes', 'blocked of text'],
    ['blocked', 0, 'blocked that is a number'],
    ['language', 1, 'language that is a number'],
    ['language', ['ko'], 'language that is a list'],
  ]),
  ...texts([
    ['[]', 422, 'invalidField', undefined, 'a list'],
    ['null', 422, 'invalidField', undefined, 'null'],
    ['"text"', 422, 'invalidField', undefined, 'text'],
    ['7', 422, 'invalidField', undefined, 'a number'],
    ['{"profile":{"plan":"a"}', 400, 'malformedBody', undefined, 'JSON cut short'],
    ["{'profile':{}}", 400, 'malformedBody', undefined, 'JSON with single quotes'],
    ['{"profile":{},}', 400, 'malformedBody', undefined, 'JSON with a comma too many'],
    ['{"profile":{}} x', 400, 'malformedBody', undefined, 'JSON with text behind it'],
    [' ', 400, 'malformedBody', undefined, 'white space'],
    ['{"profile":{"n":NaN}}', 400, 'malformedBody', undefined, 'JSON with NaN'],
    ['profile=1', 400, 'malformedBody', undefined, 'a form under the name of JSON'],
    ['{"profile":{"n":1e400}}', 422, 'invalidField', 'profile', 'a number without end'],
    ['{"profile":{"n":9007199254740993}}', 422, 'invalidField', 'profile', 'an inexact integer'],
    ['{"profile":{"a":"\\u0000"}}', 422, 'invalidField', 'profile', 'a NUL'],
    ['{"profile":{"a":"\\ud800"}}', 422, 'invalidField', 'profile', 'a lone surrogate'],
    ['{"profile":{"\\udfff":1}}', 422, 'invalidField', 'profile', 'a lone surrogate as a key'],
    ['{"tags":["\\ud800"]}', 422, 'invalidField', 'tags', 'a lone surrogate in a tag'],
    ['{"__proto__":{"a":1}}', 422, 'invalidField', '__proto__', 'the name __proto__'],
    ['{"profile":{"__proto__":1}}', 422, 'invalidField', '__proto__', 'the key __proto__'],
    [`{"profile":{"${'k'.repeat(129)}":1}}`, 422, 'invalidField', 'profile', 'a key too long'],
    [`{"profile":{"a":"${'v'.repeat(65_537)}"}}`, 422, 'invalidField', 'profile', 'over-long text'],
    [`{"profile":{"a":${nested(31)}}}`, 400, 'malformedBody', undefined, 'nesting of 33 levels'],
    [`{"profile":{${keys(2_001)}}}`, 400, 'malformedBody', undefined, 'over 2,000 keys'],
    [`{"profile":{"a":"${'v'.repeat(1_100_000)}"}}`, 413, 'bodyTooLarge', undefined, 'over 1 MiB'],
  ]),
  ...contentTypes([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/merge-patch+json',
    'text/json',
    'json',
    null,
  ]),
  {
    name: 'a compressed body is refused, not misread',
    before: [put({})],
    request: patchText('{"profile":{}}', { 'content-encoding': 'gzip' }),
    response: refused(415, 'unsupportedEncoding'),
    events: [],
  },
  {
    name: 'a byte order mark in front of JSON is passed over',
    before: [put({})],
    request: patchText('\ufeff{"profile":{"plan":"a"}}'),
    response: ok(member({ profile: { plan: 'a' }, version: 2 })),
    events: [{ type: 'profile.updated', changed: ['plan'] }],
  },
  ...goodContentTypes(['application/json;charset=UTF-8', 'Application/JSON ; charset=utf-8']),
]

function credentials(
  rows: [what: string, headers: NonNullable<CaseRequest['headers']>, type: string][],
): DialectCase[] {
  return rows.map(([what, headers, type]) => ({
    name: `a call ${what} is 401`,
    request: { ...get('/channel'), headers },
    response: refused(401, type),
    events: [],
  }))
}

function routes(
  rows: [method: string, path: string, status: 404 | 405, allow: string | null, what: string][],
): DialectCase[] {
  return rows.map(([method, path, status, allow, what]) => {
    const type = status === 404 ? 'unknownRoute' : 'methodNotAllowed'
    const response = refused(status, type)
    return {
      name: `${what} (${method}) is ${status}`,
      request: { method, path: `/open/v5${path}` },
      response: { ...response, headers: { ...response.headers, allow: allow && anyOrder(allow) } },
      events: [],
    }
  })
}

/** Methods in any order, and nothing else but what every read also allows. */
function anyOrder(allow: string): RegExp {
  const ahead = allow.split(', ').map((method) => `(?=.*\\b${method}\\b)`)
  return new RegExp(`^${ahead.join('')}(${allow.replaceAll(', ', '|')}|HEAD|OPTIONS|, )+$`)
}

function unknownUsers(rows: [userId: string, what: string][]): DialectCase[] {
  return rows.flatMap(([userId, what]) =>
    ['GET', 'PATCH'].map((method) => ({
      name: `${what} is 404 (${method})`,
      before: [put({})],
      request: {
        method,
        path: `/open/v5/users/${userId}`,
        ...(method === 'PATCH' ? { body: { profile: { plan: 'a' } } } : {}),
      },
      response: refused(404, 'userNotFound', undefined, 'There is no such user.'),
      events: [],
    })),
  )
}

/** Each in an update of a user and in an upsert of somebody new. */
function wrongFields(rows: [field: string, value: JsonValue, what: string][]): DialectCase[] {
  return rows.flatMap(([field, value, what]) => [
    {
      name: `an update with a ${what} is refused by name`,
      before: [put({})],
      request: patch({ profile: { plan: 'lost' }, [field]: value }),
      response: refused(422, 'invalidField', field),
      events: [],
    },
    {
      name: `an upsert with a ${what} is refused by name`,
      request: put({ [field]: value }),
      response: refused(422, 'invalidField', field),
      events: [],
    },
  ])
}

function texts(
  rows: [text: string, status: number, type: string, field: string | undefined, what: string][],
): DialectCase[] {
  return rows.map(([text, status, type, field, what]) => ({
    name: `a body of ${what} is ${status}`,
    before: [post({ profile: {} })],
    request: patchText(text),
    response: refused(status, type, field),
    events: [],
  }))
}

function contentTypes(types: (string | null)[]): DialectCase[] {
  return types.map((type) => ({
    name: `a body of the content type ${type ?? 'left out'} is 415`,
    before: [put({})],
    request: patchText('{"profile":{"plan":"a"}}', { 'content-type': type }),
    response: refused(415, 'unsupportedMediaType'),
    events: [],
  }))
}

function goodContentTypes(types: string[]): DialectCase[] {
  return types.map((type) => ({
    name: `a body of the content type ${type} is read`,
    before: [put({})],
    request: patchText('{"profile":{"plan":"가"}}', { 'content-type': type }),
    response: { status: 200, bodyHolds: { user: { profile: { plan: '가' } } } },
    events: [{ type: 'profile.updated', attributes: { plan: '가' } }],
  }))
}

function nested(levels: number): string {
  return `${'['.repeat(levels)}${']'.repeat(levels)}`
}

function keys(count: number): string {
  return Array.from({ length: count }, (_, n) => `"k${n}":1`).join()
}
