import type { DialectCase } from '../../../core/dialect-case.ts'
import { fresh } from './read-user.ts'
import {
  call,
  created,
  detail,
  documented,
  fieldFaults,
  get,
  noContent,
  notFound,
  recorded,
  updated,
  upsert,
  version2,
} from './requests.ts'

const anna = { user_id: 'u1', email: 'anna@example.org', first_name: 'Anna', city: 'Gdynia' }

const creating: DialectCase[] = [
  {
    name: 'POST creates a user and answers 201 with the whole object',
    request: call('POST', '/users/', { email: 'a@example.org', gender: 2 }),
    response: {
      status: 201,
      headers: { 'content-type': 'application/json', allow: 'GET, POST, HEAD, OPTIONS' },
      body: {
        ...{ ...fresh, id: '<int>', email: 'a@example.org', name: 'a@example.org' },
        gender: 'male',
      },
    },
    events: [created({ email: 'a@example.org', gender: 'male' }, ['email', 'gender'])],
    source: recorded,
  },
  {
    name: 'POST creates somebody new even where the e-mail is known',
    before: [upsert(anna)],
    request: call('POST', '/users/', { email: 'anna@example.org' }, version2),
    response: {
      status: 201,
      bodyHolds: { email: 'anna@example.org', user_key: '<text>', custom_id: null },
    },
    events: [created({ email: 'anna@example.org' }, ['email'])],
  },
  {
    name: 'a refused value names its field',
    request: call('POST', '/users/', { email: 'a@example.org', gender: 'invalid' }),
    response: fieldFaults({ gender: ['"invalid" is not a valid choice.'] }),
    events: [],
    source: recorded,
  },
  {
    name: 'POST with a user_id that somebody has is refused',
    before: [upsert(anna)],
    request: call('POST', '/users/', { user_id: 'u1' }),
    response: fieldFaults({ user_id: ['This value is already taken.'] }),
    events: [],
  },
  {
    name: 'version 2 names the field of a taken id as it calls it',
    before: [upsert(anna)],
    request: call('POST', '/users/', { custom_id: 'u1' }, version2),
    response: fieldFaults({ custom_id: ['This value is already taken.'] }),
    events: [],
  },
  {
    name: 'tags that are sent are shown at once, with their ids',
    request: call('POST', '/users/', { email: 'a@example.org', tags: ['a', 'b'] }, version2),
    response: {
      status: 201,
      bodyHolds: {
        tags: [
          { name: 'a', id: '<int>' },
          { name: 'b', id: '<int>' },
        ],
      },
    },
    events: [created({ email: 'a@example.org' }, ['email', 'tags'])],
    source: documented('users/create-user'),
    differs: {
      vendor: 'Its example sends two tags and shows an empty list.',
      why: 'The example is older than the call; the true tags are what a client wants.',
    },
  },
]

const changing: DialectCase[] = [
  {
    name: 'PUT is partial: what is not in the body stays',
    before: [upsert(anna)],
    request: call('PUT', '/users/{{0.id}}/', { email: 'new@example.org' }),
    response: {
      status: 200,
      headers: { allow: 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS' },
      bodyHolds: { id: '{{0.id}}', name: 'Anna', email: 'new@example.org', city: 'Gdynia' },
    },
    events: [updated({ email: 'new@example.org' }, ['email'])],
    source: recorded,
  },
  {
    name: 'PATCH does the same',
    before: [upsert(anna)],
    request: call('PATCH', '/users/{{0.id}}/', { city: null }, version2),
    response: { status: 200, bodyHolds: { custom_id: 'u1', city: null, name: 'Anna' } },
    events: [updated({ city: null }, ['city'])],
  },
  {
    name: 'PUT by the customer’s own id',
    before: [upsert(anna)],
    request: call('PUT', '/users-by-id/u1/', { score: 5 }),
    response: { status: 200, bodyHolds: { user_id: 'u1', score: 5 } },
    events: [updated({ score: 5 }, ['score'])],
    source: 'https://user.com/en/api/user/update-by-id',
  },
  {
    name: 'PATCH by the customer’s own id may change that id',
    before: [upsert(anna)],
    request: call('PATCH', '/users-by-id/u1/', { user_id: 'u2' }),
    response: { status: 200, bodyHolds: { id: '{{0.id}}', user_id: 'u2' } },
    events: [updated({}, ['user_id'])],
  },
  {
    name: 'a user may be sent back as it was shown, and nothing changes',
    before: [upsert(anna)],
    request: call('PUT', '/users/{{0.id}}/', { ...anna, gender: 'unknown', companies: [] }),
    response: { status: 200, bodyHolds: { user_id: 'u1', gender: 'unknown' } },
    events: [updated({ ...withoutId(anna), gender: 'unknown' }, ['gender'])],
  },
  {
    name: 'PUT to an id that somebody else has is refused, and nothing is written',
    before: [upsert(anna), upsert({ user_id: 'u2' })],
    request: call('PUT', '/users/{{1.id}}/', { user_id: 'u1', city: 'Oslo' }),
    response: fieldFaults({ user_id: ['This value is already taken.'] }),
    events: [],
  },
  {
    name: 'PUT on nobody is not found',
    request: call('PUT', '/users/4711/', { city: 'Oslo' }),
    response: notFound,
    events: [],
  },
  {
    name: 'PUT by an id nobody has is not found: it creates nobody',
    request: call('PUT', '/users-by-id/u9/', { city: 'Oslo' }),
    response: notFound,
    events: [],
  },
  {
    name: 'DELETE answers 204 without a body',
    before: [upsert(anna)],
    request: call('DELETE', '/users/{{0.id}}/', undefined, { 'content-type': 'application/json' }),
    response: noContent,
    events: [{ type: 'profile.removed', subject: true }],
    source: recorded,
  },
  {
    name: 'DELETE by the customer’s own id',
    before: [upsert(anna)],
    request: call('DELETE', '/users-by-id/u1/'),
    response: noContent,
    events: [{ type: 'profile.removed', subject: true }],
  },
  {
    name: 'who was deleted is not found any more',
    before: [upsert(anna), call('DELETE', '/users-by-id/u1/')],
    request: call('DELETE', '/users/{{0.id}}/'),
    response: notFound,
    events: [],
    source: recorded,
  },
  {
    name: 'a path that is a call of its own deletes nobody of that id',
    before: [upsert({ user_id: 'search' })],
    request: call('DELETE', '/users-by-id/search/'),
    response: {
      ...detail(405, 'Method "DELETE" not allowed.'),
      headers: { allow: 'GET, HEAD, OPTIONS' },
    },
    events: [],
  },
  {
    name: 'PUT on a word that is no id and no call is no path',
    request: call('PUT', '/users/anna/', {}),
    response: { status: 404, headers: { 'content-type': 'text/html; charset=utf-8' } },
    events: [],
  },
]

const listing: DialectCase[] = [
  {
    name: 'the list of nobody is an empty page',
    request: get('/users/'),
    response: { status: 200, body: { count: 0, next: null, previous: null, results: [] } },
    events: [],
  },
  {
    name: 'the list goes by id',
    before: [upsert(anna), upsert({ user_id: 'u2' })],
    request: get('/users/'),
    response: {
      status: 200,
      headers: { allow: 'GET, POST, HEAD, OPTIONS' },
      bodyHolds: {
        ...{ count: 2, next: null, previous: null },
        results: [{ id: '{{0.id}}' }, { id: '{{1.id}}' }],
      },
    },
    events: [],
    source: recorded,
  },
  {
    name: 'a page out of range is a 404',
    before: [upsert(anna)],
    request: get('/users/?page=2'),
    response: detail(404, 'Invalid page.'),
    events: [],
  },
  {
    name: 'a page that is no number is a 404',
    request: get('/users/?page=last'),
    response: detail(404, 'Invalid page.'),
    events: [],
  },
  {
    name: 'a cursor, and what is no attribute, are passed over',
    before: [upsert(anna)],
    request: get('/users/?cursor=101&_=1700000000'),
    response: { status: 200, bodyHolds: { count: 1 } },
    events: [],
  },
  {
    name: 'with_email leaves out who has none',
    before: [upsert(anna), upsert({ user_id: 'u2' })],
    request: get('/users/?with_email=true'),
    response: { status: 200, bodyHolds: { count: 1, results: [{ user_id: 'u1' }] } },
    events: [],
  },
  {
    name: 'with_email without a word leaves out nobody',
    before: [upsert(anna), upsert({ user_id: 'u2' })],
    request: get('/users/?with_email='),
    response: { status: 200, bodyHolds: { count: 2 } },
    events: [],
  },
  {
    name: 'updated_at from a second on',
    before: [upsert(anna)],
    request: get('/users/?search=updated_at&min=1500000000'),
    response: { status: 200, bodyHolds: { count: 1 } },
    events: [],
  },
  {
    name: 'updated_at up to a second',
    before: [upsert(anna)],
    request: get('/users/?search=updated_at&max=1500000000'),
    response: { status: 200, bodyHolds: { count: 0, results: [] } },
    events: [],
  },
  {
    name: 'last_seen finds nobody',
    before: [upsert(anna)],
    request: get('/users/?search=last_seen&min=0'),
    response: { status: 200, bodyHolds: { count: 0, results: [] } },
    events: [],
    differs: {
      vendor: 'It finds those who were seen by its widget in the span of time.',
      why: 'Roster observes no visits.',
    },
  },
  {
    name: 'a search by another time is refused',
    request: get('/users/?search=created_at&min=0'),
    response: fieldFaults({ search: ['"created_at" is not a valid choice.'] }),
    events: [],
  },
  {
    name: 'a time that is no number is refused',
    request: get('/users/?search=updated_at&min=today'),
    response: fieldFaults({ min: ['A valid integer is required.'] }),
    events: [],
  },
  {
    name: 'an old client’s search by user_id',
    before: [upsert(anna)],
    request: get('/users-by-id/search/?user_id=u1'),
    response: { status: 200, bodyHolds: { id: '{{0.id}}' } },
    events: [],
  },
  {
    name: 'that search takes the newer name of the id too',
    before: [upsert(anna)],
    request: get('/users-by-id/search/?custom_id=u1', version2),
    response: { status: 200, bodyHolds: { id: '{{0.id}}', custom_id: 'u1' } },
    events: [],
  },
  {
    name: 'a plus that is not encoded is one there too',
    before: [upsert({ ...anna, user_id: 'u+1' })],
    request: get('/users-by-id/search/?user_id=u+1'),
    response: { status: 200, bodyHolds: { id: '{{0.id}}', user_id: 'u+1' } },
    events: [],
  },
  {
    name: 'that search finds nobody: an empty body',
    request: get('/users-by-id/search/?user_id=u1'),
    response: { status: 404, headers: { 'content-type': null }, body: '' },
    events: [],
  },
]

function withoutId({ user_id: _, ...rest }: typeof anna) {
  return rest
}

export const userCases: DialectCase[] = [...creating, ...changing, ...listing]
