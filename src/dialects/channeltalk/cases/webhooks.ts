import type { CaseRequest, DialectCase } from '../../../core/dialect-case.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { refused } from './expected.ts'

const nobody = '5ec3a01fe2b3f4d2cbc5'

/** What the vendor's own n8n trigger sends. */
const asked = {
  name: 'n8n',
  url: 'https://n8n.example.org/webhook/1',
  scopes: ['*'],
  apiVersion: 'v5',
}

const webhook: JsonObject = {
  ...asked,
  id: '<hex20>',
  channelId: '<text>',
  token: '<text>',
  createdAt: '<int>',
  blocked: false,
}

function hooks(method: string, below = '', body?: JsonValue, version = 5): CaseRequest {
  const path = `/open/v${version}/webhooks${below}`
  return body === undefined ? { method, path } : { method, path, body }
}

const ok = (body: JsonObject): DialectCase['response'] => ({ status: 200, body })
const ten = Array.from({ length: 10 }, (_, n) => hooks('POST', '', { ...asked, name: `w${n}` }))

/** Webhooks (wire notes 5). */
export const webhookCases: DialectCase[] = [
  {
    name: 'a webhook for everything is made',
    request: hooks('POST', '', asked),
    response: ok({ webhook }),
    events: [],
    source: 'as the vendor’s own n8n trigger asks',
  },
  {
    name: 'a webhook for some scopes is made, keywords and all, each of them once',
    request: hooks('POST', '', {
      ...asked,
      scopes: ['member.upserted.contact', 'lead.deleted', 'lead.deleted'],
      keywords: ['refund'],
      token: 'mine',
    }),
    response: ok({
      webhook: {
        ...webhook,
        scopes: ['member.upserted.contact', 'lead.deleted'],
        keywords: ['refund'],
      },
    }),
    events: [],
  },
  {
    name: 'version 4 makes a webhook that says what it watches',
    request: hooks('POST', '', { ...asked, apiVersion: undefined, watchGroups: true } as never, 4),
    response: ok({ webhook: { ...webhook, apiVersion: 'v4', watchGroups: true } }),
    events: [],
  },
  {
    name: 'version 3 makes a webhook too',
    request: hooks('POST', '', asked, 3),
    response: ok({ webhook }),
    events: [],
  },
  ...refusedFields('POST', [
    ['name', null, 'without a name'],
    ['url', null, 'without an address'],
    ['scopes', null, 'without scopes'],
    ['apiVersion', null, 'without a version'],
    ['name', '', 'with an empty name'],
    ['name', 7, 'with a number as its name'],
    ['name', 'x'.repeat(101), 'with a name of 101 characters'],
    ['url', 'ftp://example.org/', 'with an address that is not HTTP'],
    ['url', 'example.org', 'with an address without a scheme'],
    ['url', 'https://me:pw@example.org/', 'with a password in its address'],
    ['url', `https://example.org/${'x'.repeat(2_050)}`, 'with an address that is too long'],
    ['scopes', [], 'with no scope'],
    ['scopes', 'lead.deleted', 'with a scope outside a list'],
    ['scopes', ['userChatOpened'], 'with a scope of former days'],
    ['apiVersion', 'v6', 'with a version that is none'],
    ['keywords', [], 'with no keyword'],
    ['keywords', Array.from({ length: 21 }, (_, n) => `k${n}`), 'with 21 keywords'],
    ['blocked', 'no', 'with blocked as text'],
  ]),
  {
    name: 'a webhook of a name that is taken is refused by name',
    before: [hooks('POST', '', asked)],
    request: hooks('POST', '', { ...asked, url: 'https://b.example.org/' }),
    response: refused(422, 'invalidField', 'name'),
    events: [],
  },
  {
    name: 'an eleventh webhook is refused',
    before: ten,
    request: hooks('POST', '', asked),
    response: refused(422, 'invalidField'),
    events: [],
  },
  {
    name: 'after one is deleted there is room for another webhook',
    before: [...ten, hooks('DELETE', '/{{3.webhook.id}}')],
    request: hooks('POST', '', asked),
    response: ok({ webhook }),
    events: [],
  },
  {
    name: 'webhooks are listed, the newest first',
    before: [hooks('POST', '', asked), hooks('POST', '', { ...asked, name: 'b' })],
    request: hooks('GET', '?limit=500'),
    response: ok({
      webhooks: [
        { ...webhook, id: '{{1.webhook.id}}', token: '{{1.webhook.token}}', name: 'b' },
        { ...webhook, id: '{{0.webhook.id}}', token: '{{0.webhook.token}}' },
      ],
    }),
    events: [],
  },
  {
    name: 'webhooks from a time on are those that were there then',
    before: [hooks('POST', '', asked)],
    request: hooks('GET', '?since=9999999999999'),
    response: ok({ webhooks: [webhook] }),
    events: [],
    source: 'the vendor’s own OpenAPI document',
  },
  {
    name: 'webhooks from a time before there were any are none',
    before: [hooks('POST', '', asked)],
    request: hooks('GET', '?since=1594627125944'),
    response: ok({ webhooks: [] }),
    events: [],
  },
  {
    name: 'a page of webhooks that is full says where the next begins',
    before: [hooks('POST', '', asked), hooks('POST', '', { ...asked, name: 'b' })],
    request: hooks('GET', '?limit=1'),
    response: ok({ webhooks: [{ ...webhook, name: 'b' }], next: '<int>' }),
    events: [],
  },
  {
    name: 'the next page of webhooks goes on behind the one before',
    before: [
      hooks('POST', '', asked),
      hooks('POST', '', { ...asked, name: 'b' }),
      hooks('GET', '?limit=1'),
    ],
    request: hooks('GET', '?limit=1&since={{2.next}}'),
    response: ok({ webhooks: [webhook] }),
    events: [],
  },
  {
    name: 'there are no webhooks at first',
    request: hooks('GET'),
    response: ok({ webhooks: [] }),
    events: [],
  },
  ...([3, 4, 5] as const).flatMap((version) => [
    {
      name: `version ${version} reads one webhook`,
      before: [hooks('POST', '', asked)],
      request: hooks('GET', '/{{0.webhook.id}}', undefined, version),
      response: ok({ webhook }),
      events: [],
    },
    {
      name: `version ${version} changes a webhook and leaves the rest of it`,
      before: [hooks('POST', '', asked)],
      request: hooks('PATCH', '/{{0.webhook.id}}', { scopes: ['member.deleted'] }, version),
      response: ok({
        webhook: { ...webhook, scopes: ['member.deleted'], token: '{{0.webhook.token}}' },
      }),
      events: [],
    },
    {
      name: `version ${version} deletes a webhook`,
      before: [hooks('POST', '', asked)],
      request: hooks('DELETE', '/{{0.webhook.id}}', undefined, version),
      response: ok({}),
      events: [],
    },
    {
      name: `version ${version} lists webhooks`,
      before: [hooks('POST', '', asked)],
      request: hooks('GET', '', undefined, version),
      response: ok({ webhooks: [webhook] }),
      events: [],
    },
  ]),
  {
    name: 'a webhook is blocked and unblocked by hand',
    before: [
      hooks('POST', '', asked),
      hooks('PATCH', '/{{0.webhook.id}}', { blocked: true, name: 'other' }),
    ],
    request: hooks('PATCH', '/{{0.webhook.id}}', { blocked: false }),
    response: ok({ webhook: { ...webhook, name: 'other', lastBlockedAt: '<int>' } }),
    events: [],
  },
  {
    name: 'a webhook that is blocked says since when',
    before: [hooks('POST', '', { ...asked, blocked: true })],
    request: hooks('GET', '/{{0.webhook.id}}'),
    response: ok({ webhook: { ...webhook, blocked: true, lastBlockedAt: '<int>' } }),
    events: [],
  },
  ...refusedFields('PATCH', [
    ['scopes', ['all'], 'for an unknown scope'],
    ['url', 7, 'for an address that is a number'],
    ['name', '', 'for an empty name'],
  ]),
  {
    name: 'a webhook does not take the name of another',
    before: [hooks('POST', '', asked), hooks('POST', '', { ...asked, name: 'b' })],
    request: hooks('PATCH', '/{{1.webhook.id}}', { name: 'n8n' }),
    response: refused(422, 'invalidField', 'name'),
    events: [],
  },
  ...['GET', 'PATCH', 'DELETE'].flatMap((method) =>
    ['1', nobody].map((id) => ({
      name: `a webhook ${id} that never was is 404 (${method})`,
      request: hooks(method, `/${id}`, method === 'PATCH' ? {} : undefined),
      response: refused(404, 'notFound', undefined, 'There is no such webhook.'),
      events: [],
    })),
  ),
  {
    name: 'a deleted webhook is gone',
    before: [hooks('POST', '', asked), hooks('DELETE', '/{{0.webhook.id}}')],
    request: hooks('GET', '/{{0.webhook.id}}'),
    response: refused(404, 'notFound'),
    events: [],
  },
  {
    name: 'webhooks behind a cursor that is none are refused by name',
    request: hooks('GET', '?since=x'),
    response: refused(422, 'invalidField', 'since'),
    events: [],
  },
]

function refusedFields(
  method: 'POST' | 'PATCH',
  rows: [field: string, value: JsonValue, what: string][],
): DialectCase[] {
  return rows.map(([field, value, what]) => ({
    name: `a webhook ${what} is refused by name (${method})`,
    before: method === 'PATCH' ? [hooks('POST', '', asked)] : [],
    request:
      method === 'POST'
        ? hooks('POST', '', { ...asked, [field]: value })
        : hooks('PATCH', '/{{0.webhook.id}}', { [field]: value }),
    response: refused(422, 'invalidField', field),
    events: [],
  }))
}
