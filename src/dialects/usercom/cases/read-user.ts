import type { DialectCase } from '../../../core/dialect-case.ts'
import { detail, get, recorded, upsert, upsertPath, version2 } from './requests.ts'

/** A user of whom nothing is known, in version 1, with the keys in the recorded order. */
export const fresh = {
  id: '{{0.id}}',
  key: '<text>',
  name: null,
  email: null,
  gender: 'unknown',
  status: 'visitor',
  phone_number: null,
  first_seen: null,
  last_seen: null,
  page_views: 0,
  last_ip: null,
  timezone: null,
  city: null,
  region: null,
  country: null,
  unsubscribed: false,
  browser_language: null,
  score: 0,
  browser: null,
  os_type: null,
  resolution: null,
  created_at: '<datetime>',
  updated_at: '<datetime>',
  companies: [],
  attributes: [],
  gravatar_url: null,
  lists: [],
  tags: [],
  notifications: true,
  facebook_url: null,
  linkedin_url: null,
  twitter_url: null,
  google_url: null,
  last_contacted: null,
  user_id: null,
  assigned_to: null,
  web_push_subscription: false,
}

const { key: _key, user_id: _userId, attributes: _attributes, ...shared } = fresh
const fresh2 = { ...shared, user_key: '<text>', custom_id: null }
const order2 = Object.keys(fresh)
  .filter((name) => name !== 'attributes')
  .map((name) => ({ key: 'user_key', user_id: 'custom_id' })[name] ?? name)
  .join(' ')

const full = {
  user_id: 'u1',
  email: 'Jan@Example.org',
  first_name: 'Jan',
  last_name: 'Kowalski',
  gender: 2,
  status: 2,
  phone_number: '+48 123',
  timezone: 'Europe/Warsaw',
  city: 'Warszawa',
  region: 'Mazowieckie',
  country: 'Poland',
  unsubscribed: true,
  score: 12,
  gravatar_url: 'g',
  notifications: false,
  facebook_url: 'f',
  linkedin_url: 'l',
  twitter_url: 't',
  google_url: 'www.google.com',
  assigned_to: 3,
  tags: ['vip'],
  plan: 'pro',
}

const { first_name: _first, last_name: _last, plan: _plan, user_id: _id, ...same } = full
const shownFull = {
  ...same,
  name: 'Jan Kowalski',
  gender: 'male',
  status: 'user',
  tags: [{ name: 'vip', id: '<int>' }],
}

const notFound = detail(404, 'Not found.')
const noRoute = {
  status: 404,
  headers: { 'content-type': 'text/html; charset=utf-8' },
}

export const readUserCases: DialectCase[] = [
  {
    name: 'a fresh user has every key of version 1 and no other',
    before: [upsert({})],
    request: get('/users/{{0.id}}/'),
    response: {
      status: 200,
      headers: {
        'content-type': 'application/json',
        allow: 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS',
        vary: /Cookie/,
        'x-frame-options': 'SAMEORIGIN',
      },
      body: fresh,
      order: Object.keys(fresh).join(' '),
    },
    events: [],
  },
  {
    name: 'a fresh user has every key of version 2 and no other',
    before: [upsert({})],
    request: get('/users/{{0.id}}/', version2),
    response: { status: 200, body: fresh2, order: order2 },
    events: [],
  },
  {
    name: 'a full user in version 1',
    before: [upsert(full)],
    request: get('/users/{{0.id}}/'),
    response: {
      status: 200,
      body: {
        ...fresh,
        ...shownFull,
        user_id: 'u1',
        attributes: [
          { name_std: 'plan', name: 'plan', value: 'pro', id: '<int>', description: '' },
        ],
      },
    },
    events: [],
  },
  {
    name: 'a full user in version 2',
    before: [upsert(full)],
    request: get('/users/{{0.id}}/', version2),
    response: { status: 200, body: { ...fresh2, ...shownFull, custom_id: 'u1', plan: 'pro' } },
    events: [],
  },
  ...['*/*; version=2', ' */*; version=2', '*/*;version=2', '*/* ; Version = "2"'].map(
    (accept): DialectCase => ({
      name: `Accept “${accept}” asks for version 2`,
      before: [upsert({ user_id: 'u1' })],
      request: get('/users-by-id/u1/', { accept }),
      response: { status: 200, bodyHolds: { custom_id: 'u1', user_key: '<text>' } },
      events: [],
    }),
  ),
  ...[
    '*/*',
    'application/json',
    'application/json, text/javascript, */*; q=0.01',
    '*/*; version=1',
  ].map(
    (accept): DialectCase => ({
      name: `Accept “${accept}” asks for version 1`,
      before: [upsert({ user_id: 'u1' })],
      request: get('/users-by-id/u1/', { accept }),
      response: { status: 200, bodyHolds: { user_id: 'u1', key: '<text>' } },
      events: [],
    }),
  ),
  {
    name: 'a version that does not exist is refused on a read',
    before: [upsert({ user_id: 'u1' })],
    request: get('/users-by-id/u1/', { accept: '*/*; version=3' }),
    response: detail(406, 'Invalid version in "Accept" header.'),
    events: [],
  },
  {
    name: 'a version that does not exist is refused on a write, and nothing is written',
    request: upsert({ user_id: 'u1' }, { accept: 'application/json; version=2.0' }),
    response: detail(406, 'Invalid version in "Accept" header.'),
    events: [],
  },
  {
    name: 'the name is the e-mail where there is no other',
    before: [upsert({ user_id: 'u1', email: 'a@example.org' })],
    request: get('/users-by-id/u1/'),
    response: { status: 200, bodyHolds: { name: 'a@example.org' } },
    events: [],
  },
  {
    name: 'the name is the last name where there is no first',
    before: [upsert({ user_id: 'u1', last_name: 'Doe', email: 'a@example.org' })],
    request: get('/users-by-id/u1/'),
    response: { status: 200, bodyHolds: { name: 'Doe' } },
    events: [],
  },
  {
    name: 'a user_id may hold @, raw or percent-encoded',
    before: [upsert({ user_id: 'user@123' })],
    request: get('/users-by-id/user%40123/'),
    response: { status: 200, bodyHolds: { id: '{{0.id}}', user_id: 'user@123' } },
    events: [],
  },
  {
    name: 'a user_id may hold = and + raw in the path',
    before: [upsert({ user_id: 'a+b-N.w==' })],
    request: get('/users-by-id/a+b-N.w==/'),
    response: { status: 200, bodyHolds: { id: '{{0.id}}' } },
    events: [],
  },
  {
    name: 'a user_id may hold a percent-encoded slash',
    before: [upsert({ user_id: 'a/b' })],
    request: get('/users-by-id/a%2Fb/'),
    response: { status: 200, bodyHolds: { id: '{{0.id}}' } },
    events: [],
  },
  {
    name: 'a path without its trailing slash is the same',
    before: [upsert({ user_id: 'u1' })],
    request: get('/users/{{0.id}}'),
    response: { status: 200, bodyHolds: { id: '{{0.id}}' } },
    events: [],
  },
  {
    name: 'a read may come with a JSON content type and no body',
    before: [upsert({ user_id: 'u1' })],
    request: get('/users-by-id/u1', { 'content-type': 'application/json' }),
    response: { status: 200, bodyHolds: { id: '{{0.id}}' } },
    events: [],
  },
  {
    name: 'HEAD answers like GET without a body',
    before: [upsert({ user_id: 'u1' })],
    request: { method: 'HEAD', path: '/api/public/users-by-id/u1/' },
    response: {
      status: 200,
      headers: { allow: 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS' },
      body: '',
    },
    events: [],
  },
  {
    name: 'an unknown id is not found',
    request: get('/users/4711/'),
    response: notFound,
    events: [],
    source: recorded,
  },
  { name: 'id 0 is not found', request: get('/users/0/'), response: notFound, events: [] },
  {
    name: 'an id beyond every number is not found',
    request: get(`/users/${'9'.repeat(40)}/`),
    response: notFound,
    events: [],
  },
  {
    name: 'an unknown user_id is not found',
    request: get('/users-by-id/nobody/'),
    response: notFound,
    events: [],
  },
  {
    name: 'a bad token on a user that does not exist is a bad token',
    request: get('/users/0/', { authorization: `Token ${'0'.repeat(64)}` }),
    response: detail(401, 'Invalid token.'),
    events: [],
  },
  ...[
    ...['abc', '1.5', '-1', '12x'].map((id) => `/users/${id}/`),
    ...['/companies/abc/', '/lists/abc/', '/tags/abc/users/', '/attributes/abc/'],
  ].map(
    (path): DialectCase => ({
      name: `an id that is no integer (${path}) is no route: a page of HTML`,
      request: get(path),
      response: noRoute,
      events: [],
    }),
  ),
  {
    name: 'a path that does not exist is a page of HTML',
    request: get('/no/such/call/'),
    response: noRoute,
    events: [],
    source: recorded,
  },
  {
    name: 'GET on update_or_create is a wrong method, not a user of that id',
    request: { method: 'GET', path: upsertPath },
    response: {
      ...detail(405, 'Method "GET" not allowed.'),
      headers: { allow: 'POST, OPTIONS', 'content-type': 'application/json' },
    },
    events: [],
  },
  ...['PUT', 'PATCH', 'DELETE'].map(
    (method): DialectCase => ({
      name: `${method} on update_or_create is a wrong method`,
      request: { method, path: upsertPath, body: { user_id: 'u1' } },
      response: {
        ...detail(405, `Method "${method}" not allowed.`),
        headers: { allow: 'POST, OPTIONS' },
      },
      events: [],
    }),
  ),
  {
    name: 'POST on a user is a wrong method',
    before: [upsert({})],
    request: { method: 'POST', path: '/api/public/users/{{0.id}}/', body: {} },
    response: {
      ...detail(405, 'Method "POST" not allowed.'),
      headers: { allow: 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS' },
    },
    events: [],
  },
  {
    name: 'POST on search is a wrong method',
    request: { method: 'POST', path: '/api/public/users/search/', body: {} },
    response: {
      ...detail(405, 'Method "POST" not allowed.'),
      headers: { allow: 'GET, HEAD, OPTIONS' },
    },
    events: [],
  },
]
