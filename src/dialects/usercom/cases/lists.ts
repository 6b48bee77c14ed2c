import type { DialectCase } from '../../../core/dialect-case.ts'
import { call, fieldFaults, get, noContent, upsert, version2 } from './requests.ts'

const u1 = upsert({ user_id: 'u1' })
export const list = call('POST', '/lists/', { name: 'News', description: 'Monthly' })
export const joined = (path: string) => call('POST', path, { list: '{{0.id}}' })

export const listCases: DialectCase[] = [
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
  {
    name: 'add_to_list without a list says what is missing',
    before: [u1],
    request: call('POST', '/users/{{0.id}}/add_to_list/', {}),
    response: fieldFaults({ list: ['This field is required.'] }),
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
