import type { CaseRequest, DialectCase } from '../../../core/dialect-case.ts'
import {
  del,
  get,
  json,
  jsonWith,
  listOf,
  newProfile,
  page,
  post,
  profileWith,
  refused,
} from './expected.ts'

const list = '/v4/database/1/profiles'
const ids = '/v4/database/1/profileids'
const people: CaseRequest[] = [
  post('/v4/database/1/fields', { name: 'Age', type: 'integer' }),
  post('/v4/database/1/fields', { name: 'Born', type: 'empty_date' }),
  post('/v4/database/1/fields', { name: 'Kind', type: 'select', value: 'a\nb' }),
  newProfile({ email: 'ann@a.example', firstname: 'Ann', age: 30, born: '1996-05-01', kind: 'a' }),
  newProfile({ email: 'bob@b.example', firstname: 'Bob', age: 20, born: '2006-05-01', kind: 'b' }),
  newProfile({ email: 'cas@a.example', firstname: 'Cas', age: 40, country: 'NL' }),
]

/** A filter as its text, in three encodings that are seen on the wire, and who is found. */
const filters: [expression: string, found: string[]][] = [
  ['email==ANN@a.example', ['1']],
  ['email!=ann@a.example', ['2', '3']],
  ['firstname==ann', ['1']],
  ['email=~%@a.example', ['1', '3']],
  ['firstname=~_o_', ['2']],
  ['firstname=~%€%', []],
  ['age==30', ['1']],
  ['age>20', ['1', '3']],
  ['age<=30', ['1', '2']],
  ['born>2000-01-01', ['2']],
  ['born<=1996-05-01', ['1']],
  ['born==', ['3']],
  ['kind==a', ['1']],
  ['country==nl', ['3']],
  ['ID==2', ['2']],
  ['code==0123', []],
  ['modified>2026-01-01', ['1', '2', '3']],
  ['firstname== ann', []],
  ['unreadable', ['1', '2', '3']],
]

export const listCases: DialectCase[] = [
  {
    name: 'profiles are listed in the envelope',
    before: [newProfile({ email: 'ann@a.example' }), newProfile({ email: 'bob@b.example' })],
    request: get(list),
    response: json(
      listOf([
        profileWith(1, { email: 'ann@a.example' }),
        profileWith(2, { email: 'bob@b.example' }),
      ]),
    ),
    events: [],
    source: page('rest-get-database-profiles'),
  },
  {
    name: 'the list of the official class: total off, the token in the query',
    before: people,
    request: get(
      '/v4//database/1/profiles?access_token={{token}}&limit=5&total=0&fields%5B0%5D=email%3D%3Dann%40a.example',
      { authorization: null },
    ),
    response: json({
      start: 0,
      limit: 5,
      count: 1,
      data: [
        profileWith(1, {
          ...{ email: 'ann@a.example', firstname: 'Ann' },
          ...{ Age: '30', Born: '1996-05-01', Kind: 'a' },
        }),
      ],
    }),
    events: [],
    source: 'recorded from the official class of 2024',
  },
  {
    name: 'the list of a client with brackets as they are, and total empty for false',
    before: people,
    request: get(
      '/v2/database/1/profiles?fields[]=email%3D%3Dbob%40b.example&limit=10&total=&access_token={{token}}',
      { authorization: null },
    ),
    response: jsonWith({ start: 0, limit: 10, count: 1, data: [{ ID: '2' }] }),
    events: [],
    source: 'recorded from rmuit/copernica-api',
  },
  {
    name: 'the list of a client with an empty filter',
    before: people,
    request: get('/v3/database/1/profiles?access_token={{token}}&limit=1000&fields%5B%5D=', {
      authorization: null,
    }),
    response: jsonWith({ start: 0, limit: 1000, count: 3, total: 3 }),
    events: [],
    source: 'recorded from 123lens/copernica-rest-api-client',
  },
  {
    name: 'the list of a client of version 4 with a content type and no body',
    before: people,
    request: get('/v4/database/1/profiles?fields%5B0%5D=email%3D%3Dann%40a.example', {
      'content-type': 'application/json',
      accept: 'application/json',
    }),
    response: jsonWith({ count: 1, data: [{ ID: '1' }], total: 1 }),
    events: [],
    source: 'recorded from 123lens/laravel-copernica-rest-client',
  },
  {
    name: 'several filters all have to hold',
    before: people,
    request: get(`${ids}?fields[]=email=~%25@a.example&fields[]=age%3E35`),
    response: jsonWith({ count: 1, data: ['3'] }),
    events: [],
  },
  ...filters.map(
    ([expression, found]): DialectCase => ({
      name: `the filter "${expression}" finds ${found.length === 0 ? 'nobody' : found.join(', ')}`,
      before: people,
      request: get(`${ids}?fields[]=${encodeURIComponent(expression)}`),
      response: json(listOf(found)),
      events: [],
    }),
  ),
  {
    name: 'a filter of no field of another database is passed over',
    before: [
      post('/v4/databases', { name: 'Shop' }),
      post('/v4/database/shop/profiles', { fields: { email: 'dee@a.example' } }),
    ],
    request: get('/v4/database/shop/profileids?fields[]=nothing==x'),
    response: json(listOf(['1'])),
    events: [],
  },
  {
    name: 'in the database of all profiles every attribute is a field',
    before: people,
    request: get(`${ids}?fields[]=nothing==x`),
    response: json(listOf([])),
    events: [],
    differs: {
      vendor: 'A filter of no field is passed over, and everybody is found.',
      why: 'Attributes are shown there without being defined, so they are found as well.',
    },
  },
  {
    name: 'text that is greater than text is refused',
    before: people,
    request: get(`${ids}?fields[]=firstname>A`),
    response: refused('Parameter fields: firstname can only be compared by > with a number'),
    events: [],
    differs: {
      vendor: 'Text is compared with text.',
      why: 'No index tells which text is the greater; it is better said than answered wrongly.',
    },
  },
  {
    name: 'ids are found, not compared',
    request: get(`${ids}?fields[]=ID>1`),
    response: refused('Parameter fields: ID can only be compared by =='),
    events: [],
    differs: {
      vendor: 'Ids are compared like numbers.',
      why: 'Whoever reads on by ids reads on by start here, which takes no longer.',
    },
  },
  {
    name: 'a page',
    before: people,
    request: get(`${ids}?start=1&limit=1`),
    response: json({ start: 1, limit: 1, count: 1, data: ['2'], total: 3 }),
    events: [],
  },
  {
    name: 'a page longer than a thousand is a thousand',
    request: get(`${ids}?limit=5000`),
    response: json(listOf([], { limit: 1000 })),
    events: [],
  },
  {
    name: 'a negative limit gives nobody',
    before: people,
    request: get(`${ids}?limit=-1`),
    response: json({ start: 0, limit: -1, count: 0, data: [], total: 3 }),
    events: [],
  },
  {
    name: 'a negative start gives nobody',
    before: people,
    request: get(`${ids}?start=-1`),
    response: json({ start: -1, limit: 100, count: 0, data: [], total: 3 }),
    events: [],
  },
  {
    name: 'the newest first',
    before: people,
    request: get(`${ids}?orderby=id&order=desc`),
    response: json(listOf(['3', '2', '1'])),
    events: [],
  },
  {
    name: 'by a number',
    before: people,
    request: get(`${ids}?orderby=Age&order=asc`),
    response: json(listOf(['2', '1', '3'])),
    events: [],
  },
  {
    name: 'by the id of a field',
    before: people,
    request: get(`${ids}?orderby=2&order=DESC`),
    response: json(listOf(['3', '2', '1'])),
    events: [],
  },
  {
    name: 'in the order of what was changed last',
    before: [...people, post('/v4/profile/1', { fields: { lastname: 'X' } })],
    request: get(`${ids}?orderby=modified&order=desc&limit=1`),
    response: jsonWith({ data: ['1'] }),
    events: [],
  },
  {
    name: 'a random order is the order of ids',
    before: people,
    request: get(`${ids}?orderby=random`),
    response: json(listOf(['1', '2', '3'])),
    events: [],
    differs: { vendor: 'It is another each time.', why: 'Pages of it would not fit together.' },
  },
  {
    name: 'dataonly leaves out what is not data',
    before: [newProfile({ email: 'ann@a.example' })],
    request: get(`${list}?dataonly=yes`),
    response: json(
      listOf([
        {
          ID: '1',
          fields: { email: 'ann@a.example', firstname: '', suffix: '', lastname: '' },
          interests: [],
          modified: '<text>',
        },
      ]),
    ),
    events: [],
  },
  {
    name: 'who was removed is in no list',
    before: [...people, del('/v4/profile/2')],
    request: get(ids),
    response: json(listOf(['1', '3'])),
    events: [],
  },
  {
    name: 'a database lists its own people only',
    before: [
      ...people,
      post('/v4/databases', { name: 'Shop' }),
      post('/v4/database/shop/profiles', { fields: { email: 'dee@a.example' } }),
    ],
    request: get('/v4/database/shop/profileids?fields[]=email=~%25a.example'),
    response: json(listOf(['4'])),
    events: [],
  },
  {
    name: 'an indexed field is compared as it is usually written',
    before: [
      post('/v4/database/1/fields', { name: 'Country', type: 'text' }),
      post('/v4/events/user/update', { email: 'ann@a.example', country: 'NL' }),
    ],
    request: get(`${ids}?fields[]=country==nl`),
    response: json(listOf(['1'])),
    events: [],
  },
]
