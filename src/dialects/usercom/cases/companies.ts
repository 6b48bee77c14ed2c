import type { DialectCase } from '../../../core/dialect-case.ts'
import {
  call,
  detail,
  documented,
  fieldFaults,
  get,
  noContent,
  notFound,
  ok,
  upsert,
  version2,
} from './requests.ts'

const acme = { name: 'Acme', company_id: 'c1', city: 'Oslo' }
const make = call('POST', '/companies/', acme)
const u1 = upsert({ user_id: 'u1' })
const toldOfAcme = { id: '<int>', company_id: 'c1', name: 'Acme' }

const whole = {
  ...{ id: '<int>', name: 'Acme', description: null, email: null, country: null, region: null },
  ...{ city: 'Oslo', address: null, postal_code: null, approx_employees: 12 },
  ...{ created_at: '<datetime>', updated_at: '<datetime>', phone_numbers: ['1'] },
  ...{ company_id: 'c1', employees: [], attributes: [], tags: [{ name: 'vip', id: '<int>' }] },
}
const order = Object.keys(whole).join(' ')
const order2 =
  'id name description email country region city address postal_code size category created_at updated_at phone_numbers custom_id employees tags user_custom_id credit_line'
const { approx_employees: _size, company_id: _id, attributes: _attributes, ...shared } = whole

export const companyCases: DialectCase[] = [
  {
    name: 'a company in version 1',
    request: call('POST', '/companies/', {
      ...acme,
      ...{ approx_employees: '12', phone_numbers: ['1'], tags: ['vip'] },
    }),
    response: { status: 201, headers: { allow: 'GET, POST, HEAD, OPTIONS' }, body: whole, order },
    events: [],
  },
  {
    name: 'a company in version 2, with its custom attributes as keys',
    request: call(
      'POST',
      '/companies/',
      {
        ...{ name: 'Acme', custom_id: 'c1', city: 'Oslo', size: 12, category: 'it' },
        ...{ phone_numbers: ['1'], tags: ['vip'], user_custom_id: 'u1', 'Credit Line': 5 },
      },
      version2,
    ),
    response: {
      status: 201,
      body: {
        ...shared,
        ...{ size: 12, category: 'it', custom_id: 'c1', user_custom_id: 'u1', credit_line: 5 },
      },
      order: order2,
    },
    events: [],
    source: documented('companies/update-company'),
  },
  {
    name: 'a company needs a name',
    request: call('POST', '/companies/', { company_id: 'c1' }),
    response: fieldFaults({ name: ['This field is required.'] }),
    events: [],
  },
  {
    name: 'a company_id is one company’s',
    before: [make],
    request: call('POST', '/companies/', acme),
    response: fieldFaults({ company_id: ['This value is already taken.'] }),
    events: [],
  },
  {
    name: 'the companies there are',
    before: [make],
    request: get('/companies/'),
    response: {
      status: 200,
      bodyHolds: { count: 1, next: null, previous: null, results: [{ id: '{{0.id}}' }] },
    },
    events: [],
  },
  {
    name: 'one company by its id',
    before: [make],
    request: get('/companies/{{0.id}}/'),
    response: {
      status: 200,
      headers: { allow: 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS' },
      bodyHolds: { id: '{{0.id}}', name: 'Acme' },
    },
    events: [],
  },
  {
    name: 'one company by the customer’s own id, without the slash',
    before: [make],
    request: get('/companies-by-id/c1'),
    response: { status: 200, bodyHolds: { id: '{{0.id}}', company_id: 'c1' } },
    events: [],
  },
  {
    name: 'a company that is not there is not found',
    request: get('/companies-by-id/c9/'),
    response: notFound,
    events: [],
  },
  ...(['PUT', 'PATCH'] as const).flatMap((method): DialectCase[] => [
    {
      name: `${method} of a company is partial`,
      before: [make],
      request: call(method, '/companies/{{0.id}}/', { city: null, email: 'a@example.org' }),
      response: { status: 200, bodyHolds: { name: 'Acme', city: null, email: 'a@example.org' } },
      events: [],
    },
    {
      name: `${method} of a company by the customer’s own id`,
      before: [make],
      request: call(
        method,
        '/companies-by-id/c1/',
        { name: 'Acme Ltd', custom_id: 'c2' },
        version2,
      ),
      response: { status: 200, bodyHolds: { id: '{{0.id}}', name: 'Acme Ltd', custom_id: 'c2' } },
      events: [],
      source: documented('companies/update-company-by-id'),
    },
  ]),
  {
    name: 'a company is deleted without a slash behind the path',
    before: [make],
    request: call('DELETE', '/companies/{{0.id}}'),
    response: noContent,
    events: [],
  },
  {
    name: 'a company is deleted by the customer’s own id, and its places with it',
    before: [make, upsert({ user_id: 'u1', company_id: 'c1' })],
    request: call('DELETE', '/companies-by-id/c1/'),
    response: noContent,
    events: [],
  },
  {
    name: 'add_member enters somebody by the integer id',
    before: [make, u1],
    request: call('POST', '/companies/{{0.id}}/add_member/', { user_id: '{{1.id}}' }),
    response: ok,
    events: [{ type: 'company.joined', subject: true, attributes: toldOfAcme }],
  },
  {
    name: 'add_member by the customer’s own ids on both sides; who is there stays there',
    before: [make, upsert({ user_id: 'u1', company_id: 'c1' })],
    request: call('POST', '/companies-by-id/c1/add_member/', { user_custom_id: 'u1' }),
    response: ok,
    events: [],
  },
  {
    name: 'add_member with both ids, as a data pipeline sends them',
    before: [make, u1],
    request: call(
      'POST',
      '/companies/{{0.id}}/add_member/',
      { user_id: '{{1.id}}', user_custom_id: 'u1' },
      version2,
    ),
    response: ok,
    events: [{ type: 'company.joined', subject: true, attributes: toldOfAcme }],
  },
  {
    name: 'add_member of nobody is refused',
    before: [make],
    request: call('POST', '/companies/{{0.id}}/add_member/', { user_id: 9 }),
    response: fieldFaults({ user_id: ['Invalid pk "9" - object does not exist.'] }),
    events: [],
  },
  {
    name: 'the company shows who works there',
    before: [make, upsert({ user_id: 'u1', company_id: 'c1' })],
    request: get('/companies/{{0.id}}/'),
    response: { status: 200, bodyHolds: { employees: ['{{1.id}}'] } },
    events: [],
  },
  {
    name: 'the user shows where it works, and since when',
    before: [make, upsert({ user_id: 'u1', company_id: 'c1' })],
    request: get('/users-by-id/u1/'),
    response: {
      status: 200,
      bodyHolds: { companies: [{ member_since: '<datetime>', id: '{{0.id}}', name: 'Acme' }] },
    },
    events: [],
  },
  ...(['/companies/{{0.id}}', '/companies-by-id/c1'] as const).flatMap((path): DialectCase[] => [
    {
      name: `remove_member below ${path.slice(0, 14)} takes somebody away`,
      before: [make, upsert({ user_id: 'u1', company_id: 'c1' })],
      request: call('POST', `${path}/remove_member/`, { user_custom_id: 'u1' }),
      response: ok,
      events: [{ type: 'company.left', subject: true, attributes: toldOfAcme }],
    },
    {
      name: `a tag of a company below ${path.slice(0, 14)}`,
      before: [make],
      request: call('POST', `${path}/add_tag/`, { name: 'vip' }),
      response: { status: 200, body: { created: true, tag: { name: 'vip', id: '<int>' } } },
      events: [],
    },
    ...(['POST', 'DELETE'] as const).map(
      (method): DialectCase => ({
        name: `a tag of a company is taken away by ${method} below ${path.slice(0, 14)}`,
        before: [make, call('POST', `${path}/add_tag/`, { name: 'vip' })],
        request: call(method, `${path}/remove_tag/`, { name: 'vip' }),
        response: noContent,
        events: [],
      }),
    ),
    {
      name: `one attribute of a company below ${path.slice(0, 14)}`,
      before: [make],
      request: call('POST', `${path}/set_attribute/`, { attribute: 'plan', value: 'pro' }),
      response: ok,
      events: [],
    },
    {
      name: `several attributes of a company below ${path.slice(0, 14)}: 200 and nothing`,
      before: [make],
      request: call('POST', `${path}/set_multiple_attributes/`, { plan: 'pro', city: 'Rome' }),
      response: { status: 200, headers: { 'content-type': null }, body: '' },
      events: [],
    },
  ]),
  {
    name: 'attributes of a company are shown with their definitions',
    before: [
      call('POST', '/attributes/', { content_type: 'company', name: 'Plan', value_type: 2 }),
      make,
      call('POST', '/companies/{{1.id}}/set_attribute/', { attribute: 'Plan', value: '5' }),
    ],
    request: get('/companies/{{1.id}}/'),
    response: {
      status: 200,
      bodyHolds: {
        attributes: [{ name_std: 'plan', name: 'Plan', value: 5, id: '{{0.id}}', description: '' }],
      },
    },
    events: [],
  },
  {
    name: 'a company has no update_or_create',
    request: call('POST', '/companies/update_or_create/', acme),
    response: { status: 404, headers: { 'content-type': 'text/html; charset=utf-8' } },
    events: [],
  },
  {
    name: 'POST on a company is a wrong method',
    before: [make],
    request: call('POST', '/companies/{{0.id}}/', {}),
    response: {
      ...detail(405, 'Method "POST" not allowed.'),
      headers: { allow: 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS' },
    },
    events: [],
  },
]
