import type { DialectCase } from '../../../core/dialect-case.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { del, get, json, page, post, put, refused } from './expected.ts'

const asked = { handler: 'https://shop.example.org/hook', trigger: 'create' }
const shown: JsonObject = { ...asked, ID: '101', callers: [], database: null, collection: null }
const made = post('/v4/webhooks', asked)

const created: DialectCase['response'] = {
  status: 201,
  headers: { 'x-created': '101', 'x-location': /\/v4\/webhook\/101$/ },
  body: '',
}

function refusedBody(what: string, body: JsonValue, message: string): DialectCase {
  return {
    name: `a webhook ${what} is refused`,
    request: post('/v4/webhooks', body),
    response: refused(message),
    events: [],
  }
}

/** Calls on webhooks (wire notes 4.7); what is sent to them is in test/vendor-webhooks.test.ts. */
export const webhookCases: DialectCase[] = [
  {
    name: 'a webhook is made',
    request: made,
    response: created,
    events: [],
    source: page('rest-post-webhooks'),
  },
  {
    name: 'a webhook is made for one database and for some callers, and read',
    before: [post('/v4/webhooks', { ...asked, database: 'users', callers: ['ms', 'publisher'] })],
    request: get('/v4/webhook/101'),
    response: json({ ...shown, database: '1', callers: ['ms', 'publisher'] }),
    events: [],
    source: page('rest-post-webhooks'),
  },
  {
    name: 'a webhook is changed, and what is not named stays',
    before: [made, put('/v4/webhook/101', { trigger: 'update' })],
    request: get('/v4/webhook/101'),
    response: json({ ...shown, trigger: 'update' }),
    events: [],
  },
  ...(['PUT', 'POST'] as const).map(
    (method): DialectCase => ({
      name: `a webhook is changed by ${method}`,
      before: [made],
      request: { method, path: '/v4/webhook/101', body: { trigger: 'delete' } },
      response: { status: 204, body: '' },
      events: [],
    }),
  ),
  {
    name: 'webhooks are listed',
    before: [made],
    request: get('/v4/webhooks'),
    response: json({ start: 0, limit: 100, count: 1, data: [shown], total: 1 }),
    events: [],
  },
  {
    name: 'a webhook is deleted',
    before: [made],
    request: del('/v4/webhook/101'),
    response: { status: 204, headers: { 'x-deleted': 'webhook 101' }, body: '' },
    events: [],
  },
  {
    name: 'a webhook that was deleted is gone',
    before: [made, del('/v4/webhook/101')],
    request: get('/v4/webhook/101'),
    response: refused('No webhook with supplied ID'),
    events: [],
  },
  refusedBody('without a handler', { trigger: 'create' }, 'Missing parameter handler'),
  refusedBody('without a trigger', { handler: asked.handler }, 'Missing parameter trigger'),
  refusedBody(
    'for an unknown trigger',
    { ...asked, trigger: 'login' },
    'Parameter trigger must be one of create, update, delete, click, delivery, open, bounce, failure, unsubscribe',
  ),
  refusedBody(
    'with a handler that is no address',
    { ...asked, handler: 'shop.example.org' },
    'Parameter handler must be an http or https URL of up to 2048 characters',
  ),
  refusedBody(
    'with callers that are no list',
    { ...asked, callers: 'ms' },
    'Parameter callers must be a list of texts',
  ),
  refusedBody(
    'for a database that is not there',
    { ...asked, database: 'nowhere' },
    'No database with supplied ID',
  ),
  {
    name: 'a webhook is made for the subprofiles of one collection, and read',
    before: [
      post('/v4/database/users/collections', { name: 'Orders' }),
      post('/v4/webhooks', { ...asked, collection: 101 }),
    ],
    request: get('/v4/webhook/102'),
    response: json({ ...shown, ID: '102', collection: '101' }),
    events: [],
  },
  refusedBody(
    'for a collection that is not there',
    { ...asked, collection: 7 },
    'No collection with given ID',
  ),
  {
    name: 'a webhook is made for what is deleted in one database',
    before: [post('/v4/databases', { name: 'shop' })],
    request: post('/v4/webhooks', { ...asked, trigger: 'delete', database: 'shop' }),
    response: { status: 201, headers: { 'x-created': '102' }, body: '' },
    events: [],
  },
]
