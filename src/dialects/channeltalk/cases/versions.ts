import type { CaseRequest, DialectCase } from '../../../core/dialect-case.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { member, put, refused } from './expected.ts'

/** The exchange that the Ruby client recorded from the vendor's service in July 2020. */
const recorded = {
  profile: { name: 'itdaa tester', mobileNumber: '+8201043241618', email: 'foo@bar.com' },
}

function asked(version: 3 | 4, method: string, path: string, body?: JsonValue): CaseRequest {
  const request = { method, path: `/open/v${version}${path}` }
  return body === undefined ? request : { ...request, body }
}

/** What versions before 5 leave out of a user, and what they have in its place. */
function older(changed: { [field: string]: JsonValue | undefined } = {}): JsonObject {
  return member({
    type: undefined,
    unsubscribeEmail: undefined,
    unsubscribeTexting: undefined,
    unsubscribed: false,
    ...changed,
  })
}

function answer(user: JsonObject): DialectCase['response'] {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: { user } }
}

/** Versions 3 and 4: the same calls, with other fields (wire notes 1.8). */
export const versionCases: DialectCase[] = [
  {
    name: 'version 3 answers the recorded upsert',
    request: { ...asked(3, 'PUT', '/users/@56201', recorded) },
    response: answer(
      older({
        memberId: '56201',
        name: 'itdaa tester',
        named: true,
        mobileNumberQualified: true,
        emailQualified: true,
        profile: {
          name: 'itdaa tester',
          mobileNumber: '+821043241618',
          email: 'foo@bar.com',
        },
        email: 'foo@bar.com',
        mobileNumber: '+821043241618',
        contact: true,
      }),
    ),
    events: [
      {
        type: 'profile.created',
        subject: true,
        changed: ['email', 'name', 'phone', 'user_id'],
      },
    ],
    source: 'recorded by the Ruby client from the vendor’s service, July 2020',
    differs: {
      vendor: 'Left out `named`, `language`, `mobileNumberQualified` and `emailQualified` in 2020.',
      why: 'They are of every later version, and no client minds.',
    },
  },
  {
    name: 'the recorded upsert in version 5 keeps the same values',
    request: { method: 'PUT', path: '/open/v5/users/@56201', body: recorded },
    response: {
      status: 200,
      bodyHolds: {
        user: {
          memberId: '56201',
          version: 1,
          member: true,
          mobileNumber: '+821043241618',
          profile: { mobileNumber: '+821043241618' },
        },
      },
    },
    events: [{ type: 'profile.created' }],
  },
  {
    name: 'version 4 has one opt-out that stands for both',
    before: [put({})],
    request: asked(4, 'PATCH', '/users/{{0.user.id}}', { unsubscribed: true }),
    response: answer(older({ unsubscribed: true, version: 2 })),
    events: [{ type: 'profile.updated', changed: ['unsubscribed_email', 'unsubscribed_texting'] }],
    differs: {
      vendor: 'How the one opt-out of versions 3 and 4 is kept for version 5 is not documented.',
      why: 'Set, it stops mail and text messages; read, it is true when either is stopped, so that nobody is written to who asked not to be.',
    },
  },
  {
    name: 'one stopped way is told to version 4 as unsubscribed',
    before: [put({ unsubscribeTexting: true })],
    request: asked(4, 'GET', '/users/@m1'),
    response: answer(older({ unsubscribed: true })),
    events: [],
  },
  {
    name: 'version 4 takes the opt-outs of version 5 too',
    before: [put({})],
    request: asked(4, 'PATCH', '/users/{{0.user.id}}', { unsubscribeEmail: true }),
    response: answer(older({ unsubscribed: true, version: 2 })),
    events: [{ type: 'profile.updated', changed: ['unsubscribed_email'] }],
  },
  {
    name: 'version 4 does not take blocked from a body',
    before: [put({})],
    request: asked(4, 'PATCH', '/users/{{0.user.id}}', { blocked: true }),
    response: answer(older()),
    events: [],
  },
  {
    name: 'version 4 takes ten tags',
    request: asked(4, 'PUT', '/users/@m1', { tags: tags(10) }),
    response: answer(older({ tags: tags(10) })),
    events: [{ type: 'profile.created' }],
  },
  {
    name: 'version 4 refuses eleven tags',
    request: asked(4, 'PUT', '/users/@m1', { tags: tags(11) }),
    response: refused(422, 'invalidField', 'tags'),
    events: [],
  },
  ...([3, 4] as const).flatMap(everyCall),
  ...missingCalls([
    ['POST', '/users', { profile: {} }],
    ['GET', '/users', undefined],
    ['POST', '/users/{{0.user.id}}/touch', undefined],
    ['PUT', '/users/@m1/session-jwt/issue', undefined],
    ['PUT', '/users/@m1/user-token/issue', undefined],
  ]),
  {
    name: 'an absolute address is served as its path',
    before: [put({})],
    request: { method: 'GET', path: 'https://api.channel.io/open/v5/users/@m1' },
    response: answer(member()),
    events: [],
    source: 'recorded from axios 0.21 behind a proxy',
  },
  {
    name: 'an address with a question mark and nothing behind it is served',
    before: [put({})],
    request: { method: 'GET', path: '/open/v5/users/@m1?' },
    response: answer(member()),
    events: [],
    source: 'recorded from the vendor’s own sample program',
  },
]

/** What version 5 has of users, older versions have, as far as they have the call. */
function everyCall(version: 3 | 4): DialectCase[] {
  const rows: [method: string, path: string, body: JsonValue | undefined, what: string][] = [
    ['GET', '/users/{{0.user.id}}', undefined, 'reads a user'],
    ['PATCH', '/users/{{0.user.id}}', {}, 'updates a user with nothing'],
    ['GET', '/users/@m1', undefined, 'reads a member'],
    ['PUT', '/users/@m1', {}, 'upserts a member with nothing'],
    ['DELETE', '/users/{{0.user.id}}/block', undefined, 'unblocks a user who is not blocked'],
  ]
  const contact = version === 3 ? { contact: false } : {}
  return [
    ...rows.map(([method, path, body, what]) => ({
      name: `version ${version} ${what}`,
      before: [put({}), { method: 'DELETE', path: '/open/v5/users/{{0.user.id}}/block' }],
      request: asked(version, method, path, body),
      response: answer(older({ ...contact, version: 2 })),
      events: [],
    })),
    {
      name: `version ${version} blocks a user`,
      before: [put({})],
      request: asked(version, 'POST', '/users/{{0.user.id}}/block'),
      response: answer(older({ ...contact, blocked: true, blockedKey: '<text>', version: 2 })),
      events: [{ type: 'profile.updated', changed: ['blocked'] }],
    },
    ...['{{0.user.id}}', '@m1'].map((who) => ({
      name: `version ${version} deletes ${who === '@m1' ? 'a member' : 'a user'}`,
      before: [put({})],
      request: asked(version, 'DELETE', `/users/${who}`),
      response: { status: 200, body: {} },
      events: [{ type: 'profile.removed' }],
    })),
    {
      name: `version ${version} names the channel`,
      request: asked(version, 'GET', '/channel'),
      response: { status: 200, bodyHolds: { channel: { id: '<text>' } } },
      events: [],
    },
  ]
}

function missingCalls(
  rows: [method: string, path: string, body: JsonValue | undefined][],
): DialectCase[] {
  return rows.flatMap(([method, path, body]) =>
    ([3, 4] as const).map((version) => ({
      name: `version ${version} does not have ${method} ${path.replace(/\{\{.*\}\}/, '{userId}')}`,
      before: [put({})],
      request: asked(version, method, path, body),
      response: refused(404, 'unknownRoute'),
      events: [],
    })),
  )
}

function tags(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `t${n}`)
}
