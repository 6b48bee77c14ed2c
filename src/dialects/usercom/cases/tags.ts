import type { DialectCase } from '../../../core/dialect-case.ts'
import { call, fieldFaults, get, noContent, notFound, ok, updated, upsert } from './requests.ts'

const u1 = upsert({ user_id: 'u1' })
const vip = upsert({ user_id: 'u1', tags: ['vip'] })
const tagged = (path: string, name: string, method = 'POST') => call(method, path, { name })

export const tagCases: DialectCase[] = [
  {
    name: 'add_tag makes a new tag and says so',
    before: [u1],
    request: tagged('/users/{{0.id}}/add_tag/', 'vip'),
    response: { status: 200, body: { created: true, tag: { name: 'vip', id: '<int>' } } },
    events: [updated({}, ['tags'])],
  },
  {
    name: 'add_tag by the customer’s own id, and the tag is there already',
    before: [u1, call('POST', '/tags/', { name: 'vip' })],
    request: tagged('/users-by-id/u1/add_tag/', 'vip'),
    response: { status: 200, body: { created: false, tag: { name: 'vip', id: '{{1.id}}' } } },
    events: [updated({}, ['tags'])],
  },
  {
    name: 'add_tag takes a form',
    before: [u1],
    request: {
      ...call('POST', '/users/{{0.id}}/add_tag/', 'name=vip'),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    },
    response: { status: 200, bodyHolds: { created: true } },
    events: [updated({}, ['tags'])],
  },
  {
    name: 'add_tag without a name is refused',
    before: [u1],
    request: call('POST', '/users-by-id/u1/add_tag/', {}),
    response: fieldFaults({ name: ['This field is required.'] }),
    events: [],
  },
  {
    name: 'add_many_tags adds each of them',
    before: [vip],
    request: call('POST', '/users-by-id/u1/add_many_tags/', { tag_names: ['a', 'b', 'vip'] }),
    response: ok,
    events: [updated({}, ['tags'])],
  },
  {
    name: 'add_many_tags by the integer id',
    before: [u1],
    request: call('POST', '/users/{{0.id}}/add_many_tags/', { tag_names: ['a'] }),
    response: ok,
    events: [updated({}, ['tags'])],
  },
  ...(['DELETE', 'POST'] as const).flatMap((method): DialectCase[] => [
    {
      name: `remove_tag by ${method} takes a tag away`,
      before: [vip],
      request: tagged('/users/{{0.id}}/remove_tag/', 'vip', method),
      response: noContent,
      events: [updated({}, ['tags'])],
    },
    {
      name: `remove_tag by ${method} and the customer’s own id; a tag that is not there is as good`,
      before: [u1],
      request: tagged('/users-by-id/u1/remove_tag/', 'vip', method),
      response: noContent,
      events: [],
    },
  ]),
  {
    name: 'remove_tag on nobody is not found',
    request: tagged('/users/4711/remove_tag/', 'vip', 'DELETE'),
    response: notFound,
    events: [],
  },
  {
    name: 'a tag is made',
    request: call('POST', '/tags/', { name: 'vip' }),
    response: { status: 201, body: { id: '<int>', name: 'vip' } },
    events: [],
  },
  {
    name: 'the list of tags has those that users got',
    before: [vip],
    request: get('/tags/'),
    response: {
      status: 200,
      body: {
        ...{ count: 1, next: null, previous: null },
        results: [{ id: '<int>', name: 'vip' }],
      },
    },
    events: [],
  },
  {
    name: 'the users who have a tag',
    before: [call('POST', '/tags/', { name: 'vip' }), vip, upsert({ user_id: 'u2' })],
    request: get('/tags/{{0.id}}/users/'),
    response: { status: 200, bodyHolds: { count: 1, results: [{ id: '{{1.id}}' }] } },
    events: [],
  },
  {
    name: 'the companies that have a tag',
    before: [
      call('POST', '/tags/', { name: 'vip' }),
      call('POST', '/companies/', { name: 'Acme', tags: ['vip'] }),
      call('POST', '/companies/', { name: 'Other' }),
    ],
    request: get('/tags/{{0.id}}/companies/'),
    response: { status: 200, bodyHolds: { count: 1, results: [{ id: '{{1.id}}' }] } },
    events: [],
  },
  {
    name: 'a tag is renamed for everybody who has it',
    before: [call('POST', '/tags/', { name: 'vip' }), vip],
    request: call('PUT', '/tags/{{0.id}}/', { name: 'gold' }),
    response: { status: 200, body: { id: '{{0.id}}', name: 'gold' } },
    events: [updated({}, ['tags'])],
  },
  {
    name: 'a tag does not take the name of another',
    before: [call('POST', '/tags/', { name: 'vip' }), call('POST', '/tags/', { name: 'gold' })],
    request: call('PUT', '/tags/{{0.id}}/', { name: 'gold' }),
    response: fieldFaults({ name: ['A tag of this name already exists.'] }),
    events: [],
  },
  {
    name: 'a deleted tag is taken from everybody',
    before: [call('POST', '/tags/', { name: 'vip' }), vip],
    request: call('DELETE', '/tags/{{0.id}}/'),
    response: noContent,
    events: [updated({}, ['tags'])],
  },
]
