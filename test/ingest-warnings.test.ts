import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../src/core/json.ts'
import { starterRules } from '../src/core/rule.ts'
import { engines } from './kit/engines.ts'
import { nativeClient } from './kit/native-client.ts'
import { startRoster } from './kit/start-roster.ts'

for (const engine of engines) {
  describe(engine.name, () => {
    test('what is amiss with what comes in is counted by token and kind, and told with an example', async () => {
      await using roster = await startRoster(engine, { ROSTER_WORKER: 'off' })
      const { store } = roster
      const { tokens, workspace } = await roster.newWorkspace()
      const native = nativeClient(roster.url, tokens.native?.token ?? '')
      const send = async (event: JsonObject, headers = {}) => {
        const sent = await native('POST', '/events', event, headers)
        assert.ok(sent.status < 300, JSON.stringify(sent.body))
        return sent.body.id as number
      }
      const listed = async () =>
        ((await native('GET', '/warnings')).body.data as JsonObject[]).map(
          ({ kind, source, count, event_id }) => [kind, source, count, event_id],
        )
      const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
      const placed = { occurred_at: ago(5_000) }
      await send({ type: 'shop.x', ...placed })
      await send({ type: 'shop.x' }, { 'idempotency-key': 'one' })
      await native('PUT', '/profiles/by/email/jo%40example.org', { set: { plan: 'pro' } })
      await store.rollUpEvents(Date.now())
      assert.deepEqual(await listed(), [])
      const [, loose] = [await send({ type: 'shop.x' }), await send({ type: 'shop.x' })]
      const late = await send({ type: 'shop.x', occurred_at: ago(40 * 86_400_000) })
      const early = await send({ type: 'shop.x', occurred_at: ago(-120_000) })
      const stale = { set: { plan: 'free' }, occurred_at: ago(3_600_000) }
      await native('PUT', '/profiles/by/email/jo%40example.org', stale)
      await store.rollUpEvents(Date.now())
      assert.deepEqual(await listed(), [
        ['dropped_older_than_stored', 'native', 1, early + 1],
        ['time_ahead', 'native', 1, early],
        ['time_long_ago', 'native', 1, late],
        ['no_time_or_key', 'native', 2, loose],
      ])
      const more = await send({ type: 'shop.x' })
      await Promise.all([store.rollUpEvents(Date.now()), store.rollUpEvents(Date.now())])
      assert.deepEqual((await listed())[0], ['no_time_or_key', 'native', 3, more])
      const [first] = (await native('GET', '/warnings')).body.data
      assert.equal(first.token, (await store.listTokens(workspace.id)).find(isNative)?.publicPart)
      assert.match(first.sentence, /Idempotency-Key/)
      const later = new Date(Date.now() + 60_000).toISOString()
      assert.deepEqual((await native('GET', `/warnings?since=${later}`)).body.data, [])
      const other = await store.createWorkspace('other', starterRules)
      assert.deepEqual(await store.listWarnings(other.id, 0), [])
    })
  })
}

function isNative({ dialect }: { dialect: string }): boolean {
  return dialect === 'native'
}
