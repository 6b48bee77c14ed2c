import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RenderInput } from '../../core/action.ts'
import { explainErrors } from '../../core/explain-errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { EventId, ProfileId } from '../../core/profile.ts'
import { createTemplates } from '../../core/template.ts'
import { webhook } from './action.ts'

const templates = createTemplates()

test('without a body the event and the person are sent as Standard Webhooks advises', () => {
  const { body, headers, method } = sent({})
  assert.equal(method, 'POST')
  assert.deepEqual(headers, { 'content-type': 'application/json' })
  assert.deepEqual(JSON.parse(body ?? ''), {
    type: 'user.update',
    timestamp: '2026-11-28T09:30:00.000Z',
    data: {
      event: {
        id: 41,
        type: 'user.update',
        occurred_at: '2026-11-28T09:30:00.000Z',
        received_at: '2026-11-28T09:30:00.012Z',
        source: 'cli',
        attributes: { count: 2, text: 'a "b"\r\nc' },
        changes: [{ name: 'email', of: 'attribute', from: null, to: 'jo@example.org' }],
      },
      profile: { id: 7, version: 3, attributes: { email: 'jo@example.org' }, tags: ['buyer'] },
    },
  })
})

test('a body is JSON, a form or any other text', () => {
  const rows: JsonObject[] = [
    { body: '{ "mail": {{ profile.email | json }} }' },
    { body: '{ "t": "{{ event.text }}" }' },
    { json: { n: '{{ event.count | json }}', l: ['{{ event.count }}', true, null] } },
    { form: { a: '{{ event.text }}', n: '{{ event.count | json }}' } },
    { body: '{{ event.text }}', content_type: 'text/plain; charset=utf-8' },
    { method: 'DELETE', body: '', content_type: 'text/plain' },
    { method: 'GET' },
    { json: { tags: '{{ tags | json }}', buys: '{% if tags contains "buyer" %}yes{% endif %}' } },
    { body: '{{ tags | join: ", " }}', content_type: 'text/plain' },
  ]
  const bodies = rows.map(sent)
  assert.deepEqual(
    bodies.map(({ body }) => body),
    [
      '{ "mail": "jo@example.org" }',
      '{ "t": "a \\"b\\"\\r\\nc" }',
      '{"n":2,"l":["2",true,null]}',
      'a=a+%22b%22%0D%0Ac&n=2',
      'a "b"\r\nc',
      '',
      null,
      '{"tags":["buyer"],"buys":"yes"}',
      'buyer',
    ],
  )
  assert.equal(bodies[3]?.headers['content-type'], 'application/x-www-form-urlencoded')
  assert.equal(bodies[4]?.headers['content-type'], 'text/plain; charset=utf-8')
  assert.deepEqual(bodies[6]?.headers, {})
})

test('what cannot be sent is a fault that says where, and never an empty body', () => {
  const faults: [JsonObject, string, RegExp][] = [
    [{ body: '{ "m": {{ profile.email }} }' }, 'template_not_json', /^body, line 1/],
    [{ body: '{ "m": {{ profile.zip }} }' }, 'template_value', /^body, line 1, column 8/],
    [{ json: { a: ['x', '{{ event.zip }}'] } }, 'template_value', /^json\.a\.1, /],
    [{ form: { a: '{{ event.zip }}' } }, 'template_value', /^form\.a, /],
    [{ headers: { 'X-A': '{{ event.text }}' } }, 'template_value', /^headers\.X-A, /],
    [{ headers: { kind: '{{ event.zip }}' } }, 'template_value', /^headers\.kind, /],
    [
      { body: '{% for i in (1..9000) %}äääääääääääääääää{% endfor %}', content_type: 'a/b' },
      'too_large',
      /^The body has 306000 bytes; a webhook takes 262144 at most/,
    ],
  ]
  for (const [settings, reason, detail] of faults) {
    const rendered = webhook.render(input(settings))
    assert.equal(rendered.kind, 'fault', JSON.stringify(settings))
    assert.equal(rendered.kind === 'fault' && rendered.reason, reason)
    assert.match(rendered.kind === 'fault' ? rendered.detail : '', detail)
  }
})

test('no header of the signature, of the connection or with a secret can be set', () => {
  for (const name of ['Webhook-Id', 'WEBHOOK-SIGNATURE', 'Host', 'Authorization', 'a b', '']) {
    const [fault] = wrong({ headers: { [name]: 'x' } })
    assert.match(fault?.message ?? '', /^Must be the name of a header, and none that Roster/)
  }
  assert.deepEqual(wrong({ headers: { 'X-Host': 'x', hosting: 'y', 'webhook-ids': 'z' } }), [])
})

test('settings that contradict one another are refused', () => {
  const rows: [JsonObject, string][] = [
    [{ body: 'x', json: {} }, 'Must be with "body" or "json", not both.'],
    [{ json: 1, form: {} }, 'Must be with "json" or "form", not both.'],
    [{ content_type: 'text/plain' }, 'Must be with "body" where there is "content_type".'],
    [{ method: 'GET', json: 1 }, 'Must be without a body where the method is GET.'],
  ]
  for (const [settings, message] of rows) {
    assert.deepEqual(wrong(settings), [{ path: ['with'], message }])
  }
})

function wrong(settings: JsonObject) {
  return explainErrors(webhook.settings, { destination: 'shop', ...settings }, ['with'])
}

function sent(settings: JsonObject) {
  assert.deepEqual(wrong(settings), [])
  const rendered = webhook.render(input(settings))
  if (rendered.kind !== 'request') throw new Error(JSON.stringify(rendered))
  assert.deepEqual(webhook.render(input(settings)), rendered)
  return rendered.request
}

function input(settings: JsonObject): RenderInput {
  const occurredAt = Date.UTC(2026, 10, 28, 9, 30)
  const event = { id: 41 as EventId, type: 'user.update', occurredAt, receivedAt: occurredAt + 12 }
  const changes = [{ name: 'email', from: null, to: 'jo@example.org' }]
  const attributes = { count: 2, text: 'a "b"\r\nc' }
  const profile = { id: 7 as ProfileId, version: 3, attributes: { email: 'jo@example.org' } }
  return {
    settings: { destination: 'shop', ...settings },
    seen: {
      event: { ...event, source: 'cli', attributes, changes },
      profile: { ...profile, tags: ['buyer'] },
    },
    workspace: { name: 'default' },
    plannedAt: occurredAt,
    templates,
  }
}
