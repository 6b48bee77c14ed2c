import type { CaseRequest, DialectCase } from '../../../core/dialect-case.ts'
import type { JsonValue } from '../../../core/json.ts'
import {
  created,
  createdAnswer,
  detail,
  fieldFaults,
  get,
  recorded,
  upsert,
  upsertForm,
  upsertPath,
} from './requests.ts'

const challenge = { 'www-authenticate': 'Token', 'content-type': 'application/json' }

function unauthorized(text: string): DialectCase['response'] {
  return { status: 401, headers: challenge, body: { detail: text } }
}

const notProvided = unauthorized('Authentication credentials were not provided.')
const invalid = unauthorized('Invalid token.')

const wrongToken = `Token ${'a'.repeat(64)}`
const tokens: [authorization: string | null, response: DialectCase['response']][] = [
  [null, notProvided],
  ['Bearer {{token}}', notProvided],
  ['{{token}}', notProvided],
  ['Token', unauthorized('Invalid token header. No credentials provided.')],
  ['Token ', unauthorized('Invalid token header. No credentials provided.')],
  [
    'Token {{token}} x',
    unauthorized('Invalid token header. Token string should not contain spaces.'),
  ],
  ['Token short', invalid],
  [wrongToken, invalid],
  ['Token {{token}}0', invalid],
  [`Token ${'ä'.repeat(64)}`, invalid],
]

const credentialCases: DialectCase[] = [
  ...tokens.map(
    ([authorization, response]): DialectCase => ({
      name: `Authorization ${JSON.stringify(authorization)?.slice(0, 30)} is refused`,
      request: upsert({ user_id: 'u1' }, { authorization }),
      response,
      events: [],
      ...(authorization === wrongToken && { source: recorded }),
    }),
  ),
  {
    name: 'the scheme may be in any case',
    request: upsert({ user_id: 'u1' }, { authorization: 'TOKEN  {{token}}' }),
    response: createdAnswer,
    events: [created({}, ['user_id'])],
  },
  {
    name: 'a bad token comes before a broken body',
    request: upsert('{', { authorization: 'Token x' }),
    response: invalid,
    events: [],
  },
  {
    name: 'a bad token comes before a wrong method',
    request: { method: 'DELETE', path: upsertPath, headers: { authorization: 'Token x' } },
    response: invalid,
    events: [],
  },
]

const broken: string[] = [
  '{',
  '{"user_id": "u1"',
  '{"user_id": u1}',
  "{'user_id': 'u1'}",
  '{"user_id":"u1",}',
  'u1',
  '"u1',
  '   ',
  'NaN',
  '{"score":Infinity}',
  '{"a"=1}',
  '<a href="x=y">',
]

const notObjects: [body: JsonValue, got: string][] = [
  [[], 'list'],
  [[{ user_id: 'u1' }], 'list'],
  [5, 'int'],
  [1.5, 'float'],
  [true, 'bool'],
]

function nested(depth: number): JsonValue {
  let value: JsonValue = 1
  for (let at = 1; at < depth; at++) value = { a: value }
  return { a: value }
}

const hostile: DialectCase[] = [
  ...broken.map(
    (body): DialectCase => ({
      name: `a broken body (${body}) is refused`,
      request: upsert(body),
      response: {
        status: 400,
        headers: { 'content-type': 'application/json' },
        bodyHolds: { detail: '<text>' },
      },
      events: [],
    }),
  ),
  {
    name: 'a broken body is told with the place, and not quoted',
    request: upsert('{\n "email": secret@example.org}'),
    response: { status: 400, bodyHolds: { detail: '<text>' } },
    events: [],
  },
  ...notObjects.map(
    ([body, got]): DialectCase => ({
      name: `a body that is ${JSON.stringify(body)} is refused`,
      request: upsert(body),
      response: fieldFaults({
        non_field_errors: [`Invalid data. Expected a dictionary, but got ${got}.`],
      }),
      events: [],
    }),
  ),
  {
    name: 'a body that is text in JSON is refused',
    request: upsert('"user_id=u1"'),
    response: fieldFaults({
      non_field_errors: ['Invalid data. Expected a dictionary, but got str.'],
    }),
    events: [],
  },
  {
    name: 'a body that is null is refused',
    request: upsert('null'),
    response: fieldFaults({ non_field_errors: ['No data provided'] }),
    events: [],
  },
  ...['text/plain', 'application/xml', 'multipart/mixed; boundary=x', 'application/jsonx'].map(
    (type): DialectCase => ({
      name: `the content type ${type} is refused`,
      request: upsert('{"user_id":"u1"}', { 'content-type': type }),
      response: detail(415, `Unsupported media type "${type}" in request.`),
      events: [],
    }),
  ),
  {
    name: 'a multipart form is read as any form, as PHP sends its arrays',
    request: multipart(
      field('user_id', 'u1') + field('city', 'Łódź & co') + field('tags', 'a') + field('tags', 'b'),
    ),
    response: createdAnswer,
    events: [created({ city: 'Łódź & co' }, ['user_id', 'city', 'tags'])],
  },
  {
    name: 'a multipart form without fields is an empty one',
    request: multipart(''),
    response: createdAnswer,
    events: [created({}, [])],
  },
  ...[
    ['without a boundary', multipart('', 'multipart/form-data')],
    ['with another boundary', multipart('', 'multipart/form-data; boundary=y')],
    ['of a field without a name', multipart('--x\r\n\r\nu1\r\n')],
    ['with a file', multipart(field('user_id"; filename="a.txt', 'u1'))],
    ['of JSON', upsert('{"user_id":"u1"}', { 'content-type': 'multipart/form-data; boundary=x' })],
  ].map(
    ([what, request]): DialectCase => ({
      name: `a multipart form ${what as string} is refused`,
      request: request as CaseRequest,
      response: { status: 400, bodyHolds: { detail: '<text>' } },
      events: [],
    }),
  ),
  {
    name: 'a body without a content type is refused',
    request: upsert('{"user_id":"u1"}', { 'content-type': null }),
    response: detail(415, 'Unsupported media type "" in request.'),
    events: [],
  },
  {
    name: 'a content type with a charset, in any case, is understood',
    request: upsert('{"user_id":"u1"}', { 'content-type': 'Application/JSON; charset=utf-8' }),
    response: createdAnswer,
    events: [created({}, ['user_id'])],
  },
  {
    name: 'JSON sent as a form is refused instead of being stored as one strange attribute',
    request: upsertForm('{"user_id":"u1"}'),
    response: detail(
      400,
      'The body is JSON but was sent as a form; send content-type: application/json.',
    ),
    events: [],
  },
  {
    name: 'a form that is not validly encoded is refused',
    request: upsertForm('first_name=%E0%A4%A'),
    response: { status: 400, bodyHolds: { detail: '<text>' } },
    events: [],
  },
  {
    name: 'a compressed body is refused',
    request: upsert('{"user_id":"u1"}', { 'content-encoding': 'gzip' }),
    response: { status: 415, bodyHolds: { detail: '<text>' } },
    events: [],
  },
  {
    name: 'a body over the limit is refused',
    request: upsert(`{"note":"${'x'.repeat(1_100_000)}"}`),
    response: { status: 413, bodyHolds: { detail: '<text>' } },
    events: [],
  },
  {
    name: '32 levels are stored',
    request: upsert(nested(32)),
    response: createdAnswer,
    events: [{ type: 'profile.created', changed: ['a'] }],
  },
  {
    name: '33 levels are refused',
    request: upsert(nested(33)),
    response: { status: 400, bodyHolds: { detail: '<text>' } },
    events: [],
  },
  {
    name: 'more than 2,000 keys are refused',
    request: upsert(Object.fromEntries(Array.from({ length: 2_001 }, (_, at) => [`k${at}`, at]))),
    response: { status: 400, bodyHolds: { detail: '<text>' } },
    events: [],
  },
  {
    name: 'more than 2,000 names in a form are refused',
    request: upsertForm(Array.from({ length: 2_001 }, (_, at) => `k${at}=1`).join('&')),
    response: { status: 400, bodyHolds: { detail: '<text>' } },
    events: [],
  },
  {
    name: '__proto__ is refused',
    request: upsert('{"user_id":"u1","__proto__":{"admin":true}}'),
    response: {
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: '{"errors":{"__proto__":["This field is not allowed as a name."]}}',
    },
    events: [],
  },
  {
    name: '__proto__ is refused in a form too',
    request: upsertForm('user_id=u1&%5F_proto__=1'),
    response: {
      status: 400,
      body: '{"errors":{"__proto__":["This field is not allowed as a name."]}}',
    },
    events: [],
  },
  {
    name: '__proto__ is refused as a list in a form',
    request: upsertForm('user_id=u1&__proto__[0]=1'),
    response: {
      status: 400,
      body: '{"errors":{"__proto__":["This field is not allowed as a name."]}}',
    },
    events: [],
  },
  {
    name: 'a byte order mark in front of JSON is passed over',
    request: upsert('\ufeff{"user_id":"u1"}'),
    response: createdAnswer,
    events: [created({}, ['user_id'])],
  },
  {
    name: 'NUL is refused',
    request: upsert('{"city":"a\\u0000b"}'),
    response: fieldFaults({ city: ['This field must not hold a NUL character.'] }),
    events: [],
  },
  {
    name: 'a lone surrogate is refused',
    request: upsert('{"city":"a\\ud800b"}'),
    response: fieldFaults({ city: ['This field must not hold a lone surrogate.'] }),
    events: [],
  },
  {
    name: 'an integer beyond 2^53 is refused',
    request: upsert('{"user_id":9007199254740993}'),
    response: fieldFaults({
      user_id: ['This field is an integer beyond 2^53 and would lose digits; send it as text.'],
    }),
    events: [],
  },
  {
    name: 'a number that is not finite is refused',
    request: upsert('{"score":1e400}'),
    response: fieldFaults({ score: ['This field is not a finite number.'] }),
    events: [],
  },
  {
    name: 'text over 65,536 characters is refused',
    request: upsert({ note: 'x'.repeat(65_537) }),
    response: fieldFaults({ note: ['This field is longer than 65536 characters.'] }),
    events: [],
  },
  {
    name: 'a name over 128 characters is refused',
    request: upsert({ ['n'.repeat(129)]: 1 }),
    response: { status: 400, bodyHolds: { errors: '<any>' } },
    events: [],
  },
  {
    name: 'a path that is not validly percent-encoded is refused',
    request: get('/users-by-id/%E0%A4%A/'),
    response: { status: 400, bodyHolds: { detail: '<text>' } },
    events: [],
  },
  {
    name: 'NUL in a path is refused',
    request: get('/users-by-id/a%00b/'),
    response: { status: 400, bodyHolds: { detail: '<text>' } },
    events: [],
  },
]

function multipart(fields: string, type = 'multipart/form-data; boundary=x'): CaseRequest {
  return upsert(`${fields}--x--\r\n`, { 'content-type': type })
}

function field(name: string, value: string): string {
  return `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
}

const origin = 'https://shop.example'

const crossOrigin: DialectCase[] = [
  {
    name: 'a preflight is answered without a token, for exactly the origin that asks',
    request: {
      method: 'OPTIONS',
      path: upsertPath,
      headers: {
        authorization: null,
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    },
    response: {
      status: 204,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': /\bPOST\b/,
        'access-control-allow-headers': /authorization.*content-type/i,
        allow: 'POST, OPTIONS',
        vary: /Origin/,
      },
    },
    events: [],
  },
  {
    name: 'what a path can do is told to whoever asks without a page',
    request: { method: 'OPTIONS', path: '/api/public/users/5/', headers: { authorization: null } },
    response: {
      status: 204,
      headers: { allow: 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS', vary: 'Cookie' },
    },
    events: [],
  },
  {
    name: 'a page can read a refusal too',
    request: upsert({ gender: 9 }, { origin }),
    response: {
      status: 400,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        vary: /Origin/,
      },
      bodyHolds: { errors: { gender: ['"9" is not a valid choice.'] } },
    },
    events: [],
  },
  {
    name: 'a page of an origin that the workspace does not allow can neither write nor read why',
    settings: { allowedOrigins: ['https://other.example'] },
    request: upsert({ user_id: 'u1' }, { origin }),
    response: {
      status: 403,
      headers: { 'access-control-allow-origin': null, vary: /Origin/ },
      body: { detail: 'Pages of this origin may not call.' },
    },
    events: [],
  },
  {
    name: 'an answer varies by cookie and by origin',
    request: upsert({}, { origin }),
    response: { ...createdAnswer, headers: { vary: /Cookie.*Origin|Origin.*Cookie/ } },
    events: [created({}, [])],
  },
]

export const transportCases: DialectCase[] = [...credentialCases, ...hostile, ...crossOrigin]
