import type { DialectCase } from '../../../core/dialect-case.ts'
import {
  detail,
  documented,
  get,
  recorded,
  search,
  searchPath,
  upsert,
  version2,
} from './requests.ts'

const anna = upsert({ user_id: 'u1', email: 'Anna@Example.org', phone_number: '+48600100200' })
const found = { status: 200, bodyHolds: { id: '{{0.id}}', user_id: 'u1' } }
const found2 = { status: 200, bodyHolds: { id: '{{0.id}}', custom_id: 'u1' } }

/** What a search for one user answers when there is none: nothing at all. */
const none = {
  status: 404,
  headers: { 'content-type': null, 'content-length': '0' },
  body: '',
}

const emptyPage = { status: 200, body: { count: 0, next: null, previous: null, results: [] } }

const one: [name: string, query: string][] = [
  ['by e-mail, as stored', 'email=Anna@Example.org'],
  ['by e-mail, in any case', 'email=anna@EXAMPLE.org'],
  ['by e-mail, percent-encoded', 'email=anna%40example.org'],
  ['by e-mail, with the slash that one client puts behind the query', 'email=anna@example.org/'],
  ['by e-mail, the last of two', 'email=nobody@example.org&email=anna@example.org'],
  ['by phone number, encoded', 'phone_number=%2B48600100200'],
  ['by phone number, with a raw plus', 'phone_number=+48600100200'],
  ['by phone number, with a slash behind it', 'phone_number=+48600100200/'],
]

export const searchCases: DialectCase[] = [
  ...one.map(
    ([name, query]): DialectCase => ({
      name: `finds one user ${name}`,
      before: [anna],
      request: search(query),
      response: found,
      events: [],
      ...(query === 'email=Anna@Example.org' && { source: recorded }),
    }),
  ),
  {
    name: 'finds without the slash before the query',
    before: [anna],
    request: { method: 'GET', path: '/api/public/users/search?email=anna@example.org' },
    response: found,
    events: [],
  },
  {
    name: 'finds by e-mail in version 2: one object too',
    before: [anna],
    request: search('email=anna@example.org', version2),
    response: found2,
    events: [],
  },
  {
    name: 'finds an address with a raw plus',
    before: [upsert({ user_id: 'u1', email: 'a+b@example.org' })],
    request: search('email=a+b@example.org'),
    response: found,
    events: [],
  },
  {
    name: 'finds a phone number that holds blanks',
    before: [upsert({ user_id: 'u1', phone_number: '600 100 200' })],
    request: search('phone_number=600+100+200'),
    response: found,
    events: [],
  },
  {
    name: 'finds by the key that the user shows',
    before: [anna, get('/users-by-id/u1/')],
    request: search('key={{1.key}}'),
    response: found,
    events: [],
    source: documented('v1/users/find-user-by-key'),
  },
  {
    name: 'finds by key in version 2: one object',
    before: [anna, get('/users-by-id/u1/', version2)],
    request: search('key={{1.user_key}}', version2),
    response: found2,
    events: [],
  },
  {
    name: 'of several with one address, the first made is found',
    before: [anna, upsert({ user_id: 'u2', email: 'anna@example.org' })],
    request: search('email=anna@example.org'),
    response: found,
    events: [],
  },
  {
    name: 'many=true gives all with the address as a bare list',
    before: [anna, upsert({ user_id: 'u2', email: 'anna@example.org' })],
    request: search('email=anna@example.org&many=true'),
    response: { status: 200, bodyHolds: [{ user_id: 'u1' }, { user_id: 'u2' }] },
    events: [],
    source: 'https://user.com/en/api/user/search',
  },
  {
    name: 'many=true with the slash behind it is still many',
    before: [anna],
    request: search('email=anna@example.org&many=true/'),
    response: { status: 200, bodyHolds: [{ user_id: 'u1' }] },
    events: [],
  },
  {
    name: 'many=true with nobody is an empty list',
    request: search('email=nobody@example.org&many=true'),
    response: { status: 200, body: [] },
    events: [],
  },
  {
    name: 'a phone search in version 2 is a page',
    before: [anna, upsert({ user_id: 'u2', phone_number: '+48600100200' })],
    request: search('phone_number=+48600100200', version2),
    response: {
      status: 200,
      bodyHolds: {
        count: 2,
        next: null,
        previous: null,
        results: [{ custom_id: 'u1' }, { custom_id: 'u2' }],
      },
    },
    events: [],
  },
  {
    name: 'a phone search in version 2 with nobody is an empty page',
    request: search('phone_number=1', version2),
    response: emptyPage,
    events: [],
  },
  {
    name: 'a page that does not exist is not found',
    before: [anna],
    request: search('phone_number=+48600100200&page=2', version2),
    response: detail(404, 'Invalid page.'),
    events: [],
  },
  {
    name: 'an unknown cursor is ignored',
    before: [anna],
    request: search('phone_number=+48600100200&cursor=101', version2),
    response: { status: 200, bodyHolds: { count: 1 } },
    events: [],
  },
  ...['email=nobody@example.org', 'phone_number=1', 'key=abcdefghijkl', 'key=x', 'email=none'].map(
    (query): DialectCase => ({
      name: `a search for one that finds nobody (${query}) answers 404 with an empty body`,
      before: [anna],
      request: search(query),
      response: none,
      events: [],
    }),
  ),
  ...['email=', 'key=', 'phone_number=', 'email', 'key=/', 'email=%20'].map(
    (query): DialectCase => ({
      name: `an empty value (${query}) matches nobody`,
      before: [upsert({ user_id: 'u1' }), upsert({ user_id: 'u2', email: '', phone_number: '' })],
      request: search(query),
      response: none,
      events: [],
    }),
  ),
  {
    name: 'an empty phone number in version 2 is an empty page',
    before: [upsert({ user_id: 'u1' })],
    request: search('phone_number=', version2),
    response: emptyPage,
    events: [],
  },
  {
    name: 'an empty address with many=true is an empty list',
    before: [upsert({ user_id: 'u1' })],
    request: search('email=&many=true'),
    response: { status: 200, body: [] },
    events: [],
  },
  {
    name: 'an address that was changed is found no more',
    before: [anna, upsert({ user_id: 'u1', email: 'other@example.org' })],
    request: search('email=anna@example.org'),
    response: none,
    events: [],
  },
  {
    name: 'a search by something that is not served says so',
    request: search('shoe_size=44'),
    response: detail(
      400,
      'Users can be searched by email, key, phone_number or an attribute; there is no attribute "shoe_size".',
    ),
    events: [],
  },
  {
    name: 'a search by nothing says what there is',
    request: { method: 'GET', path: searchPath },
    response: detail(400, 'Users can be searched by email, key, phone_number or an attribute.'),
    events: [],
  },
  {
    name: 'a search that is not validly encoded is refused',
    request: search('email=%E0%A4%A'),
    response: { status: 400, headers: { 'content-type': 'application/json' } },
    events: [],
  },
  {
    name: 'a search for NUL is refused',
    request: search('email=a%00b'),
    response: {
      status: 400,
      bodyHolds: { errors: { email: ['This field must not hold a NUL character.'] } },
    },
    events: [],
  },
]
