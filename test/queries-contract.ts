import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Command } from '../src/core/command.ts'
import type { JsonValue } from '../src/core/json.ts'
import {
  identifierOf,
  type Profile,
  type ProfileId,
  type WorkspaceId,
} from '../src/core/profile.ts'
import type { ProfileQuery, Range } from '../src/core/profile-query.ts'
import type { Store } from '../src/storage/store.ts'
import { expected, filter, order } from './kit/query-model.ts'
import { assertRandom } from './kit/random-order.ts'
import { contractOf, type OpenStore, source, upsert } from './store-contract.ts'

export const everybody = { page: { limit: 1_000 } }
export const remove = (id: number): Command => ({
  kind: 'remove-profile',
  keys: [{ profile: id as ProfileId }],
  source,
})

export const ids = (profiles: readonly Profile[]) => profiles.map(({ id }) => id)

async function find(store: Store, id: WorkspaceId, query: Partial<ProfileQuery>) {
  return ids((await store.queryProfiles(id, { ...everybody, ...query })).profiles)
}

/** Makes people of every kind that filters tell apart, a few of them removed. */
async function people(store: Store, id: WorkspaceId, count: number): Promise<Profile[]> {
  const pick = <T>(list: readonly T[], n: number) => list[n % list.length] as T
  const commands = Array.from({ length: count }, (_, n): Command => {
    const command = upsert(`u${n}`, {
      email: `${pick(['Ann', 'bo', 'Änne', 'x'], n)}${n % 9}@x.org`,
      first_name: pick(['Anna', 'Bo', 'Änne', '', 'anna'], n),
      last_name: pick(['Smith', 'van', 'Ng'], n),
      country: pick<JsonValue>(['NL', 'BE', 1, true, null, ['NL'], { a: 'NL' }, 'nl'], n),
      'a.b': pick<JsonValue>([1, '1', null], n),
      a: { b: pick<JsonValue>([1, '1'], n) },
      phone: pick(['+31', '+32', '+33', ''], n),
      score: pick<JsonValue>([3, 1, 2, 'x', null], n),
    })
    if (command.kind === 'write-profile') command.changes.tags = { replace: tagsOf(n) }
    return command
  })
  await Promise.all(commands.map((command) => store.apply(id, command)))
  for (let n = 0; n < count; n += 9) await store.apply(id, remove(n + 1))
  const all: Profile[] = []
  for await (const page of pages(store, id, { include: 'all', page: { limit: 7 } })) {
    all.push(...page)
  }
  assert.deepEqual(
    ids(all),
    commands.map((_, n) => n + 1),
  )
  return all
}

const tagsOf = (n: number) => ['a', 'b', 'c'].filter((_, place) => (n >> place) % 2 === 1)

export async function* pages(store: Store, id: WorkspaceId, query: ProfileQuery) {
  for (let after: string | undefined; ; ) {
    const wanted = { ...query, page: { limit: query.page.limit, after } }
    const { profiles, next } = await store.queryProfiles(id, wanted)
    yield profiles
    if (next === null) return
    after = next
  }
}

const numRuns = process.env.ROSTER_TEST_LONG === '1' ? 2_000 : 120

/** What every engine promises of questions about many profiles or events. */
export function queriesContract(engine: string, open: OpenStore): void {
  const contract = contractOf(engine, open)

  contract('a filter finds the same with an index and without', async (store, id) => {
    await store.updateSettings(id, { indexedAttributes: ['name', 'country', 'score', 'a.b'] })
    const plain = await store.createWorkspace('plain', [])
    await store.updateSettings(plain.id, { indexedAttributes: [] })
    await store.fillIndexes()
    const workspaces = [id, plain.id]
    const everyone = [await people(store, id, 45)]
    // Names of the one are entered by then, those of the other are still read from the log.
    await store.rollUpEvents(Date.now())
    everyone.push(await people(store, plain.id, 45))
    const include = fc.constantFrom('living' as const, 'living' as const, 'removed', 'all')
    const place = fc.record({ limit: fc.integer({ min: 1, max: 60 }), offset: fc.nat(50) })
    await fc.assert(
      fc.asyncProperty(filter, order, include, place, async (wanted, by, which, at) => {
        for (const [index, workspaceId] of workspaces.entries()) {
          const kind = { filter: wanted, order: by, include: which as 'all' }
          const query: ProfileQuery = { ...kind, page: { limit: at.limit } }
          const whole = expected(everyone[index] ?? [], query)
          const found: ProfileId[] = []
          for await (const page of pages(store, workspaceId, query)) found.push(...ids(page))
          assert.deepEqual(found, whole)
          const asked = { ...query, page: at, total: true }
          const { profiles, ...counted } = await store.queryProfiles(workspaceId, asked)
          assert.deepEqual(ids(profiles), whole.slice(at.offset, at.offset + at.limit))
          assert.equal(counted.total, whole.length)
          const same = { ids: ids(profiles), ...counted }
          assert.deepEqual(await store.queryProfileIds(workspaceId, asked), same)
        }
      }),
      { numRuns },
    )
  })

  contract('a list is that of now, though what it is made of is kept', async (store, id) => {
    await store.fillIndexes()
    const inCountry = async (country: string) => {
      const filter = { where: { profile: 'country', is: country } }
      const page = { limit: 10, offset: 0 }
      const { profiles, total } = await store.queryProfiles(id, { filter, page, total: true })
      assert.equal(total, profiles.length)
      return ids(profiles)
    }
    const move = (n: number, country: string) => store.apply(id, upsert(`u${n}`, { country }))
    for (const n of [1, 2, 3]) await move(n, 'NL')
    assert.deepEqual([await inCountry('NL'), await inCountry('BE')], [[1, 2, 3], []])
    await move(2, 'BE')
    assert.deepEqual([await inCountry('NL'), await inCountry('BE')], [[1, 3], [2]])
    await store.apply(id, remove(3))
    assert.deepEqual(await inCountry('NL'), [1])
  })

  contract('pages by number are those of the list, also where many are gone', async (store, id) => {
    await store.replaceRules(id, [])
    const made = Array.from({ length: 2_100 }, (_, n): Command => {
      const command = upsert(`u${n}`, { country: ['DE', 'NL', 'BE'][(n + 1) % 3] as string })
      if (command.kind === 'write-profile' && n % 2 === 0) {
        command.changes.tags = { replace: ['odd'] }
      }
      return command
    })
    await Promise.all(made.map((command) => store.apply(id, command)))
    const gone = [1, 2, 3, 1_000, 1_024, 1_025, 1_026, 2_048, 2_049, 2_100]
    await Promise.all(gone.map((one) => store.apply(id, remove(one))))
    const living = Array.from({ length: 2_100 }, (_, n) => n + 1).filter((n) => !gone.includes(n))
    for (const descending of [false, true]) {
      const all = descending ? living.toReversed() : living
      for (const offset of [0, 1, 997, 1_018, 1_019, 1_020, 2_042, 2_080, 2_089, 2_090, 9_999]) {
        const page = { limit: 3, offset }
        const query = { page, total: true, order: { by: 'id', descending } } as const
        const { profiles, total } = await store.queryProfiles(id, query)
        assert.deepEqual(ids(profiles), all.slice(offset, offset + 3), `offset ${offset}`)
        assert.equal(total, 2_090)
      }
    }
    // Who shares a term is counted and skipped in bit maps.
    const both = { all: [{ tag: 'odd' }, { profile: 'country', one_of: ['NL', 'BE'] }] }
    const tagged = living.filter((n) => n % 2 === 1 && n % 3 > 0)
    for (const offset of [0, 340, 341, 690, 999]) {
      const query = { filter: { where: both }, page: { limit: 5, offset }, total: true }
      const { profiles, total } = await store.queryProfiles(id, query)
      assert.deepEqual(ids(profiles), tagged.slice(offset, offset + 5), `offset ${offset}`)
      assert.equal(total, tagged.length)
    }
    const whole = { ...everybody, filter: { where: both } }
    assert.deepEqual((await store.queryProfileIds(id, whole)).ids, tagged)
    // And so is who is met in the order of an identifier.
    const identifier = { kind: 'user_id', prefix: 'u1' }
    const abroad = { profile: 'country', one_of: ['NL', 'BE'] }
    const [filter, by] = [{ identifier, where: abroad }, { by: 'prefix' }] as const
    const begun: string[] = []
    for await (const page of pages(store, id, { filter, order: by, page: { limit: 90 } })) {
      begun.push(...page.map((one) => identifierOf(one, 'user_id') as string))
    }
    const names = living.filter((n) => n % 3 > 0).map((n) => `u${n - 1}`)
    assert.deepEqual(begun, names.filter((name) => name.startsWith('u1')).sort())
    await assertRandom(store, id, {}, living)
    await assertRandom(store, id, { where: both }, tagged)
    const elsewhere = { where: { profile: 'country', is_not: 'DE' } }
    await assertRandom(
      store,
      id,
      elsewhere,
      living.filter((n) => n % 3 > 0),
    )
    const removed = { include: 'removed', page: { limit: 2, offset: 5 }, total: true } as const
    const { profiles, total } = await store.queryProfiles(id, removed)
    assert.deepEqual([ids(profiles), total], [[1_025, 1_026], 10])
    assert.equal((await store.statistics()).profiles, 2_090)
  })

  contract('an index follows what happens to a person', async (store, id) => {
    await store.updateSettings(id, { indexedAttributes: ['country'] })
    await store.fillIndexes()
    const named = (name: string) => find(store, id, { filter: { name } })
    const from = (country: string) =>
      find(store, id, { filter: { where: { profile: 'country', is: country } } })
    const found = async () => [await named('ann'), await named('BO')]
    const follows = async (expected: unknown) => {
      assert.deepEqual(await found(), expected)
      await store.rollUpEvents(Date.now())
      assert.deepEqual(await found(), expected)
    }
    await store.apply(id, upsert('u', { first_name: 'Ann', country: 'NL' }))
    await follows([[1], []])
    assert.deepEqual(await from('NL'), [1])
    // In one group: what is entered is what the last of them left.
    await Promise.all([
      store.apply(id, upsert('u', { country: 'BE', first_name: 'Bo' })),
      store.apply(id, upsert('u', { country: 'DE' })),
      store.apply(id, upsert('v', { country: 'BE' })),
    ])
    await follows([[], [1]])
    assert.deepEqual([await from('NL'), await from('BE'), await from('DE')], [[], [2], [1]])
    await store.apply(id, remove(1))
    await follows([[], []])
    assert.deepEqual(await from('DE'), [])
  })

  contract('an index that is asked for later is filled, and emptied again', async (store, id) => {
    await Promise.all(
      Array.from({ length: 1_200 }, (_, n) => store.apply(id, upsert(`u${n}`, { plan: n % 3 }))),
    )
    const filter = { where: { profile: 'plan', is: 1 } }
    const before = await find(store, id, { filter })
    assert.equal(before.length, 400)
    await store.updateSettings(id, { indexedAttributes: ['plan'] })
    // Until it is complete it is not used; what is written meanwhile is entered all the same.
    await store.apply(id, upsert('u1', { plan: 0 }))
    await store.apply(id, upsert('u2', { plan: 1 }))
    const changed = [...before.filter((one) => one !== before[0]), 0]
    assert.equal((await find(store, id, { filter })).length, changed.length)
    assert.deepEqual(await store.fillIndexes(), { profiles: 1_200 })
    assert.equal((await find(store, id, { filter })).length, 400)
    assert.deepEqual(await store.fillIndexes(), { profiles: 0 })
    await store.updateSettings(id, { indexedAttributes: [] })
    await store.fillIndexes()
    await store.apply(id, upsert('u2', { plan: 0 }))
    assert.equal((await find(store, id, { filter })).length, 399)
    await store.updateSettings(id, { indexedAttributes: ['plan'] })
    await store.fillIndexes()
    assert.equal((await find(store, id, { filter })).length, 399)
    await assert.rejects(store.updateSettings(id, { indexedAttributes: ['a\0'] }), {
      code: 'invalid_field',
    })
  })

  contract('times of creation and of change are bounds', async (store, id) => {
    await store.apply(id, upsert('a'))
    await store.apply(id, upsert('b'))
    const [first, second] = (await store.queryProfiles(id, everybody)).profiles
    assert.ok(first && second)
    const created = { from: first.createdAt, until: second.createdAt + 1 }
    for (const by of ['id', 'created', 'updated'] as const) {
      assert.deepEqual(await find(store, id, { filter: { created }, order: { by } }), [1, 2])
      const none: Range = { until: first.createdAt }
      assert.deepEqual(await find(store, id, { filter: { created: none }, order: { by } }), [])
      assert.deepEqual(await find(store, id, { filter: { updated: none }, order: { by } }), [])
    }
  })

  contract('what cannot be asked is refused by its name', async (store, id) => {
    await store.apply(id, upsert('a'))
    const bad: [Partial<ProfileQuery>, string][] = [
      [{ page: { limit: 0 } }, 'limit'],
      [{ page: { limit: 1_001 } }, 'limit'],
      [{ page: { limit: 1, offset: -1 } }, 'offset'],
      [{ page: { limit: 1, after: 'x' } }, 'after'],
      [{ filter: { name: ' ' } }, 'name'],
      [{ filter: { where: { all: [{ event: 'x', is: 1 }] } } }, 'where'],
      [{ filter: { identifier: { kind: 'email', value: 'a\0' } } }, 'identifier'],
    ]
    for (const [query, field] of bad) {
      await assert.rejects(find(store, id, query), {
        code: 'invalid_field',
        message: RegExp(field),
      })
    }
    const { next } = await store.queryProfiles(id, { page: { limit: 1 }, include: 'all' })
    assert.equal(next, null)
    const huge = [2 ** 40, 2 ** 41 + 1, 2 ** 52, -1, 0].map((one) => one as ProfileId)
    assert.deepEqual(await find(store, id, { filter: { ids: huge } }), [])
    for (const profile of huge) {
      assert.deepEqual(await store.findProfiles(id, { keys: [{ profile }] }), [])
    }
  })

  contract('an id that is too large leads into no other workspace', async (store, id) => {
    const other = await store.createWorkspace('other', [])
    assert.equal(other.id, id + 1)
    await store.apply(other.id, upsert('a'))
    for (const factor of [id ^ other.id, other.id, id]) {
      const profile = (factor * 2 ** 40 + 1) as ProfileId
      assert.deepEqual(await store.findProfiles(id, { keys: [{ profile }] }), [])
      await assert.rejects(store.apply(id, remove(profile)), { code: 'profile_not_found' })
      assert.deepEqual(await find(store, id, { filter: { ids: [profile] } }), [])
    }
    assert.deepEqual(await find(store, other.id, {}), [1])
    assert.deepEqual(await find(store, id, { order: { by: 'created' } }), [])
  })
}
