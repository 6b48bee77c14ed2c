import type { DialectCase } from '../../../core/dialect-case.ts'
import {
  call,
  created,
  documented,
  fieldFaults,
  get,
  noContent,
  notFound,
  ok,
  updated,
  upsert,
  version2,
} from './requests.ts'

const u1 = upsert({ user_id: 'u1' })
const vip = upsert({ user_id: 'u1', tags: ['vip'] })
const tagged = (path: string, name: string, method = 'POST') => call(method, path, { name })

const tags: DialectCase[] = [
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

const list = call('POST', '/lists/', { name: 'News', description: 'Monthly' })
const joined = (path: string) => call('POST', path, { list: '{{0.id}}' })

const lists: DialectCase[] = [
  {
    name: 'a list is made',
    request: list,
    response: { status: 201, body: { id: '<int>', name: 'News', description: 'Monthly' } },
    events: [],
  },
  {
    name: 'add_to_list enters somebody, which is an event',
    before: [list, u1],
    request: joined('/users/{{1.id}}/add_to_list/'),
    response: { status: 200, bodyHolds: { id: '<int>' } },
    events: [{ type: 'list.joined', subject: true, attributes: { id: '<int>', name: 'News' } }],
  },
  {
    name: 'add_to_list by the customer’s own id; whoever is on it stays on it',
    before: [list, u1, joined('/users-by-id/u1/add_to_list/')],
    request: joined('/users-by-id/u1/add_to_list/'),
    response: { status: 200, bodyHolds: { id: '<int>' } },
    events: [],
  },
  {
    name: 'the user object shows the lists',
    before: [list, u1, joined('/users-by-id/u1/add_to_list/')],
    request: get('/users-by-id/u1/', version2),
    response: {
      status: 200,
      bodyHolds: { lists: [{ id: '{{0.id}}', name: 'News', description: 'Monthly' }] },
    },
    events: [],
  },
  {
    name: 'a list that is not there is refused',
    before: [u1],
    request: call('POST', '/users-by-id/u1/add_to_list/', { list: 9 }),
    response: fieldFaults({ list: ['Invalid pk "9" - object does not exist.'] }),
    events: [],
  },
  ...(['DELETE', 'POST'] as const).flatMap((method): DialectCase[] => [
    {
      name: `remove_from_list by ${method} takes somebody off`,
      before: [list, u1, joined('/users-by-id/u1/add_to_list/')],
      request: call(method, '/users/{{1.id}}/remove_from_list/', { list: '{{0.id}}' }),
      response: noContent,
      events: [{ type: 'list.left', subject: true, attributes: { id: '<int>', name: 'News' } }],
    },
    {
      name: `remove_from_list by ${method} and the customer’s own id; who is not on it is as good`,
      before: [list, u1],
      request: call(method, '/users-by-id/u1/remove_from_list/', { list: '{{0.id}}' }),
      response: noContent,
      events: [],
    },
  ]),
  {
    name: 'the lists there are',
    before: [list],
    request: get('/lists/'),
    response: {
      status: 200,
      body: {
        ...{ count: 1, next: null, previous: null },
        results: [{ id: '{{0.id}}', name: 'News', description: 'Monthly' }],
      },
    },
    events: [],
  },
  {
    name: 'one list by its id',
    before: [list],
    request: get('/lists/{{0.id}}/'),
    response: { status: 200, body: { id: '{{0.id}}', name: 'News', description: 'Monthly' } },
    events: [],
  },
  {
    name: 'a list is changed in part',
    before: [list],
    request: call('PUT', '/lists/{{0.id}}/', { description: null }),
    response: { status: 200, body: { id: '{{0.id}}', name: 'News', description: '' } },
    events: [],
  },
  {
    name: 'a list is deleted with its places',
    before: [list, u1, joined('/users-by-id/u1/add_to_list/')],
    request: call('DELETE', '/lists/{{0.id}}/'),
    response: noContent,
    events: [],
  },
  {
    name: 'nobody is on a list that was deleted',
    before: [list, u1, joined('/users-by-id/u1/add_to_list/'), call('DELETE', '/lists/{{0.id}}/')],
    request: get('/users-by-id/u1/'),
    response: { status: 200, bodyHolds: { lists: [] } },
    events: [],
  },
]

const several: DialectCase[] = [
  {
    name: 'a custom attribute of several users at once; ids of nobody are passed over',
    before: [u1, upsert({ user_id: 'u2' })],
    request: call('PUT', '/users/mass_update_custom_attributes/', {
      ids: ['{{0.id}}', '{{1.id}}', 4711],
      attribute: 'plan',
      value: 'pro',
    }),
    response: { ...ok, headers: { allow: 'POST, PUT, OPTIONS' } },
    events: [updated({ plan: 'pro' }, ['plan']), updated({ plan: 'pro' }, ['plan'])],
    source: 'https://user.com/pl/api/users/mass-update-custom-attributes',
  },
  {
    name: 'the same by POST, as the sample on the vendor’s page has it',
    before: [u1],
    request: call('POST', '/users/mass_update_custom_attributes/', {
      ...{ ids: ['{{0.id}}'], attribute: 'plan', value: 'pro' },
    }),
    response: ok,
    events: [updated({ plan: 'pro' }, ['plan'])],
    source: 'https://user.com/pl/api/users/mass-update-custom-attributes',
  },
  {
    name: 'a standard attribute of several users at once',
    before: [u1],
    request: call('PUT', '/users/mass_update_standard_attributes/', {
      ...{ ids: ['{{0.id}}'], attribute: 'gender', value: 3 },
    }),
    response: ok,
    events: [updated({ gender: 'female' }, ['gender'])],
    source: 'https://user.com/en/api/users/mass-update-standard-attributes',
  },
  {
    name: 'a standard attribute by POST',
    before: [u1],
    request: call('POST', '/users/mass_update_standard_attributes/', {
      ...{ ids: ['{{0.id}}'], attribute: 'city', value: 'Oslo' },
    }),
    response: ok,
    events: [updated({ city: 'Oslo' }, ['city'])],
  },
  ...(['PUT', 'POST'] as const).flatMap((method): DialectCase[] => [
    {
      name: `a standard attribute by the customer’s own ids, by ${method}`,
      before: [u1, upsert({ user_id: 'u2' })],
      request: call(method, '/users-by-id/mass_update_standard_attributes/', {
        ...{ ids: ['u2', 'u9'], attribute: 'city', value: 'Oslo' },
      }),
      response: ok,
      events: [updated({ city: 'Oslo' }, ['city'])],
      source: documented('users-custom-id/mass-update-standard-attributes'),
    },
    {
      name: `a custom attribute by the customer’s own ids, by ${method}`,
      before: [u1],
      request: call(method, '/users-by-id/mass_update_custom_attributes/', {
        ...{ ids: ['u1'], attribute: 'plan', value: 5 },
      }),
      response: ok,
      events: [updated({ plan: 5 }, ['plan'])],
    },
  ]),
  {
    name: 'a custom name is no standard attribute',
    before: [u1],
    request: call('PUT', '/users/mass_update_standard_attributes/', {
      ...{ ids: ['{{0.id}}'], attribute: 'plan', value: 1 },
    }),
    response: fieldFaults({ attribute: ['"plan" is not a valid choice.'] }),
    events: [],
  },
  {
    name: 'a mass update says everything that is wrong',
    request: call('PUT', '/users/mass_update_custom_attributes/', { ids: ['x', 'y'] }),
    response: fieldFaults({
      ids: ['A valid integer is required.'],
      attribute: ['This field is required.'],
    }),
    events: [],
  },
  {
    name: 'a value that fits nobody changes nobody',
    before: [u1],
    request: call('PUT', '/users/mass_update_standard_attributes/', {
      ...{ ids: ['{{0.id}}'], attribute: 'score', value: 'much' },
    }),
    response: fieldFaults({ score: ['A valid integer is required.'] }),
    events: [],
  },
  {
    name: 'a merge gives the parent what it lacks',
    before: [
      upsert({ user_id: 'u1', city: 'Oslo' }),
      upsert({ user_id: 'u2', city: 'Rome', plan: 'pro', tags: ['vip'] }),
    ],
    request: call('POST', '/users/merge/', { parent: '{{0.id}}', users_list: ['{{1.id}}'] }),
    response: { status: 200, body: { success: true } },
    events: [
      {
        type: 'profile.merged',
        subject: true,
        changed: ['plan', 'tags', 'user_id', 'merged_profile'],
      },
      { type: 'profile.absorbed', subject: true },
    ],
    source: documented('users/merge'),
  },
  {
    name: 'the list of a merge may go by the name in the vendor’s example',
    before: [u1, upsert({ user_id: 'u2' })],
    request: call('POST', '/users/merge/', { parent: '{{0.id}}', user_list: ['{{1.id}}'] }),
    response: { status: 200, body: { success: true } },
    events: [{ type: 'profile.merged' }, { type: 'profile.absorbed' }],
    source: documented('users/merge'),
  },
  {
    name: 'after a merge both ids lead to the parent',
    before: [
      u1,
      upsert({ user_id: 'u2', city: 'Rome' }),
      call('POST', '/users/merge/', { parent: '{{0.id}}', users_list: ['{{1.id}}'] }),
    ],
    request: upsert({ user_id: 'u2', country: 'Italy' }),
    response: { status: 200, body: { created: false, id: '{{0.id}}' } },
    events: [updated({ country: 'Italy' }, ['country'])],
  },
  {
    name: 'the integer id of who was merged is found as well',
    before: [
      u1,
      upsert({ user_id: 'u2', city: 'Rome' }),
      call('POST', '/users/merge/', { parent: '{{0.id}}', users_list: ['{{1.id}}'] }),
    ],
    request: get('/users/{{1.id}}/'),
    response: { status: 200, bodyHolds: { id: '{{0.id}}', user_id: 'u1', city: 'Rome' } },
    events: [],
  },
  {
    name: 'a merge takes over places on lists and at companies',
    before: [
      list,
      call('POST', '/companies/', { name: 'Acme', company_id: 'c1' }),
      u1,
      upsert({ user_id: 'u2', company_id: 'c1' }),
      joined('/users-by-id/u2/add_to_list/'),
      call('POST', '/users/merge/', { parent: '{{2.id}}', users_list: ['{{3.id}}'] }),
    ],
    request: get('/users-by-id/u1/'),
    response: {
      status: 200,
      bodyHolds: {
        companies: [{ member_since: '<datetime>', id: '{{1.id}}', name: 'Acme' }],
        lists: [{ id: '{{0.id}}' }],
      },
    },
    events: [],
  },
  {
    name: 'a merge into nobody is refused',
    before: [u1],
    request: call('POST', '/users/merge/', { parent: 4711, users_list: ['{{0.id}}'] }),
    response: fieldFaults({ parent: ['Invalid pk "4711" - object does not exist.'] }),
    events: [],
  },
  {
    name: 'a merge says what is missing',
    request: call('POST', '/users/merge/', {}),
    response: fieldFaults({
      parent: ['This field is required.'],
      users_list: ['This field is required.'],
    }),
    events: [],
  },
  {
    name: 'a new user of a company is entered there, which is an event of its own',
    before: [call('POST', '/companies/', { name: 'Acme', company_id: 'c1' })],
    request: upsert({ user_id: 'u1', company_id: 'c1' }),
    response: { status: 200, body: { created: true, id: '<int>' } },
    events: [
      created({}, ['user_id']),
      {
        type: 'company.joined',
        subject: true,
        attributes: { id: '<int>', company_id: 'c1', name: 'Acme' },
      },
    ],
    source: 'https://user.com/pl/api/user/update-create-user',
  },
]

export const membershipCases: DialectCase[] = [...tags, ...lists, ...several]
