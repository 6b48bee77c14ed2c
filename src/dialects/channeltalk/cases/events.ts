import type { CaseRequest, DialectCase } from '../../../core/dialect-case.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { put, refused } from './expected.ts'

const nobody = '5ec3a01fe2b3f4d2cbc5'

/** The events of the user that the first request in `before` made. */
function events(method: string, below = '', body?: JsonValue, version = 5): CaseRequest {
  const path = `/open/v${version}/users/{{0.user.id}}/events${below}`
  return body === undefined ? { method, path } : { method, path, body }
}

function event(changed: { [field: string]: JsonValue | undefined } = {}): JsonObject {
  const shown: { [field: string]: JsonValue | undefined } = {
    userId: '{{0.user.id}}',
    id: '<hex20>',
    channelId: '{{0.user.channelId}}',
    name: 'Bought',
    createdAt: '<int>',
    expireAt: '<int>',
    managed: false,
    version: 1,
    ...changed,
  }
  return Object.fromEntries(
    Object.entries(shown).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  )
}

function listed(shown: JsonObject[], more: JsonObject = {}): DialectCase['response'] {
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'x-ratelimit-limit': '1000' },
    body: { events: shown, ...more },
  }
}

const create = (name: string) => events('POST', '', { name })
const three = [put({}), create('a'), create('b'), create('c')]

/** The events of a user (wire notes 1.5). */
export const eventCases: DialectCase[] = [
  {
    name: 'an event is recorded with its properties',
    before: [put({})],
    request: events('POST', '', {
      name: 'Bought',
      property: { price: 12.5, sku: 'a', gift: null },
    }),
    response: {
      status: 200,
      body: { event: event({ property: { price: 12.5, sku: 'a', gift: null } }) },
    },
    events: [
      {
        type: 'custom.Bought',
        subject: true,
        attributes: { price: 12.5, sku: 'a', gift: null },
      },
    ],
  },
  {
    name: 'an event needs no properties, and any name',
    before: [put({})],
    request: events('POST', '', { name: '구매 완료!', property: {} }),
    response: { status: 200, body: { event: event({ name: '구매 완료!' }) } },
    events: [{ type: 'custom.구매 완료!', subject: true, attributes: {} }],
    source: 'recorded from node-channelio',
  },
  {
    name: 'version 4 has no managed events',
    before: [put({})],
    request: events('POST', '', { name: 'Bought' }, 4),
    response: { status: 200, body: { event: event({ managed: undefined }) } },
    events: [{ type: 'custom.Bought' }],
  },
  {
    name: 'version 3 names the person of an event',
    before: [put({})],
    request: events('POST', '', { name: 'Bought' }, 3),
    response: {
      status: 200,
      body: {
        event: event({ managed: undefined, personId: '{{0.user.id}}', personType: 'user' }),
      },
    },
    events: [{ type: 'custom.Bought' }],
  },
  ...refusedEvents([
    [undefined, undefined, 'without a body'],
    [[], undefined, 'that is a list'],
    [{}, 'name', 'without a name'],
    [{ name: '' }, 'name', 'with an empty name'],
    [{ name: 7 }, 'name', 'with a number as its name'],
    [{ name: 'x'.repeat(65) }, 'name', 'with a name of 65 characters'],
    [{ name: 'a', property: 'b' }, 'property', 'with properties of text'],
    [{ name: 'a', property: ['b'] }, 'property', 'with properties in a list'],
  ]),
  {
    name: 'nobody has events',
    request: { method: 'POST', path: `/open/v5/users/${nobody}/events`, body: { name: 'a' } },
    response: refused(404, 'userNotFound'),
    events: [],
  },
  {
    name: 'events are not recorded by member id',
    before: [put({})],
    request: { method: 'POST', path: '/open/v5/users/@m1/events', body: { name: 'a' } },
    response: refused(404, 'unknownRoute'),
    events: [],
  },
  {
    name: 'the newest event comes first, and nothing says that there are more',
    before: three,
    request: events('GET', '?limit=10'),
    response: listed(['c', 'b', 'a'].map((name) => event({ name }))),
    events: [],
    source: 'recorded from node-channelio',
  },
  {
    name: 'events are listed oldest first where that is asked for',
    before: three,
    request: events('GET', '?sortOrder=asc'),
    response: listed(['a', 'b', 'c'].map((name) => event({ name }))),
    events: [],
  },
  {
    name: 'a page that is full says where the next begins',
    before: three,
    request: events('GET', '?sortOrder=desc&limit=2'),
    response: listed(
      ['c', 'b'].map((name) => event({ name })),
      { next: '<hex20>' },
    ),
    events: [],
  },
  {
    name: 'the next page goes on behind the one before',
    before: [...three, events('GET', '?limit=2')],
    request: events('GET', '?limit=2&since={{4.next}}'),
    response: listed([event({ name: 'a' })], { prev: '<hex20>' }),
    events: [],
  },
  {
    name: 'the next page of the oldest first goes on as well',
    before: [...three, events('GET', '?limit=2&sortOrder=asc')],
    request: events('GET', '?limit=2&sortOrder=asc&since={{4.next}}'),
    response: listed([event({ name: 'c' })], { prev: '<hex20>' }),
    events: [],
  },
  {
    name: 'a time in microseconds is a cursor too',
    before: three,
    request: events('GET', '?since=1594627125944000&sortOrder=asc'),
    response: listed(
      ['a', 'b', 'c'].map((name) => event({ name })),
      { prev: '<hex20>' },
    ),
    events: [],
  },
  {
    name: 'a user without events has an empty list',
    before: [put({})],
    request: events('GET'),
    response: listed([]),
    events: [],
  },
  {
    name: 'versions before 5 list events too',
    before: [put({}), create('a')],
    request: events('GET', '', undefined, 4),
    response: listed([event({ name: 'a', managed: undefined })]),
    events: [],
  },
  {
    name: 'version 3 lists events too',
    before: [put({}), create('a')],
    request: events('GET', '', undefined, 3),
    response: listed([
      event({
        name: 'a',
        managed: undefined,
        personId: '{{0.user.id}}',
        personType: 'user',
      }),
    ]),
    events: [],
  },
  ...refusedLists([
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['limit=many', 'limit'],
    ['sortOrder=up', 'sortOrder'],
    ['since=yesterday', 'since'],
  ]),
  {
    name: 'what happens to a user is no event of a free name',
    before: [put({}), put({ profile: { plan: 'a' } })],
    request: events('GET'),
    response: listed([]),
    events: [],
  },
  {
    name: 'a deleted event answers an empty object, and that is logged',
    before: [put({}), create('a')],
    request: events('DELETE', '/{{1.event.id}}'),
    response: { status: 200, body: {} },
    events: [{ type: 'event.hidden', subject: true }],
    differs: {
      vendor: 'Deletes the event.',
      why: 'The log is never rewritten: the event is hidden from every call of this interface, and is still there for operators and rules.',
    },
  },
  {
    name: 'a deleted event is not listed any more',
    before: [...three, events('DELETE', '/{{2.event.id}}')],
    request: events('GET', '?limit=2'),
    response: listed(['c', 'a'].map((name) => event({ name }))),
    events: [],
  },
  {
    name: 'a deleted event cannot be deleted again',
    before: [put({}), create('a'), events('DELETE', '/{{1.event.id}}')],
    request: events('DELETE', '/{{1.event.id}}'),
    response: refused(404, 'notFound', undefined, 'There is no such event.'),
    events: [],
  },
  {
    name: 'the event of somebody else is not deleted',
    before: [put({}), put({}, 'm2'), create('a')],
    request: { method: 'DELETE', path: '/open/v5/users/{{1.user.id}}/events/{{2.event.id}}' },
    response: refused(404, 'notFound'),
    events: [],
  },
  ...['1', nobody].map((id) => ({
    name: `an event ${id} that never was is not deleted`,
    before: [put({})],
    request: events('DELETE', `/${id}`),
    response: refused(404, 'notFound'),
    events: [],
  })),
  ...([3, 4] as const).map((version) => ({
    name: `version ${version} deletes an event`,
    before: [put({}), create('a')],
    request: events('DELETE', '/{{1.event.id}}', undefined, version),
    response: { status: 200, body: {} },
    events: [{ type: 'event.hidden' }],
  })),
  {
    name: 'the events of a deleted user are not shown',
    before: [put({}), create('a'), { method: 'DELETE', path: '/open/v5/users/@m1' }],
    request: events('GET'),
    response: refused(404, 'userNotFound'),
    events: [],
  },
]

function refusedEvents(
  rows: [body: JsonValue | undefined, field: string | undefined, what: string][],
): DialectCase[] {
  return rows.map(([body, field, what]) => ({
    name: `an event ${what} is refused`,
    before: [put({})],
    request: events('POST', '', body),
    response: refused(422, 'invalidField', field),
    events: [],
  }))
}

function refusedLists(rows: [query: string, field: string][]): DialectCase[] {
  return rows.map(([query, field]) => ({
    name: `a list of events with ${query} is refused by name`,
    before: [put({})],
    request: events('GET', `?${query}`),
    response: refused(422, 'invalidField', field),
    events: [],
  }))
}
