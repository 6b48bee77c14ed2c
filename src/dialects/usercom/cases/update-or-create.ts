import type { DialectCase } from '../../../core/dialect-case.ts'
import {
  created,
  createdAnswer,
  fieldFaults,
  get,
  seedPage,
  updated,
  updatedAnswer,
  upsert,
  upsertForm,
  version2,
} from './requests.ts'

const john = { user_id: 'my_custom_id', first_name: 'John', last_name: 'Doe' }
const johnEvents = [
  created({ first_name: 'John', last_name: 'Doe' }, ['user_id', 'first_name', 'last_name']),
]
const johnForm = 'user_id=my_custom_id&first_name=John&last_name=Doe'

/** The seed's six samples as the libraries in them really send them (wire notes 2.6). */
const samples: DialectCase[] = [
  {
    name: 'the seed’s curl sample creates a user',
    request: upsert('{\n"user_id": "my_custom_id",\n"first_name": "John",\n"last_name": "Doe"\n}', {
      accept: '*/*',
      'user-agent': 'curl/8.14.1',
    }),
    response: {
      ...createdAnswer,
      order: 'created id',
      headers: {
        'content-type': 'application/json',
        allow: 'POST, OPTIONS',
        vary: /Cookie/,
        'x-frame-options': 'SAMEORIGIN',
      },
    },
    events: johnEvents,
    source: seedPage,
  },
  {
    name: 'the seed’s PHP sample creates a user',
    request: upsert(
      '{\n "user_id": "my_custom_id",\n "first_name": "John",\n "last_name": "Doe"\n}',
      { accept: '*/*', 'accept-encoding': 'deflate, gzip, br, zstd' },
    ),
    response: createdAnswer,
    events: johnEvents,
    source: seedPage,
  },
  {
    name: 'the seed’s Python sample creates a user',
    request: upsert(
      '{\n"user_id": "my_custom_id", \n"first_name":"John", \n"last_name":"Doe" \n}',
      { accept: '*/*', 'accept-encoding': 'gzip, deflate', connection: 'keep-alive' },
    ),
    response: createdAnswer,
    events: johnEvents,
    source: seedPage,
  },
  {
    name: 'the seed’s Node sample turns out as a form and creates a user',
    request: upsertForm(johnForm),
    response: createdAnswer,
    events: johnEvents,
    source: seedPage,
  },
  {
    name: 'the seed’s jQuery sample is a form labelled JSON and creates a user, readable in the page',
    request: upsert(johnForm, {
      accept: '*/*',
      origin: 'https://shop.example',
      referer: 'https://shop.example/',
    }),
    response: {
      ...createdAnswer,
      headers: { 'access-control-allow-origin': 'https://shop.example' },
    },
    events: johnEvents,
    source: seedPage,
  },
  {
    name: 'the seed’s XMLHttpRequest sample is a form labelled JSON, sent with credentials',
    request: upsert(johnForm, { origin: 'null', cookie: 'session=1' }),
    response: {
      ...createdAnswer,
      headers: {
        'access-control-allow-origin': 'null',
        'access-control-allow-credentials': 'true',
      },
    },
    events: johnEvents,
    source: seedPage,
  },
]

const matching: DialectCase[] = [
  {
    name: 'the same body again answers created:false with the same id and logs nothing',
    before: [upsert(john)],
    request: upsert(john),
    response: updatedAnswer,
    events: [],
  },
  {
    name: 'an update is partial: keys that are not in the body stay',
    before: [upsert(john), upsert({ user_id: 'my_custom_id', city: 'Gdynia' })],
    request: get('/users-by-id/my_custom_id/'),
    response: { status: 200, bodyHolds: { name: 'John Doe', city: 'Gdynia', email: null } },
    events: [],
  },
  {
    name: 'an update logs what changed and no more',
    before: [upsert(john)],
    request: upsert({ ...john, last_name: 'Smith' }),
    response: updatedAnswer,
    events: [updated({ first_name: 'John', last_name: 'Smith' }, ['last_name'])],
  },
  {
    name: 'user_id is compared exactly, case included',
    before: [upsert({ user_id: 'abc' })],
    request: upsert({ user_id: 'ABC' }),
    response: createdAnswer,
    events: [created({}, ['user_id'])],
  },
  {
    name: 'a user_id that is a number is the same as its text',
    before: [upsert({ user_id: 123 })],
    request: upsert({ user_id: '123', city: 'Łódź' }),
    response: updatedAnswer,
    events: [updated({ city: 'Łódź' }, ['city'])],
  },
  {
    name: 'custom_id is the same key as user_id, under either version',
    before: [upsert({ user_id: 'u1' }), upsert({ custom_id: 'u1' }, version2)],
    request: upsert({ custom_id: 'u1', city: 'Oslo' }),
    response: updatedAnswer,
    events: [updated({ city: 'Oslo' }, ['city'])],
  },
  {
    name: 'user_id and custom_id with one value, as the vendor’s shop plug-in sends them, are one key',
    before: [upsert({ user_id: 'Nw==' })],
    request: upsert({ user_id: 'Nw==', custom_id: 'Nw==', user_key: null }, version2),
    response: updatedAnswer,
    events: [],
  },
  {
    name: 'where they differ, version 1 goes by user_id',
    before: [upsert({ user_id: 'one' }), upsert({ user_id: 'two' })],
    request: upsert({ custom_id: 'two', user_id: 'one' }),
    response: updatedAnswer,
    events: [],
  },
  {
    name: 'where they differ, version 2 goes by custom_id',
    before: [upsert({ user_id: 'one' }), upsert({ user_id: 'two' })],
    request: upsert({ custom_id: 'one', user_id: 'two' }, version2),
    response: updatedAnswer,
    events: [],
  },
  {
    name: 'an empty object creates an anonymous user',
    request: upsert({}),
    response: createdAnswer,
    events: [created({}, [])],
  },
  {
    name: 'no body at all counts as an empty object',
    request: {
      method: 'POST',
      path: '/api/public/users/update_or_create/',
      headers: { 'content-type': 'application/json' },
    },
    response: createdAnswer,
    events: [created({}, [])],
  },
  ...(['', '   ', null] as const).map(
    (user_id): DialectCase => ({
      name: `an empty user_id (${JSON.stringify(user_id)}) is none: it never finds another user with an empty one`,
      before: [upsert({ user_id })],
      request: upsert({ user_id }),
      response: createdAnswer,
      events: [created({}, [])],
    }),
  ),
  {
    name: 'an e-mail alone finds the person who has it',
    before: [upsert({ email: 'Anna@example.org' })],
    request: upsert({ email: 'anna@example.org', city: 'Gdańsk' }),
    response: updatedAnswer,
    events: [updated({ email: 'anna@example.org', city: 'Gdańsk' }, ['email', 'city'])],
  },
  {
    name: 'an e-mail alone finds the person also when that person has a user_id',
    before: [upsert({ user_id: 'u1', email: 'anna@example.org' })],
    request: upsert({ email: 'anna@example.org', city: 'Gdańsk' }),
    response: updatedAnswer,
    events: [updated({ email: 'anna@example.org', city: 'Gdańsk' }, ['city'])],
  },
  {
    name: 'a new user_id joins the person with its e-mail who has no user_id yet',
    before: [upsert({ email: 'anna@example.org' })],
    request: upsert({ user_id: 'u1', email: 'anna@example.org' }),
    response: updatedAnswer,
    events: [updated({ email: 'anna@example.org' }, ['user_id'])],
  },
  {
    name: 'a new user_id with the e-mail of somebody else’s user_id is another user',
    before: [upsert({ user_id: 'u1', email: 'anna@example.org' })],
    request: upsert({ user_id: 'u2', email: 'anna@example.org' }),
    response: createdAnswer,
    events: [created({ email: 'anna@example.org' }, ['user_id', 'email'])],
  },
  {
    name: 'a known user_id may take an e-mail that somebody else has',
    before: [upsert({ user_id: 'u1' }), upsert({ user_id: 'u2', email: 'anna@example.org' })],
    request: upsert({ user_id: 'u1', email: 'anna@example.org' }),
    response: updatedAnswer,
    events: [updated({ email: 'anna@example.org' }, ['email'])],
  },
  {
    name: 'with e-mail matching off, an e-mail alone creates every time, as the vendor does',
    settings: { emailMatching: false },
    before: [upsert({ email: 'anna@example.org' })],
    request: upsert({ email: 'anna@example.org' }),
    response: createdAnswer,
    events: [created({ email: 'anna@example.org' }, ['email'])],
  },
  {
    name: 'with e-mail matching off, a new user_id never joins anybody',
    settings: { emailMatching: false },
    before: [upsert({ email: 'anna@example.org' })],
    request: upsert({ user_id: 'u1', email: 'anna@example.org' }),
    response: createdAnswer,
    events: [created({ email: 'anna@example.org' }, ['user_id', 'email'])],
  },
  {
    name: 'the path without its trailing slash, or with doubled slashes, is the same call',
    before: [
      upsert({ user_id: 'u1' }),
      { ...upsert({ user_id: 'u1' }), path: '/api/public/users/update_or_create' },
    ],
    request: { ...upsert({ user_id: 'u1' }), path: '/api/public//users//update_or_create//' },
    response: updatedAnswer,
    events: [],
  },
  {
    name: 'one fault writes nothing, not even the fields that were right',
    request: upsert({ user_id: 'u1', first_name: 'John', gender: 9 }),
    response: fieldFaults({ gender: ['"9" is not a valid choice.'] }),
    events: [],
  },
  {
    name: 'all faults are told at once',
    request: upsert({ email: 'no', score: 'x', unsubscribed: 'perhaps', user_id: [] }),
    response: fieldFaults({
      email: ['Enter a valid email address.'],
      score: ['A valid integer is required.'],
      unsubscribed: ['Must be a valid boolean.'],
      user_id: ['Not a valid string.'],
    }),
    events: [],
  },
]

export const updateOrCreateCases: DialectCase[] = [...samples, ...matching]
