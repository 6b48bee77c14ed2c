import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { JsonObject } from '../src/core/json.ts'
import { engines } from './kit/engines.ts'
import { type NativeClient, nativeClient } from './kit/native-client.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

const shop = { type: 'webhook', url: 'http://127.0.0.1:9/', allow_private: true }

/** Reminds somebody of a basket after an hour, and tells a shop of an order at once. */
const remind = {
  name: 'remind',
  on: ['basket.add'],
  when: { event: 'count', greater: 0 },
  steps: [{ wait: 'PT1H' }, { action: 'webhook', with: { destination: 'shop', json: {} } }],
  cancel_when: { on: ['order.paid'] },
}
const tell = {
  name: 'tell',
  on: ['order.*'],
  sources: { not: ['copernica'] },
  steps: [
    { action: 'webhook', with: { destination: 'shop', json: { n: '{{ event.n | json }}' } } },
  ],
  per_minute: 3,
}

for (const engine of engines) {
  describe(engine.name, () => {
    let roster: RunningRoster
    before(async () => {
      roster = await startRoster(engine, { ROSTER_WORKER: 'off' })
    })
    after(() => roster?.close())

    async function enter() {
      const world = await roster.newWorkspace()
      const native = nativeClient(roster.url, world.tokens.native?.token ?? '')
      assert.equal((await native('PUT', '/destinations/shop', shop)).status, 201)
      const put = async (...rules: JsonObject[]) =>
        assert.equal((await native('PUT', '/rules', { rules })).status, 200)
      const send = async (type: string, email: string | null, attributes: JsonObject = {}) => {
        const about = email === null ? {} : { identifiers: { email } }
        const sent = await native('POST', '/events', { type, attributes, ...about })
        assert.ok(sent.status < 300, JSON.stringify(sent.body))
        return sent.body.id as number
      }
      return { world, native, put, send, replay: replaying(native) }
    }

    function replaying(native: NativeClient) {
      const since = new Date(Date.now() - 3_600_000).toISOString()
      return async (rule: string, more: JsonObject = {}, query = '') => {
        const path = `/rules/${rule}/replay${query}`
        return native('POST', path, { since, ...more })
      }
    }

    const deliveries = async (native: NativeClient) =>
      (await native('GET', '/deliveries?limit=100')).body.data as JsonObject[]

    test('events that a rule missed begin its runs once, whoever replays how often', async () => {
      const { native, put, send, replay } = await enter()
      await native('PUT', '/profiles/by/email/jo%40example.org', {})
      const first = await send('order.a', 'jo@example.org', { n: 1 })
      const missed = [first, await send('order.b', null)]
      await put(tell as unknown as JsonObject)
      const lived = await send('order.c', 'jo@example.org', { n: 3 })
      const dry = (await replay('tell', {}, '?dry_run=true')).body
      assert.deepEqual([dry.begun, dry.passed_over, dry.next_cursor], [2, {}, null])
      const would = { state: 'done', events: [], deliveries: ['shop'] }
      assert.deepEqual(
        dry.runs.map((run: JsonObject) => [run.run, run.would]),
        missed.map((id) => [`${id}:tell`, would]),
      )
      assert.equal((await deliveries(native)).length, 1)
      const both = await Promise.all([replay('tell'), replay('tell')])
      const begun = both.map(({ body }) => body.begun as number)
      assert.equal(
        begun.reduce((sum, each) => sum + each),
        2,
        begun.join(),
      )
      const again = (await replay('tell')).body
      assert.deepEqual([again.begun, again.passed_over], [0, { has_run: 2 }])
      const forEvents = (await deliveries(native)).map(({ event_id }) => event_id as number)
      assert.deepEqual(forEvents.sort(), [...missed, lived])
      const run = (await native('GET', `/runs/${first}:tell`)).body
      assert.deepEqual([run.state, run.reason, run.steps[0].did], ['done', 'completed', 'planned'])
      const audit = (await native('GET', '/audit?limit=1')).body.data[0]
      assert.deepEqual([audit.action, audit.target], ['rule.replayed', 'tell'])
    })

    test('a switched-off rule is replayed in parts, and what ended runs since is heeded', async () => {
      const { native, put, send, replay } = await enter()
      for (const name of ['jo', 'ann', 'gone']) {
        await native('PUT', `/profiles/by/email/${name}%40example.org`, {})
      }
      await put(remind as unknown as JsonObject, tell as unknown as JsonObject)
      const off = (enabled: boolean) => native('PATCH', '/rules/remind', { enabled })
      await off(false)
      assert.equal((await replay('remind')).body.code, 'conflict')
      const first = await send('basket.add', 'jo@example.org', { count: 1 })
      await send('basket.add', 'jo@example.org', { count: 0 })
      await send('basket.add', 'ann@example.org', { count: 1 })
      await send('order.paid', 'ann@example.org')
      await send('basket.add', 'gone@example.org', { count: 1 })
      const gone = (await native('GET', '/profiles/by/email/gone%40example.org')).body
      assert.equal((await native('DELETE', `/profiles/${gone.id}`)).status, 200)
      await off(true)
      await off(true)
      const lived = await send('basket.add', 'jo@example.org', { count: 1 })
      const { body } = await replay('remind')
      const passed_over = { cancelled_since: 1, condition: 1, subject_removed: 1 }
      assert.deepEqual([body.begun, body.looked_at, body.passed_over], [1, 4, passed_over])
      assert.deepEqual(
        body.runs.map(({ run }: JsonObject) => run),
        [`${first}:remind`],
      )
      const waiting = (await native('GET', '/runs?state=waiting')).body.data
      assert.deepEqual(
        waiting.map((run: JsonObject) => run.event_id),
        [lived, first],
      )
      const until = Date.parse(waiting[1].due_at) - Date.now()
      assert.ok(until > 3_500_000 && until <= 3_600_000, `${until} ms`)
      assert.equal((await replay('remind', { cursor: '1' })).body.code, 'invalid_field')
      assert.equal((await replay('remond')).body.code, 'not_found')
    })

    test('a replay may take what came while the rule was at work, as far as its limits go', async () => {
      const { native, put, send, replay } = await enter()
      await native('PUT', '/profiles/by/email/jo%40example.org', {})
      const strict = { ...tell, when: { event: 'n', greater: 5 } }
      await put(strict as unknown as JsonObject)
      for (const n of [1, 2, 3, 4, 9]) await send('order.a', 'jo@example.org', { n })
      await put(tell as unknown as JsonObject)
      assert.deepEqual((await replay('tell')).body.looked_at, 0)
      const wide = { also_in_force: true }
      const { body } = await replay('tell', wide)
      // One of the three that one minute takes may have been the live one's.
      assert.deepEqual([body.looked_at, body.passed_over.has_run], [5, 1])
      assert.equal(body.begun + body.passed_over.rate_limit, 4)
      assert.ok(body.begun === 2 || body.begun === 3, String(body.begun))
      assert.equal((await deliveries(native)).length, 1 + body.begun)
    })

    test('a replay runs on who somebody went into, on an end that was told, and on nobody erased', async () => {
      const { native, put, send, replay } = await enter()
      const idOf: { [name: string]: number } = {}
      for (const name of ['jo', 'ann', 'bob']) {
        const made = await native('PUT', `/profiles/by/email/${name}%40example.org`, {})
        idOf[name] = made.body.profile.id
      }
      const ofAnn = await send('order.a', 'ann@example.org', { n: 1 })
      await send('order.a', 'bob@example.org', { n: 2 })
      const into = { from: [{ id: idOf.ann ?? 0 }], guards: false }
      assert.equal((await native('POST', `/profiles/${idOf.jo}/merge`, into)).status, 200)
      await native('DELETE', `/profiles/${idOf.bob}`)
      const erased = await native('POST', `/profiles/${idOf.bob}/erase`, { confirm: idOf.bob ?? 0 })
      assert.equal(erased.status, 200)
      await put({
        ...tell,
        on: ['order.*', 'profile.removed', 'profile.erased'],
      } as unknown as JsonObject)
      const { body } = await replay('tell')
      assert.deepEqual(
        body.runs.map((run: JsonObject) => run.run),
        [`${ofAnn}:tell`],
        JSON.stringify(body),
      )
      const run = (await native('GET', `/runs/${ofAnn}:tell`)).body
      assert.equal(run.profile_id, idOf.jo)
    })
  })
}
