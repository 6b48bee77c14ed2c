import type { CaseRequest, DialectCase } from '../../../core/dialect-case.ts'
import type { JsonObject } from '../../../core/json.ts'
import {
  del,
  get,
  json,
  jsonWith,
  listOf,
  made,
  newProfile,
  nothing,
  page,
  post,
  put,
  refused,
  removed,
  wholeOf,
} from './expected.ts'

const makeOrders = post('/v4/database/1/collections', { name: 'Orders' })
const number = { name: 'Number', type: 'integer' }
const shownNumber = {
  ...{ ID: '102', name: 'Number', type: 'integer', value: '', displayed: false, ordered: false },
  ...{ length: '255', textlines: '1', hidden: false, index: false },
}
const orders: JsonObject = {
  ...{ ID: '101', name: 'Orders', database: '1' },
  fields: wholeOf([shownNumber]),
}
const made2: CaseRequest[] = [makeOrders, post('/v4/collection/101/fields', number)]
const filled: CaseRequest[] = [
  ...made2,
  newProfile({ email: 'ann@a.example' }),
  post('/v4/profile/1/subprofiles/101', { Number: 7 }),
  post('/v4/profile/1/subprofiles/101', { Number: 8 }),
]
const order = (id: number, value: string): JsonObject => ({
  ID: String(id),
  secret: '<text>',
  fields: { Number: value },
  profile: '1',
  collection: '101',
  created: '<text>',
  modified: '<text>',
  removed: false,
})
const event = (what: string, value: number) => ({
  type: `subprofile.${what}`,
  subject: true,
  attributes: { collection: 'Orders', database: 'users', fields: { Number: value } },
})

const subprofileFilters: [expression: string, found: string[]][] = [
  ['ID==104', ['104']],
  ['ID>103', ['104']],
  ['modified>2026-01-01', ['103', '104']],
  ['modified<2026-01-01', []],
  ['code==0123', []],
  ['Number>7', ['104']],
]

/** What belongs to a profile. */
export const collectionCases: DialectCase[] = [
  {
    name: 'a collection is made',
    request: makeOrders,
    response: made('collection', 101),
    events: [],
    source: page('rest-post-database-collections'),
  },
  {
    name: 'a collection has letters and underscores in its name',
    request: post('/v4/database/1/collections', { name: 'My orders' }),
    response: refused('Parameter name must be letters, digits and underscores'),
    events: [],
  },
  {
    name: 'the collections of a database',
    before: made2,
    request: get('/v4/database/1/collections'),
    response: json(listOf([orders])),
    events: [],
    source: page('rest-get-database-collections'),
  },
  {
    name: 'a collection',
    before: made2,
    request: get('/v4/collection/101'),
    response: json(orders),
    events: [],
    source: page('rest-get-collection'),
  },
  {
    name: 'there is no such collection',
    request: get('/v4/collection/999'),
    response: refused('No collection with given ID'),
    events: [],
  },
  {
    name: 'a field of a collection is added',
    before: [makeOrders],
    request: post('/v4/collection/101/fields', number),
    response: made('field', 102),
    events: [],
    source: page('rest-post-collection-fields'),
  },
  {
    name: 'the fields of a collection',
    before: made2,
    request: get('/v4/collection/101/fields'),
    response: json(listOf([shownNumber])),
    events: [],
    source: page('rest-get-collection-fields'),
  },
  {
    name: 'a field of a collection is changed',
    before: made2,
    request: put('/v4/collection/101/field/102', { type: 'text' }),
    response: nothing,
    events: [],
  },
  {
    name: 'a field of a collection is deleted',
    before: made2,
    request: del('/v4/collection/101/field/102'),
    response: removed('field', 102),
    events: [],
  },
  {
    name: 'a subprofile is made of fields at the top, and rules hear of it',
    before: [...made2, newProfile({ email: 'ann@a.example' })],
    request: post('/v4/profile/1/subprofiles/101', { number: '7', other: 'x' }),
    response: made('subprofile', 103),
    events: [event('created', 7)],
    source: page('rest-post-profile-subprofiles'),
  },
  {
    name: 'the subprofiles of a profile',
    before: filled,
    request: get('/v4/profile/1/subprofiles/101'),
    response: json(listOf([order(103, '7'), order(104, '8')])),
    events: [],
    source: page('rest-get-profile-subprofiles'),
  },
  {
    name: 'the subprofiles of a collection, in pages',
    before: filled,
    request: get('/v4/collection/101/subprofiles?start=1&limit=1'),
    response: json({ start: 1, limit: 1, count: 1, data: [order(104, '8')], total: 2 }),
    events: [],
    source: page('rest-get-collection-subprofiles'),
  },
  {
    name: 'the ids of subprofiles that a filter finds',
    before: filled,
    request: get('/v4/collection/101/subprofileids?fields[]=number>7'),
    response: json(listOf(['104'])),
    events: [],
  },
  {
    name: 'subprofiles in the order of a field',
    before: filled,
    request: get('/v4/collection/101/subprofileids?orderby=number&order=desc'),
    response: json(listOf(['104', '103'])),
    events: [],
  },
  {
    name: 'subprofiles in the order of the field’s number, those without a value last',
    before: [...filled, post('/v4/profile/1/subprofiles/101', {})],
    request: get('/v4/collection/101/subprofileids?orderby=102&order=desc&start=1'),
    response: json(listOf(['103', '105'], { start: 1, total: 3 })),
    events: [],
  },
  {
    name: 'the newest subprofiles of a profile first',
    before: filled,
    request: get('/v4/collection/101/subprofileids?orderby=id&order=desc&limit=1'),
    response: json(listOf(['104'], { limit: 1, total: 2 })),
    events: [],
  },
  {
    name: 'a subprofile',
    before: filled,
    request: get('/v4/subprofile/103'),
    response: json(order(103, '7')),
    events: [],
    source: page('rest-get-subprofile'),
  },
  {
    name: 'the fields of a subprofile',
    before: filled,
    request: get('/v4/subprofile/103/fields'),
    response: json({ Number: '7' }),
    events: [],
  },
  ...['/v4/subprofile/103', '/v4/subprofile/103/fields'].map(
    (path): DialectCase => ({
      name: `${path} changes what is named`,
      before: filled,
      request: put(path, { Number: 9 }),
      response: nothing,
      events: [event('updated', 9)],
      source: page('rest-put-subprofile-fields'),
    }),
  ),
  {
    name: 'a POST to a subprofile is a PUT',
    before: filled,
    request: post('/v4/subprofile/103', { fields: { Number: 9 } }),
    response: nothing,
    events: [event('updated', 9)],
  },
  {
    name: 'a POST to its fields is a PUT',
    before: filled,
    request: post('/v4/subprofile/103/fields', { Number: 9 }),
    response: nothing,
    events: [event('updated', 9)],
  },
  {
    name: 'those of a profile that match are changed',
    before: filled,
    request: put('/v4/profile/1/subprofiles/101?fields[]=Number==8', { Number: 10 }),
    response: nothing,
    events: [event('updated', 10)],
    source: page('rest-put-profile-subprofiles'),
  },
  {
    name: 'with create one is made where none matches',
    before: filled,
    request: put('/v4/profile/1/subprofiles/101?fields[]=Number==11&create=1', { Number: 11 }),
    response: made('subprofile', 105),
    events: [event('created', 11)],
  },
  {
    name: 'a subprofile is removed',
    before: filled,
    request: del('/v4/subprofile/103', []),
    response: removed('subprofile', 103),
    events: [event('removed', 7)],
    source: page('rest-delete-subprofile'),
  },
  {
    name: 'a removed subprofile answers with empty fields and when it was removed',
    before: [...filled, del('/v4/subprofile/103')],
    request: get('/v4/subprofile/103'),
    response: json({ ...order(103, ''), removed: '<text>' }),
    events: [],
  },
  ...[del('/v4/subprofile/103'), put('/v4/subprofile/103', { Number: 9 })].map(
    (request): DialectCase => ({
      name: `a removed subprofile takes no ${request.method}`,
      before: [...filled, del('/v4/subprofile/103')],
      request,
      response: refused('This subprofile has already been removed'),
      events: [],
    }),
  ),
  {
    name: 'a removed subprofile is in no list',
    before: [...filled, del('/v4/subprofile/103')],
    request: get('/v4/collection/101/subprofileids'),
    response: json(listOf(['104'])),
    events: [],
  },
  ...subprofileFilters.map(
    ([expression, found]): DialectCase => ({
      name: `the filter "${expression}" finds the subprofiles ${found.join(', ') || 'of nobody'}`,
      before: filled,
      request: get(`/v4/collection/101/subprofileids?fields[]=${encodeURIComponent(expression)}`),
      response: json(listOf(found)),
      events: [],
    }),
  ),
  {
    name: 'a filter by the id of a subprofile changes no other',
    before: filled,
    request: put('/v4/profile/1/subprofiles/101?fields[]=ID==104', { Number: 10 }),
    response: nothing,
    events: [event('updated', 10)],
  },
  {
    name: 'once a profile is removed its subprofiles do not answer',
    before: [...filled, del('/v4/profile/1')],
    request: get('/v4/subprofile/103'),
    response: refused('No subprofile with supplied ID'),
    events: [],
    differs: {
      vendor: 'They go on answering, with the time of the removal.',
      why: 'What is about a person goes with the person.',
    },
  },
  {
    name: 'with the profile go its subprofiles',
    before: [...filled, del('/v4/profile/1')],
    request: get('/v4/collection/101/subprofiles'),
    response: json(listOf([])),
    events: [],
  },
  {
    name: 'a database shows its collections',
    before: made2,
    request: get('/v4/database/1'),
    response: jsonWith({ collections: wholeOf([orders]) }),
    events: [],
  },
]
