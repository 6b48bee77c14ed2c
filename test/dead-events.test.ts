import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { pino } from 'pino'
import { limits } from '../src/core/limits.ts'
import { Deaths } from '../src/follow-up/deaths.ts'
import { tellNotices } from '../src/follow-up/tell-notices.ts'
import { openPool } from '../src/storage/postgres/connect.ts'
import { type Engine, engines } from './kit/engines.ts'
import { applyRules, sendEvents, settled, until, withKey } from './kit/follow-up-site.ts'
import { nativeClient } from './kit/native-client.ts'
import { receiver } from './kit/receiver.ts'
import { startRoster } from './kit/start-roster.ts'
import { tempFolder } from './kit/temp-folder.ts'

const hook = (destination: string) => ({ action: 'webhook', with: { destination, json: {} } })

/** What dies is told of by a rule, by way of an event of its own, to where it dies as well. */
function alarmed(url: string): string {
  const to = (name: string) => ({ name, type: 'webhook', allow_private: true, url })
  return JSON.stringify({
    destinations: [to('shop'), to('pager')],
    rules: [
      {
        name: 'keep',
        on: ['user.update'],
        steps: [{ action: 'set-attributes', with: { match: 'email', attributes: 'event' } }],
      },
      {
        name: 'tell',
        on: ['shop.x'],
        steps: [{ action: 'find-profile', with: { email: '{{ event.email }}' } }, hook('shop')],
      },
      {
        name: 'alarm',
        on: ['delivery.dead'],
        steps: [
          {
            action: 'trigger-event',
            with: { type: 'ops.alarm', attributes: { of: '{{ event.rule }}' } },
          },
        ],
      },
      { name: 'page', on: ['ops.alarm'], steps: [hook('pager')] },
    ],
  })
}

for (const engine of engines) {
  describe(engine.name, () => {
    test('a dead delivery is an event that rules react to, one a minute of a kind', async () => {
      using gone = await receiver((_, response) => response.writeHead(400).end())
      await using roster = await startRoster(engine, withKey)
      const { store } = roster
      const world = await roster.newWorkspace()
      const { id } = world.workspace
      await applyRules(store, id, alarmed(gone.url))
      const body = { email: 'jo@example.org' }
      const events = [
        { type: 'user.update', body },
        ...[1, 2, 3].map(() => ({ type: 'shop.x', body })),
      ]
      await sendEvents(roster.url, world, events)
      const died = async () => {
        const all = await store.readEvents(id, 0, 99)
        return all.filter(({ type }) => type === 'delivery.dead')
      }
      await until('two deaths are told', async () => (await died()).length >= 2)
      const all = await settled(store, world)
      assert.deepEqual(all.map(({ state }) => state).join(), all.map(() => 'dead').join())
      // Both in the same minute but for the last second of one.
      const [first, second] = await died()
      const shop = all.filter(({ rule }) => rule === 'tell')
      assert.equal(shop.length, 3)
      assert.deepEqual(first?.attributes, {
        ...{ delivery: shop[0]?.id, rule: 'tell', destination: 'shop', reason: 'http_400' },
        ...{ event: shop[0]?.event, event_type: 'shop.x' },
        ...{ attempts: 1, body: '{}', payload: body },
      })
      assert.deepEqual(first?.cause, { event: shop[0]?.event, rule: 'tell@1', depth: 1 })
      assert.deepEqual([first?.source.dialect, first?.subject], ['roster', shop[0]?.subject])
      assert.deepEqual([second?.attributes.rule, second?.cause?.depth], ['page', 3])
      assert.ok((await died()).length <= 4, 'one of a rule, destination and reason in a minute')
    })

    test('rules about deaths whose own deliveries die come to an end', async () => {
      await using roster = await startRoster(engine, { ...withKey, ROSTER_WORKER: 'off' })
      const { store } = roster
      const world = await roster.newWorkspace()
      const { id } = world.workspace
      await applyRules(store, id, alarmed('http://127.0.0.1:9/'))
      const body = { email: 'jo@example.org' }
      const events = ['user.update', 'shop.x'].map((type) => ({ type, body }))
      await sendEvents(roster.url, world, events)
      let now = Date.now()
      const told = new Deaths(() => now)
      let deaths = 0
      for (;;) {
        const claimed = await store.claimDeliveries({ worker: 'w', limit: 9, leaseMs: 30_000 })
        const [delivery] = claimed.deliveries
        if (!delivery) break
        const { workspaceId, id: dead, lease } = delivery
        const why = { reason: 'too_large', detail: 'a test' }
        const death = told.told(delivery, why.reason)
        await store.failDeliveries([
          { workspaceId, id: dead, lease, ...why, ...(death && { death }) },
        ])
        // Whoever had it may be gone by now: what is to be told is in the store.
        await tellNotices(store, pino({ level: 'silent' }))
        now += 60_000
        deaths += 1
        assert.ok(deaths <= limits.ruleDepthMax, `${deaths} deaths`)
      }
      assert.ok(deaths > 2)
      const last = (await store.readEvents(id, 0, 99)).at(-1)
      assert.deepEqual([last?.type, last?.attributes.limit], ['rule.stopped', 'depth'])
    })

    test('a rule about deaths has what was sent, without secrets, and what it was made of', async () => {
      using gone = await receiver((_, response) => response.writeHead(410).end())
      using folder = tempFolder()
      const place = await engine.newPlace(folder.path)
      await using cleaning = new AsyncDisposableStack()
      cleaning.defer(place.remove)
      const env = { ...place.env, ROSTER_DATA: folder.path }
      const roster = cleaning.use(await startRoster(engine, env))
      const { tokens } = await roster.newWorkspace()
      const native = nativeClient(roster.url, tokens.native?.token ?? '')
      const secret = 'a-value-nobody-is-shown'
      const shop = { type: 'webhook', url: gone.url, allow_private: true }
      await native('PUT', '/destinations/shop', {
        ...shop,
        auth: { header: 'X-Key', value: secret },
      })
      const body = `{"n":{{ event.n | json }},"key":"${secret}"}`
      const told = { body: '{{ event.body | json }}', n: '{{ event.payload.n | json }}' }
      const note = { type: 'ops.note', attributes: { ...told, of: '{{ event.event_type }}' } }
      const steps = [{ action: 'webhook', with: { destination: 'shop', body } }]
      const rules = [
        { name: 'tell', on: ['shop.x'], steps },
        { name: 'lost', on: ['shop.y'], steps },
        { name: 'note', on: ['delivery.dead'], steps: [{ action: 'trigger-event', with: note }] },
      ]
      assert.equal((await native('PUT', '/rules', { rules })).status, 200)
      await native('PUT', '/profiles/by/email/jo@example.org', { set: { a: 1 } })
      const send = (type: string, n: number) =>
        native('POST', '/events', {
          ...{ type, attributes: { n }, identifiers: { email: 'jo@example.org' } },
        })
      await send('shop.x', 7)
      const notes = async () => (await native('GET', '/events?type=ops.note')).body.data
      await until('the first death is told', async () => (await notes()).length === 1)
      const sent = { body: '{"n":7,"key":"***"}', n: 7, of: 'shop.x' }
      assert.deepEqual((await notes())[0].attributes, sent)
      const [dead] = (await native('GET', '/events?type=delivery.dead')).body.data
      const stops = async () => {
        return (await native('GET', '/events?type=destination.disabled')).body.data
      }
      await until('so is the end of the destination', async () => (await stops()).length === 1)
      const [disabled] = await stops()
      assert.deepEqual(disabled.attributes, {
        ...{ destination: 'shop', reason: 'http_410', delivery: dead.attributes.delivery },
        ...{ rule: 'tell', event: dead.attributes.event, event_type: 'shop.x' },
      })
      assert.deepEqual(dead.identifiers, [{ kind: 'email', value: 'jo@example.org' }])

      await native('POST', '/destinations/shop/pause')
      await send('shop.y', 8)
      await forgetRule(engine.name, folder.path, place.url)
      await native('POST', '/destinations/shop/resume')
      await until('the second is told too', async () => (await notes()).length === 2)
      assert.deepEqual((await notes()).at(-1).attributes, { body: null, n: 8, of: 'shop.y' })
      const second = (await native('GET', '/events?type=delivery.dead')).body.data.at(-1)
      assert.deepEqual([second.attributes.reason, second.attributes.attempts], ['no_rule', 0])
    })
  })
}

/** As where a store was put together by hand: the version of a rule is gone. */
async function forgetRule(engine: Engine['name'], folder: string, url: string): Promise<void> {
  const remove = "DELETE FROM rules WHERE name = 'lost'"
  if (engine === 'sqlite') {
    using database = new DatabaseSync(join(folder, 'roster.db'), { timeout: 10_000 })
    database.exec(remove)
    return
  }
  const pool = openPool(url, 1)
  await pool.query(remove)
  await pool.end()
}
