import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, describe, test } from 'node:test'
import type { JsonObject } from '../src/core/json.ts'
import { verifyWebhook } from '../src/outbound/sign-webhook.ts'
import { engines } from './kit/engines.ts'
import { settled, until } from './kit/follow-up-site.ts'
import { type NativeClient, nativeClient } from './kit/native-client.ts'
import type { NewWorkspace } from './kit/new-workspace.ts'
import { type Received, type Receiver, receiver } from './kit/receiver.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

const header = 'X-Shop-Key'
const headerValue = 'a-value-nobody-is-shown'

/** A rule that tells a destination of each event of its own type. */
function telling(destination: string): JsonObject {
  const settings = { destination, json: { n: '{{ event.n | json }}' } }
  return {
    name: `tell-${destination}`,
    on: [`order.${destination}`],
    steps: [{ action: 'webhook', with: settings }],
  }
}

for (const engine of engines) {
  describe(engine.name, () => {
    let roster: RunningRoster
    let shop: Receiver
    let answers = 200
    before(async () => {
      roster = await startRoster(engine)
      shop = await receiver((call, response) => {
        response.setHeader('x-back', call.headers['x-shop-key'] ?? 'none')
        response.writeHead(answers).end(`got ${headerValue}`)
      })
    })
    after(async () => {
      shop?.[Symbol.dispose]()
      await roster?.close()
    })

    async function enter(): Promise<{ native: NativeClient; world: NewWorkspace }> {
      answers = 200
      const world = await roster.newWorkspace()
      return { native: nativeClient(roster.url, world.tokens.native?.token ?? ''), world }
    }

    const simple = () => ({ type: 'webhook', url: shop.url, allow_private: true })

    async function audited(native: NativeClient, limit: number): Promise<unknown[]> {
      const { body } = await native('GET', `/audit?limit=${limit}`)
      return body.data.map((each: JsonObject) => [each.action, each.target])
    }

    test('a destination is late where what is due waits longer than it allows', async () => {
      const { native } = await enter()
      const held: ServerResponse[] = []
      using slow = await receiver((_call, response) => void held.push(response))
      const put = { ...simple(), url: slow.url, concurrency: 1, begin_within: 'PT1S' }
      const made = await native('PUT', '/destinations/shop', put)
      assert.equal(made.body.destination.definition.begin_within, 'PT1S')
      assert.equal(made.body.destination.late, false)
      const wrong = await native('PUT', '/destinations/shop', { ...put, begin_within: 'P2D' })
      assert.match(JSON.stringify(wrong.body), /begin_within.*PT1S to P1D/)
      await native('PUT', '/rules', { rules: [telling('shop')] })
      for (const n of [1, 2])
        await native('POST', '/events', { type: 'order.shop', attributes: { n } })
      const late = async () => (await native('GET', '/destinations')).body.data[0].late
      await until('it is late', async () => (await late()) === true)
      await until('both came', async () => {
        for (const response of held.splice(0)) response.writeHead(200).end()
        return slow.calls.length === 2
      })
      await until('it is no longer late', async () => (await late()) === false)
      for (const response of held) response.writeHead(200).end()
    })

    test('a destination is put, read and put again, and its secrets are never shown', async () => {
      const { native } = await enter()
      const auth = { header, value: headerValue }
      const put = { ...simple(), auth, rate: '50/s', timeout: 'PT5S', retry: { attempts: 3 } }
      const made = await native('PUT', '/destinations/shop', put)
      assert.equal(made.status, 201)
      assert.match(made.body.secret, /^whsec_/)
      const { definition } = made.body.destination
      assert.deepEqual(
        [definition.rate, definition.timeout, definition.retry.attempts, definition.auth],
        ['50/s', 'PT5S', 3, { header }],
      )
      assert.deepEqual(made.body.destination.rate, {
        ...{ limit: 50, span_ms: 1_000, used: 0, remaining: 50 },
      })
      const again = await native('PUT', '/destinations/shop', { ...definition, concurrency: 2 })
      assert.deepEqual([again.status, again.body.secret], [200, null])
      assert.equal(again.body.destination.version, 2)
      const listed = await native('GET', '/destinations')
      assert.deepEqual(listed.body.data, [(await native('GET', '/destinations/shop')).body])
      const shown = JSON.stringify([again.body, listed.body, (await native('GET', '/audit')).body])
      assert.ok(!shown.includes(headerValue) && !shown.includes('whsec_'))
      assert.equal((await native('GET', '/destinations/shpo')).body.code, 'not_found')
      assert.deepEqual(await audited(native, 2), [
        ['destination.updated', 'shop'],
        ['destination.created', 'shop'],
      ])
      const { body } = await native('GET', '/audit?limit=1')
      assert.deepEqual(body.data[0].details, { keys: ['concurrency'], secrets: [] })
    })

    test('what is wrong with a destination is named, and another server gets no header', async () => {
      const { native } = await enter()
      const wrong: [JsonObject, string][] = [
        [{ ...simple(), url: 'ftp://x' }, 'url'],
        [{ ...simple(), type: 'webhok' }, 'type'],
        [{ ...simple(), rate: 'fast' }, 'rate'],
        [{ ...simple(), secret: 'short' }, 'secret'],
        [{ ...simple(), auth: { header: 'Host', value: headerValue } }, 'auth.header'],
        [{ ...simple(), auth: { header } }, 'auth.value'],
        [{ ...simple(), secret: { env: 'HOME' } }, 'secret'],
      ]
      for (const [body, field] of wrong) {
        const answer = await native('PUT', '/destinations/shop', body)
        assert.deepEqual([answer.status, answer.body.errors?.[0].field], [422, field])
      }
      const auth = { header, value: headerValue }
      await native('PUT', '/destinations/shop', { ...simple(), auth })
      const moved = { ...simple(), url: 'https://elsewhere.example/', auth: { header } }
      const refused = await native('PUT', '/destinations/shop', moved)
      assert.equal(refused.body.errors[0].field, 'auth.value')
    })

    test('a test call is sent in earnest and tells what came back', async () => {
      const { native } = await enter()
      const auth = { header, value: headerValue }
      const { body } = await native('PUT', '/destinations/shop', { ...simple(), auth })
      const tested = await native('POST', '/destinations/shop/test')
      const call = shop.calls.at(-1) as Received
      assert.equal(call.headers['x-shop-key'], headerValue)
      assert.equal(call.headers['webhook-id'], tested.body.webhook_id)
      assert.equal(verify(call, body.secret), true)
      assert.deepEqual([tested.body.ok, tested.body.outcome.status], [true, 200])
      assert.equal(tested.body.outcome.body, 'got ***')
      assert.ok(!JSON.stringify(tested.body).includes(headerValue))
      answers = 400
      const dead = await native('POST', '/destinations/shop/test')
      assert.deepEqual([dead.body.ok, dead.body.judgement], [false, 'dead'])
      const closed = { type: 'webhook', url: shop.url }
      await native('PUT', '/destinations/inside', closed)
      const inside = await native('POST', '/destinations/inside/test')
      assert.equal(inside.body.outcome.code, 'address_refused')
      assert.equal((await native('POST', '/destinations/nobody/test')).status, 404)
    })

    test('after a rotation both secrets sign, until the former is over', async () => {
      const { native } = await enter()
      const first = (await native('PUT', '/destinations/shop', simple())).body.secret
      const rotated = await native('POST', '/destinations/shop/rotate-secret?hours=1')
      const second = rotated.body.secret
      assert.notEqual(first, second)
      await native('POST', '/destinations/shop/test')
      const both = shop.calls.at(-1) as Received
      assert.deepEqual([verify(both, first), verify(both, second)], [true, true])
      const third = (await native('POST', '/destinations/shop/rotate-secret?hours=0')).body.secret
      await native('POST', '/destinations/shop/test')
      const alone = shop.calls.at(-1) as Received
      assert.deepEqual([verify(alone, second), verify(alone, third)], [false, true])
      assert.deepEqual(await audited(native, 1), [['destination.secrets_replaced', 'shop']])
    })

    test('paused, everything waits; resumed, it goes; what rules name is not removed', async () => {
      const { native, world } = await enter()
      await native('PUT', '/destinations/shop', simple())
      await native('PUT', '/rules', { rules: [telling('shop')] })
      assert.equal((await native('POST', '/destinations/shop/pause')).body.state, 'paused')
      await native('POST', '/events', { type: 'order.shop', attributes: { n: 1 } })
      const waiting = (await native('GET', '/destinations/shop')).body
      assert.deepEqual([waiting.state, waiting.deliveries.pending], ['paused', 1])
      const kept = await native('DELETE', '/destinations/shop')
      assert.match(kept.body.detail, /tell-shop/)
      await native('POST', '/destinations/shop/resume')
      const [delivery] = await settled(roster.store, world)
      assert.equal(delivery?.state, 'delivered')
      await native('POST', '/destinations/shop/pause')
      await native('POST', '/events', { type: 'order.shop', attributes: { n: 2 } })
      await native('PUT', '/rules', { rules: [] })
      const dry = await native('DELETE', '/destinations/shop?dry_run=true')
      assert.deepEqual(dry.body, { dry_run: true, given_up: 1 })
      await native('DELETE', '/destinations/shop')
      const { body } = await native('GET', '/deliveries/counts?state=dead')
      assert.deepEqual([body.data[0].reason, body.total], ['destination_removed', 1])
      assert.deepEqual((await audited(native, 1))[0], ['destination.removed', 'shop'])
    })

    test('deliveries are found, told in full, sent again, edited and cancelled', async () => {
      const { native, world } = await enter()
      answers = 400
      for (const name of ['shop', 'crm']) await native('PUT', `/destinations/${name}`, simple())
      await native('PUT', '/rules', { rules: [telling('shop'), telling('crm')] })
      const made = await native('PUT', '/profiles/by/user_id/d', {})
      const send = (type: string) =>
        native('POST', '/events', { type, identifiers: { user_id: 'd' }, attributes: { n: 7 } })
      for (const type of ['order.shop', 'order.shop', 'order.crm']) await send(type)
      await settled(roster.store, world)
      const { body: dead } = await native('GET', '/deliveries/counts?state=dead')
      assert.deepEqual(
        dead.data.map((each: JsonObject) => [each.destination, each.reason, each.count]),
        [
          ['shop', 'http_400', 2],
          ['crm', 'http_400', 1],
        ],
      )
      const of = `profile_id=${made.body.profile.id}&state=dead`
      const page = await native('GET', `/deliveries?limit=2&${of}`)
      const rest = await native('GET', `/deliveries?limit=2&${of}&cursor=${page.body.next_cursor}`)
      assert.deepEqual([page.body.data.length, rest.body.data.length], [2, 1])
      assert.equal(rest.body.next_cursor, null)
      const only = await native('GET', '/deliveries?destination=shop&rule=tell-shop')
      const { id } = only.body.data[1]
      const full = await native('GET', `/deliveries/${id}`)
      assert.equal(full.body.request.body, '{"n":7}')
      assert.equal(full.body.attempts[0].outcome.status, 400)
      assert.equal(full.body.attempts[0].sent.headers['webhook-id'], full.body.webhook_id)
      answers = 200
      await native('POST', `/deliveries/${id}/redeliver`)
      await settled(roster.store, world)
      const again = await native('GET', `/deliveries/${id}`)
      assert.deepEqual([again.body.state, again.body.attempts.length], ['delivered', 2])
      const edit = { headers: { 'x-edited': 'yes' }, body: '{"n":8}' }
      await native('POST', `/deliveries/${id}/resend`, edit)
      await settled(roster.store, world)
      const call = shop.calls.at(-1) as Received
      assert.deepEqual([call.body, call.headers['x-edited']], ['{"n":8}', 'yes'])
      for (const wrong of [{ headers: { host: 'x' } }, { body: '{' }]) {
        assert.equal((await native('POST', `/deliveries/${id}/resend`, wrong)).status, 422)
      }
      const all = { destination: 'shop' }
      const dry = await native('POST', '/deliveries/redeliver?dry_run=true', all)
      assert.deepEqual(dry.body, { dry_run: true, matching: 1, moved: 0 })
      assert.equal((await native('POST', '/deliveries/redeliver', all)).body.moved, 1)
      await settled(roster.store, world)
      assert.equal((await native('POST', '/deliveries/redeliver', {})).status, 422)
      assert.equal((await native('POST', `/deliveries/${id}/cancel`)).body.code, 'conflict')
      assert.equal((await native('GET', '/deliveries/1099511627777')).status, 404)
      assert.deepEqual(
        (await audited(native, 3)).map((each) => (each as string[])[0]),
        ['deliveries.redelivered', 'delivery.resent', 'deliveries.redelivered'],
      )
      await native('POST', '/destinations/crm/pause')
      await send('order.crm')
      await send('order.crm')
      const waiting = await native('GET', '/deliveries?state=pending')
      const first = waiting.body.data[0].id
      assert.equal((await native('POST', `/deliveries/${first}/redeliver`)).status, 409)
      const tried = await native('POST', `/deliveries/${first}/cancel?dry_run=true`)
      assert.deepEqual(tried.body, { dry_run: true, matching: 1, moved: 0 })
      assert.equal((await native('POST', `/deliveries/${first}/cancel`)).body.state, 'cancelled')
      const late = await native('POST', `/deliveries/${first}/cancel?dry_run=true`)
      assert.equal(late.body.code, 'conflict')
      const resent = await native('POST', `/deliveries/${first}/redeliver?dry_run=true`)
      assert.deepEqual(resent.body, { dry_run: true, matching: 1, moved: 0 })
      const ended = await native('POST', '/deliveries/cancel', { destination: 'crm' })
      assert.equal(ended.body.moved, 1)
      assert.deepEqual(await audited(native, 1), [['deliveries.cancelled', 'deliveries']])
    })

    test('a breaker that opened is told with the destination', async () => {
      const { native } = await enter()
      answers = 500
      const retry = { first: 'PT0.1S', max: 'PT0.1S', attempts: 20 }
      await native('PUT', '/destinations/shop', { ...simple(), rate: '1000/h', retry })
      await native('PUT', '/rules', { rules: [telling('shop')] })
      await native('POST', '/events', { type: 'order.shop', attributes: { n: 1 } })
      await until('the breaker opens', async () => {
        const { body } = await native('GET', '/destinations/shop')
        return body.breaker.phase === 'open'
      })
      const { body } = await native('GET', '/destinations/shop')
      assert.equal(body.breaker.failures, 10)
      assert.ok(body.rate.used >= 9 && body.rate.used <= 10, `${body.rate.used}`)
      await native('POST', '/destinations/shop/pause')
    })
  })
}

function verify({ headers, body }: Received, secret: string): boolean {
  const now = Math.floor(Date.now() / 1_000)
  return verifyWebhook(headers, Buffer.from(body), [secret], now) === 'valid'
}
