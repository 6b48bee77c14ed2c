import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { pino } from 'pino'
import type { Delivery } from '../src/core/planned-delivery.ts'
import type { WorkspaceId } from '../src/core/profile.ts'
import { startFollowUps } from '../src/follow-ups.ts'
import { verifyWebhook } from '../src/outbound/sign-webhook.ts'
import type { FullStore } from '../src/storage/open-store.ts'
import { engines } from './kit/engines.ts'
import {
  applyRules,
  secretKey,
  sendEvents,
  settled,
  tellAll,
  until,
  withKey,
} from './kit/follow-up-site.ts'
import { canary, hostileReceivers, type Received, receiver } from './kit/receiver.ts'
import { startRoster } from './kit/start-roster.ts'

/** Two tries of four people leave every breaker closed. */
const quick = { retry: { first: 'PT0.1S', factor: 1, max: 'PT0.2S', attempts: 2 } }
const member = (email: string) => ({ type: 'user.update', body: { email } })
const told = (type: string, email: string, n: number) => ({ type, body: { email, n } })

for (const engine of engines) {
  describe(engine.name, () => {
    test('a rule calls a receiver that can verify it, and the attempt is kept without secrets', async () => {
      process.env.TEST_SHOP_AUTH = 'Bearer a-secret-of-the-shop'
      using shop = await receiver((call, response) => {
        response.setHeader('set-cookie', 'session=its-own')
        response.end(`you sent ${call.headers.authorization} ${call.headers['webhook-signature']}`)
      })
      await using roster = await startRoster(engine, withKey)
      const world = await roster.newWorkspace()
      const { store } = roster
      const auth = { header: 'Authorization', env: 'TEST_SHOP_AUTH' }
      const yaml = tellAll([{ name: 'shop', url: shop.url, auth }])
      const { shop: secret = '' } = await applyRules(store, world.workspace.id, yaml)
      const events = [member('jo@example.org'), told('shop.shop', 'jo@example.org', 1)]
      await sendEvents(roster.url, world, events)
      const [delivery] = await settled(store, world)
      assert.equal(delivery?.state, 'delivered')
      const [call] = shop.calls as [Received]
      assert.equal(shop.calls.length, 1)
      assert.equal(call.body, '{"n":1,"who":"jo@example.org"}')
      assert.equal(call.headers.authorization, 'Bearer a-secret-of-the-shop')
      assert.match(call.id, /^[\x21-\x2d\x2f-\x7e]{16,64}$/)
      const now = Math.floor(Date.now() / 1_000)
      assert.equal(verifyWebhook(call.headers, Buffer.from(call.body), [secret], now), 'valid')
      const [attempt] = await store.listAttempts(world.workspace.id, delivery.id)
      assert.equal(attempt?.outcome?.kind === 'answer' && attempt.outcome.status, 200)
      const kept = JSON.stringify(attempt)
      assert.ok(kept.includes(call.id) && kept.includes('you sent'), kept)
      const signature = call.headers['webhook-signature']?.slice(3) ?? '-'
      for (const hidden of [
        'a-secret-of-the-shop',
        signature,
        secret,
        secret.slice(6),
        'its-own',
      ]) {
        assert.ok(!kept.includes(hidden), `${hidden} is in ${kept}`)
      }
    })

    test('a delivery that nobody comes back from is dead after its tries', async () => {
      using shop = await receiver()
      await using roster = await startRoster(engine, { ...withKey, ROSTER_WORKER: 'off' })
      const { store } = roster
      const world = await roster.newWorkspace()
      const once = { name: 'shop', url: shop.url, retry: { attempts: 1 } }
      await applyRules(store, world.workspace.id, tellAll([once]))
      const events = [member('jo@example.org'), told('shop.shop', 'jo@example.org', 1)]
      await sendEvents(roster.url, world, events)
      const held = await store.claimDeliveries({ worker: 'gone', limit: 1, leaseMs: 500 })
      const request = { method: 'POST' as const, headers: {}, body: '{}' }
      const begun = held.deliveries.map((claim) => {
        return { ...claim, worker: 'gone', request, sent: null }
      })
      assert.deepEqual(await store.beginAttempts(begun), [true])
      const followUps = await startFollowUps({
        ...{ store, logger: pino({ level: 'silent' }) },
        actions: new URL('../src/actions/registry.ts', import.meta.url),
        payloads: [],
        secretKeys: [Buffer.from(secretKey, 'hex')],
        config: {
          ...{ databaseUrl: null, logLevel: 'silent' },
          ...{ deliveriesInFlightMax: 8, deliveryLeaseMs: 15_000, drainTimeoutMs: 1_000 },
        },
      })
      const [delivery] = await settled(store, world)
      await followUps.stop()
      assert.deepEqual([delivery?.state, delivery?.reason], ['dead', 'lost'])
      assert.equal(shop.calls.length, 0)
    })

    test('among hostile receivers nothing vanishes, and the healthy one gets all of it', async () => {
      using inside = await canary()
      const hostile = await hostileReceivers(inside.url)
      using healthy = await receiver()
      using forbidden = await canary()
      await using roster = await startRoster(engine, withKey)
      const { store } = roster
      const world = await roster.newWorkspace()
      const bad = Object.entries(hostile).map(([name, { url }]) => {
        return { name, url, timeout: 'PT1S', concurrency: 2, ...quick }
      })
      const guarded = { name: 'guarded', url: forbidden.url, allow_private: false }
      const yaml = tellAll([...bad, guarded, { name: 'healthy', url: healthy.url }])
      await applyRules(store, world.workspace.id, yaml)
      const people = Array.from({ length: 4 }, (_, n) => `p${n}@example.org`)
      await sendEvents(roster.url, world, people.map(member))
      // The bad ones first, so that they hold what they can before the healthy one has work.
      await sendEvents(
        roster.url,
        world,
        people.map((who, n) => told('shop.all', who, n)),
      )
      const more = Array.from({ length: 60 }, (_, n) => {
        return told('shop.healthy', people[n % people.length] as string, 10 + n)
      })
      await sendEvents(roster.url, world, more)
      await until('the healthy one has all', () => healthy.calls.length >= 64)
      const all = await settled(store, world, ({ destination }) => destination === 'gone')
      assert.equal(all.length, people.length * (bad.length + 2) + more.length)
      const found = Object.fromEntries(
        [...bad.map(({ name }) => name), 'guarded', 'healthy'].map((name) => [
          name,
          [...new Set(all.filter((each) => each.destination === name).map(standing))].sort(),
        ]),
      )
      assert.deepEqual(found, {
        refuses: ['dead refused'],
        'hangs-before': ['dead timeout_headers'],
        'hangs-after': ['dead timeout_body'],
        drips: ['dead timeout_headers'],
        endless: ['delivered'],
        bomb: ['delivered'],
        'wrong-length': ['dead reset'],
        'no-http': ['dead bad_answer'],
        'redirects-302': ['dead http_302'],
        'redirects-307': ['dead http_307'],
        resets: ['dead reset'],
        'bad-tls': ['dead tls'],
        gone: ['dead http_410', 'pending'],
        broken: ['dead http_500'],
        guarded: ['dead address_refused'],
        healthy: ['delivered'],
      })
      assert.equal(inside.hits(), 0, 'nobody goes where a redirect points')
      assert.equal(forbidden.hits(), 0, 'nobody goes inside without leave')
      for (const each of Object.values(hostile)) each[Symbol.dispose]()
      const gone = await store.findDestination(world.workspace.id, 'gone')
      assert.equal(gone?.state, 'disabled')
      await assertToldOf(roster.store, world.workspace.id, ['destination.disabled gone'])
    })

    test('a person and a destination keep their order while others overtake', async () => {
      // Every third call fails once, and each comes again later under the same id.
      using shaky = await receiver((call, response, count) => {
        const { n } = JSON.parse(call.body) as { n: number }
        response.writeHead(count === 1 && n % 3 === 0 ? 503 : 200).end()
      })
      await using roster = await startRoster(engine, withKey)
      const world = await roster.newWorkspace()
      const yaml = tellAll([{ name: 'shaky', url: shaky.url, ...quick }])
      await applyRules(roster.store, world.workspace.id, yaml)
      const people = Array.from({ length: 5 }, (_, n) => `p${n}@example.org`)
      await sendEvents(roster.url, world, people.map(member))
      const events = Array.from({ length: 60 }, (_, n) => {
        return told('shop.shaky', people[n % people.length] as string, n)
      })
      await sendEvents(roster.url, world, events)
      const all = await settled(roster.store, world)
      assert.deepEqual(new Set(all.map(standing)), new Set(['delivered']))
      const bodies = shaky.calls.map(({ id, body }) => ({ id, ...JSON.parse(body) }))
      for (const who of people) {
        const seen = bodies.filter((each) => each.who === who).map(({ n }) => n as number)
        assert.deepEqual(
          seen,
          seen.toSorted((a, b) => a - b),
          who,
        )
        assert.equal(new Set(seen).size, 12)
      }
      assert.equal(new Set(bodies.map(({ id }) => id)).size, 60)
      for (const { id } of bodies) {
        const sent = shaky.calls.filter((call) => call.id === id).map(({ body }) => body)
        assert.equal(new Set(sent).size, 1, 'every try sends the same bytes')
      }
    })

    test('Retry-After is obeyed in each of its forms', async () => {
      const inTwo = () => new Date(Date.now() + 2_000).toUTCString()
      const forms: { [name: string]: () => string | undefined } = {
        seconds: () => '1',
        date: inTwo,
        past: () => 'Sun, 06 Nov 1994 08:49:37 GMT',
        nonsense: () => 'soon',
        negative: () => '-5',
        absent: () => undefined,
        'for-ever': () => '99999999999',
      }
      const receivers = await Promise.all(
        Object.entries(forms).map(async ([name, form]) => {
          const each = await receiver((_call, response, count) => {
            const value = form()
            if (count === 1 && value !== undefined) response.setHeader('retry-after', value)
            response.writeHead(count === 1 ? 429 : 200).end()
          })
          return { name, each }
        }),
      )
      await using roster = await startRoster(engine, withKey)
      const world = await roster.newWorkspace()
      const yaml = tellAll(receivers.map(({ name, each }) => ({ name, url: each.url, ...quick })))
      await applyRules(roster.store, world.workspace.id, yaml)
      await sendEvents(roster.url, world, [member('a@b.nl'), told('shop.all', 'a@b.nl', 1)])
      const all = await settled(roster.store, world, ({ destination, attemptCount }) => {
        return destination === 'for-ever' && attemptCount === 1
      })
      const gap = (name: string) => {
        const calls = receivers.find((one) => one.name === name)?.each.calls ?? []
        return (calls[1]?.at ?? 0) - (calls[0]?.at ?? 0)
      }
      assert.ok(gap('seconds') >= 950, `${gap('seconds')}`)
      assert.ok(gap('date') >= 950, `${gap('date')}`)
      for (const name of ['past', 'nonsense', 'negative', 'absent']) {
        assert.equal(all.find((each) => each.destination === name)?.state, 'delivered', name)
      }
      await until('the last one is put off', async () => {
        const list = await roster.store.listDeliveries(world.workspace.id, {
          destination: 'for-ever',
          limit: 1,
        })
        return list[0]?.state === 'pending'
      })
      const [late] = await roster.store.listDeliveries(world.workspace.id, {
        destination: 'for-ever',
        limit: 1,
      })
      const hours = ((late?.dueAt ?? 0) - Date.now()) / 3_600_000
      assert.ok(hours > 23.9 && hours < 24.1, `put off for a day at most, not ${hours} hours`)
      for (const { each } of receivers) each[Symbol.dispose]()
    })

    test('what cannot be rendered is dead with its reason, and is mended by resending it', async () => {
      using shop = await receiver()
      await using roster = await startRoster(engine, withKey)
      const world = await roster.newWorkspace()
      const { store } = roster
      const id = world.workspace.id
      const yaml = tellAll([{ name: 'shop', url: shop.url }]).replace(
        '{{ event.n | json }}',
        '{{ event.nn }}',
      )
      await applyRules(store, id, yaml)
      await sendEvents(roster.url, world, [member('a@b.nl'), told('shop.shop', 'a@b.nl', 1)])
      const [dead] = (await settled(store, world)) as [Delivery]
      assert.equal(standing(dead), 'dead template_value')
      assert.match(dead.detail ?? '', /^json\.n, line 1, column 1: In \{\{ event\.nn \}\}/)
      assert.equal(shop.calls.length, 0)
      const request = { method: 'PUT' as const, headers: { 'x-a': 'b' }, body: '{"n":2}' }
      assert.equal(await store.resendDelivery(id, dead.id, request), true)
      await settled(store, world)
      const [call] = shop.calls as [Received]
      assert.deepEqual([call.method, call.body, call.headers['x-a']], ['PUT', '{"n":2}', 'b'])
      assert.equal((await store.redeliverDeliveries(id, { ids: [dead.id] }, 10)).count, 1)
      await settled(store, world)
      assert.equal(shop.calls[1]?.id, call.id, 'a redelivery has the same id')
      assert.equal(shop.calls[1]?.body, call.body)
    })
  })
}

function standing({ state, reason }: Delivery): string {
  return state === 'dead' ? `${state} ${reason}` : state
}

/** Events of Roster's own about destinations come soon after what they tell of. */
async function assertToldOf(
  store: FullStore,
  workspace: WorkspaceId,
  wanted: string[],
): Promise<void> {
  await until(wanted.join(', '), async () => {
    const events = await store.readEvents(workspace, 0, 10_000)
    const found = events.map(({ type, attributes }) => `${type} ${String(attributes.destination)}`)
    return wanted.every((each) => found.includes(each))
  })
}
