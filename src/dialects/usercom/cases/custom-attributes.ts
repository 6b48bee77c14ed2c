import type { DialectCase } from '../../../core/dialect-case.ts'
import {
  created,
  createdAnswer,
  get,
  updated,
  updatedAnswer,
  upsert,
  upsertForm,
  version2,
} from './requests.ts'

const plan = { user_id: 'u1', plan: 'pro', seats: 5, trial: false }

export const customAttributeCases: DialectCase[] = [
  {
    name: 'unknown keys become custom attributes with their type',
    request: upsert(plan),
    response: createdAnswer,
    events: [
      created({ plan: 'pro', seats: 5, trial: false }, ['user_id', 'plan', 'seats', 'trial']),
    ],
  },
  {
    name: 'names of the language are ordinary attribute names',
    request: upsert({
      user_id: 'u1',
      constructor: 'a',
      prototype: 'b',
      toString: 'c',
      hasOwnProperty: 'd',
    }),
    response: createdAnswer,
    events: [
      created({ constructor: 'a', prototype: 'b', toString: 'c', hasOwnProperty: 'd' }, [
        'user_id',
        'constructor',
        'prototype',
        'toString',
        'hasOwnProperty',
      ]),
    ],
  },
  {
    name: 'version 1 lists custom attributes with slug, name, value and the number of the definition',
    before: [upsert({ user_id: 'u1', 'Verified Member': true, plan: 'pro', 'Płeć dziecka': 'K' })],
    request: get('/users-by-id/u1/'),
    response: {
      status: 200,
      bodyHolds: {
        attributes: [
          {
            name_std: 'verified_member',
            name: 'Verified Member',
            value: true,
            id: '<int>',
            description: '',
          },
          { name_std: 'plan', name: 'plan', value: 'pro', id: '<int>', description: '' },
          {
            name_std: 'płeć_dziecka',
            name: 'Płeć dziecka',
            value: 'K',
            id: '<int>',
            description: '',
          },
        ],
      },
    },
    events: [],
  },
  {
    name: 'version 2 shows them as keys of the user, by slug',
    before: [
      upsert({ user_id: 'u1', 'Verified Member': true, plan: 'pro', PLAN2: [1, { a: null }] }),
    ],
    request: get('/users-by-id/u1/', version2),
    response: {
      status: 200,
      bodyHolds: { custom_id: 'u1', verified_member: true, plan: 'pro', plan2: [1, { a: null }] },
    },
    events: [],
  },
  {
    name: 'in version 2 the vendor’s own key wins over a custom attribute with its slug',
    before: [upsert({ user_id: 'u1', 'Created at': 'x', Tags: 'y', ID: 'z', 'User key': 'k' })],
    request: get('/users-by-id/u1/', version2),
    response: {
      status: 200,
      bodyHolds: { id: '{{0.id}}', created_at: '<datetime>', tags: [], user_key: '<text>' },
    },
    events: [],
  },
  {
    name: 'null clears a custom attribute, which is then shown no more',
    before: [upsert(plan), upsert({ user_id: 'u1', plan: null, seats: null, trial: null })],
    request: get('/users-by-id/u1/'),
    response: { status: 200, bodyHolds: { attributes: [] } },
    events: [],
  },
  {
    name: 'custom attributes come from forms as text; one given twice keeps both',
    request: upsertForm('plan=pro&seats=5&size=1&size=2'),
    response: createdAnswer,
    events: [created({ plan: 'pro', seats: '5', size: ['1', '2'] }, ['plan', 'seats', 'size'])],
  },
  {
    name: 'camel-case names, which some clients send, are custom attributes and no key',
    request: upsert({ userId: 'u1', firstName: 'A', email_consent: true }),
    response: createdAnswer,
    events: [
      created({ userId: 'u1', firstName: 'A', email_consent: true }, [
        'userId',
        'firstName',
        'email_consent',
      ]),
    ],
  },
  {
    name: 'a standard field wins over a custom attribute that has Roster’s name for it',
    request: upsert({ phone: '1', phone_number: '2', avatar_url: 'x' }),
    response: createdAnswer,
    events: [created({ phone: '2', avatar_url: 'x' }, ['phone', 'avatar_url'])],
  },
  {
    name: 'a workspace may ignore unknown keys: they are dropped with a reason and no error',
    settings: { unknownKeys: 'ignore' },
    request: upsert({ user_id: 'u1', city: 'X', plan: 'pro' }),
    response: createdAnswer,
    events: [
      {
        type: 'profile.created',
        subject: true,
        changed: ['user_id', 'city'],
        dropped: [{ name: 'plan', reason: 'unknown_attribute' }],
      },
    ],
  },
  {
    name: 'ignoring unknown keys leaves the 21 standard names alone, also by display name',
    settings: { unknownKeys: 'ignore' },
    request: upsert({
      user_id: 'u1',
      'First name': 'A',
      phone_number: '1',
      unsubscribed: true,
      tags: ['a'],
    }),
    response: createdAnswer,
    events: [
      {
        type: 'profile.created',
        changed: ['user_id', 'first_name', 'phone', 'unsubscribed_email', 'tags'],
        dropped: [],
      },
    ],
  },
  {
    name: 'a workspace may take only attributes that exist',
    settings: { unknownKeys: 'existing-only' },
    request: upsert({ user_id: 'u1', plan: 'pro' }),
    response: createdAnswer,
    events: [
      {
        type: 'profile.created',
        changed: ['user_id'],
        dropped: [{ name: 'plan', reason: 'unknown_attribute' }],
      },
    ],
  },
  {
    name: 'a nested value is kept as it is',
    before: [upsert({ user_id: 'u1' })],
    request: upsert({ user_id: 'u1', cart: { lines: [{ sku: 'a', n: 1 }] } }),
    response: updatedAnswer,
    events: [updated({ cart: { lines: [{ sku: 'a', n: 1 }] } }, ['cart'])],
  },
]
