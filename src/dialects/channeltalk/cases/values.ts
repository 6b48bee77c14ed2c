import type { DialectCase } from '../../../core/dialect-case.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { holds, member, ok, patch, patchText, put } from './expected.ts'

/** What a profile may hold, how it is shown, and what is read from it. */
export const valueCases: DialectCase[] = [
  kept('a number of any size comes back exactly', {
    testDate: 1753862400,
    price: 12.5,
    less: -0.25,
  }),
  kept('the largest exact integer comes back exactly', { n: Number.MAX_SAFE_INTEGER }),
  kept('truth, text and lists are kept as they are', {
    paid: true,
    churned: false,
    note: '',
    colours: ['red', 'green'],
    scores: [1, 2.5],
    none: [],
  }),
  kept('nested values are kept as they are', { address: { city: { name: 'Seoul' } }, empty: {} }),
  kept('keys may be of any script and form', {
    구매횟수: 3,
    snake_case: 1,
    'with space': 2,
    'a.b': 3,
    'referrer[utm]': 4,
  }),
  kept(
    'names that mean something to the language are ordinary keys',
    JSON.parse('{"constructor":"a","prototype":"b","toString":"c","hasOwnProperty":"d"}'),
  ),
  kept('free keys do not touch what stands beside the profile', {
    blocked: true,
    unsubscribed_email: true,
    unsubscribed_texting: true,
  }),
  kept('free keys that look like our own names come back under their name', {
    phone: '1',
    first_name: '2',
    avatar_url: '3',
    'profile.phone': '4',
    'profile.other': '5',
  }),
  kept('the documented purchase keys are ordinary values', {
    recentPurchaseCount: 2,
    recentPurchaseAmount: 10.5,
  }),
  {
    name: 'of a key given twice the last value counts',
    before: [put({})],
    request: patchText('{"profile":{"plan":"a","plan":"b"}}'),
    response: ok(member({ profile: { plan: 'b' }, version: 2 })),
    events: [{ type: 'profile.updated', attributes: { plan: 'b' } }],
  },
  {
    name: 'the boolean empty of the sample body is dropped without a word',
    before: [put({})],
    request: patch({ profile: { empty: true }, profileOnce: { empty: false } }),
    response: ok(member()),
    events: [],
  },
  {
    name: 'first and last name make the name that is shown',
    before: [put({})],
    request: patch({ profile: { firstName: 'Gabrielle', lastName: 'Chanel' } }),
    response: ok(
      member({
        name: 'Gabrielle Chanel',
        named: true,
        profile: { firstName: 'Gabrielle', lastName: 'Chanel', name: 'Gabrielle Chanel' },
        version: 2,
      }),
    ),
    events: [
      {
        type: 'profile.updated',
        attributes: { first_name: 'Gabrielle', last_name: 'Chanel' },
        changed: ['first_name', 'last_name'],
      },
    ],
  },
  {
    name: 'a name in the same update as its parts is the name',
    before: [put({})],
    request: patch({ profile: { firstName: 'Gabrielle', lastName: 'Chanel', name: 'Coco' } }),
    response: holds({ name: 'Coco', named: true, profile: { name: 'Coco' } }),
    events: [{ type: 'profile.updated' }],
  },
  {
    name: 'a last name alone makes a user named',
    before: [put({})],
    request: patch({ profile: { lastName: 'Chanel' } }),
    response: holds({ name: 'Chanel', named: true }),
    events: [{ type: 'profile.updated' }],
  },
  {
    name: 'values of the profile are mirrored at the top',
    before: [put({})],
    request: patch({
      profile: {
        name: 'Gabrielle',
        email: 'Gabrielle@Example.com',
        mobileNumber: '+821043241618',
        landlineNumber: '+82221234567',
        avatarUrl: 'https://example.com/g.png',
      },
    }),
    response: ok(
      member({
        name: 'Gabrielle',
        named: true,
        mobileNumberQualified: true,
        emailQualified: true,
        profile: {
          name: 'Gabrielle',
          email: 'Gabrielle@Example.com',
          mobileNumber: '+821043241618',
          landlineNumber: '+82221234567',
          avatarUrl: 'https://example.com/g.png',
        },
        email: 'Gabrielle@Example.com',
        avatarUrl: 'https://example.com/g.png',
        mobileNumber: '+821043241618',
        landlineNumber: '+82221234567',
        version: 2,
      }),
    ),
    events: [
      {
        type: 'profile.updated',
        changed: ['name', 'email', 'phone', 'landline_phone', 'avatar_url'],
      },
    ],
  },
  {
    name: 'country, region, city and time zone in the profile stand at the top too',
    before: [put({})],
    request: patch({
      profile: { country: 'KR', region: 'Gyeonggi-do', city: 'Suwon', timezone: 'Asia/Seoul' },
    }),
    response: holds({
      country: 'KR',
      province: 'Gyeonggi-do',
      city: 'Suwon',
      timeZone: 'Asia/Seoul',
    }),
    events: [{ type: 'profile.updated' }],
  },
  {
    name: 'a country that is no code of two letters stays in the profile',
    before: [put({})],
    request: patch({ profile: { country: 'Korea' } }),
    response: ok(member({ profile: { country: 'Korea' }, version: 2 })),
    events: [{ type: 'profile.updated' }],
  },
  {
    name: 'a value that is no text is stored and not mirrored',
    before: [put({})],
    request: patch({ profile: { name: 5, email: ['a@b.cd'], mobileNumber: 821043241618 } }),
    response: ok(
      member({
        profile: { name: 5, email: ['a@b.cd'], mobileNumber: 821043241618 },
        version: 2,
      }),
    ),
    events: [{ type: 'profile.updated' }],
  },
  phone('a superfluous trunk zero is taken out', '+8201043241618', '+821043241618', true),
  phone('separators are taken out', '+82 (10) 4324-1618', '+821043241618', true),
  phone('a number without country code and region stays', '010-2274-4002', '010-2274-4002', false),
  phone('text that is no number stays', 'call me', 'call me', false),
  phone('a number with words round it stays', 'call +821043241618', 'call +821043241618', false),
  phone('a number too short stays', '+8210', '+8210', false),
  phone(
    'a number with an extension stays whole',
    '+82 10 4324 1618 ext. 5',
    '+82 10 4324 1618 ext. 5',
    true,
  ),
  phone('a landline number cannot take text messages', '+82 2 2123 4567', '+82221234567', false),
  phone('a national number is read in the region', '010-2274-4002', '+821022744002', true, 'KR'),
  phone('digits alone are read in the region', '01012345678', '+821012345678', true, 'KR'),
  phone('a country code wins over the region', '+31612345678', '+31612345678', true, 'KR'),
  email('an address of the usual form is qualified', 'g.chanel+news@mail.example.com', true),
  email('an address outside ASCII is qualified', '가브리엘@예시.kr', true),
  email('text that is no address is stored and flagged', 'none', false),
  email('an address without a dot in its domain is flagged', 'g@localhost', false),
  email('an address with white space is flagged', 'g g@example.com', false),
]

/** A profile that comes back from an update exactly as it was sent. */
function kept(name: string, profile: JsonObject): DialectCase {
  return {
    name,
    before: [put({})],
    request: patch({ profile }),
    response: ok(member({ profile, version: 2 })),
    events: [{ type: 'profile.updated', subject: true }],
  }
}

function phone(
  name: string,
  sent: string,
  shown: string,
  qualified: boolean,
  phoneRegion: string | null = null,
): DialectCase {
  return {
    name: `phone numbers: ${name}`,
    settings: { phoneRegion },
    before: [put({})],
    request: patch({ profile: { mobileNumber: sent } }),
    response: ok(
      member({
        mobileNumberQualified: qualified,
        profile: { mobileNumber: shown },
        mobileNumber: shown,
        version: 2,
      }),
    ),
    events: [{ type: 'profile.updated', attributes: { phone: shown }, changed: ['phone'] }],
  }
}

function email(name: string, address: JsonValue & string, qualified: boolean): DialectCase {
  return {
    name: `addresses: ${name}`,
    before: [put({})],
    request: patch({ profile: { email: address } }),
    response: ok(
      member({
        emailQualified: qualified,
        profile: { email: address },
        email: address,
        version: 2,
      }),
    ),
    events: [{ type: 'profile.updated', attributes: { email: address }, changed: ['email'] }],
  }
}
