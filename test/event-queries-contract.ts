import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Command } from '../src/core/command.ts'
import { type EventQuery, matchesEvent } from '../src/core/event-query.ts'
import type { EventId, ProfileId } from '../src/core/profile.ts'
import { contractOf, type OpenStore, upsert, userEvent } from './store-contract.ts'

const numRuns = process.env.ROSTER_TEST_LONG === '1' ? 2_000 : 120

/** What every engine promises of questions about many events. */
export function eventQueriesContract(engine: string, open: OpenStore): void {
  const contract = contractOf(engine, open)

  contract(
    'an id that spells the number of a profile is kept, and not entered',
    async (store, id) => {
      await store.apply(id, userEvent('user.register', 'ann@x.org'))
      const spelled = { kind: 'vendor.id', value: 'ffff' }
      const keys = [{ identifier: spelled }, { profile: 1 as ProfileId, spelled: true }]
      const write = { ...upsert('', { size: 2 }), keys, changes: { set: { size: 2 } } }
      const { profile } = await store.apply(id, write as Command)
      assert.equal(profile?.id, 1)
      const last = (await store.readEvents(id, 0, 9)).at(-1)
      assert.deepEqual([last?.subject, last?.identifiers], [1, [spelled]])
      assert.deepEqual(await store.looseEventsNaming(id, spelled, 9), [])
      // Of nobody, it is all that there is to find the event by.
      const unknown = { ...userEvent('user.visit', ''), identifiers: [spelled] } as Command
      const { events } = await store.apply(id, unknown)
      assert.deepEqual(await store.looseEventsNaming(id, spelled, 9), events)
    },
  )

  contract('events are found by what they are, in either direction', async (store, id) => {
    for (const name of ['Ann', 'Bo', 'Cy']) {
      await store.apply(id, userEvent('user.register', `${name}@x.org`, { first_name: name }))
      await store.apply(id, userEvent('user.update', `${name}@x.org`, { size: name.length }))
      await store.apply(id, userEvent('shop.cart.add', `${name}@x.org`, { sku: 'É1' }))
    }
    await store.apply(id, userEvent('user.remove', 'bo@x.org'))
    let all = await store.readEvents(id, 0, 1_000)
    const { receivedAt } = all[4] ?? { receivedAt: 0 }
    const eventId = fc.integer({ min: 1, max: 20 }).map((one) => one as EventId)
    const parts: fc.Arbitrary<Partial<EventQuery>> = fc.record(
      {
        subject: fc.constantFrom(1, 2, 9).map((one) => one as ProfileId),
        types: fc.subarray(['user.update', 'user.*', 'profile.created', 'shop.*'], {
          minLength: 1,
        }),
        source: fc.constantFrom('test', 'rule:keep-profiles-current@1', 'none'),
        text: fc.constantFrom('é1', 'ANN', 'size', 'nothing'),
        changing: fc.constant(true),
        cause: eventId,
        rule: fc.constantFrom('keep-profiles-current', 'keep', 'none'),
        received: fc.constantFrom({ from: receivedAt }, { until: receivedAt }),
        occurred: fc.constantFrom({ from: receivedAt }, { until: receivedAt }),
        before: eventId,
        after: eventId,
        order: fc.constantFrom('ascending' as const, 'descending' as const),
      },
      { requiredKeys: [] },
    )
    const compare = (runs: number) =>
      fc.assert(
        fc.asyncProperty(parts, fc.integer({ min: 1, max: 9 }), async (wanted, limit) => {
          const query = { ...wanted, limit }
          const { events, more } = await store.queryEvents(id, query)
          const whole = all.filter((event) => matchesEvent(event, query))
          if (wanted.order !== 'ascending') whole.reverse()
          assert.deepEqual(events, whole.slice(0, limit))
          assert.equal(more, whole.length > limit)
        }),
        { numRuns: runs },
      )
    await compare(numRuns / 4)
    // From now on some are found by what they are entered under, and some only in the log.
    await store.rollUpEvents(Date.now())
    await store.apply(id, userEvent('user.update', 'ann@x.org', { size: 9 }))
    await store.apply(id, userEvent('shop.cart.add', 'cy@x.org', { sku: 'É1' }))
    all = await store.readEvents(id, 0, 1_000)
    await compare(numRuns)
    // A history so long that its first events are not read from its end.
    const update = (size: number) =>
      store.apply(id, userEvent('user.update', `${size % 7 === 0 ? 'cy' : 'ann'}@x.org`, { size }))
    await Promise.all(Array.from({ length: 400 }, (_, size) => update(size)))
    await follow()
    // So long that it is found by what it is entered under; the newest is still to be followed.
    await store.rollUpEvents(Date.now())
    await Promise.all(Array.from({ length: 30 }, (_, size) => update(1_000 + size)))
    await follow()
    const other = await store.createWorkspace('other', [])
    assert.deepEqual((await store.queryEvents(other.id, { limit: 9 })).events, [])
    assert.deepEqual(
      (await store.queryEvents(other.id, { limit: 9, subject: 1 as ProfileId })).events,
      [],
    )

    async function follow(): Promise<void> {
      all = [
        ...(await store.readEvents(id, 0, 1_000)),
        ...(await store.readEvents(id, 1_000 as EventId, 1_000)),
      ]
      for (const order of ['ascending', 'descending'] as const) {
        for (const bounds of [
          {},
          { after: 90 },
          { before: 200 },
          { before: 510 },
          { after: 500, before: 780 },
          { after: 77, before: 199 },
          { received: { until: (all[10]?.receivedAt ?? 0) + 1 } },
        ]) {
          for (const kind of [
            {},
            { types: ['user.*', 'profile.*'] },
            { types: ['user.register'], source: 'test' },
            { rule: 'keep-profiles-current', types: ['profile.updated'] },
            { types: ['user.update'], text: '"size":3' },
            { changing: true },
          ]) {
            const of = { order, subject: 1 as ProfileId, limit: 200 }
            const query = { ...bounds, ...kind, ...of } as EventQuery
            const whole = all.filter((event) => matchesEvent(event, query))
            if (order === 'descending') whole.reverse()
            const { events } = await store.queryEvents(id, query)
            assert.deepEqual(events, whole.slice(0, 200), JSON.stringify(query))
          }
        }
      }
    }
  })
}
