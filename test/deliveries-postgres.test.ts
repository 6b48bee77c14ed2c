import assert from 'node:assert/strict'
import test from 'node:test'
import { readDestination } from '../src/core/destination.ts'
import type { WorkspaceId } from '../src/core/profile.ts'
import { starterRules } from '../src/core/rule.ts'
import type { AttemptResult, Claim, NewDestination } from '../src/storage/delivery-store.ts'
import { openPostgresStore } from '../src/storage/postgres/postgres-store.ts'
import { newDatabase } from './kit/postgres.ts'
import { source, upsert } from './store-contract.ts'

const decision = new URL('./kit/sending-decision.ts', import.meta.url)

export function destination(name: string, entry: object = {}): NewDestination {
  const definition = readDestination({ name, type: 'test', url: 'https://x.org', ...entry })
  return { definition, secrets: { signing: null, previous: null, auth: null } }
}

export function rule(...destinations: string[]) {
  const steps = destinations.map((name) => ({ action: 'send', with: { destination: name } }))
  return { name: 'tell', on: ['shop.x'], steps }
}

export function event(user: string | null) {
  const identifier = { kind: 'user_id', value: user ?? '' }
  const subject = user === null ? {} : { subject: [{ identifier }] }
  const identifiers = user === null ? [] : [identifier]
  return {
    kind: 'record-event',
    type: 'shop.x',
    attributes: {},
    identifiers,
    source,
    ...subject,
  } as const
}

test('smoke', async () => {
  await using database = await newDatabase()
  const store = await openPostgresStore(database.url, { decision })
  const { id } = await store.createWorkspace('w', starterRules)
  await store.replaceRules(id, [...starterRules, rule('a', 'b', 'nowhere')])
  await store.replaceDestinations(id, [
    destination('a'),
    destination('b', { concurrency: 1, rate: '5/m' }),
  ])
  await store.apply(id, upsert('u1'))
  await store.apply(id, upsert('u2'))
  for (let n = 0; n < 3; n++) await store.apply(id, event('u1'))
  await Promise.all([1, 2, 3].map(() => store.apply(id, event('u2'))))
  await store.apply(id, event(null))
  console.error(
    (await store.listDeliveries(id, { limit: 99, oldestFirst: true })).map((d) =>
      [d.id, d.destination, d.subject, d.state, d.reason].join(' '),
    ),
  )
  for (let round = 0; round < 4; round++) {
    const { deliveries, destinations, nextInMs } = await store.claimDeliveries({
      worker: 'w',
      limit: 10,
      leaseMs: 30000,
    })
    console.error(
      deliveries.map((d) =>
        [d.id, d.destination, d.subject, d.lease, JSON.stringify(d.settings)].join(' '),
      ),
      destinations.length,
      nextInMs,
    )
    const ok = await store.beginAttempts(
      deliveries.map((d) => ({
        ...d,
        worker: 'w',
        request: { method: 'POST', headers: {}, body: 'x' },
        sent: null,
      })),
    )
    const rec = await store.recordAttempts(
      deliveries.map((d) => ({
        ...d,
        outcome: {
          kind: 'answer',
          status: 200,
          headers: {},
          body: '',
          isCut: false,
          tookMs: 1,
          address: null,
        },
        judgement: { kind: 'delivered' },
        random: 0,
      })),
    )
    console.error(ok, rec)
  }
  console.error(
    (await store.listDeliveries(id, { limit: 99, oldestFirst: true })).map((d) =>
      [d.id, d.destination, d.subject, d.state, d.reason].join(' '),
    ),
  )
  console.error(await store.countDeliveries(id, {}), await store.listAttempts(id, 1 as never))
  console.error(
    await store.redeliverDeliveries(id, { states: ['delivered'] }, 5),
    await store.cancelDeliveries(id, {}, 100),
  )
  console.error(await store.deliveryHealth())
  console.error(await database.query('SELECT * FROM lanes'))
  await store.close()
})
