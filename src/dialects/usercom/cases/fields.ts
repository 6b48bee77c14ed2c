import type { DialectCase } from '../../../core/dialect-case.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import {
  created,
  createdAnswer,
  fieldFaults,
  get,
  updated,
  updatedAnswer,
  upsert,
  upsertForm,
} from './requests.ts'

/** What is sent, what is stored under Roster's name. */
const taken: [name: string, sent: JsonObject, stored: JsonObject][] = [
  [
    'every writable text field',
    {
      city: 'Warszawa',
      country: 'Poland',
      email: 'jan@example.org',
      facebook_url: 'facebook.com/jan',
      first_name: 'Jan',
      google_url: 'www.google.com',
      gravatar_url: 'https://gravatar.example/1',
      last_name: 'Kowalski',
      linkedin_url: 'linkedin.com/in/jan',
      phone_number: '2345678901',
      region: 'Mazowieckie',
      timezone: 'Europe/Warsaw',
      twitter_url: 'twitter.com/jan',
    },
    {
      city: 'Warszawa',
      country: 'Poland',
      email: 'jan@example.org',
      facebook_url: 'facebook.com/jan',
      first_name: 'Jan',
      google_url: 'www.google.com',
      avatar_url: 'https://gravatar.example/1',
      last_name: 'Kowalski',
      linkedin_url: 'linkedin.com/in/jan',
      phone: '2345678901',
      region: 'Mazowieckie',
      timezone: 'Europe/Warsaw',
      twitter_url: 'twitter.com/jan',
    },
  ],
  [
    'every other writable field',
    { assigned_to: 7, gender: 3, notifications: false, score: -5, status: 2, unsubscribed: true },
    {
      assigned_to: 7,
      gender: 'female',
      notifications: false,
      score: -5,
      status: 'user',
      unsubscribed_email: true,
    },
  ],
  ['gender 1', { gender: 1 }, { gender: 'unknown' }],
  ['gender 2', { gender: 2 }, { gender: 'male' }],
  ['gender as digits', { gender: '3' }, { gender: 'female' }],
  ['gender as the word that is shown', { gender: 'male' }, { gender: 'male' }],
  ['status 1', { status: 1 }, { status: 'visitor' }],
  ['status as the word that is shown', { status: 'user' }, { status: 'user' }],
  ['a score as digits', { score: ' 12 ' }, { score: 12 }],
  ['a boolean as 1', { unsubscribed: 1 }, { unsubscribed_email: true }],
  ['a boolean as 0', { notifications: 0 }, { notifications: false }],
  ['a boolean as a word', { unsubscribed: 'True' }, { unsubscribed_email: true }],
  ['text as a number', { phone_number: 48123456789 }, { phone: '48123456789' }],
  ['text with blanks round it', { first_name: '  Ola ' }, { first_name: 'Ola' }],
  ['a first name of 40 characters', { first_name: 'ł'.repeat(40) }, { first_name: 'ł'.repeat(40) }],
  [
    '40 characters that take 80 code units',
    { last_name: '😀'.repeat(40) },
    { last_name: '😀'.repeat(40) },
  ],
  ['an e-mail with a plus', { email: 'a+b@example.org' }, { email: 'a+b@example.org' }],
  ['an e-mail of another script', { email: 'ąę@żółw.pl' }, { email: 'ąę@żółw.pl' }],
  [
    'a display name of a standard field',
    { 'First name': 'Ola', 'LAST NAME': 'Nowak' },
    { first_name: 'Ola', last_name: 'Nowak' },
  ],
  [
    'a field by its own name rather than by its display name',
    { 'First name': 'A', first_name: 'B' },
    { first_name: 'B' },
  ],
]

const takenCases = taken.map(
  ([name, sent, stored]): DialectCase => ({
    name: `takes ${name}`,
    request: upsert(sent),
    response: createdAnswer,
    events: [created(stored, Object.keys(stored))],
  }),
)

const tooLong = (length: number) => [`Ensure this field has no more than ${length} characters.`]

/** Values that are refused, and the message under the field. */
const refused: [field: string, value: JsonValue, messages: string[]][] = [
  ['gender', 'invalid', ['"invalid" is not a valid choice.']],
  ['gender', 7, ['"7" is not a valid choice.']],
  ['gender', 0, ['"0" is not a valid choice.']],
  ['gender', true, ['"True" is not a valid choice.']],
  ['gender', '', ['"" is not a valid choice.']],
  ['gender', [2], ['"[2]" is not a valid choice.']],
  ['gender', null, ['This field may not be null.']],
  ['status', 3, ['"3" is not a valid choice.']],
  ['status', 'admin', ['"admin" is not a valid choice.']],
  ['email', 'not-an-address', ['Enter a valid email address.']],
  ['email', 'a b@example.org', ['Enter a valid email address.']],
  ['email', 'a@b', ['Enter a valid email address.']],
  ['email', '@example.org', ['Enter a valid email address.']],
  ['email', 5, ['Enter a valid email address.']],
  ['email', true, ['Not a valid string.']],
  ['email', { a: 1 }, ['Not a valid string.']],
  ['email', `${'a'.repeat(243)}@example.org`, tooLong(254)],
  ['first_name', 'x'.repeat(41), tooLong(40)],
  ['last_name', 'x'.repeat(41), tooLong(40)],
  ['first_name', ['Jan'], ['Not a valid string.']],
  ['first_name', false, ['Not a valid string.']],
  ['city', 'x'.repeat(65), tooLong(64)],
  ['phone_number', '1'.repeat(65), tooLong(64)],
  ['score', 'many', ['A valid integer is required.']],
  ['score', 1.5, ['A valid integer is required.']],
  ['score', true, ['A valid integer is required.']],
  ['score', '99999999999999999', ['A valid integer is required.']],
  ['score', null, ['This field may not be null.']],
  ['assigned_to', 'me', ['A valid integer is required.']],
  ['unsubscribed', 'perhaps', ['Must be a valid boolean.']],
  ['unsubscribed', 2, ['Must be a valid boolean.']],
  ['unsubscribed', [true], ['Must be a valid boolean.']],
  ['unsubscribed', null, ['This field may not be null.']],
  ['notifications', '', ['Must be a valid boolean.']],
  ['user_id', { a: 1 }, ['Not a valid string.']],
  ['user_id', true, ['Not a valid string.']],
  ['custom_id', [1], ['Not a valid string.']],
  ['user_id', 'x'.repeat(513), tooLong(512)],
  ['company_id', [], ['Not a valid string.']],
  ['tags', 'a', ['Expected a list of items but got type "str".']],
  ['tags', { a: 1 }, ['Expected a list of items but got type "dict".']],
  ['tags', [true], ['Not a valid string.']],
  ['tags', [''], ['This field may not be blank.']],
  ['tags', ['x'.repeat(129)], tooLong(128)],
]

const refusedCases = refused.map(
  ([field, value, messages]): DialectCase => ({
    name: `refuses ${field} = ${JSON.stringify(value).slice(0, 40)}`,
    request: upsert({ user_id: 'u1', [field]: value }),
    response: fieldFaults({ [field]: messages }),
    events: [],
  }),
)

const clearing: DialectCase[] = [null, ''].map((nothing) => ({
  name: `${JSON.stringify(nothing)} clears e-mail, names and agent`,
  before: [
    upsert({
      user_id: 'u1',
      email: 'a@example.org',
      first_name: 'A',
      last_name: 'B',
      assigned_to: 3,
    }),
  ],
  request: upsert({
    user_id: 'u1',
    email: nothing,
    first_name: nothing,
    last_name: nothing,
    assigned_to: nothing,
  }),
  response: updatedAnswer,
  events: [
    updated({ email: null, first_name: null, last_name: null, assigned_to: null }, [
      'email',
      'first_name',
      'last_name',
      'assigned_to',
    ]),
  ],
}))

const readOnly = {
  id: 99,
  key: 'abcdefghijkl',
  user_key: null,
  name: 'Nobody',
  first_seen: '0001-01-01T00:00:00Z',
  last_seen: '0001-01-01T00:00:00Z',
  page_views: 12,
  last_ip: '192.0.2.1',
  browser: 'x',
  browser_language: 'pl',
  os_type: 'x',
  resolution: '1x1',
  created_at: '2001-01-01T00:00:00Z',
  updated_at: '2001-01-01T00:00:00Z',
  last_contacted: null,
  companies: [{ id: 1 }],
  lists: [{ id: 1 }],
  attributes: [{ name: 'a' }],
  chat_id: 'x',
  web_push_subscription: true,
  most_active_time: 'x',
}

const others: DialectCase[] = [
  {
    name: 'read-only keys are ignored: neither an error, nor an attribute, nor another identity',
    before: [upsert({ user_id: 'u1' })],
    request: upsert({ user_id: 'u1', ...readOnly }),
    response: updatedAnswer,
    events: [],
  },
  {
    name: 'the company of nobody is recorded as dropped and is no error',
    request: upsert({ user_id: 'u1', company_id: 'acme' }),
    response: createdAnswer,
    events: [
      {
        ...created({}, ['user_id']),
        dropped: [{ name: 'company_id', reason: 'unknown_company' }],
      },
    ],
  },
  {
    name: 'a company given as a number, under version 2’s name, to a user that stays as it is',
    before: [upsert({ user_id: 'u1' })],
    request: upsert({ user_id: 'u1', company_custom_id: 5 }),
    response: updatedAnswer,
    events: [
      {
        type: 'profile.unchanged',
        subject: true,
        changed: [],
        dropped: [{ name: 'company_id', reason: 'unknown_company' }],
      },
    ],
  },
  {
    name: 'an empty company is none',
    request: upsert({ company_id: '' }),
    response: createdAnswer,
    events: [{ ...created({}, []), dropped: [] }],
  },
  {
    name: 'tags are added and none is taken away',
    before: [upsert({ user_id: 'u1', tags: ['a', 'b'] })],
    request: upsert({ user_id: 'u1', tags: ['c', 'a'] }),
    response: updatedAnswer,
    events: [updated({}, ['tags'])],
  },
  {
    name: 'an empty list of tags, or null, changes nothing',
    before: [upsert({ user_id: 'u1', tags: ['a'] }), upsert({ user_id: 'u1', tags: null })],
    request: upsert({ user_id: 'u1', tags: [] }),
    response: updatedAnswer,
    events: [],
  },
  {
    name: 'tags may be sent back in the form in which a user shows them',
    before: [upsert({ user_id: 'u1', tags: ['a'] })],
    request: upsert({ user_id: 'u1', tags: [{ name: 'a', id: 1 }] }),
    response: updatedAnswer,
    events: [],
  },
  {
    name: 'tags are shown by name and number',
    before: [upsert({ user_id: 'u1', tags: ['vip', 7] })],
    request: get('/users-by-id/u1/'),
    response: {
      status: 200,
      bodyHolds: {
        tags: [
          { name: 'vip', id: '<int>' },
          { name: '7', id: '<int>' },
        ],
      },
    },
    events: [],
  },
  {
    name: 'in a form everything is text: numbers, booleans and repeated tags are read from it',
    request: upsertForm(
      'user_id=7&gender=2&status=2&score=3&unsubscribed=true&notifications=False&tags=a&tags=b&assigned_to=4',
    ),
    response: createdAnswer,
    events: [
      created(
        {
          gender: 'male',
          status: 'user',
          score: 3,
          unsubscribed_email: true,
          notifications: false,
          assigned_to: 4,
        },
        [
          'user_id',
          'gender',
          'status',
          'score',
          'unsubscribed_email',
          'notifications',
          'assigned_to',
          'tags',
        ],
      ),
    ],
  },
  {
    name: 'in a form, empty text is “not given” where a field cannot be empty, and clears elsewhere',
    before: [upsert({ user_id: 'u1', city: 'X', gender: 2, score: 5 })],
    request: upsertForm('user_id=u1&gender=&score=&unsubscribed=&tags=&city='),
    response: updatedAnswer,
    events: [updated({ city: null }, ['city'])],
  },
  {
    name: 'in a form a field given twice counts with its last value, and one tag is a list',
    request: upsertForm('first_name=A&first_name=B&tags=a'),
    response: createdAnswer,
    events: [created({ first_name: 'B' }, ['first_name', 'tags'])],
  },
  ...['tags[]=a&tags[]=b', 'tags%5B0%5D=a&tags%5B1%5D=b'].map((tags) => ({
    name: `in a form, ${tags} is a list, as PHP and Ruby write one`,
    request: upsertForm(`user_id=7&${tags}&likes[0]=c`),
    response: createdAnswer,
    events: [created({ likes: ['c'] }, ['user_id', 'likes', 'tags'])],
  })),
  {
    name: 'a form is percent-decoded, with + as a blank',
    request: upsertForm('first_name=Zo%C3%AB+Ann&email=a%2Bb%40example.org', {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
    }),
    response: createdAnswer,
    events: [created({ first_name: 'Zoë Ann', email: 'a+b@example.org' }, ['first_name', 'email'])],
  },
  {
    name: 'when JSON names a key twice the last one counts',
    request: upsert('{"city":"A","city":"B"}'),
    response: createdAnswer,
    events: [created({ city: 'B' }, ['city'])],
  },
]

export const fieldCases: DialectCase[] = [...takenCases, ...refusedCases, ...clearing, ...others]
