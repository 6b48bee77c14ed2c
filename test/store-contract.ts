import assert from 'node:assert/strict'
import test from 'node:test'
import type { Command } from '../src/core/command.ts'
import type { JsonObject } from '../src/core/json.ts'
import type { Profile, ProfileId, WorkspaceId } from '../src/core/profile.ts'
import { starterRules } from '../src/core/rule.ts'
import type { Store } from '../src/storage/store.ts'
import { applyAllContract } from './apply-all-contract.ts'
import { beginningsContract } from './beginnings-contract.ts'
import { eventQueriesContract } from './event-queries-contract.ts'
import { idempotencyContract } from './idempotency-contract.ts'
import { queriesContract } from './queries-contract.ts'
import { recordsContract } from './records-contract.ts'
import { retentionContract } from './retention-contract.ts'
import { runsContract } from './runs-contract.ts'

export const source = { dialect: 'test', token: 1, request: 'r-1' }

export function userEvent(type: string, email: string, attributes: JsonObject = {}): Command {
  const identifiers = [{ kind: 'email', value: email.toLowerCase() }]
  return { kind: 'record-event', type, attributes: { email, ...attributes }, identifiers, source }
}

export function upsert(userId: string, set: JsonObject = {}): Command {
  const identifier = { kind: 'user_id', value: userId }
  return {
    kind: 'write-profile',
    keys: [{ identifier }],
    matchEmail: true,
    onMissing: 'create',
    changes: { set, identify: [identifier] },
    source,
  }
}

/** Gives an empty store on the engine under test. */
export type OpenStore = () => Promise<Store & AsyncDisposable>

/** Declares tests of what every engine promises, each with a store and a workspace of its own. */
export function contractOf(engine: string, open: OpenStore) {
  return (name: string, run: (store: Store, id: WorkspaceId) => Promise<void>): void => {
    test(`${engine}: ${name}`, async () => {
      await using store = await open()
      const { id } = await store.createWorkspace('w', starterRules)
      await run(store, id)
    })
  }
}

export function byUser(store: Store, id: WorkspaceId, value: string): Promise<Profile[]> {
  return store.findProfiles(id, { keys: [{ identifier: { kind: 'user_id', value } }] })
}

/** What every engine promises. */
export function storeContract(engine: string, open: OpenStore): void {
  const contract = contractOf(engine, open)
  idempotencyContract(engine, open)
  retentionContract(engine, open)
  runsContract(engine, open)
  queriesContract(engine, open)
  beginningsContract(engine, open)
  eventQueriesContract(engine, open)
  recordsContract(engine, open)
  applyAllContract(engine, open)

  contract('what was answered is read back, in the order it was written', async (store, id) => {
    const first = await store.apply(id, upsert('u1', { a: 1 }))
    assert.equal(first.foundBy, 'created')
    assert.deepEqual(first.events, [1])
    const second = await store.apply(id, upsert('u1', { a: 2, b: [1, { c: null }] }))
    const [profile] = await byUser(store, id, 'u1')
    assert.deepEqual(profile, second.profile)
    assert.deepEqual(profile?.attributes, { a: 2, b: [1, { c: null }] })
    assert.equal(profile?.version, 2)
    assert.deepEqual(profile?.provenance.a && { ...profile.provenance.a, at: 0 }, {
      at: 0,
      event: 2,
      source: 'test',
    })
  })

  contract('64 first calls for one identity at once make one profile', async (store, id) => {
    for (let round = 0; round < 20; round++) {
      const commands = Array.from({ length: 64 }, (_, n) =>
        n % 2
          ? upsert(`p${round}`, { [`n${n}`]: n })
          : upsert(`p${round}`, { email: `P${round}@x.org` }),
      )
      const applied = await Promise.all(commands.map((command) => store.apply(id, command)))
      assert.equal(applied.filter(({ foundBy }) => foundBy === 'created').length, 1)
      assert.equal(new Set(applied.map(({ profile }) => profile?.id)).size, 1)
      const [profile] = await byUser(store, id, `p${round}`)
      // No update was lost, and the version counts every one that changed something.
      assert.equal(Object.keys(profile?.attributes ?? {}).length, 33)
      assert.equal(profile?.version, 33)
    }
  })

  contract('event ids have no gaps, whatever is refused in between', async (store, id) => {
    const refused: Command = {
      kind: 'remove-profile',
      keys: [{ profile: 999 as ProfileId }],
      source,
    }
    const outcomes = await Promise.allSettled(
      Array.from({ length: 90 }, (_, n) =>
        store.apply(id, n % 3 === 0 ? refused : userEvent('user.update', `a${n % 7}@x.org`, { n })),
      ),
    )
    assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 30)
    const events = await store.readEvents(id, 0, 1_000)
    assert.deepEqual(
      events.map((event) => event.id),
      events.map((_, index) => index + 1),
    )
    assert.equal(events.filter(({ type }) => type === 'user.update').length, 60)
    assert.equal((await store.readEvents(id, 50 as never, 2))[0]?.id, 51)
  })

  contract('an event keeps its source, cause, changes and what it named', async (store, id) => {
    await store.apply(id, userEvent('user.register', 'Jo@x.org', { first_name: 'Jo' }))
    const [event, created] = await store.readEvents(id, 0, 10)
    assert.deepEqual(event?.source, source)
    assert.equal(event?.subject, 1)
    assert.deepEqual(created?.cause, { event: 1, rule: 'keep-profiles-current@1', depth: 1 })
    assert.deepEqual(created?.changes, [
      { name: 'email', from: null, to: 'Jo@x.org' },
      { name: 'first_name', from: null, to: 'Jo' },
    ])
    assert.equal(created?.previous, 1)
    assert.deepEqual(await store.eventsNaming(id, { kind: 'email', value: 'jo@x.org' }, 10), [1])
  })

  contract(
    'events that named a person before and after the profile are found',
    async (store, id) => {
      const named = { kind: 'email', value: 'jo@x.org' }
      await store.apply(id, userEvent('webshop.cart.add', 'jo@x.org'))
      await store.apply(id, userEvent('user.register', 'jo@x.org'))
      await store.apply(id, userEvent('user.remove', 'jo@x.org'))
      await store.apply(id, userEvent('user.remove', 'jo@x.org'))
      assert.deepEqual(await store.eventsNaming(id, named, 10), [1, 2, 4, 5, 6])
      const events = await store.readEvents(id, 0, 10)
      assert.deepEqual(
        events.map(({ type, subject }) => [type, subject]),
        [
          ['webshop.cart.add', null],
          ['user.register', 1],
          ['profile.created', 1],
          ['user.remove', 1],
          ['profile.removed', 1],
          ['user.remove', null],
        ],
      )
    },
  )

  contract('a removed person is in no read, and a newer event makes another', async (store, id) => {
    await store.apply(id, userEvent('user.register', 'jo@x.org', { phone: '+31' }))
    await store.apply(id, userEvent('user.remove', 'jo@x.org'))
    const identifier = { kind: 'email', value: 'jo@x.org' }
    assert.deepEqual(await store.findProfiles(id, { keys: [{ identifier }] }), [])
    assert.deepEqual(await store.findProfiles(id, { keys: [{ profile: 1 as ProfileId }] }), [])
    assert.deepEqual(await store.findProfiles(id, { identifier, limit: 5 }), [])
    assert.deepEqual(await store.findProfiles(id, { phones: ['+31'], limit: 5 }), [])
    const late = { ...userEvent('user.update', 'jo@x.org'), occurredAt: 5 } as Command
    assert.equal((await store.apply(id, late)).profile, null)
    const anew = await store.apply(id, userEvent('user.register', 'jo@x.org'))
    assert.equal(anew.profile?.id, 2)
  })

  contract('people who share an address are all found; the owner is one', async (store, id) => {
    for (const user of ['a', 'b', 'c']) await store.apply(id, upsert(user, { email: 'x@x.org' }))
    const identifier = { kind: 'email', value: 'x@x.org' }
    const all = await store.findProfiles(id, { identifier, limit: 9 })
    assert.deepEqual(
      all.map((profile: Profile) => profile.id),
      [1, 2, 3],
    )
    await store.apply(id, upsert('a', { email: 'y@x.org' }))
    const [heir] = await store.findProfiles(id, { keys: [{ identifier }] })
    assert.equal(heir?.id, 2)
    await store.apply(id, { kind: 'remove-profile', keys: [{ profile: 2 as ProfileId }], source })
    const [next] = await store.findProfiles(id, { keys: [{ identifier }] })
    assert.equal(next?.id, 3)
  })

  contract('names that every object has are ordinary attributes', async (store, id) => {
    const set = JSON.parse(
      '{"constructor":1,"toString":"x","prototype":{"valueOf":2}}',
    ) as JsonObject
    await store.apply(id, upsert('u', set))
    const [profile] = await byUser(store, id, 'u')
    assert.deepEqual(profile?.attributes, set)
    assert.equal((await store.apply(id, upsert('u', set))).events.length, 0)
  })

  contract('workspaces never see each other', async (store, id) => {
    const other = await store.createWorkspace('other', [])
    await store.apply(id, upsert('u', { email: 'x@x.org', phone: '1' }))
    const identifier = { kind: 'user_id', value: 'u' }
    assert.deepEqual(await store.findProfiles(other.id, { keys: [{ identifier }] }), [])
    assert.deepEqual(await store.findProfiles(other.id, { phones: ['1'], limit: 1 }), [])
    assert.deepEqual(await store.readEvents(other.id, 0, 10), [])
    assert.equal((await store.apply(other.id, upsert('u'))).foundBy, 'created')
    await store.deleteWorkspace(id)
    assert.deepEqual(
      (await store.listWorkspaces()).map(({ name }) => name),
      ['other'],
    )
    assert.equal((await byUser(store, other.id, 'u')).length, 1)
    await assert.rejects(store.apply(id, upsert('u')), { code: 'invalid_credentials' })
  })

  contract('a token is found until it is revoked', async (store, id) => {
    const made = { publicPart: 'pub', secretHash: 'ab', workspaceId: id, dialect: 'test' }
    await store.createToken({ ...made, scopes: [], label: '' })
    assert.equal((await store.findToken('pub'))?.workspace.name, 'w')
    assert.equal((await store.findToken('pub'))?.token.rateLimit, 'off')
    await nextTurn()
    assert.equal(await store.limitToken('pub', 'vendor'), true)
    assert.equal(await store.limitToken('pup', 'vendor'), false)
    await nextTurn()
    assert.equal((await store.findToken('pub'))?.token.rateLimit, 'vendor')
    assert.equal((await store.listTokens(id))[0]?.rateLimit, 'vendor')
    await nextTurn()
    assert.equal(await store.revokeToken('pub'), true)
    await nextTurn()
    assert.equal(await store.findToken('pub'), null)
    assert.equal(await store.revokeToken('pub'), false)
    assert.equal(await store.limitToken('pub', 'off'), false)
  })

  contract('rules keep their version until their definition changes', async (store, id) => {
    assert.deepEqual(
      (await store.listRules(id)).map(({ version }) => version),
      [1, 1],
    )
    const [keep] = starterRules
    assert.ok(keep)
    const changed = { ...keep, on: ['user.update'] }
    const rules = await store.replaceRules(id, [changed])
    assert.deepEqual(
      rules.map(({ name, version }) => [name, version]),
      [[keep.name, 2]],
    )
    await store.apply(id, userEvent('user.register', 'a@x.org'))
    assert.equal((await store.readEvents(id, 0, 10)).length, 1, 'an old rule was still in force')
    await store.replaceRules(id, starterRules)
    assert.deepEqual(
      (await store.listRules(id)).map(({ version }) => version),
      [3, 1],
    )
  })

  contract('settings hold for the next command', async (store, id) => {
    await store.updateSettings(id, { unknownKeys: 'ignore' })
    const command = upsert('u', { odd: 1 })
    if (command.kind === 'write-profile') command.changes.unknown = ['odd']
    assert.deepEqual((await store.apply(id, command)).profile?.attributes, {})
  })

  contract('names get small numbers that stay', async (store, id) => {
    await store.apply(id, upsert('u', { plan: 'a', size: 1 }))
    assert.deepEqual(
      ['plan', 'size', 'never'].map((name) => store.nameId(id, 'attribute', name)),
      [1, 2, 0],
    )
    await store.apply(id, upsert('v', { plan: 'b' }))
    assert.equal(store.nameId(id, 'attribute', 'plan'), 1)
  })

  contract('the lowest id inherits an address, also if it had it last', async (store, id) => {
    const email = 'a@x.org'
    for (const user of ['u1', 'u2', 'u3']) {
      await store.apply(id, upsert(user, user === 'u1' ? {} : { email }))
    }
    const remove: Command = {
      kind: 'remove-profile',
      keys: [{ identifier: { kind: 'user_id', value: 'u2' } }],
      source,
    }
    // Both in one group: who claims last has the lowest id of those that are left.
    await Promise.all([store.apply(id, upsert('u1', { email })), store.apply(id, remove)])
    const [owner] = await store.findProfiles(id, {
      keys: [{ identifier: { kind: 'email', value: email } }],
    })
    assert.equal(owner?.id, 1)
  })

  contract('statistics and the probe tell of a working store', async (store, id) => {
    await store.apply(id, upsert('u'))
    assert.deepEqual(await store.checkWritable(), { writable: true })
    const { profiles, events, workspaces } = await store.statistics()
    assert.deepEqual({ profiles, events, workspaces }, { profiles: 1, events: 1, workspaces: 1 })
  })
}

export const nextTurn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
