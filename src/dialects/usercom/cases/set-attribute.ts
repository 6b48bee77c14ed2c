import type { DialectCase } from '../../../core/dialect-case.ts'
import type { JsonValue } from '../../../core/json.ts'
import {
  call,
  detail,
  fieldFaults,
  get,
  noContent,
  notFound,
  ok,
  recorded,
  updated,
  upsert,
} from './requests.ts'

const u1 = upsert({ user_id: 'u1' })
export const set = (attribute: string, value: JsonValue) =>
  call('POST', '/users-by-id/u1/set_attribute/', { attribute, value })

const nameTooLong = fieldFaults({
  attribute: ['Ensure this field has no more than 128 characters.'],
})

export const setAttributeCases: DialectCase[] = [
  {
    name: 'set_attribute sets a custom attribute',
    before: [u1],
    request: call('POST', '/users/{{0.id}}/set_attribute/', { attribute: 'plan', value: 'pro' }),
    response: ok,
    events: [updated({ plan: 'pro' }, ['plan'])],
  },
  {
    name: 'set_attribute by the customer’s own id sets a standard attribute too',
    before: [u1],
    request: set('First name', 'Anna'),
    response: ok,
    events: [updated({ first_name: 'Anna' }, ['first_name'])],
  },
  {
    name: 'set_attribute makes attributes also where update_or_create ignores unknown names',
    settings: { unknownKeys: 'ignore' },
    before: [u1],
    request: set('plan', 'pro'),
    response: ok,
    events: [updated({ plan: 'pro' }, ['plan'])],
  },
  {
    name: 'set_attribute without a value says what is missing',
    before: [u1],
    request: call('POST', '/users-by-id/u1/set_attribute/', {}),
    response: fieldFaults({
      attribute: ['This field is required.'],
      value: ['This field is required.'],
    }),
    events: [],
  },
  {
    name: 'set_attribute on nobody is not found',
    request: set('plan', 'pro'),
    response: notFound,
    events: [],
  },
  {
    name: 'a name over 128 characters is refused wherever one is given',
    before: [u1],
    request: call('POST', '/users/{{0.id}}/set_attribute/', {
      ...{ attribute: 'x'.repeat(129), value: 1 },
    }),
    response: nameTooLong,
    events: [],
  },
  {
    name: 'a name over 128 characters is refused for several users too',
    before: [u1],
    request: call('PUT', '/users/mass_update_custom_attributes/', {
      ...{ ids: ['{{0.id}}'], attribute: 'x'.repeat(129), value: 1 },
    }),
    response: nameTooLong,
    events: [],
    differs: {
      vendor: 'Its page on mass updates allows 255.',
      why: 'A name is one everywhere in Roster; a longer one could not be sent back in a user’s body.',
    },
  },
  {
    name: 'set_multiple_attributes answers 200 and nothing',
    before: [u1],
    request: call('POST', '/users/{{0.id}}/set_multiple_attributes/', {
      company_role: 'admin',
      verified: true,
    }),
    response: {
      status: 200,
      headers: { 'content-type': null, 'content-length': '0', allow: 'POST, OPTIONS' },
      body: '',
    },
    events: [updated({ company_role: 'admin', verified: true }, ['company_role', 'verified'])],
    source: recorded,
  },
  {
    name: 'set_multiple_attributes by the customer’s own id passes over what is read-only',
    before: [u1],
    request: call('POST', '/users-by-id/u1/set_multiple_attributes/', {
      ...{ id: 5, key: 'x', name: 'x', created_at: 'x', attributes: [], city: 'Oslo', plan: 1 },
    }),
    response: { status: 200, body: '' },
    events: [updated({ city: 'Oslo', plan: 1 }, ['city', 'plan'])],
    differs: {
      vendor:
        'It was seen to make custom attributes of `name`, `lists`, `attributes` and `chat_id`.',
      why: 'They would hide the user’s own keys of those names in version 2.',
    },
  },
  {
    name: 'set_multiple_attributes on nobody is not found',
    request: call('POST', '/users/4711/set_multiple_attributes/', { plan: 1 }),
    response: notFound,
    events: [],
  },
  ...(['DELETE', 'POST'] as const).flatMap((method): DialectCase[] => [
    {
      name: `remove_attribute by ${method} clears a custom attribute`,
      before: [u1, set('Shoe size', 44)],
      request: call(method, '/users/{{0.id}}/remove_attribute/', { attribute: 'shoe_size' }),
      response: noContent,
      events: [updated({ 'Shoe size': null }, ['Shoe size'])],
    },
    {
      name: `remove_attribute by ${method} and the customer’s own id clears a standard attribute`,
      before: [upsert({ user_id: 'u1', city: 'Oslo' })],
      request: call(method, '/users-by-id/u1/remove_attribute/', { attribute: 'city' }),
      response: noContent,
      events: [updated({ city: null }, ['city'])],
    },
  ]),
  {
    name: 'remove_attribute does not take away an id',
    before: [u1],
    request: call('DELETE', '/users-by-id/u1/remove_attribute/', { attribute: 'user_id' }),
    response: fieldFaults({ attribute: ['"user_id" is not a valid choice.'] }),
    events: [],
  },
  {
    name: 'GET on set_attribute is a wrong method',
    before: [u1],
    request: get('/users-by-id/u1/set_attribute/'),
    response: {
      ...detail(405, 'Method "GET" not allowed.'),
      headers: { allow: 'POST, OPTIONS' },
    },
    events: [],
  },
]
