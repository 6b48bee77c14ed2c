import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Applied, Command, Key } from '../src/core/command.ts'
import { continueRun } from '../src/core/continue-run.ts'
import { Fault } from '../src/core/errors.ts'
import type { Identifier, Profile, ProfileId } from '../src/core/profile.ts'
import { type RuleDefinition, starterRules } from '../src/core/rule.ts'
import { openStore } from '../src/storage/open-store.ts'
import { engines } from './kit/engines.ts'
import { memoryEngine } from './kit/memory-engine.ts'
import { readLog } from './kit/read-log.ts'
import { reconcile } from './kit/reconcile.ts'
import { tempFolder } from './kit/temp-folder.ts'
import { source } from './store-contract.ts'

/*
 * Commands that wait together are written in one transaction. That must not show: each group ends
 * as if its commands had come one by one, which a plain model of maps does.
 */

const runs = process.env.ROSTER_TEST_LONG === '1' ? 1_000 : 60

const emails = ['a@x.org', 'b@x.org', 'c@x.org']
const userIds = ['u1', 'u2', 'u3']

const identifier: fc.Arbitrary<Identifier> = fc.oneof(
  fc.constantFrom(...emails).map((value) => ({ kind: 'email', value })),
  fc.constantFrom(...userIds).map((value) => ({ kind: 'user_id', value })),
)
const key: fc.Arbitrary<Key> = fc.oneof(
  { weight: 3, arbitrary: identifier.map((found) => ({ identifier: found })) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 9 }).map((id) => ({ profile: id as ProfileId })),
  },
)
const attributes = fc.dictionary(
  fc.constantFrom('plan', 'size', 'phone', 'constructor'),
  fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constant(null), fc.constantFrom('x', 'y')),
  { maxKeys: 3, noNullPrototype: true },
)
const email = fc.option(fc.constantFrom<string | null>(...emails, 'none', null), { nil: undefined })
const occurredAt = fc.option(fc.integer({ min: 900, max: 1_100 }), { nil: undefined, freq: 4 })

const write = fc
  .record({
    keys: fc.array(key, { maxLength: 2 }),
    matchEmail: fc.boolean(),
    onMissing: fc.constantFrom('create' as const, 'refuse' as const),
    set: attributes,
    setOnce: fc.option(attributes, { nil: undefined }),
    email,
    tags: fc.option(
      fc.record({
        add: fc.subarray(['t1', 't2', 't3']),
        remove: fc.subarray(['t1', 't2', 't3']),
      }),
      { nil: undefined },
    ),
    identify: fc.array(
      fc.constantFrom(...userIds).map((value) => ({ kind: 'user_id', value })),
      { maxLength: 1 },
    ),
    unknown: fc.subarray(['plan', 'size']),
    occurredAt,
  })
  .map(({ keys, matchEmail, onMissing, occurredAt: at, ...changes }): Command => {
    const { setOnce, tags, identify, unknown } = changes
    const set = { ...changes.set, ...(changes.email !== undefined && { email: changes.email }) }
    return {
      kind: 'write-profile',
      keys,
      matchEmail,
      onMissing,
      changes: { set, identify, unknown, ...(setOnce && { setOnce }), ...(tags && { tags }) },
      source,
      ...(at !== undefined && { occurredAt: at }),
    }
  })
const event = fc
  .record({
    type: fc.constantFrom('user.register', 'user.update', 'user.remove', 'shop.visit'),
    email: fc.constantFrom(...emails),
    set: attributes,
    subject: fc.option(fc.array(key, { minLength: 1, maxLength: 1 }), { nil: undefined, freq: 2 }),
    occurredAt,
  })
  .map(
    ({ type, email: address, set, subject, occurredAt: at }): Command => ({
      kind: 'record-event',
      type,
      attributes: { ...set, email: address },
      identifiers: [{ kind: 'email', value: address }],
      source,
      ...(subject && { subject }),
      ...(at !== undefined && { occurredAt: at }),
    }),
  )
const removal = fc.record({ keys: fc.array(key, { minLength: 1, maxLength: 2 }), occurredAt }).map(
  ({ keys, occurredAt: at }): Command => ({
    kind: 'remove-profile',
    keys,
    source,
    ...(at !== undefined && { occurredAt: at }),
  }),
)
const merge = fc
  .record({
    into: fc.array(key, { minLength: 1, maxLength: 2 }),
    from: fc.array(fc.array(key, { minLength: 1, maxLength: 2 }), { maxLength: 3 }),
  })
  .map(({ into, from }): Command => ({ kind: 'merge-profiles', into, from, source }))
const command = fc.oneof(
  { weight: 4, arbitrary: write },
  { weight: 3, arbitrary: event },
  { weight: 2, arbitrary: removal },
  { weight: 2, arbitrary: merge },
)
const groups = fc.array(fc.array(command, { minLength: 1, maxLength: 12 }), {
  minLength: 1,
  maxLength: 6,
})
/** Rules that wait, end each other's runs, set each other off and are counted. */
const rules: readonly RuleDefinition[] = [
  ...starterRules,
  {
    name: 'waits',
    on: ['shop.visit', 'profile.updated'],
    per_minute: 3,
    when: { not: { profile: 'plan', is: 'y' } },
    steps: [
      { action: 'increment', with: { attribute: 'visits' } },
      { wait: 'PT0.05S' },
      { check: { profile: 'size', exists: true }, otherwise: [{ wait: 'PT0.05S' }] },
      { action: 'trigger-event', with: { type: 'shop.late', attributes: 'event' } },
      { action: 'add-tag', with: { tag: '{{ event.plan }}' } },
    ],
    cancel_when: { on: ['user.update', 'shop.seen'] },
  },
  {
    name: 'finds',
    on: ['shop.*'],
    sources: { not: ['rule:finds'] },
    steps: [
      { action: 'find-profile', with: { email: 'a@x.org' } },
      { action: 'trigger-event', with: { type: 'shop.seen' } },
      { wait: 'PT0.07S' },
      { action: 'remove-tag', with: { tag: 'y' } },
    ],
  },
]
const settings = fc.record({
  emailMatching: fc.boolean(),
  unknownKeys: fc.constantFrom('create' as const, 'existing-only' as const),
})

for (const engine of engines) {
  describe(engine.name, () => {
    test('a group of commands ends as if they had come one by one', async () => {
      using folder = tempFolder()
      const place = await engine.newPlace(folder.path)
      const decision = new URL('../src/decision.ts', import.meta.url)
      let now = 1_000
      const store = await openStore(place.url, { decision, clock: () => now })
      let round = 0
      const checked = fc.assert(
        fc.asyncProperty(groups, settings, async (batches, chosen) => {
          const { id } = await store.createWorkspace(`w${round++}`, rules)
          await store.updateSettings(id, chosen)
          const model = memoryEngine(chosen, rules)
          now = 1_000
          for (const drawn of batches) {
            // What is due waits together with what comes in.
            const { runs: due } = await store.claimRuns(999)
            const known = drawn.map((each) => knowing(each, model.profiles.size))
            const batch = [...due.map((run) => continueRun(run)), ...known]
            const together = batch.map((each) => store.apply(id, frozen(each)))
            const one = batch.map((each) => attempt(() => model.apply(each, now)))
            assert.deepEqual((await Promise.allSettled(together)).map(outcomeOf), one)
            now += 50
          }
          assert.deepEqual(await readLog(store, id), model.events)
          const kept = [...model.runs.values()].sort(
            (a, b) => b.event - a.event || (a.rule < b.rule ? -1 : 1),
          )
          assert.deepEqual(await store.listRuns(id, { limit: 9_999 }), kept)
          await reconcile(store, id)
          for (const profile of model.profiles.values()) {
            const keys = [{ profile: profile.id }]
            const found = await store.findProfiles(id, { keys })
            const heir = model.holders.get(`merged_profile\0${profile.id}`)?.[0]
            const merged = heir === undefined ? [] : [model.profiles.get(heir)]
            assert.deepEqual(found, profile.removedAt === null ? [profile] : merged)
          }
          for (const address of [...emails, ...userIds]) await assertHolders(address)

          async function assertHolders(value: string): Promise<void> {
            const kind = value.includes('@') ? 'email' : 'user_id'
            const ids = model.holders.get(`${kind}\0${value}`) ?? []
            const named = { kind, value }
            const found = await store.findProfiles(id, { identifier: named, limit: 99 })
            const sorted = [...ids].sort((a, b) => a - b)
            assert.deepEqual(found.map(idOf), sorted)
            const owner = await store.findProfiles(id, { keys: [{ identifier: named }] })
            assert.deepEqual(owner.map(idOf), ids.slice(0, 1))
          }
        }),
        { numRuns: runs },
      )
      try {
        await checked
      } finally {
        await store.close()
        await place.remove()
      }
    })
  })
}

const idOf = ({ id }: Profile) => id

type Outcome = { applied: Applied } | { code: string; message: string }

function attempt(apply: () => Applied): Outcome {
  try {
    return { applied: apply() }
  } catch (error) {
    return outcomeOf({ status: 'rejected', reason: error })
  }
}

function outcomeOf(result: PromiseSettledResult<Applied>): Outcome {
  if (result.status === 'fulfilled') return { applied: result.value }
  const fault = result.reason as Fault
  if (!(fault instanceof Fault)) throw fault
  return { code: fault.code, message: fault.message }
}

/**
 * Nobody can know the id of a profile before its creation was answered, so a command that waits
 * together with the one that creates it names another.
 */
function knowing(command: Command, lastProfile: number): Command {
  const copy = structuredClone(command)
  const keys = keysOf(copy)
  for (const named of keys) {
    if ('profile' in named && named.profile > lastProfile) named.profile = 999 as ProfileId
  }
  return copy
}

function keysOf(command: Command): Key[] {
  if ('keys' in command) return command.keys
  if (command.kind === 'merge-profiles') return [command.into, ...command.from].flat()
  return command.kind === 'record-event' ? (command.subject ?? []) : []
}

/** A command may be decided more than once, so a decision must leave it as it was. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) frozen(each)
    Object.freeze(value)
  }
  return value
}
