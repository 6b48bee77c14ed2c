import type { CaseEvent, CaseRequest, DialectCase } from '../../../core/dialect-case.ts'
import type { JsonValue } from '../../../core/json.ts'
import {
  accepted,
  createdBy,
  get,
  john,
  json,
  jsonWith,
  made,
  newProfile,
  nothing,
  postForm,
  refused,
  refusedSomehow,
  removed,
} from './expected.ts'

type Headers = NonNullable<CaseRequest['headers']>

const official = 'recorded from the official class of 2024'
const older = 'recorded from the official class of 2019'
const rmuit = 'recorded from rmuit/copernica-api'
const version4 = 'recorded from 123lens/laravel-copernica-rest-client'
const version3 = 'recorded from 123lens/copernica-rest-api-client'

const jsonType = 'application/json'
const johnIn = newProfile(john)
const lastName = '{"fields":{"lastname":"X"}}'
const updated: CaseEvent[] = [{ type: 'profile.updated', subject: true, changed: ['last_name'] }]
const isGone: CaseEvent[] = [{ type: 'profile.removed', subject: true }]

/** No credential but the one in the query, and no headers but these. */
function sent(method: string, path: string, headers: Headers, body?: JsonValue): CaseRequest {
  const request = { method, path, headers: { authorization: null, ...headers } }
  return body === undefined ? request : { ...request, body }
}

/** As the official class sends it: a slash too many, names of headers in small letters. */
function php(method: string, path: string, body: string, more = ''): CaseRequest {
  const headers = { accept: '*/*', 'content-type': jsonType }
  return sent(method, `/v4//${path}?access_token={{token}}${more}`, headers, body)
}

/** What the client of version 4 asks for before anything else, at a host of its own. */
const exchange: CaseRequest = {
  ...postForm('/', 'access_token={{token}}'),
  headers: {
    ...{ authorization: null, host: 'authenticate.copernica.com' },
    'content-type': 'application/x-www-form-urlencoded',
  },
}
const guzzle = { accept: jsonType, 'user-agent': 'GuzzleHttp/7', 'content-type': jsonType }
const budgetlens = { ...guzzle, 'user-agent': 'Budgetlens/CopernicaRestApi/V3.0.0' }

/** The requests of clients that were run, whole as they came (wire notes 6.2). */
const recorded: DialectCase[] = [
  {
    name: 'the event of the official class: escaped letters, and what is nested stays so',
    request: php(
      'POST',
      'events/user/update',
      '{"email":"jorg@example.com","firstname":"J\\u00f6rg","items":[{"sku":"A"}],"plan":{"name":"x","parts":{"a":1}}}',
    ),
    response: accepted,
    events: createdBy('user.update', {
      ...{ email: 'jorg@example.com', first_name: 'Jörg', items: [{ sku: 'A' }] },
      plan: { name: 'x', parts: { a: 1 } },
    }),
    source: official,
  },
  {
    name: 'the change of the official class',
    before: [johnIn],
    request: php('PUT', 'profile/1', lastName),
    response: nothing,
    events: updated,
    source: official,
  },
  {
    name: 'the change of the official class without any data changes nothing',
    before: [johnIn],
    request: php('PUT', 'profile/1', '[]'),
    response: nothing,
    events: [],
    source: official,
  },
  {
    name: 'the update of the official class: false as a number makes nobody',
    before: [johnIn],
    request: php(
      'PUT',
      'database/1/profiles',
      lastName,
      '&fields%5B0%5D=email%3D%3Da%40b.c&create=0&async=0',
    ),
    response: nothing,
    events: [],
    source: official,
  },
  {
    name: 'the removal of the official class has an empty list for a body',
    before: [johnIn],
    request: php('DELETE', 'profile/1', '[]'),
    response: removed('profile', 1),
    events: isGone,
    source: official,
  },
  {
    name: 'the event of the older official class, which is of version 2 unless told otherwise',
    request: sent(
      'POST',
      '/v2//events/user/update?access_token={{token}}',
      { accept: '*/*', 'content-type': jsonType },
      '{"email":"a@b.nl"}',
    ),
    response: accepted,
    events: createdBy('user.update', { email: 'a@b.nl' }),
    source: older,
  },
  {
    name: 'the removal of the older official class has no body',
    before: [johnIn],
    request: sent('DELETE', '/v2//profile/1?access_token={{token}}', { accept: '*/*' }),
    response: removed('profile', 1),
    events: isGone,
    source: older,
  },
  {
    name: 'the event of a client with the token in the query of version 4',
    request: sent(
      'POST',
      '/v4/events/user/update?access_token={{token}}',
      { accept: '*/*', 'content-type': jsonType },
      '{"email":"a@b.nl"}',
    ),
    response: accepted,
    events: createdBy('user.update', { email: 'a@b.nl' }),
    source: rmuit,
  },
  {
    name: 'the exchange of a client at the host for it',
    request: exchange,
    response: { status: 200, headers: { 'content-type': /^text\/plain/ }, body: '<text>' },
    events: [],
    source: version4,
  },
  {
    name: 'the event of a client with the ticket it was given',
    before: [exchange],
    request: sent(
      'POST',
      '/v4/events/user/update',
      { ...guzzle, authorization: 'Bearer {{0}}' },
      '{"email":"a@b.nl"}',
    ),
    response: accepted,
    events: createdBy('user.update', { email: 'a@b.nl' }),
    source: version4,
  },
  {
    name: 'the removal of a client with a ticket: a content type and no body',
    before: [exchange, johnIn],
    request: sent('DELETE', '/v4/profile/1', { ...guzzle, authorization: 'Bearer {{0}}' }),
    response: removed('profile', 1),
    events: isGone,
    source: version4,
  },
  {
    name: 'the event of a client of version 3',
    request: sent(
      'POST',
      '/v3/events/user/update?access_token={{token}}',
      budgetlens,
      '{"email":"a@b.nl"}',
    ),
    response: accepted,
    events: createdBy('user.update', { email: 'a@b.nl' }),
    source: version3,
  },
  {
    name: 'the update of a client by an id that is nobody’s makes somebody',
    before: [johnIn],
    request: sent(
      'PUT',
      '/v3/database/1/profiles?access_token={{token}}&create=1&fields%5B%5D=ID==77',
      budgetlens,
      lastName,
    ),
    response: made('profile', 2),
    events: [{ type: 'profile.created', subject: true, changed: ['last_name'] }],
    source: version3,
  },
  {
    name: 'the removal of many of a client of version 3',
    before: [johnIn],
    request: sent(
      'DELETE',
      '/v3/database/1/profiles?access_token={{token}}',
      budgetlens,
      '{"profiles":[1]}',
    ),
    response: nothing,
    events: isGone,
    source: version3,
  },
  {
    name: 'the list of a client of version 1 carries an empty list and no content type',
    before: [johnIn],
    request: sent(
      'GET',
      '/v1/database/1/profiles?access_token={{token}}',
      { 'content-length': '2' },
      '[]',
    ),
    response: jsonWith({ start: 0, limit: 100, count: 1, data: [{ ID: '1' }], total: 1 }),
    events: [],
    source: 'recorded from TomKriek/copernica-api-php',
  },
]

/** Requests as the source of clients has them, that could not be run (wire notes 6.1). */
const read: DialectCase[] = [
  {
    name: 'a client without versions has its filters as they are',
    before: [johnIn, newProfile({ email: 'ann@a.example' })],
    request: sent(
      'GET',
      '/database/1/profileids?access_token={{token}}&fields[]=email==john.doe@example.com',
      {},
    ),
    response: json(['1']),
    events: [],
  },
  {
    name: 'a plugin exchanges its token and writes fields below their name',
    before: [exchange],
    request: {
      ...johnIn,
      headers: { authorization: 'Bearer {{0}}', 'content-type': jsonType },
    },
    response: made('profile', 1),
    events: [
      {
        ...{ type: 'profile.created', subject: true },
        changed: ['email', 'first_name', 'last_name'],
      },
    ],
  },
]

/** One filter in every encoding that was seen (wire notes 3.3). */
const encodings = [
  'fields[]=email==ann@a.example',
  'fields[]=email%3D%3Dann%40a.example',
  'fields%5B%5D=email==ann@a.example',
  'fields%5B0%5D=email%3D%3Dann%40a.example',
].map(
  (query): DialectCase => ({
    name: `a filter that is sent as ${query}`,
    before: [johnIn, newProfile({ email: 'ann@a.example' })],
    request: get(`/v4/database/1/profileids?${query}`),
    response: json(['2']),
    events: [],
  }),
)

/** Truth as clients write it, and the rule that was found behind it. */
const flags: [written: string, isOn: boolean][] = [
  ['false', false],
  ['off', false],
  ['0.5', false],
  ['1', true],
  ['YES', true],
  ['-2', true],
]
const totals = flags.map(
  ([written, isOn]): DialectCase => ({
    name: `total=${written} ${isOn ? 'asks for the total' : 'leaves the total out'}`,
    request: get(`/v4/database/1/fields?limit=0&total=${written}`),
    response: json({ start: 0, limit: 0, count: 0, data: [], ...(isOn && { total: 4 }) }),
    events: [],
  }),
)

/** Whatever is refused is 400 to the official class, which knows no other (wire notes 6.3). */
const refusals: DialectCase[] = [
  {
    name: 'an address where nothing can be deleted is 400 to the official class',
    request: php('DELETE', 'events/user/update', '[]'),
    response: refused('Invalid method', { allow: /POST/ }),
    events: [],
  },
  {
    name: 'a profile that is not there is 400 to the official class',
    request: php('PUT', 'profile/9', lastName),
    response: refused('No entity with supplied ID'),
    events: [],
  },
  {
    name: 'a body over a mebibyte is 400 to the official class',
    request: php('POST', 'events/user/update', `{"email":"${'x'.repeat(1_048_576)}"}`),
    response: refusedSomehow,
    events: [],
  },
  {
    name: 'a content type nobody reads is 400 where the token is in the query',
    request: sent(
      'POST',
      '/v4//events/user/update?access_token={{token}}',
      { 'content-type': 'text/plain' },
      'email=a@b.nl',
    ),
    response: refused(
      'Parameters must be sent as application/json or application/x-www-form-urlencoded',
    ),
    events: [],
  },
]

export const recordedCases: DialectCase[] = [
  ...recorded,
  ...read,
  ...encodings,
  ...totals,
  ...refusals,
]
