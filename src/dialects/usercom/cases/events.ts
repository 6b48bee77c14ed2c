import type { DialectCase } from '../../../core/dialect-case.ts'
import type { JsonObject } from '../../../core/json.ts'
import { call, documented, fieldFaults, get, notFound, upsert, version2 } from './requests.ts'

const u1 = upsert({ user_id: 'u1' })
const order = { name: 'Placed an order', timestamp: 1_700_000_000, data: { total: 12.5 } }
const placed = (attributes: JsonObject = { total: 12.5 }) => [
  { type: 'custom.Placed an order', subject: true, attributes },
]
const created = { status: 201, body: { id: '<int>', created: true } }
const empty = { count: 0, next: null, previous: null, results: [] }

export const eventCases: DialectCase[] = [
  {
    name: 'an event by the customer’s own id; its name is new',
    before: [u1],
    request: call('POST', '/users-by-id/u1/events/', order),
    response: { ...created, headers: { allow: 'GET, POST, HEAD, OPTIONS' } },
    events: placed(),
    source: 'the vendor’s page on creating an event by id',
  },
  {
    name: 'the second event of a name answers the same id',
    before: [u1, call('POST', '/users-by-id/u1/events/', order)],
    request: call('POST', '/users/{{0.id}}/events/', { name: 'Placed an order', data: null }),
    response: { status: 201, body: { id: '{{1.id}}', created: false } },
    events: placed({}),
  },
  {
    name: 'version 1 names the user as client',
    before: [u1],
    request: call('POST', '/events/', { ...order, client: '{{0.id}}' }),
    response: created,
    events: placed(),
  },
  {
    name: 'version 2 names the user by the integer user_id',
    before: [u1],
    request: call('POST', '/events/', { ...order, user_id: '{{0.id}}' }, version2),
    response: created,
    events: placed(),
    source: documented('events/create-event'),
  },
  {
    name: 'version 2 names the user by user_custom_id, and a shop sends both',
    before: [u1],
    request: call('POST', '/events/', { ...order, user_id: 'u1', user_custom_id: 'u1' }, version2),
    response: created,
    events: placed(),
    source: documented('events/create-event'),
  },
  {
    name: 'an event about nobody is refused',
    request: call('POST', '/events/', { ...order, user_custom_id: 'u9' }, version2),
    response: fieldFaults({ user_custom_id: ['Invalid pk "u9" - object does not exist.'] }),
    events: [],
  },
  {
    name: 'an event names somebody',
    request: call('POST', '/events/', order),
    response: fieldFaults({ client: ['This field is required.'] }),
    events: [],
  },
  {
    name: 'all faults of an event are told at once',
    before: [u1],
    request: call('POST', '/users-by-id/u1/events/', { timestamp: 'now', data: 'x' }),
    response: fieldFaults({
      name: ['This field is required.'],
      timestamp: ['A valid integer is required.'],
      data: ['Expected a dictionary of items but got type "str".'],
    }),
    events: [],
  },
  {
    name: 'an event by an id nobody has is not found',
    request: call('POST', '/users-by-id/u9/events/', order),
    response: notFound,
    events: [],
  },
  {
    name: 'the events of a user, newest first',
    before: [u1, call('POST', '/users-by-id/u1/events/', order)],
    request: get('/users/{{0.id}}/events/'),
    response: {
      status: 200,
      body: {
        ...{ count: 1, next: null, previous: null },
        results: [
          {
            id: '<int>',
            client: '{{0.id}}',
            timestamp: '2023-11-14T22:13:20.000000Z',
            items: [{ name: 'total', value: 12.5 }],
            event: 'Placed an order',
            event_id: '{{1.id}}',
          },
        ],
      },
    },
    events: [],
  },
  {
    name: 'the events of a user by the customer’s own id',
    before: [u1],
    request: get('/users-by-id/u1/events/'),
    response: { status: 200, body: empty },
    events: [],
  },
  ...['/users/{{0.id}}', '/users-by-id/u1'].map(
    (path): DialectCase => ({
      name: `the timeline of a user below ${path.slice(0, 12)}`,
      before: [u1, call('POST', '/users-by-id/u1/events/', order)],
      request: get(`${path}/timeline/`),
      response: {
        status: 200,
        bodyHolds: {
          count: 2,
          results: [
            {
              ...{ id: '<int>', datetime: '<datetime>', name: 'Placed an order' },
              content: { url: null, title: null },
            },
            { name: 'profile.created' },
          ],
        },
      },
      events: [],
    }),
  ),
  ...['segments', 'ping_hits', 'emails', 'product_events'].flatMap((below) =>
    ['/users/{{0.id}}', '/users-by-id/u1'].map(
      (path): DialectCase => ({
        name: `${below} of a user below ${path.slice(0, 12)}: there are none`,
        before: [u1],
        request: get(`${path}/${below}/`),
        response: { status: 200, body: empty },
        events: [],
      }),
    ),
  ),
  {
    name: 'what there is of nobody is not found',
    request: get('/users/4711/ping_hits/'),
    response: notFound,
    events: [],
  },
  {
    name: 'there are no segments',
    request: get('/segments/'),
    response: { status: 200, body: empty, order: 'count next previous results' },
    events: [],
    differs: {
      vendor: 'It lists the segments that were made in its app.',
      why: 'They have no call that makes them; conditions of rules do their work here.',
    },
  },
  {
    name: 'nobody is in a segment that is not there',
    request: get('/segments/7/users/'),
    response: notFound,
    events: [],
  },
]
