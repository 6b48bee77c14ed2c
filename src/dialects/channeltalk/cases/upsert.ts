import type { DialectCase } from '../../../core/dialect-case.ts'
import { get, holds, member, ok, patch, post, put, refused } from './expected.ts'

/** PUT and GET /users/@{memberId}: the customer's own id. */
export const upsertCases: DialectCase[] = [
  {
    name: 'an unknown member is created, with 200',
    request: put({ profile: { name: 'Gabrielle' }, tags: ['New'] }),
    response: ok(
      member({ name: 'Gabrielle', named: true, profile: { name: 'Gabrielle' }, tags: ['new'] }),
    ),
    events: [
      {
        type: 'profile.created',
        subject: true,
        attributes: { name: 'Gabrielle' },
        changed: ['name', 'tags', 'user_id'],
      },
    ],
  },
  {
    name: 'a member may be created without anything',
    request: put(),
    response: ok(member()),
    events: [{ type: 'profile.created', changed: ['user_id'] }],
  },
  {
    name: 'a known member is changed key by key, as in an update',
    before: [put({ profile: { name: 'Gabrielle', plan: 'free' }, unsubscribeEmail: true })],
    request: put({ profile: { plan: 'paid' } }),
    response: holds({
      id: '{{0.user.id}}',
      profile: { name: 'Gabrielle', plan: 'paid' },
      unsubscribeEmail: true,
      version: 2,
    }),
    events: [{ type: 'profile.updated', changed: ['plan'] }],
  },
  {
    name: 'the same upsert again changes nothing',
    before: [put({ profile: { name: 'Gabrielle' }, tags: ['vip'] })],
    request: put({ profile: { name: 'Gabrielle' }, tags: ['VIP'] }),
    response: holds({ id: '{{0.user.id}}', version: 1 }),
    events: [],
  },
  {
    name: 'profileOnce in the upsert of a known member leaves what is there',
    before: [put({ profile: { utmSource: 'google' } })],
    request: put({ profile: {}, profileOnce: { utmSource: 'bing' } }),
    response: holds({ profile: { utmSource: 'google' }, version: 1 }),
    events: [
      { type: 'profile.unchanged', dropped: [{ name: 'utmSource', reason: 'already_set' }] },
    ],
  },
  {
    name: 'a new member id finds a lead by its address and makes it a member',
    before: [post({ profile: { email: 'g@example.com' } })],
    request: put({ profile: { email: 'G@Example.com', name: 'Gabrielle' } }),
    response: holds({
      id: '{{0.user.id}}',
      memberId: 'm1',
      type: 'member',
      member: true,
      version: 2,
    }),
    events: [{ type: 'profile.updated', changed: ['email', 'name', 'user_id'] }],
  },
  {
    name: 'an address in profileOnce finds a lead too',
    before: [post({ profile: { email: 'g@example.com' } })],
    request: put({ profileOnce: { email: 'g@example.com' } }),
    response: holds({ id: '{{0.user.id}}', memberId: 'm1' }),
    events: [{ type: 'profile.updated', changed: ['user_id'] }],
  },
  {
    name: 'a new member id does not take over the address of another member',
    before: [put({ profile: { email: 'g@example.com' } }, 'm2')],
    request: put({ profile: { email: 'g@example.com' } }),
    response: ok(
      member({
        email: 'g@example.com',
        emailQualified: true,
        profile: { email: 'g@example.com' },
      }),
    ),
    events: [{ type: 'profile.created', changed: ['email', 'user_id'] }],
  },
  {
    name: 'with e-mail matching off a new member id is always a new user',
    settings: { emailMatching: false },
    before: [post({ profile: { email: 'g@example.com' } })],
    request: put({ profile: { email: 'g@example.com' } }),
    response: holds({ memberId: 'm1', version: 1 }),
    events: [{ type: 'profile.created', changed: ['email', 'user_id'] }],
  },
  ...memberIds([
    ['%40m1', 'm1', 'an at sign that is percent-encoded'],
    ['@g%40example.com', 'g@example.com', 'an encoded address'],
    ['@g@example.com', 'g@example.com', 'an address as it is'],
    ['@%EA%B0%80', '가', 'an encoded script'],
    ['@a%2Fb', 'a/b', 'an encoded slash'],
    ['@%2540', '%40', 'a percent sign, decoded once'],
    ['@constructor', 'constructor', 'a word of the language'],
    ['@01012345678', '01012345678', 'digits'],
    [`@${'x'.repeat(64)}`, 'x'.repeat(64), 'sixty-four characters'],
  ]),
  ...wrongMemberIds([
    [`@${'x'.repeat(65)}`, 'longer than 64 characters'],
    ['@a%20b', 'with a space'],
    ['@a%09', 'with a tab'],
    ['@a%E3%80%80', 'with a wide space'],
    ['@', 'that is empty'],
  ]),
  {
    name: 'member ids tell upper from lower case',
    before: [put({}, 'Abc')],
    request: put({}, 'abc'),
    response: ok(member({}, 'abc')),
    events: [{ type: 'profile.created' }],
  },
  {
    name: 'a slash too many, in the middle or at the end, changes nothing',
    before: [put({})],
    request: { method: 'PUT', path: '/open/v5//users/@m1/', body: { profile: { plan: 'a' } } },
    response: holds({ id: '{{0.user.id}}', version: 2 }),
    events: [{ type: 'profile.updated', changed: ['plan'] }],
  },
  {
    name: 'a member is read by member id',
    before: [put({ profile: { name: 'Gabrielle' } })],
    request: get('/users/@m1'),
    response: ok(member({ name: 'Gabrielle', named: true, profile: { name: 'Gabrielle' } })),
    events: [],
  },
  {
    name: 'a member is read by user id',
    before: [put({ profile: { name: 'Gabrielle' } })],
    request: get('/users/{{0.user.id}}'),
    response: holds({ id: '{{0.user.id}}', memberId: 'm1', name: 'Gabrielle' }),
    events: [],
  },
  {
    name: 'a read with the content type of JSON and no body is a read',
    before: [put({})],
    request: { ...get('/users/@m1'), headers: { 'content-type': 'application/json' } },
    response: ok(member()),
    events: [],
  },
  {
    name: 'a question mark with nothing behind it changes nothing',
    before: [put({})],
    request: get('/users/@m1?'),
    response: ok(member()),
    events: [],
  },
  {
    name: 'header names are read whatever their case',
    before: [put({})],
    request: {
      ...get('/users/@m1'),
      headers: {
        'x-access-key': null,
        'x-access-secret': null,
        'X-ACCESS-KEY': '{{accessKey}}',
        'X-Access-Secret': '{{accessSecret}}',
      },
    },
    response: ok(member()),
    events: [],
  },
  {
    name: 'an unknown member is 404',
    request: get('/users/@nobody'),
    response: refused(404, 'userNotFound'),
    events: [],
  },
  {
    name: 'a member is not found by the user id of another shape',
    before: [put({})],
    request: get('/users/m1'),
    response: refused(404, 'userNotFound'),
    events: [],
  },
  {
    name: 'a user id is not a member id',
    before: [put({})],
    request: get('/users/@{{0.user.id}}'),
    response: refused(404, 'userNotFound'),
    events: [],
  },
  {
    name: 'reading by a member id that cannot be one is refused by name',
    request: get('/users/@a%20b'),
    response: refused(422, 'invalidField', 'memberId'),
    events: [],
  },
  {
    name: 'an update by user id keeps the member id',
    before: [put({})],
    request: patch({ profile: { plan: 'a' } }),
    response: ok(member({ profile: { plan: 'a' }, version: 2 })),
    events: [{ type: 'profile.updated' }],
  },
]

function memberIds(rows: [segment: string, memberId: string, what: string][]): DialectCase[] {
  return rows.map(([segment, memberId, what]) => ({
    name: `a member id may be ${what}`,
    request: { method: 'PUT', path: `/open/v5/users/${segment}`, body: {} },
    response: ok(member({}, memberId)),
    events: [{ type: 'profile.created', changed: ['user_id'] }],
  }))
}

function wrongMemberIds(rows: [segment: string, what: string][]): DialectCase[] {
  return rows.map(([segment, what]) => ({
    name: `a member id ${what} is refused by name`,
    request: { method: 'PUT', path: `/open/v5/users/${segment}`, body: {} },
    response: refused(422, 'invalidField', 'memberId'),
    events: [],
  }))
}
