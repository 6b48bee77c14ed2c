import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { pino } from 'pino'
import type { JsonObject } from '../src/core/json.ts'
import { startExpiry } from '../src/expire.ts'
import { engines } from './kit/engines.ts'
import { nativeClient } from './kit/native-client.ts'
import { startRoster } from './kit/start-roster.ts'

const dayMs = 24 * 60 * 60_000

for (const engine of engines) {
  describe(engine.name, () => {
    test('a workspace keeps its events for fewer days than the server', async (t) => {
      await using roster = await startRoster(engine, { ROSTER_EVENT_DAYS: '30' })
      const [own, other] = await Promise.all(
        [0, 1].map(async () => {
          const { tokens } = await roster.newWorkspace()
          return nativeClient(roster.url, tokens.native?.token ?? '')
        }),
      )
      assert.ok(own && other)
      const set = (event_days: number | null) => own('PATCH', '/workspace/settings', { event_days })
      const longer = await set(31)
      assert.equal(longer.status, 422)
      assert.match(JSON.stringify(longer.body.errors), /at most 30, .*ROSTER_EVENT_DAYS/)
      for (const wrong of [0, -1, 1.5, 36_501]) assert.equal((await set(wrong)).status, 422)
      assert.equal((await set(null)).body.settings.event_days, null)
      assert.equal((await set(2)).body.settings.event_days, 2)

      const person = { set: { email: 'a@x.org' } }
      for (const native of [own, other]) {
        await native('PUT', '/profiles/by/user_id/ann', person)
        const identifiers = { email: 'b@x.org' }
        const sent = await native('POST', '/events', { type: 'shop.visit', identifiers })
        assert.equal(sent.status, 201, JSON.stringify(sent.body))
      }
      const told: JsonObject[] = []
      const write = (line: string) => told.push(JSON.parse(line))
      // The store has the machine's clock: what is moved on is the one that says what is old.
      t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() + 3 * dayMs })
      const keep = { eventDays: 30, idempotencyHours: 24 }
      const expiry = startExpiry(roster.store, keep, pino({ base: null }, { write }))
      t.mock.timers.tick(60_000)
      t.mock.timers.reset()
      while (told.length === 0) await new Promise((resolve) => setImmediate(resolve))
      await expiry.stop()
      assert.equal(told[0]?.msg, 'deleted what is old')
      assert.equal(told[0]?.events, 2)

      assert.deepEqual((await own('GET', '/events')).body.data, [])
      assert.deepEqual((await own('GET', '/events?type=shop.visit')).body.data, [])
      assert.equal((await other('GET', '/events')).body.data.length, 2)
      const { profile } = (await own('PUT', '/profiles/by/user_id/ann', { set: { n: 1 } })).body
      assert.deepEqual([profile.version, profile.attributes.email], [2, 'a@x.org'])
      const next = (await own('GET', '/events')).body.data
      assert.deepEqual([next.length, next[0].id], [1, 3])
      const line = await own('GET', `/profiles/${profile.id}/timeline`)
      assert.deepEqual(
        line.body.data.map(({ id }: JsonObject) => id),
        [3],
      )
      // Somebody whom an event named that is gone has a timeline of what came since.
      const late = await own('PUT', '/profiles/by/email/b@x.org', { set: { n: 1 } })
      const since = await own('GET', `/profiles/${late.body.profile.id}/timeline`)
      assert.equal(since.body.data.length, 1)
    })
  })
}
