import type { CaseRequest, DialectCase } from '../../../core/dialect-case.ts'
import { holds, lead, member, ok, post, put, refused } from './expected.ts'

const nobody = '5ec3a01fe2b3f4d2cbc5'

/** A call without a body, on the user that the first request in `before` made. */
function on(method: string, below = ''): CaseRequest {
  return { method, path: `/open/v5/users/{{0.user.id}}${below}` }
}

const deleted: DialectCase['response'] = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: {},
}

/** Removing, blocking and touching users, and the tokens they are given. */
export const stateCases: DialectCase[] = [
  {
    name: 'a deleted user answers an empty object',
    before: [post({ profile: { name: 'Gabrielle' } })],
    request: on('DELETE'),
    response: deleted,
    events: [{ type: 'profile.removed', subject: true }],
    differs: {
      vendor: 'Not documented; its newer interface answers 204 without a body.',
      why: 'The clients that were tried take either.',
    },
  },
  {
    name: 'a member is deleted by your own id',
    before: [put({})],
    request: { method: 'DELETE', path: '/open/v5/users/@m1' },
    response: deleted,
    events: [{ type: 'profile.removed', subject: true }],
  },
  {
    name: 'a deletion with the content type of an empty form is no matter',
    before: [put({})],
    request: {
      method: 'DELETE',
      path: '/open/v5/users/@m1',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '0' },
    },
    response: deleted,
    events: [{ type: 'profile.removed' }],
    source: 'recorded from the Ruby client',
  },
  {
    name: 'a deletion with the content type of JSON and no body is no matter',
    before: [put({})],
    request: {
      method: 'DELETE',
      path: '/open/v5/users/@m1',
      headers: { 'content-type': 'application/json;charset=UTF-8' },
    },
    response: deleted,
    events: [{ type: 'profile.removed' }],
    source: 'recorded from the n8n and Spring clients',
  },
  {
    name: 'a deleted user is gone',
    before: [put({}), on('DELETE')],
    request: { method: 'GET', path: '/open/v5/users/@m1' },
    response: refused(404, 'userNotFound'),
    events: [],
  },
  {
    name: 'a deleted user cannot be deleted again',
    before: [put({}), on('DELETE')],
    request: on('DELETE'),
    response: refused(404, 'userNotFound'),
    events: [],
  },
  {
    name: 'nobody is deleted by a member id nobody has',
    request: { method: 'DELETE', path: '/open/v5/users/@m1' },
    response: refused(404, 'userNotFound'),
    events: [],
  },
  {
    name: 'an upsert after a deletion makes somebody new',
    before: [put({ profile: { plan: 'free' } }), on('DELETE')],
    request: put({}),
    response: ok(member()),
    events: [{ type: 'profile.created' }],
  },
  {
    name: 'a blocked user is answered with its key of the block',
    before: [post({ profile: {} })],
    request: on('POST', '/block'),
    response: ok(lead({ blocked: true, blockedKey: '<text>', version: 2 })),
    events: [{ type: 'profile.updated', changed: ['blocked'] }],
  },
  {
    name: 'blocking a user who is blocked changes nothing',
    before: [post({ profile: {} }), on('POST', '/block')],
    request: on('POST', '/block'),
    response: ok(lead({ blocked: true, blockedKey: '{{1.user.blockedKey}}', version: 2 })),
    events: [],
  },
  {
    name: 'an unblocked user has no key of a block',
    before: [post({ profile: {} }), on('POST', '/block')],
    request: on('DELETE', '/block'),
    response: ok(lead({ version: 3 })),
    events: [{ type: 'profile.updated', changed: ['blocked'] }],
  },
  {
    name: 'nobody is blocked',
    request: { method: 'POST', path: `/open/v5/users/${nobody}/block` },
    response: refused(404, 'userNotFound'),
    events: [],
  },
  {
    name: 'a touched user was seen now, counts one session and is online',
    before: [put({})],
    request: on('POST', '/touch'),
    response: {
      status: 200,
      body: {
        user: member({ lastSeenAt: '<int>', sessionsCount: 1, version: 2 }),
        online: {
          channelId: '{{0.user.channelId}}',
          personType: 'user',
          personId: '{{0.user.id}}',
          id: 'user-{{0.user.id}}',
        },
      },
    },
    events: [{ type: 'profile.updated', changed: ['last_seen_at', 'sessions_count'] }],
  },
  {
    name: 'each touch counts one session more',
    before: [put({}), on('POST', '/touch'), on('POST', '/touch')],
    request: on('POST', '/touch'),
    response: holds({ sessionsCount: 3 }),
    events: [{ type: 'profile.updated' }],
  },
  {
    name: 'a user that was just touched is read as online, and its profile shows nothing of it',
    before: [put({ profile: { plan: 'a' } }), on('POST', '/touch')],
    request: on('GET'),
    response: {
      status: 200,
      body: {
        user: member({
          profile: { plan: 'a' },
          lastSeenAt: '<int>',
          sessionsCount: 1,
          version: 2,
        }),
        online: { channelId: '<text>', personType: 'user', personId: '<hex20>', id: '<text>' },
      },
    },
    events: [],
  },
  {
    name: 'profile keys named like what a touch counts are the customer’s own',
    request: put({ profile: { sessions_count: 7, last_seen_at: 8 } }),
    response: ok(member({ profile: { sessions_count: 7, last_seen_at: 8 } })),
    events: [{ type: 'profile.created' }],
  },
  {
    name: 'nobody is touched',
    request: { method: 'POST', path: `/open/v5/users/${nobody}/touch` },
    response: refused(404, 'userNotFound'),
    events: [],
  },
  ...sessions('', 'of a minute without a word'),
  ...sessions('?expiration=PT1M', 'of the shortest time'),
  ...sessions('?expiration=P30D', 'of the longest time'),
  ...sessions('?expiration=PT24H30M', 'of hours and minutes'),
  ...refusedSessions('PT59S', 'P30DT1S', '1h', 'P', 'PT', 'P1Y'),
  {
    name: 'a session for a member id nobody has is 404',
    request: { method: 'PUT', path: '/open/v5/users/@m1/session-jwt/issue' },
    response: refused(404, 'userNotFound'),
    events: [],
  },
  ...['{{0.user.id}}', '@m1'].map(
    (who): DialectCase => ({
      name: `a user token is issued for ${who === '@m1' ? 'a member id' : 'a user id'}`,
      before: [put({})],
      request: { method: 'PUT', path: `/open/v5/users/${who}/user-token/issue` },
      response: { status: 200, body: { token: '<text>', disableAt: '<int>' } },
      events: [],
      ...(who === '@m1' && {
        differs: {
          vendor: 'What the token looks like and how long it counts are not documented.',
          why: 'It is a signed JSON Web Token for 30 days, and opens no call here.',
        },
      }),
    }),
  ),
]

function sessions(query: string, what: string): DialectCase[] {
  return [
    {
      name: `a session ${what} is signed, with both names of its end`,
      before: [put({})],
      request: { method: 'PUT', path: `/open/v5/users/@m1/session-jwt/issue${query}` },
      response: {
        status: 200,
        body: { sessionJWT: '<text>', expiresAt: '<int>', expireAt: '<int>' },
      },
      events: [],
    },
  ]
}

function refusedSessions(...durations: string[]): DialectCase[] {
  return durations.map((duration) => ({
    name: `a session of ${duration} is refused by name`,
    before: [put({})],
    request: {
      method: 'PUT',
      path: `/open/v5/users/@m1/session-jwt/issue?expiration=${duration}`,
    },
    response: refused(422, 'invalidField', 'expiration'),
    events: [],
  }))
}
