import type { DialectCase } from '../../../core/dialect-case.ts'
import type { JsonValue } from '../../../core/json.ts'
import { get, holds, lead, ok, post, put, refused } from './expected.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** POST /users and GET /channel. */
export const leadCases: DialectCase[] = [
  {
    name: 'a lead has no member id and is no member',
    request: post({ profile: { name: 'Gabrielle', email: 'g@example.com' } }),
    response: ok(
      lead({
        name: 'Gabrielle',
        named: true,
        emailQualified: true,
        profile: { name: 'Gabrielle', email: 'g@example.com' },
        email: 'g@example.com',
      }),
    ),
    events: [{ type: 'profile.created', subject: true, changed: ['email', 'name'] }],
  },
  {
    name: 'a lead is read by its id',
    before: [post({ profile: { name: 'Gabrielle' } })],
    request: get('/users/{{0.user.id}}'),
    response: holds({ id: '{{0.user.id}}', type: 'lead', name: 'Gabrielle' }),
    events: [],
  },
  {
    name: 'an empty profile makes a lead too',
    request: post({ profile: {} }),
    response: ok(lead()),
    events: [{ type: 'profile.created', changed: [] }],
  },
  {
    name: 'a lead never becomes one that is there already',
    before: [put({ profile: { email: 'g@example.com' } })],
    request: post({ profile: { email: 'g@example.com' } }),
    response: holds({ type: 'lead', version: 1, email: 'g@example.com' }),
    events: [{ type: 'profile.created', changed: ['email'] }],
  },
  {
    name: 'a lead takes nothing but a profile',
    request: post({ profile: { plan: 'a' }, tags: ['vip'], blocked: true, memberId: 'm1' }),
    response: ok(lead({ profile: { plan: 'a' } })),
    events: [{ type: 'profile.created', changed: ['plan'] }],
  },
  {
    name: 'a lead from the documented form with a profile in JSON',
    request: { ...post('profile=%7B%22name%22%3A%22Coco+C.%22%2C%22n%22%3A1%7D'), headers: form },
    response: ok(lead({ name: 'Coco C.', named: true, profile: { name: 'Coco C.', n: 1 } })),
    events: [{ type: 'profile.created', attributes: { name: 'Coco C.', n: 1 } }],
  },
  {
    name: 'a form whose content type has a charset is a form',
    request: {
      ...post('profile={}'),
      headers: { 'content-type': 'Application/X-WWW-Form-Urlencoded; charset=UTF-8' },
    },
    response: ok(lead()),
    events: [{ type: 'profile.created' }],
  },
  {
    name: 'a lead from a form that spells the profile out, as PHP and Ruby do',
    request: {
      ...post('profile%5Bname%5D=Coco+C.&profile[email]=c@example.com&profile[likes][]=a&x=1'),
      headers: form,
    },
    response: holds({
      name: 'Coco C.',
      profile: { name: 'Coco C.', email: 'c@example.com', likes: ['a'] },
    }),
    events: [{ type: 'profile.created', changed: ['email', 'likes', 'name'] }],
  },
  {
    name: 'a lead from a form that spells out a name of the language is refused',
    request: { ...post('profile[__proto__][x]=1'), headers: form },
    response: refused(422, 'invalidField', 'profile.__proto__'),
    events: [],
  },
  ...refusedLeads([
    [undefined, {}, 'without a body'],
    [{}, {}, 'without a profile'],
    [{ profile: null }, {}, 'with a profile of null'],
    [{ profile: 'x' }, {}, 'with a profile of text'],
    [{ profile: [] }, {}, 'with a profile that is a list'],
    ['profile=', form, 'with an empty form field'],
    ['profile=name', form, 'with a form field that is no JSON'],
    ['profile=[1]', form, 'with a form field that is a list'],
    ['profile={}&profile={}', form, 'with a form field given twice'],
    ['name=Gabrielle', form, 'with a form that has other fields'],
  ]),
  {
    name: 'a lead in a form that is wrongly encoded is refused whole',
    request: { ...post('profile=%E0%A4'), headers: form },
    response: refused(400, 'malformedBody'),
    events: [],
  },
  {
    name: 'a lead in another content type is refused whole',
    request: { ...post('{"profile":{}}'), headers: { 'content-type': 'text/plain' } },
    response: refused(415, 'unsupportedMediaType'),
    events: [],
  },
  {
    name: 'the channel answers whose keys they are',
    request: get('/channel'),
    response: {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: { channel: { id: '<text>', name: '<text>', createdAt: '<int>' } },
    },
    events: [],
  },
  {
    name: 'the channel shows the region of its phone numbers as its country',
    settings: { phoneRegion: 'KR' },
    request: get('/channel/'),
    response: { status: 200, bodyHolds: { channel: { country: 'KR' } } },
    events: [],
  },
]

function refusedLeads(
  rows: [body: JsonValue | undefined, headers: { [name: string]: string }, what: string][],
): DialectCase[] {
  return rows.map(([body, headers, what]) => ({
    name: `a lead ${what} is refused by name`,
    request: { ...post(body), headers },
    response: refused(422, 'invalidField', 'profile'),
    events: [],
  }))
}
