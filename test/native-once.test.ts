import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { JsonObject, JsonValue } from '../src/core/json.ts'
import { starterRules } from '../src/core/rule.ts'
import { keptAnswer } from '../src/storage/idempotency.ts'
import { engines } from './kit/engines.ts'
import { type NativeClient, nativeClient } from './kit/native-client.ts'
import type { NewWorkspace } from './kit/new-workspace.ts'
import { receiver } from './kit/receiver.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

const key = { 'idempotency-key': 'key-1' }

test('a call that was cut short is never made again', () => {
  const asked = { key: 'k', route: 'POST /tokens', bodyHash: 'hash' }
  const row = { body_hash: 'hash', outcome: '', created_at: 0 }
  assert.throws(() => keptAnswer(row, asked, 59_999), { code: 'call_under_way' })
  assert.throws(() => keptAnswer(row, asked, 60_000), { code: 'outcome_unknown' })
})

for (const engine of engines) {
  describe(`calls that change no profile, with a key, on ${engine.name}`, () => {
    let roster: RunningRoster
    let world: NewWorkspace
    let native: NativeClient
    before(async () => {
      roster = await startRoster(engine)
      world = await roster.newWorkspace()
      native = nativeClient(roster.url, world.tokens.native?.token ?? '')
    })
    after(() => roster?.close())

    test('a second token is never made, and the repeat shows the first', async () => {
      const body = { dialect: 'native', label: 'twice' }
      const first = await native('POST', '/tokens', body, key)
      assert.equal(first.status, 201)
      assert.equal(first.headers.get('idempotent-replayed'), null)
      const again = await native('POST', '/tokens', body, key)
      assert.deepEqual([again.status, again.body], [201, first.body])
      assert.equal(again.headers.get('idempotent-replayed'), 'true')
      const tokens = (await native('GET', '/tokens')).body.data as JsonObject[]
      assert.equal(tokens.filter(({ label }) => label === 'twice').length, 1)
      const other = await native('POST', '/tokens', { ...body, label: 'else' }, key)
      assert.equal(other.body.code, 'idempotency_key_reused')
    })

    test('of many at the same time one makes a token', async () => {
      const body = { dialect: 'native', label: 'at once' }
      const at = { 'idempotency-key': 'at-once' }
      const answers = await Promise.all(
        Array.from({ length: 12 }, () => native('POST', '/tokens', body, at)),
      )
      for (const { status, body: shown } of answers) {
        assert.ok(status === 201 || shown.code === 'call_under_way', `${status}`)
      }
      const made = answers.filter(({ status }) => status === 201)
      assert.equal(new Set(made.map(({ body: shown }) => shown.token.token)).size, 1)
      const tokens = (await native('GET', '/tokens')).body.data as JsonObject[]
      assert.equal(tokens.filter(({ label }) => label === 'at once').length, 1)
    })

    test('a call that is refused leaves its key free, and a dry run takes none', async () => {
      const at = { 'idempotency-key': 'refused' }
      assert.equal((await native('DELETE', '/destinations/none', undefined, at)).status, 404)
      const url = 'http://127.0.0.1:9/'
      assert.equal(
        (await native('PUT', '/destinations/none', { type: 'webhook', url })).status,
        201,
      )
      const dry = '/destinations/none?dry_run=true'
      assert.equal((await native('DELETE', dry, undefined, key)).body.dry_run, true)
      assert.equal(
        (await native('DELETE', dry, undefined, key)).headers.get('idempotent-replayed'),
        null,
      )
      assert.equal((await native('DELETE', '/destinations/none', undefined, at)).status, 200)
      const again = await native('DELETE', '/destinations/none', undefined, at)
      assert.deepEqual([again.status, again.body.dry_run], [200, false])
    })

    test('every call that changes no profile is answered alike when it is repeated', async () => {
      using shop = await receiver()
      const put = { type: 'webhook', url: shop.url, allow_private: true }
      const rules = [...starterRules, sending] as unknown as JsonObject[]
      const send = async (method: string, path: string, body?: JsonValue) => {
        const first = await native(method, path, body, { 'idempotency-key': `${method}${path}` })
        assert.ok(first.status < 300, `${method} ${path} ${JSON.stringify(first.body)}`)
        const again = await native(method, path, body, { 'idempotency-key': `${method}${path}` })
        assert.deepEqual([again.status, again.body], [first.status, first.body], path)
        assert.equal(again.headers.get('idempotent-replayed'), 'true', path)
        return first.body
      }
      await send('PUT', '/destinations/shop', put)
      await send('POST', '/destinations/shop/rotate-secret')
      await send('POST', '/destinations/shop/test')
      await send('POST', '/destinations/shop/pause')
      await send('PUT', '/rules', { rules })
      await native('PATCH', '/rules/tell', { enabled: false })
      await send('PATCH', '/rules/tell', { enabled: true })
      await send('POST', '/rules/tell/replay', { since: '2026-01-01' })
      await native('POST', '/events', { type: 'order.paid', identifiers: { user_id: 'u' } })
      const [{ id }] = (await native('GET', '/deliveries')).body.data
      await send('POST', `/deliveries/${id}/cancel`)
      await send('POST', `/deliveries/${id}/redeliver`)
      await send('POST', '/deliveries/cancel', { destination: 'shop' })
      await send('POST', '/deliveries/redeliver', { ids: [id] })
      await native('POST', `/deliveries/${id}/cancel`)
      await send('POST', `/deliveries/${id}/resend`, { body: '{"again":true}' })
      await send('POST', '/destinations/shop/resume')
      const [one, other] = await Promise.all(
        ['m', 'n'].map((name) => native('PUT', `/profiles/by/user_id/${name}`, {})),
      )
      const from = [{ id: other?.body.profile.id }]
      const into = `/profiles/${one?.body.profile.id}`
      await native('POST', `${into}/merge`, { from })
      const [held] = (await native('GET', '/held-merges')).body.data
      await send('POST', `/held-merges/${held.id}/accept`)
      await send('PATCH', '/workspace/settings', { phone_region: 'NL' })
      const { body } = await native('GET', '/audit?limit=15')
      const actions = (body.data as JsonObject[]).map(({ action }) => action)
      assert.deepEqual(actions.toReversed(), [
        ...['destination.created', 'destination.secrets_replaced', 'destination.paused'],
        ...['rules.replaced', 'rule.disabled', 'rule.enabled', 'rule.replayed'],
        ...['deliveries.cancelled', 'deliveries.redelivered'],
        ...['deliveries.cancelled', 'deliveries.redelivered', 'deliveries.cancelled'],
        ...['delivery.resent', 'destination.resumed', 'settings.updated'],
      ])
      const profile = (await native('PUT', '/profiles/by/user_id/gone', {})).body.profile.id
      await send('POST', `/profiles/${profile}/erase`, { confirm: profile })
      const [newest, before] = (await native('GET', '/audit?limit=2')).body.data
      assert.deepEqual([newest.action, before.action], ['profile.erased', 'settings.updated'])
      assert.equal(
        shop.calls.filter(({ body: sent }) => sent.includes('destination.test')).length,
        1,
      )
    })
  })
}

const sending = {
  name: 'tell',
  on: ['order.paid'],
  steps: [{ action: 'webhook', with: { destination: 'shop', json: { n: 1 } } }],
}
