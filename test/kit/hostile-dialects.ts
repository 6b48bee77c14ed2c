import assert from 'node:assert/strict'
import { Value } from 'typebox/value'
import type { JsonObject } from '../../src/core/json.ts'
import { problem } from '../../src/http/native/schemas.ts'
import { type HostileDialect, jsonObject } from './hostile-site.ts'

/** What the hostile tests must know of each dialect: calls to attack and the form of a refusal. */
export const hostileDialects: readonly HostileDialect[] = [
  {
    id: 'copernica',
    targets({ token }) {
      const common = {
        headers: { authorization: `Bearer ${token}` },
        body: { email: 'hostile@example.org', firstname: 'John', lastname: 'Doe' },
        fields: ['email', 'firstname', 'suffix', 'lastname'],
        attributes: 'body' as const,
      }
      const post = (name: string, path: string) => ({ ...common, name, method: 'POST', path })
      return [
        ...['update', 'remove'].map((kind) => post(`user/${kind}`, `/v4/events/user/${kind}`)),
        post('profiles', '/v4/database/1/profiles'),
      ]
    },
    assertRefusal(answer) {
      assert.equal(answer.status, 400, `every mistake of a caller is 400: ${answer.text}`)
      const { error, ...rest } = jsonObject(answer) as { error: { message: string } }
      assert.deepEqual(rest, {})
      assert.deepEqual(Object.keys(error), ['message'])
      assert.ok(error.message.length > 3, answer.text)
    },
  },
  {
    id: 'usercom',
    targets: ({ token }) => {
      const common = {
        headers: { authorization: `Token ${token}` },
        body: { user_id: 'hostile', first_name: 'John', last_name: 'Doe' },
        fields: [
          ...['assigned_to', 'city', 'company_id', 'country', 'email', 'facebook_url'],
          ...['first_name', 'gender', 'google_url', 'gravatar_url', 'last_name', 'linkedin_url'],
          ...['notifications', 'phone_number', 'region', 'score', 'status', 'timezone'],
          ...['twitter_url', 'unsubscribed', 'user_id', 'custom_id', 'tags'],
        ],
        attributes: 'body' as const,
      }
      const base = '/api/public'
      const user = `${base}/users-by-id/hostile`
      const event = { name: 'hostile', timestamp: 1, data: {} }
      const set = { ...common, method: 'POST', body: { name_std: 1 }, fields: ['score', 'email'] }
      const call = (name: string, path: string, body: JsonObject, fields = Object.keys(body)) => ({
        ...{ ...common, name, method: 'POST', path: `${base}/${path}/`, body, fields },
      })
      return [
        {
          ...{ ...common, name: 'update_or_create', method: 'POST' },
          path: `${base}/users/update_or_create/`,
        },
        { ...common, name: 'PUT user', method: 'PUT', path: `${user}/` },
        { ...set, name: 'set_multiple', path: `${user}/set_multiple_attributes/` },
        call('POST event', 'users-by-id/hostile/events', event),
      ]
    },
    assertRefusal(answer) {
      if (answer.status === 404 && answer.headers['content-type']?.startsWith('text/html')) return
      const body = jsonObject(answer)
      if (typeof body.detail === 'string') {
        assert.deepEqual(Object.keys(body), ['detail'])
        return
      }
      assert.deepEqual(Object.keys(body), ['errors'], answer.text)
      const fields = Object.entries(body.errors as { [field: string]: string[] })
      assert.ok(fields.length > 0, answer.text)
      for (const [field, messages] of fields) {
        assert.ok(Array.isArray(messages) && messages.every((m) => typeof m === 'string'), field)
      }
    },
  },
  {
    id: 'channeltalk',
    targets(token, userId) {
      const headers = {
        'x-access-key': token.accessKey ?? '',
        'x-access-secret': token.accessSecret ?? '',
      }
      const common = {
        headers,
        body: { profile: { name: 'John' } },
        fields: [
          ...['profile', 'profileOnce', 'tags', 'unsubscribeEmail', 'unsubscribeTexting'],
          ...['blocked', 'language'],
        ],
        attributes: 'inner' as const,
      }
      return [
        { ...common, name: 'PATCH user', method: 'PATCH', path: `/open/v5/users/${userId}` },
        { ...common, name: 'PUT member', method: 'PUT', path: '/open/v5/users/@hostile' },
        { ...common, name: 'POST user', method: 'POST', path: '/open/v5/users' },
      ]
    },
    assertRefusal(answer) {
      const body = jsonObject(answer)
      assert.equal(body.status, answer.status, answer.text)
      assert.equal(body.language, 'en', answer.text)
      assert.ok(typeof body.type === 'string' && typeof body.message === 'string')
      const errors = body.errors as { message: string }[]
      assert.ok(errors.length > 0 && errors.every(({ message }) => message.length > 3))
    },
  },
  {
    id: 'native',
    targets({ token }) {
      const common = { headers: { authorization: `Bearer ${token}` }, attributes: 'inner' as const }
      const changes = {
        body: { tags: ['hostile'], set: { first_name: 'John' } },
        fields: [
          ...['set', 'set_once', 'unset', 'increment', 'add', 'remove', 'tags', 'identifiers'],
          'occurred_at',
        ],
      }
      return [
        {
          ...{ ...common, ...changes, name: 'PUT profile', method: 'PUT' },
          path: '/api/v1/profiles/by/user_id/hostile',
        },
        {
          ...{ ...common, name: 'POST event', method: 'POST', path: '/api/v1/events' },
          body: { type: 'hostile.came', attributes: { seen: 1 } },
          fields: [
            ...['type', 'occurred_at', 'attributes', 'profile_id', 'identifiers'],
            ...['idempotency_key', 'events'],
          ],
        },
      ]
    },
    assertRefusal(answer) {
      assert.equal(answer.headers['content-type'], 'application/problem+json', answer.text)
      const body = answer.json() as JsonObject
      assert.equal(body.status, answer.status, answer.text)
      assert.ok(Value.Check(problem, body), answer.text)
    },
  },
]
