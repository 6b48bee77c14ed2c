import type { DialectCase } from '../../../core/dialect-case.ts'
import { joined, list } from './lists.ts'
import {
  call,
  created,
  documented,
  fieldFaults,
  get,
  ok,
  seedPage,
  updated,
  upsert,
} from './requests.ts'

const u1 = upsert({ user_id: 'u1' })

export const severalUsersCases: DialectCase[] = [
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
    source: seedPage,
  },
]
