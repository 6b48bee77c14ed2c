import type { DialectCase } from '../../../core/dialect-case.ts'
import type { JsonValue } from '../../../core/json.ts'
import {
  call,
  detail,
  documented,
  fieldFaults,
  get,
  noContent,
  notFound,
  ok,
  updated,
  upsert,
} from './requests.ts'
import { set } from './set-attribute.ts'

const u1 = upsert({ user_id: 'u1' })
const plan = { content_type: 'clientuser', name: 'Plan Name', value_type: 'string' }
const define = (more: { [name: string]: JsonValue }) =>
  call('POST', '/attributes/', { ...plan, ...more })
const choices = { value_type: 'fixed_choice', choices: ['free', 'pro'] }

const defining: DialectCase[] = [
  {
    name: 'an attribute is defined',
    request: define({}),
    response: {
      status: 201,
      headers: { allow: 'GET, POST, HEAD, OPTIONS' },
      body: {
        id: '<int>',
        name: 'Plan Name',
        name_std: 'plan_name',
        value_type: 'string',
        content_type: 'clientuser',
      },
    },
    events: [],
    source: documented('attributes/create-attribute'),
  },
  ...(
    [
      [1, 'boolean'],
      ['2', 'integer'],
      [3, 'date'],
      [4, 'string'],
      ['Datetime', 'datetime'],
      [7, 'float'],
      ['json', 'json'],
    ] as const
  ).map(
    ([given, shown]): DialectCase => ({
      name: `the type ${JSON.stringify(given)} is ${shown}`,
      request: define({ value_type: given }),
      response: { status: 201, bodyHolds: { value_type: shown } },
      events: [],
    }),
  ),
  {
    name: 'an attribute of choices needs them',
    request: define({ value_type: 6 }),
    response: fieldFaults({ choices: ['This field is required.'] }),
    events: [],
  },
  {
    name: 'all faults of a definition are told at once',
    request: call('POST', '/attributes/', { content_type: 'planet', name: 'x'.repeat(33) }),
    response: fieldFaults({
      content_type: ['"planet" is not a valid choice.'],
      name: ['Ensure this field has no more than 32 characters.'],
      value_type: ['This field is required.'],
    }),
    events: [],
  },
  {
    name: 'a name is defined once',
    before: [define({})],
    request: define({ name: 'plan name' }),
    response: fieldFaults({ name: ['An attribute of this name already exists.'] }),
    events: [],
  },
  {
    name: 'a standard name cannot be defined',
    request: define({ name: 'Phone number' }),
    response: fieldFaults({ name: ['An attribute of this name already exists.'] }),
    events: [],
  },
  {
    name: 'a value under any spelling of the name is the attribute’s',
    before: [define({}), upsert({ user_id: 'u1', plan_name: 'a' })],
    request: upsert({ user_id: 'u1', 'Plan Name': 'b' }),
    response: { status: 200, body: { created: false, id: '{{1.id}}' } },
    events: [updated({ plan_name: 'b' }, ['plan_name'])],
  },
  {
    name: 'the user object shows the name and id of the definition',
    before: [define({}), upsert({ user_id: 'u1', plan_name: 'a' })],
    request: get('/users-by-id/u1/'),
    response: {
      status: 200,
      bodyHolds: {
        attributes: [
          { name_std: 'plan_name', name: 'Plan Name', value: 'a', id: '{{0.id}}', description: '' },
        ],
      },
    },
    events: [],
  },
  ...(
    [
      ['boolean', 'on', true],
      ['boolean', 0, false],
      ['integer', ' 12 ', 12],
      ['float', '1.5', 1.5],
      ['string', 5, '5'],
      ['string', true, 'true'],
      ['date', '2026-01-02T03:04:05Z', '2026-01-02'],
      ['datetime', 1_700_000_000, '2023-11-14T22:13:20.000Z'],
    ] as const
  ).map(
    ([type, given, stored]): DialectCase => ({
      name: `${JSON.stringify(given)} for an attribute of type ${type} is stored as ${JSON.stringify(stored)}`,
      before: [define({ value_type: type }), u1],
      request: set('plan_name', given),
      response: ok,
      events: [updated({ plan_name: stored }, ['plan_name'])],
    }),
  ),
  ...(
    [
      ['boolean', 'perhaps'],
      ['integer', 1.5],
      ['float', 'much'],
      ['date', 'soon'],
      ['datetime', {}],
    ] as const
  ).map(
    ([type, given]): DialectCase => ({
      name: `${JSON.stringify(given)} for an attribute of type ${type} is passed over without an error`,
      before: [define({ value_type: type }), u1],
      request: set('plan_name', given),
      response: ok,
      events: [
        { type: 'profile.unchanged', dropped: [{ name: 'plan_name', reason: 'unfit_value' }] },
      ],
    }),
  ),
  {
    name: 'one of the choices is stored',
    before: [define(choices), u1],
    request: set('plan_name', 'pro'),
    response: ok,
    events: [updated({ plan_name: 'pro' }, ['plan_name'])],
  },
  {
    name: 'what is not one of the choices is passed over',
    before: [define(choices), u1],
    request: set('plan_name', 'gold'),
    response: ok,
    events: [
      { type: 'profile.unchanged', dropped: [{ name: 'plan_name', reason: 'unfit_value' }] },
    ],
  },
  {
    name: 'several choices, where they are allowed',
    before: [define({ ...choices, allow_multiple_choices: true }), u1],
    request: set('plan_name', ['pro', 'free']),
    response: ok,
    events: [updated({ plan_name: ['pro', 'free'] }, ['plan_name'])],
  },
  {
    name: 'a first value makes an attribute of its type, and a later one is brought into it',
    before: [upsert({ user_id: 'u1', age: 7 })],
    request: upsert({ user_id: 'u1', age: '8' }),
    response: { status: 200, body: { created: false, id: '{{0.id}}' } },
    events: [updated({ age: 8 }, ['age'])],
  },
  {
    name: 'a guessed whole number gives way to a fraction',
    before: [upsert({ user_id: 'u1', age: 7 })],
    request: upsert({ user_id: 'u1', age: 7.5 }),
    response: { status: 200, body: { created: false, id: '{{0.id}}' } },
    events: [updated({ age: 7.5 }, ['age'])],
  },
  {
    name: 'where only existing attributes are taken, one that is defined exists',
    settings: { unknownKeys: 'existing-only' },
    before: [define({}), u1],
    request: upsert({ user_id: 'u1', 'Plan name': 'a' }),
    response: { status: 200, body: { created: false, id: '{{1.id}}' } },
    events: [updated({ plan_name: 'a' }, ['plan_name'])],
    source: documented('users/update-or-create-user'),
  },
]

const reading: DialectCase[] = [
  {
    name: 'the list has what was defined and what first values made',
    before: [define({}), upsert({ user_id: 'u1', age: 7 })],
    request: get('/attributes/'),
    response: {
      status: 200,
      body: {
        ...{ count: 2, next: null, previous: null },
        results: [
          {
            id: '{{0.id}}',
            name: 'Plan Name',
            name_std: 'plan_name',
            value_type: 'string',
            content_type: 'clientuser',
          },
          {
            id: '<int>',
            name: 'age',
            name_std: 'age',
            value_type: 'integer',
            content_type: 'clientuser',
          },
        ],
      },
    },
    events: [],
  },
  {
    name: 'one attribute by its id',
    before: [define({})],
    request: get('/attributes/{{0.id}}/'),
    response: { status: 200, bodyHolds: { id: '{{0.id}}', name_std: 'plan_name' } },
    events: [],
  },
  {
    name: 'the id of something else is no attribute’s',
    before: [call('POST', '/tags/', { name: 'vip' })],
    request: get('/attributes/{{0.id}}/'),
    response: notFound,
    events: [],
  },
  {
    name: 'a deleted attribute is gone, also from users who had it',
    before: [
      define({}),
      upsert({ user_id: 'u1', plan_name: 'a' }),
      call('DELETE', '/attributes/{{0.id}}/'),
    ],
    request: get('/users-by-id/u1/'),
    response: { status: 200, bodyHolds: { attributes: [] } },
    events: [],
  },
  {
    name: 'DELETE of an attribute answers 204',
    before: [define({})],
    request: call('DELETE', '/attributes/{{0.id}}/'),
    response: noContent,
    events: [],
    differs: {
      vendor: 'It deletes the values with the attribute.',
      why: 'They are not shown any more, but stay where rules and other interfaces see them: they may be somebody else’s.',
    },
  },
  {
    name: 'a deleted attribute finds nobody any more: there is no such attribute',
    before: [
      define({}),
      upsert({ user_id: 'u1', plan_name: 'a' }),
      call('DELETE', '/attributes/{{0.id}}/'),
    ],
    request: get('/users/search/?plan_name=a'),
    response: detail(
      400,
      'Users can be searched by email, key, phone_number or an attribute; there is no attribute "plan_name".',
    ),
    events: [],
  },
  {
    name: 'the name of a deleted attribute may be used again, and old values stay gone',
    before: [
      define({}),
      upsert({ user_id: 'u1', plan_name: 'a' }),
      upsert({ user_id: 'u2' }),
      call('DELETE', '/attributes/{{0.id}}/'),
      upsert({ user_id: 'u2', plan_name: 'b' }),
    ],
    request: get('/attributes/'),
    response: { status: 200, bodyHolds: { count: 1, results: [{ id: '{{0.id}}' }] } },
    events: [],
  },
  {
    name: 'the type of a users’ attribute by its name',
    before: [define({ value_type: 'date' })],
    request: get('/attribute-type/plan_name/users/'),
    response: { status: 200, body: { value_type: 'date' } },
    events: [],
  },
  {
    name: 'the type of a companies’ attribute by its name',
    before: [define({ content_type: 'company', value_type: 'float' })],
    request: get('/attribute-type/plan_name/companies/'),
    response: { status: 200, body: { value_type: 'float' } },
    events: [],
  },
  {
    name: 'an attribute of companies is none of users',
    before: [define({ content_type: 'company' })],
    request: get('/attribute-type/plan_name/users/'),
    response: notFound,
    events: [],
  },
]

export const attributeCases: DialectCase[] = [...defining, ...reading]
