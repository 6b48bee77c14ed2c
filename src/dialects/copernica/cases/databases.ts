import type { DialectCase } from '../../../core/dialect-case.ts'
import type { JsonObject } from '../../../core/json.ts'
import {
  del,
  get,
  json,
  jsonWith,
  listOf,
  made,
  nothing,
  page,
  post,
  put,
  refused,
  removed,
  wholeOf,
} from './expected.ts'

const text = { displayed: true, ordered: false, length: '255', textlines: '1', hidden: false }
const builtIn = [
  { ID: '1', name: 'email', type: 'email', value: '', ...text, index: false },
  { ID: '2', name: 'firstname', type: 'text', value: '', ...text, index: false },
  { ID: '3', name: 'suffix', type: 'text', value: '', ...text, index: false },
  { ID: '4', name: 'lastname', type: 'text', value: '', ...text, index: false },
]
const users: JsonObject = {
  ID: '1',
  name: 'users',
  description: '',
  archived: false,
  created: '<text>',
  fields: wholeOf(builtIn),
  interests: wholeOf([]),
  collections: wholeOf([]),
  intentions: { email: null, sms: null, pdf: null },
}
const shop = { name: 'Shop', description: 'Customers', archived: false }
const makeShop = post('/v4/databases', shop)
const soccer = post('/v4/database/1/interests', { name: 'soccer', group: 'sports' })
const points = { name: 'Points', type: 'integer', value: '5' }
const shownPoints = {
  ...{ ID: '101', name: 'Points', type: 'integer', value: '5', displayed: false },
  ...{ ordered: false, length: '255', textlines: '1', hidden: false, index: false },
}

export const databaseCases: DialectCase[] = [
  {
    name: 'a new workspace has one database, of all its profiles',
    request: get('/v4/databases'),
    response: json(listOf([users])),
    events: [],
    source: page('rest-get-databases'),
  },
  {
    name: 'a database is found by its name in any case',
    request: get('/v4/database/USERS'),
    response: json(users),
    events: [],
  },
  {
    name: 'a database is made, and its id is in X-Created',
    request: makeShop,
    response: made('database', 101),
    events: [],
    source: page('rest-post-databases'),
  },
  {
    name: 'a further database has the fields of every profile before its own',
    before: [makeShop],
    request: get('/v4/databases?start=1&limit=5'),
    response: json({
      ...listOf([{ ...users, ID: '101', ...shop }], { start: 1, limit: 5 }),
      total: 2,
    }),
    events: [],
    differs: {
      vendor: 'Databases share nothing.',
      why: 'There is one record of a person; other databases are views of the same people.',
    },
  },
  {
    name: 'a page that begins behind the last database is empty',
    request: get('/v4/databases?start=5'),
    response: json({ ...listOf([], { start: 5 }), total: 1 }),
    events: [],
  },
  {
    name: 'a name that is taken is refused, in any case',
    before: [makeShop],
    request: post('/v4/databases', { name: 'SHOP' }),
    response: refused('The name "SHOP" is taken'),
    events: [],
  },
  {
    name: 'a database needs a name',
    request: post('/v4/databases', { description: 'x' }),
    response: refused('Parameter name is required'),
    events: [],
  },
  {
    name: 'a database is described anew',
    request: put('/v4/database/1', { description: 'Everybody', archived: 'no' }),
    response: nothing,
    events: [],
    source: page('rest-put-database'),
  },
  {
    name: 'what was set on the database of all profiles is shown',
    before: [put('/v3/database/users', { description: 'Everybody' })],
    request: get('/v4/database/1'),
    response: json({ ...users, description: 'Everybody' }),
    events: [],
    source: page('rest-get-database'),
  },
  {
    name: 'a POST to a database is a PUT',
    before: [makeShop],
    request: post('/v2/database/101', { archived: true }),
    response: nothing,
    events: [],
  },
  {
    name: 'a database is called otherwise and described at once',
    before: [makeShop],
    request: put('/v4/database/shop', {
      name: 'new_database_name',
      description: 'a new description',
      archived: false,
    }),
    response: nothing,
    events: [],
    source: page('rest-put-database'),
  },
  ...['102', 'nothing'].map(
    (id): DialectCase => ({
      name: `there is no database "${id}"`,
      request: get(`/v4/database/${id}/profiles`),
      response: refused('No database with supplied ID'),
      events: [],
    }),
  ),
  {
    name: 'a path without the id of the database says so',
    request: get('/v4/database'),
    response: refused("Invalid request, element 1 is missing in 'directory' path"),
    events: [],
  },
  {
    name: 'a field is added to the database of all profiles',
    request: post('/v4/database/1/fields', points),
    response: made('field', 101),
    events: [],
    source: page('rest-post-database-fields'),
  },
  {
    name: 'a field without a version is made, and where it is stands in Location too',
    request: {
      ...post('/database/1/fields?access_token={{token}}', points),
      headers: { authorization: null },
    },
    response: {
      status: 201,
      headers: {
        'x-created': '101',
        'x-location': /\/v4\/field\/101$/,
        location: /:\d+\/field\/101$/,
      },
      body: '',
    },
    events: [],
    source: 'https://www.copernica.com/en/documentation/profile-fields',
  },
  {
    name: 'fields are listed in the envelope',
    before: [post('/v4/database/users/fields', points)],
    request: get('/v4/database/1/fields?start=4&limit=10'),
    response: json({ ...listOf([shownPoints], { start: 4, limit: 10 }), total: 5 }),
    events: [],
    source: page('rest-get-database-fields'),
  },
  {
    name: 'a field that every profile has is there already',
    before: [makeShop],
    request: post('/v4/database/shop/fields', { name: 'Email', type: 'email' }),
    response: made('field', 1),
    events: [],
  },
  {
    name: 'a field of an unknown type is refused',
    request: post('/v4/database/1/fields', { name: 'x', type: 'blob' }),
    response: refused(
      'Parameter type must be one of integer, float, date, empty_date, datetime, empty_datetime, text, email, phone, phone_fax, phone_gsm, select, big, foreign_key',
    ),
    events: [],
  },
  {
    name: 'a field is changed',
    before: [post('/v4/database/1/fields', points)],
    request: put('/v4/database/1/field/101', { type: 'float', displayed: 'yes' }),
    response: nothing,
    events: [],
    source: page('rest-put-database-field'),
  },
  {
    name: 'a field is deleted',
    before: [post('/v4/database/1/fields', points)],
    request: del('/v4/database/1/field/101'),
    response: removed('field', 101),
    events: [],
    source: page('rest-delete-database-field'),
  },
  {
    name: 'the documented field is made and shown as it was described',
    before: [
      post('/v4/database/1/fields', {
        ...{ name: 'text_field', type: 'text', value: 'this is a text field', displayed: true },
        ...{ ordered: false, length: 50, textlines: 1, hidden: false, index: false },
      }),
    ],
    request: get('/v4/database/1/fields?start=4'),
    response: json({
      ...listOf(
        [
          {
            ...{ ID: '101', name: 'text_field', type: 'text', value: 'this is a text field' },
            ...{ displayed: true, ordered: false, length: '50', textlines: '1' },
            ...{ hidden: false, index: false },
          },
        ],
        { start: 4 },
      ),
      total: 5,
    }),
    events: [],
    source: page('rest-post-database-fields'),
  },
  {
    name: 'a star marks the choice that is made at first, and is no part of it',
    before: [
      post('/v4/database/1/fields', { name: 'extra_field', type: 'select', value: 'A\nB\nC*' }),
      post('/v4/database/1/profiles', { fields: { extra_field: 'C' } }),
    ],
    request: get('/v4/profile/1/fields'),
    response: jsonWith({ extra_field: 'C' }),
    events: [],
    source: page('rest-post-database-fields'),
  },
  {
    name: 'a field is called otherwise and is of another type',
    before: [post('/v4/database/1/fields', points)],
    request: put('/v4/database/1/field/101', {
      ...{ name: 'text_field', type: 'text', value: 'this is a text field', displayed: true },
      ...{ ordered: false, length: 50, textlines: 1, hidden: false, index: false },
    }),
    response: nothing,
    events: [],
    source: page('rest-put-database-field'),
  },
  {
    name: 'a field of every profile is not deleted',
    request: del('/v4/database/1/field/1', []),
    response: refused('The field email is one of every profile, and is not deleted'),
    events: [],
  },
  {
    name: 'there is no such field',
    request: put('/v4/database/1/field/999', {}),
    response: refused('No field with supplied ID'),
    events: [],
  },
  {
    name: 'an interest is defined, with its group',
    request: soccer,
    response: made('interest', 101),
    events: [],
    source: page('rest-post-database-interests'),
  },
  {
    name: 'interests are listed',
    before: [soccer],
    request: get('/v4/database/1/interests'),
    response: json(listOf([{ ID: '101', name: 'soccer', group: 'sports' }])),
    events: [],
    source: page('rest-get-database-interests'),
  },
  {
    name: 'the group of an interest is changed',
    before: [soccer, put('/v4/interest/101/', { name: 'soccer', group: 'ball games' })],
    request: get('/v4/database/1/interests'),
    response: json(listOf([{ ID: '101', name: 'soccer', group: 'ball games' }])),
    events: [],
    source: page('rest-put-interest'),
  },
  ...[put('/v3/interest/101', { group: 'x' }), post('/v3/interest/101', { group: 'x' })].map(
    (request): DialectCase => ({
      name: `an interest is changed by ${request.method}`,
      before: [soccer],
      request,
      response: nothing,
      events: [],
    }),
  ),
  {
    name: 'an interest is called otherwise, in another group',
    before: [soccer],
    request: put('/v4/interest/101', { name: 'Football', group: 'Sport' }),
    response: nothing,
    events: [],
    source: page('rest-put-interest'),
  },
  {
    name: 'an interest is deleted',
    before: [soccer],
    request: del('/v4/interest/101', []),
    response: removed('interest', 101),
    events: [],
    source: page('rest-delete-interest'),
  },
  {
    name: 'whoever has an interest that was deleted keeps it',
    before: [
      soccer,
      post('/v4/database/1/profiles', { fields: {}, interests: ['soccer'] }),
      del('/v4/interest/101'),
    ],
    request: get('/v4/profile/1/interests'),
    response: json(['soccer']),
    events: [],
  },
  {
    name: 'there is no such interest',
    before: [makeShop],
    request: del('/v4/interest/101'),
    response: refused('No interest with supplied ID'),
    events: [],
  },
  {
    name: 'unsubscribing does nothing more at first',
    request: get('/v4/database/1/unsubscribe'),
    response: json({ behavior: 'nothing' }),
    events: [],
    source: page('rest-get-database-unsubscribe'),
  },
  {
    name: 'what unsubscribing does is set',
    before: [
      put('/v4/database/1/unsubscribe', { behavior: 'update', fields: { Newsletter: 'no' } }),
    ],
    request: get('/v4/database/1/unsubscribe'),
    response: json({ behavior: 'update', fields: { Newsletter: 'no' } }),
    events: [],
  },
  {
    name: 'the answer to setting it is empty',
    request: put('/v4/database/1/unsubscribe', { behavior: 'remove' }),
    response: nothing,
    events: [],
    source: page('rest-put-database-unsubscribe'),
  },
  {
    name: 'where unsubscribing removes there are no fields to show',
    before: [put('/v4/database/1/unsubscribe', { behavior: 'remove', fields: { a: 'b' } })],
    request: get('/v4/database/1/unsubscribe'),
    response: json({ behavior: 'remove' }),
    events: [],
  },
  {
    name: 'an unknown behaviour is refused',
    request: put('/v4/database/1/unsubscribe', { behavior: 'shout' }),
    response: refused('Parameter behavior must be nothing, remove or update'),
    events: [],
  },
  {
    name: 'a form may say what a field is',
    request: post('/v4/database/1/fields', 'name=Age&type=integer&displayed=1', {
      'content-type': 'application/x-www-form-urlencoded',
    }),
    response: made('field', 101),
    events: [],
  },
  {
    name: 'a list without its total',
    request: get('/v4/database/1/fields?total=0&limit=1'),
    response: jsonWith({ start: 0, limit: 1, count: 1 }),
    events: [],
  },
]
