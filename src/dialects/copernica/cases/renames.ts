import type { CaseRequest, DialectCase } from '../../../core/dialect-case.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import {
  del,
  get,
  json,
  jsonWith,
  made,
  newProfile,
  nothing,
  post,
  put,
  refused,
} from './expected.ts'

const shop = post('/v4/databases', { name: 'Shop' })
const points = { name: 'Points', type: 'integer', value: '' }
const ofAll = post('/v4/database/1/fields', points)
const toScore = put('/v4/database/1/field/101', { name: 'Score' })
const ann = newProfile({ email: 'ann@a.example', Points: 7 })
/** A field of everybody, with a value, and called otherwise since. */
const renamed = [ofAll, ann, toScore]

const inShop: CaseRequest[] = [
  shop,
  post('/v4/database/shop/fields', points),
  post('/v4/database/shop/profiles', { fields: { email: 'ann@a.example', Points: 7 } }),
  put('/v4/database/shop', { name: 'Store' }),
]
const soccer = post('/v4/database/1/interests', { name: 'soccer', group: 'sports' })
const toFootball = put('/v4/interest/101', { name: 'football' })
const fan = newProfile({ email: 'ann@a.example' }, { interests: ['soccer', 'chess'] })

const ordersIn: CaseRequest[] = [
  post('/v4/database/1/collections', { name: 'Orders' }),
  post('/v4/collection/101/fields', { name: 'Number', type: 'integer' }),
  newProfile({ email: 'ann@a.example' }),
  post('/v4/profile/1/subprofiles/Orders', { Number: 7 }),
  put('/v4/collection/101', { name: 'Purchases' }),
  put('/v4/collection/101/field/102', { name: 'Reference' }),
]

const gone = 'No database with supplied ID'

/** A read after some requests, and what it shows. */
function shows(
  name: string,
  before: CaseRequest[],
  path: string,
  holds: JsonValue,
  isAll = false,
): DialectCase {
  const response = isAll ? json(holds) : jsonWith(holds)
  return { name, before, request: get(path), response, events: [] }
}

function refuses(
  name: string,
  before: CaseRequest[],
  request: CaseRequest,
  message: string,
): DialectCase {
  return { name, before, request, response: refused(message), events: [] }
}

function changes(
  name: string,
  before: CaseRequest[],
  request: CaseRequest,
  attributes: JsonObject | null,
): DialectCase {
  const events = attributes ? [{ type: 'profile.updated', subject: true, attributes }] : []
  return { name, before, request, response: nothing, events }
}

const databases: DialectCase[] = [
  shows(
    'a renamed database is found by its new name, with its people',
    inShop,
    '/v4/database/store/profiles',
    {
      data: [{ ID: '1', database: '101', fields: { Points: '7' } }],
    },
  ),
  shows('a renamed database shows what it is kept under', inShop, '/v4/database/STORE', {
    ...{ ID: '101', name: 'Store', key: 'Shop' },
  }),
  shows('a profile is shown in its renamed database', inShop, '/v4/profile/1', { database: '101' }),
  refuses(
    'a renamed database is not found by its old name',
    inShop,
    get('/v4/database/shop'),
    gone,
  ),
  refuses(
    'a database cannot be called as another is',
    [shop, post('/v4/databases', { name: 'Other' })],
    put('/v4/database/other', { name: 'shop' }),
    'The name "shop" is taken',
  ),
  refuses(
    'that of everybody cannot be called as another database is',
    [shop],
    put('/v4/database/1', { name: 'shop' }),
    'The name "shop" is taken',
  ),
  refuses(
    'a database cannot be called as that of everybody is',
    [shop],
    put('/v4/database/shop', { name: 'Users' }),
    'The name "Users" is taken',
  ),
  shows(
    'the old name of a database is free for a new one, which has none of its people',
    [...inShop, post('/v4/databases', { name: 'Shop' })],
    '/v4/database/shop/profileids',
    [],
    true,
  ),
  shows(
    'a new database of an old name has a key of its own, and people of its own',
    [
      ...inShop,
      post('/v4/databases', { name: 'Shop' }),
      post('/v4/database/shop/profiles', { fields: { email: 'bob@a.example' } }),
    ],
    '/v4/profile/2',
    { database: '103' },
  ),
  shows(
    'a database gets its first name back',
    [...inShop, put('/v4/database/store', { name: 'SHOP' })],
    '/v4/database/shop/profileids',
    ['1'],
    true,
  ),
  shows(
    'the database of everybody may be called otherwise',
    [newProfile({ email: 'ann@a.example' }), put('/v4/database/users', { name: 'Customers' })],
    '/v4/database/customers/profiles',
    { data: [{ ID: '1', database: '1' }] },
  ),
  shows(
    'the database of everybody is listed once, by its new name',
    [put('/v4/database/1', { name: 'Customers' }), shop],
    '/v4/databases',
    { count: 2, data: [{ ID: '1', name: 'Customers', key: 'users' }, { name: 'Shop' }] },
  ),
  refuses(
    'the database of everybody is not found by its first name any more',
    [put('/v4/database/1', { name: 'Customers' })],
    get('/v4/database/users'),
    gone,
  ),
  shows(
    'another database may be called as that of everybody was',
    [
      put('/v4/database/1', { name: 'Customers' }),
      newProfile2('customers'),
      post('/v4/databases', { name: 'users' }),
    ],
    '/v4/database/users/profileids',
    [],
    true,
  ),
]

/** A profile of a database that `users` is not the name of. */
function newProfile2(database: string): CaseRequest {
  return post(`/v4/database/${database}/profiles`, { fields: { email: 'ann@a.example' } })
}

const fields: DialectCase[] = [
  shows('a renamed field shows its values under its new name', renamed, '/v4/profile/1/fields', {
    email: 'ann@a.example',
    Score: '7',
  }),
  shows('a renamed field shows what it is kept under', renamed, '/v4/database/1/fields?start=4', {
    data: [{ ID: '101', name: 'Score', type: 'integer', key: 'Points' }],
  }),
  changes(
    'a renamed field is written by its new name',
    renamed,
    put('/v4/profile/1', { fields: { score: 9 } }),
    {
      Points: 9,
    },
  ),
  changes(
    'the old name of a field writes nothing',
    renamed,
    put('/v4/profile/1', { fields: { Points: 9 } }),
    null,
  ),
  ...['fields[]=Score==7', 'fields[]=score%3E6', 'orderby=Score', 'fields[]=Points==1'].map(
    (query) =>
      shows(
        `a renamed field in a list: ${query}`,
        renamed,
        `/v4/database/1/profileids?${query}`,
        ['1'],
        true,
      ),
  ),
  {
    name: 'a filter by the old name of a field changes nobody',
    before: renamed,
    request: put('/v4/database/1/profiles?fields[]=Points==7', { fields: { Score: 1 } }),
    response: refused('URL parameter fields: there is no field "Points"'),
    events: [],
  },
  {
    name: 'many are changed by the new name of a field',
    before: renamed,
    request: put('/v4/database/1/profiles?fields[]=Score==7', { fields: { Score: 8 } }),
    response: nothing,
    events: [{ type: 'profile.updated', subject: true, attributes: { Points: 8 } }],
  },
  refuses(
    'a field cannot be called as another is',
    renamed,
    put('/v4/database/1/field/score', { name: 'EMAIL' }),
    'The name "EMAIL" is taken',
  ),
  refuses(
    'a field of a database cannot be called as one of every profile is',
    [...renamed, shop, post('/v4/database/shop/fields', { name: 'Size' })],
    put('/v4/database/shop/field/Size', { name: 'score' }),
    'The name "score" is taken',
  ),
  refuses(
    'no name ends as keys do that are made of one',
    [ofAll],
    put('/v4/database/1/field/101', { name: 'Score~7' }),
    'Parameter name must not end in ~ and a number',
  ),
  shows(
    'the old name of a field is free for a new one, which has none of its values',
    [...renamed, ofAll],
    '/v4/profile/1/fields',
    { Score: '7', Points: '0' },
  ),
  {
    name: 'a new field of an old name is kept under a key of its own',
    before: [...renamed, ofAll],
    request: put('/v4/profile/1', { fields: { Points: 3 } }),
    response: nothing,
    events: [{ type: 'profile.updated', subject: true, attributes: { 'Points~102': 3 } }],
  },
  shows(
    'a field gets its first name back, in other capitals',
    [...renamed, put('/v4/database/1/field/101', { name: 'points' })],
    '/v4/profile/1/fields',
    { points: '7' },
  ),
  shows(
    'a field of a database that is renamed as well keeps its values',
    [...inShop, put('/v4/database/store/field/points', { name: 'Score' })],
    '/v4/profile/1/fields',
    { Score: '7' },
  ),
  shows(
    'a field that comes to be called as one of another database is hidden there behind it',
    [
      shop,
      post('/v4/database/shop/fields', { name: 'Score' }),
      ofAll,
      put('/v4/database/1/field/points', { name: 'Score' }),
    ],
    '/v4/database/shop/fields?start=4',
    { total: 5, data: [{ ID: '102', name: 'Score', type: 'text' }] },
  ),
  shows(
    'a field that every profile has may be called otherwise',
    [put('/v4/database/1/field/1', { name: 'Address' }), newProfile({ Address: 'ann@a.example' })],
    '/v4/database/1/profiles?fields[]=address==ANN@a.example',
    { data: [{ ID: '1', fields: { Address: 'ann@a.example' } }] },
  ),
  shows(
    'a field that every profile has keeps its ID and its type',
    [put('/v4/database/users/field/email', { name: 'Address' })],
    '/v4/database/1/fields?limit=1',
    { data: [{ ID: '1', name: 'Address', type: 'email', key: 'email' }], total: 4 },
  ),
  changes(
    'events go on naming an address as their pages do',
    [
      put('/v4/database/1/field/2', { name: 'Given' }),
      newProfile({ email: 'ann@a.example', given: 'Ann' }),
    ],
    put('/v4/profile/1', { fields: { Given: 'Anna', firstname: 'X', first_name: 'Y' } }),
    { first_name: 'Anna' },
  ),
  refuses(
    'another database does not change what every profile has',
    [shop],
    put('/v4/database/shop/field/email', { name: 'Address' }),
    'The field email is one of every profile; it is changed in the database with ID 1',
  ),
  {
    name: 'a field called as one of every profile was is another',
    before: [put('/v4/database/1/field/1', { name: 'Address' }), shop],
    request: post('/v4/database/shop/fields', { name: 'email' }),
    response: made('field', 104),
    events: [],
  },
  shows(
    'what unsubscribing sets is set whatever the field is called',
    [
      ofAll,
      put('/v4/database/1/unsubscribe', { behavior: 'update', fields: { Points: 0 } }),
      toScore,
    ],
    '/v4/database/1/unsubscribe',
    { behavior: 'update', fields: { Score: 0 } },
    true,
  ),
  shows(
    'a field that was called otherwise is deleted, and its first name is free as ever',
    [...renamed, del('/v4/database/1/field/score'), ofAll],
    '/v4/profile/1/fields',
    { Points: '7' },
  ),
]

const interests: DialectCase[] = [
  shows(
    'a renamed interest is had by who had it',
    [soccer, fan, toFootball],
    '/v4/profile/1/interests',
    ['football', 'chess'],
    true,
  ),
  shows('a renamed interest is shown with a profile', [soccer, fan, toFootball], '/v4/profile/1', {
    interests: ['football', 'chess'],
  }),
  shows(
    'a renamed interest shows what it is kept under',
    [soccer, toFootball],
    '/v4/database/1/interests',
    { data: [{ ID: '101', name: 'football', group: 'sports', key: 'soccer' }] },
  ),
  shows(
    'a renamed interest is given and taken by its new name, and not by its old one',
    [
      soccer,
      toFootball,
      newProfile({ email: 'ann@a.example' }, { interests: ['football'] }),
      newProfile({ email: 'bob@a.example' }, { interests: ['soccer'] }),
      put('/v4/profile/1/interests', { football: 0, chess: 1 }),
      post('/v4/profile/2/interests', ['football']),
    ],
    '/v4/database/1/profiles',
    { data: [{ interests: ['chess'] }, { interests: ['football'] }] },
  ),
  refuses(
    'an interest cannot be called as another is',
    [soccer, post('/v4/database/1/interests', { name: 'football', group: '' })],
    toFootball,
    'The name "football" is taken',
  ),
  shows(
    'the old name of an interest is free for a new one, which nobody has',
    [soccer, fan, toFootball, soccer],
    '/v4/profile/1/interests?return=objects',
    [{ ID: '101', name: 'football', group: 'sports', key: 'soccer' }],
    true,
  ),
]

const collections: DialectCase[] = [
  shows(
    'a renamed collection and its renamed field show their values',
    ordersIn,
    '/v4/profile/1/subprofiles/purchases',
    { data: [{ ID: '103', fields: { Reference: '7' } }] },
  ),
  shows('a renamed collection shows what it is kept under', ordersIn, '/v4/collection/101', {
    ...{ name: 'Purchases', key: 'Orders' },
    fields: { data: [{ name: 'Reference', key: 'Number' }] },
  }),
  refuses(
    'a renamed collection is not found by its old name',
    ordersIn,
    get('/v4/profile/1/subprofiles/Orders'),
    'No collection with given ID',
  ),
  {
    name: 'events go on naming a renamed collection and its field as rules do',
    before: ordersIn,
    request: put('/v4/profile/1/subprofiles/Purchases?fields[]=reference==7', {
      fields: { Reference: 8, Number: 1 },
    }),
    response: nothing,
    events: [
      {
        ...{ type: 'subprofile.updated', subject: true },
        attributes: { collection: 'Orders', database: 'users', fields: { Number: 8 } },
      },
    ],
  },
  refuses(
    'a collection cannot be called as another is',
    [...ordersIn, post('/v4/database/1/collections', { name: 'Visits' })],
    put('/v4/collection/101', { name: 'visits' }),
    'The name "visits" is taken',
  ),
  shows(
    'a new collection of an old name has none of its subprofiles',
    [...ordersIn, post('/v4/database/1/collections', { name: 'Orders' })],
    '/v4/profile/1/subprofiles/orders',
    { count: 0 },
  ),
]

const logs: DialectCase[] = [
  shows(
    'a log file calls a field as it is called now',
    [...renamed, get('/v4/logfiles')],
    '/v4/logfile/event-profile.{{3.0}}.log/json',
    [
      {
        ...{ id: '1', time: '<text>', type: 'profile.created', profileid: '1' },
        ...{ source: 'copernica', email: 'ann@a.example', Score: '7' },
      },
    ],
    true,
  ),
  shows(
    'a log file calls a database as it is called now, before its fields',
    [...inShop, put('/v4/database/store/field/points', { name: 'Score' }), get('/v4/logfiles')],
    '/v4/logfile/event-profile.{{5.0}}.log/json',
    [{ type: 'profile.created', email: 'ann@a.example', 'store:Score': '7' }],
  ),
  shows(
    'a log file calls a collection and its fields as they are called now',
    [...ordersIn, get('/v4/logfiles')],
    '/v4/logfile/event-subprofile.{{6.0}}.log/json',
    [{ collection: 'Purchases', database: 'users', 'fields.Reference': '7' }],
  ),
  shows(
    'a data request calls fields as they are called now',
    [...ordersIn, post('/v4/profile/1/datarequest', {})],
    '/v4/datarequest/106/data',
    {
      data: [
        { type: 'profile' },
        { type: 'subprofile', fields: { Reference: 7 } },
        { event: 'subprofile.created', collection: 'Purchases', 'fields.Reference': '7' },
        { event: 'profile.created' },
        { type: 'collected' },
      ],
    },
  ),
]

/** What is called otherwise (see `names.ts`). */
export const renameCases: DialectCase[] = [
  ...databases,
  ...fields,
  ...interests,
  ...collections,
  ...logs,
]
