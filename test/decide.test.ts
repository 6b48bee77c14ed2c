import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Changes, Command } from '../src/core/command.ts'
import type { JsonObject, JsonValue } from '../src/core/json.ts'
import { own, sameJson } from '../src/core/json.ts'
import { displayName, identifierOf, type Profile, type ProfileId } from '../src/core/profile.ts'
import type { RuleDefinition } from '../src/core/rule.ts'
import { memoryEngine } from './kit/memory-engine.ts'

const source = { dialect: 'test', token: null, request: null }
const user = (value: string) => ({ kind: 'user_id', value })

function upsert(
  id: string | null,
  changes: Partial<Changes>,
  rest: Partial<Command> = {},
): Command {
  return {
    kind: 'write-profile',
    keys: id === null ? [] : [{ identifier: user(id) }],
    matchEmail: true,
    onMissing: 'create',
    changes: { set: {}, ...(id === null ? {} : { identify: [user(id)] }), ...changes },
    source,
    ...rest,
  } as Command
}

// Few names and values, so that they meet; some are names every object has from birth.
const names = fc.constantFrom('a', 'b', 'constructor', 'toString', 'valueOf', 'email', 'first_name')
const values: fc.Arbitrary<JsonValue> = fc.constantFrom(null, 1, 2, 'x', 'y', true, [1], { k: 'v' })
const someSet = fc
  .array(fc.tuple(names, values), { maxLength: 4 })
  .map((pairs) => Object.fromEntries(pairs) as JsonObject)

interface Write {
  at: number
  set: JsonObject
  setOnce: JsonObject
}
const writes = fc.array(
  fc.record({ at: fc.integer({ min: 1, max: 20 }), set: someSet, setOnce: someSet }),
  { minLength: 1, maxLength: 12 },
)

function play(history: readonly Write[]) {
  const engine = memoryEngine()
  for (const [index, write] of history.entries()) {
    const changes = { set: write.set, setOnce: write.setOnce }
    engine.apply(upsert('u', changes, { occurredAt: 1_000 + write.at }), 10_000 + index)
  }
  return engine
}

const only = (profiles: Map<number, Profile>) => [...profiles.values()][0] as Profile

test('per attribute the latest event time wins, and ties go to the later receipt', () => {
  fc.assert(
    fc.property(writes, (history) => {
      const sets = history.map((write) => ({ ...write, setOnce: {} }))
      const { attributes } = only(play(sets).profiles)
      for (const name of new Set(sets.flatMap(({ set }) => Object.keys(set)))) {
        let winner: Write | null = null
        for (const write of sets) {
          if (Object.hasOwn(write.set, name) && write.at >= (winner?.at ?? 0)) winner = write
        }
        assert.deepEqual(own(attributes, name) ?? null, winner?.set[name] ?? null, name)
      }
    }),
  )
})

test('writes with different event times give the same profile in whatever order they arrive', () => {
  const distinct = fc.uniqueArray(fc.record({ at: fc.nat(1_000), set: someSet }), {
    selector: ({ at }) => at,
    minLength: 2,
    maxLength: 8,
  })
  fc.assert(
    fc.property(distinct, fc.infiniteStream(fc.nat()), (list, random) => {
      const history = list.map((write) => ({ ...write, setOnce: {} }))
      const shuffled = [...history]
        .map((write) => ({ write, key: random.next().value as number }))
        .sort((a, b) => a.key - b.key)
        .map(({ write }) => write)
      assert.deepEqual(
        only(play(shuffled).profiles).attributes,
        only(play(history).profiles).attributes,
      )
    }),
  )
})

test('the version counts the changes, and the log holds each of them with both values', () => {
  fc.assert(
    fc.property(writes, (history) => {
      const { profiles, events } = play(history)
      const profile = only(profiles)
      const told = events.filter(
        (event) => event.changes.length > 0 || event.type === 'profile.created',
      )
      assert.equal(profile.version, told.length)
      assert.deepEqual(
        events.map(({ id }) => id),
        events.map((_, index) => index + 1),
      )
      // The present minus all changes, newest first, is nothing.
      const state: JsonObject = { ...profile.attributes }
      for (const event of events.toReversed()) {
        for (const change of event.changes.toReversed()) {
          if (change.of) continue
          assert.ok(sameJson(own(state, change.name) ?? null, change.to), 'a change was not logged')
          if (change.from === null) delete state[change.name]
          else state[change.name] = change.from
        }
      }
      assert.deepEqual(state, {})
    }),
  )
})

test('set once writes only where nothing is stored, and the first receipt wins', () => {
  const engine = memoryEngine()
  engine.apply(upsert('u', { setOnce: { a: 1 } }), 1)
  engine.apply(upsert('u', { setOnce: { a: 2 } }), 2)
  assert.equal(only(engine.profiles).attributes.a, 1)
  assert.deepEqual(engine.events.at(-1)?.dropped, [{ name: 'a', reason: 'already_set' }])
  assert.equal(engine.events.at(-1)?.type, 'profile.unchanged')
  engine.apply(upsert('u', { set: { a: null } }), 3)
  engine.apply(upsert('u', { setOnce: { a: 3 } }), 4)
  assert.equal(only(engine.profiles).attributes.a, 3)
  assert.equal(only(engine.profiles).provenance.a?.once, true)
  engine.apply(upsert('u', { set: { a: 4 }, setOnce: { a: 5 } }), 5)
  assert.equal(only(engine.profiles).attributes.a, 4)
})

test('an equal value moves its time, but not since when it is there, and logs nothing', () => {
  const engine = memoryEngine()
  engine.apply(upsert('u', { set: { a: 1 } }), 100)
  engine.apply(upsert('u', { set: { a: 1 } }), 200)
  const profile = only(engine.profiles)
  assert.equal(profile.version, 1)
  assert.equal(profile.provenance.a?.at, 200)
  assert.equal(profile.provenance.a?.since, 100)
  assert.equal(engine.events.length, 1)
  engine.apply(upsert('u', { set: { a: 1 } }), 300)
  assert.equal(only(engine.profiles).provenance.a?.since, 100)
  engine.apply(upsert('u', { set: { a: 2 } }), 400)
  assert.equal(only(engine.profiles).provenance.a?.since, undefined)
})

test('provenance names the event that gave the value, and the time of its last write', () => {
  const write = fc.record({
    value: fc.integer({ min: 0, max: 2 }),
    occurredAt: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(write, { minLength: 1, maxLength: 30 }), (writes) => {
      const engine = memoryEngine()
      let confirmed = 0
      let value: number | undefined
      for (const [n, { value: a, occurredAt }] of writes.entries()) {
        const own = occurredAt === undefined ? {} : { occurredAt }
        const at = occurredAt ?? n + 1
        engine.apply(upsert('u', { set: { a } }, own), n + 1)
        // Without a time of its own a write never loses; with one it must not be the older.
        if (occurredAt === undefined || at >= confirmed) value = a
        if (value === a) confirmed = Math.max(confirmed, at)
        const { attributes, provenance } = only(engine.profiles)
        assert.equal(attributes.a, value)
        assert.equal(provenance.a?.at, confirmed)
        const told = engine.events.filter(({ changes }) => changes.some(({ to }) => to === value))
        const { id, occurredAt: happened } = told.at(-1) ?? assert.fail()
        assert.equal(provenance.a.event, id)
        assert.ok(happened <= provenance.a.at)
      }
    }),
  )
})

test('a write without a time of its own never loses, also when the clock is set back', () => {
  const engine = memoryEngine()
  engine.apply(upsert('u', { set: { a: 1 } }), 1_000_000)
  engine.apply(upsert('u', { set: { a: 2 } }), 5)
  assert.equal(only(engine.profiles).attributes.a, 2)
  assert.equal(only(engine.profiles).provenance.a?.at, 1_000_000)
})

test('a time in the future counts as five minutes from now at most', () => {
  const engine = memoryEngine()
  engine.apply(upsert('u', { set: { a: 1 } }, { occurredAt: 99_000_000 }), 1_000)
  assert.equal(only(engine.profiles).provenance.a?.at, 1_000 + 300_000)
})

test('an upsert with a new user_id joins the owner of its e-mail only if that has no other user_id', () => {
  const engine = memoryEngine()
  engine.apply(upsert(null, { set: { email: 'Jo@X.org' } }), 1)
  const joined = engine.apply(upsert('u1', { set: { email: ' jo@x.ORG ' } }), 2)
  assert.equal(joined.foundBy, 'email')
  assert.equal(joined.profile?.id, 1)
  assert.equal(identifierOf(joined.profile as Profile, 'user_id'), 'u1')
  const other = engine.apply(upsert('u2', { set: { email: 'jo@x.org' } }), 3)
  assert.equal(other.foundBy, 'created')
  assert.deepEqual(engine.holders.get('email\0jo@x.org'), [1, 2])
})

test('with e-mail matching off only the key matches', () => {
  const engine = memoryEngine({ emailMatching: false })
  engine.apply(upsert(null, { set: { email: 'jo@x.org' } }), 1)
  assert.equal(engine.apply(upsert('u1', { set: { email: 'jo@x.org' } }), 2).foundBy, 'created')
})

test('when the owner of an e-mail changes it, the lowest id that has it becomes the owner', () => {
  const engine = memoryEngine({ emailMatching: false })
  for (const id of ['a', 'b', 'c']) engine.apply(upsert(id, { set: { email: 'x@x.org' } }), 1)
  engine.apply(upsert('a', { set: { email: 'y@x.org' } }), 2)
  assert.deepEqual(engine.holders.get('email\0x@x.org'), [2, 3])
})

test('each identifier has one owner, and whoever shows it holds it', () => {
  const emails = fc.constantFrom('a@x.org', 'A@x.org', 'b@x.org', 'none', null, 7)
  const step = fc.record({
    id: fc.option(fc.constantFrom('u1', 'u2', 'u3')),
    email: emails,
    remove: fc.boolean(),
    match: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const engine = memoryEngine()
      for (const [index, { id, email, remove, match }] of steps.entries()) {
        const keys = id === null ? [] : [{ identifier: user(id) }]
        if (remove && id !== null) {
          try {
            engine.apply({ kind: 'remove-profile', keys, source }, index)
          } catch {
            // Nobody has the id; that is what the refusal says.
          }
        } else {
          engine.apply(
            upsert(id, { set: { email } }, { matchEmail: match } as Partial<Command>),
            index,
          )
        }
      }
      const living = [...engine.profiles.values()].filter(({ removedAt }) => removedAt === null)
      for (const [key, ids] of engine.holders) {
        const showing = living.filter(({ identifiers }) =>
          identifiers.some(({ kind, value }) => `${kind}\0${value}` === key),
        )
        assert.deepEqual([...ids].sort(), showing.map(({ id }) => id).sort(), key)
        if (key.startsWith('user_id')) assert.ok(ids.length <= 1)
      }
    }),
  )
})

test('a removed person is not brought back by an older event, and may be by a newer one', () => {
  const engine = memoryEngine()
  engine.apply(upsert('u', { set: { a: 1 } }), 1_000)
  engine.apply({ kind: 'remove-profile', keys: [{ identifier: user('u') }], source }, 2_000)
  const late = engine.apply(upsert('u', { set: { a: 2 } }, { occurredAt: 1_500 }), 3_000)
  assert.equal(late.profile, null)
  assert.deepEqual(engine.events.at(-1)?.dropped, [{ name: 'a', reason: 'older_than_removal' }])
  const anew = engine.apply(upsert('u', { set: { a: 3 } }, { occurredAt: 2_500 }), 4_000)
  assert.equal(anew.foundBy, 'created')
  assert.notEqual(anew.profile?.id, 1)
  // Nor may an old value creep into the new profile.
  engine.apply(upsert('u', { set: { old: 1 } }, { occurredAt: 1_500 }), 5_000)
  assert.equal(own(engine.profiles.get(2)?.attributes ?? {}, 'old'), undefined)
})

test('a person can be walked through their events from the newest to the first', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a@x.org', 'b@x.org'), { maxLength: 12 }), (addresses) => {
      const engine = memoryEngine()
      for (const [index, email] of addresses.entries()) {
        const attributes = { email, n: index }
        const identifiers = [{ kind: 'email', value: email }]
        const type = index % 5 === 4 ? 'user.remove' : 'user.update'
        engine.apply({ kind: 'record-event', type, attributes, identifiers, source }, index)
      }
      for (const profile of engine.profiles.values()) {
        const walked: number[] = []
        for (let id = profile.lastEvent; id !== null; ) {
          walked.push(id)
          id = engine.events[id - 1]?.previous ?? null
        }
        const about = engine.events.filter(({ subject }) => subject === profile.id)
        assert.deepEqual(
          walked.toReversed(),
          about.map(({ id }) => id),
        )
      }
    }),
  )
})

test('rules run in file order, each on what its predecessors left, and say who acted', () => {
  const rules: RuleDefinition[] = [
    {
      name: 'first',
      on: ['user.update'],
      steps: [{ action: 'set-attributes', with: { match: 'email', attributes: { plan: 'pro' } } }],
    },
    {
      name: 'second',
      on: ['user.update'],
      when: { all: [{ profile: 'plan', is: 'pro' }, { not: { event: 'quiet', exists: true } }] },
      steps: [{ action: 'add-tag', with: { tag: 'pro' } }],
    },
    {
      name: 'third',
      on: ['profile.updated'],
      when: { changed: 'tags' },
      steps: [{ action: 'set-attributes', with: { attributes: { tagged: true } } }],
    },
  ]
  const engine = memoryEngine({}, rules)
  const attributes = { email: 'a@x.org' }
  engine.apply(
    { kind: 'record-event', type: 'user.update', attributes, identifiers: [], source },
    1,
  )
  assert.deepEqual(
    engine.events.map(({ type, cause }) => [type, cause?.rule, cause?.event, cause?.depth]),
    [
      ['user.update', undefined, undefined, undefined],
      ['profile.created', 'first@1', 1, 1],
      ['profile.updated', 'second@1', 1, 1],
      ['profile.updated', 'third@1', 3, 2],
    ],
  )
  assert.equal(only(engine.profiles).version, 3)
  assert.equal(engine.events[0]?.subject, 1)
})

test('text that a rule sets is of the type that the standard attribute has, where it says one', () => {
  const rules: RuleDefinition[] = [
    {
      name: 'all',
      on: ['user.update'],
      steps: [{ action: 'set-attributes', with: { match: 'email', attributes: 'event' } }],
    },
  ]
  const engine = memoryEngine({}, rules)
  const said = {
    unsubscribed_email: '1',
    blocked: 'No',
    notifications: 'often',
    score: ' 7',
    assigned_to: '7.5',
    city: '1',
    plan: '1',
  }
  const attributes = { email: 'a@b.example', ...said }
  engine.apply(
    { kind: 'record-event', type: 'user.update', attributes, identifiers: [], source },
    1,
  )
  assert.deepEqual(only(engine.profiles).attributes, {
    email: 'a@b.example',
    ...said,
    ...{ unsubscribed_email: true, blocked: false, score: 7 },
  })
})

test('a rule that feeds itself is cut, and the log says which', () => {
  const flip = (name: string, on: string, value: boolean): RuleDefinition => ({
    name,
    on: [on],
    when: { profile: 'flag', is: !value },
    steps: [{ action: 'set-attributes', with: { attributes: { flag: value } } }],
  })
  const rules = [flip('up', 'profile.updated', true), flip('down', 'profile.updated', false)]
  const engine = memoryEngine({}, rules)
  engine.apply(upsert('u', { set: { flag: true } }), 1)
  engine.apply(upsert('u', { set: { flag: false } }), 2)
  const stopped = engine.events.filter(({ type }) => type === 'rule.stopped')
  assert.ok(stopped.length > 0, 'nothing was stopped')
  assert.ok(stopped.length < 40, `${stopped.length} stops were logged`)
  assert.ok(engine.events.length < 110)
})

test('unknown names follow the setting of the workspace', () => {
  const changes = { set: { known: 1, odd: 2 }, unknown: ['odd'] }
  const ignoring = memoryEngine({ unknownKeys: 'ignore' })
  ignoring.apply(upsert('u', changes), 1)
  assert.deepEqual(only(ignoring.profiles).attributes, { known: 1 })
  assert.deepEqual(ignoring.events[0]?.dropped, [{ name: 'odd', reason: 'unknown_attribute' }])
  const once = { set: {}, setOnce: { odd: 3 }, unknown: ['odd'] }
  ignoring.apply(upsert('u', once), 2)
  assert.deepEqual(only(ignoring.profiles).attributes, { known: 1 })
  const existing = memoryEngine({ unknownKeys: 'existing-only' })
  existing.apply(upsert('u', changes), 1)
  existing.apply(upsert('v', { set: { odd: 1 } }), 2)
  existing.apply(upsert('u', changes), 3)
  assert.deepEqual(only(existing.profiles).attributes, { known: 1, odd: 2 })
})

test('a user_id that another profile has is refused, and nothing is changed', () => {
  const engine = memoryEngine()
  engine.apply(upsert('u1', { set: { a: 1 } }), 1)
  engine.apply(upsert('u2', { set: { a: 1 } }), 2)
  const keys = [{ profile: 1 as ProfileId }]
  const take = { set: { a: 9 }, identify: [user('u2')] }
  const command = { ...upsert(null, take), keys, onMissing: 'refuse' } as Command
  assert.throws(() => engine.apply(command, 3), { code: 'conflict' })
  assert.equal(engine.profiles.get(1)?.attributes.a, 1)
  assert.equal(engine.events.length, 2)
})

test('the name shown is the later of the stored name and the joined parts', () => {
  const engine = memoryEngine()
  engine.apply(upsert('u', { set: { first_name: 'Jan', name_infix: 'van', last_name: 'Dam' } }), 1)
  assert.equal(displayName(only(engine.profiles)), 'Jan van Dam')
  engine.apply(upsert('u', { set: { name: 'JD' } }), 2)
  assert.equal(displayName(only(engine.profiles)), 'JD')
  engine.apply(upsert('u', { set: { first_name: 'Piet' } }), 3)
  assert.equal(displayName(only(engine.profiles)), 'Piet van Dam')
})
