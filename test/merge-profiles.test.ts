import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Command, Key } from '../src/core/command.ts'
import type { JsonObject } from '../src/core/json.ts'
import { limits } from '../src/core/limits.ts'
import { identifierOf, type Profile, type ProfileId } from '../src/core/profile.ts'
import { memoryEngine } from './kit/memory-engine.ts'

const source = { dialect: 'test', token: null, request: null }
const byId = (id: number): Key[] => [{ profile: id as ProfileId }]
const byUserId = (value: string): Key[] => [{ identifier: { kind: 'user_id', value } }]

/** A person of each description, with the user_id `u1`, `u2`, ... */
function peopled(people: readonly { set: JsonObject; tags: string[] }[]) {
  const engine = memoryEngine({ emailMatching: false }, [])
  for (const [at, { set, tags }] of people.entries()) {
    const identify = [{ kind: 'user_id', value: `u${at + 1}` }]
    write(engine, [], { set, identify, tags: { add: tags, remove: [] } })
  }
  return engine
}

type Engine = ReturnType<typeof memoryEngine>
type Write = Extract<Command, { kind: 'write-profile' }>

function write(engine: Engine, keys: Key[], changes: Write['changes']) {
  const command = { kind: 'write-profile', keys, matchEmail: false, onMissing: 'create' } as const
  return engine.apply({ ...command, changes, source }, 1_000)
}

function merge(engine: Engine, into: Key[], from: Key[][]) {
  return engine.apply({ kind: 'merge-profiles', into, from, source }, 2_000)
}

const people = fc.array(
  fc.record({
    set: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'email'), fc.constantFrom('x@x.org', 'y@y')),
    tags: fc.subarray(['t', 'u', 'v']),
  }),
  { minLength: 2, maxLength: 5 },
)

test('who stays has every value of its own, and the first there is of every other', () => {
  fc.assert(
    fc.property(people, (described) => {
      const engine = peopled(described)
      const before = [...engine.profiles.values()].map((profile) => structuredClone(profile))
      const { profile } = merge(
        engine,
        byId(1),
        described.slice(1).map((_, at) => byId(at + 2)),
      )
      const expected: JsonObject = {}
      for (const { set } of described.toReversed()) Object.assign(expected, set)
      assert.deepEqual({ ...profile?.attributes }, { ...expected })
      assert.deepEqual(new Set(profile?.tags), new Set(described.flatMap(({ tags }) => tags)))
      for (const name of Object.keys(expected)) {
        const giver = before.find(({ attributes }) => Object.hasOwn(attributes, name))
        assert.deepEqual(profile?.provenance[name], giver?.provenance[name])
      }
      assert.equal(profile?.version, 2)
    }),
  )
})

test('whoever named one of them finds who stays, also after a second merge', () => {
  fc.assert(
    fc.property(people, (described) => {
      const engine = peopled([...described, { set: { email: 'last@x.org' }, tags: [] }])
      const last = described.length + 1
      merge(
        engine,
        byUserId('u1'),
        described.slice(1).map((_, at) => byUserId(`u${at + 2}`)),
      )
      merge(engine, byUserId(`u${last}`), [byUserId('u2')])
      for (let id = 1; id <= last; id++) {
        for (const keys of [byId(id), byUserId(`u${id}`)]) {
          assert.equal(write(engine, keys, { set: {} }).profile?.id, last)
        }
      }
    }),
  )
})

test('a write under an id that came along changes nothing about the id that is shown', () => {
  const engine = peopled([
    { set: {}, tags: [] },
    { set: {}, tags: [] },
  ])
  merge(engine, byId(1), [byId(2)])
  const identify = [{ kind: 'user_id', value: 'u2' }]
  const { profile } = write(engine, byUserId('u2'), { set: { a: 1 }, identify })
  assert.equal(identifierOf(profile as Profile, 'user_id'), 'u1')
  const renamed = write(engine, byId(1), { set: {}, identify: [{ kind: 'user_id', value: 'u9' }] })
  assert.equal(identifierOf(renamed.profile as Profile, 'user_id'), 'u9')
  assert.equal(write(engine, byUserId('u2'), { set: {} }).profile?.id, 1)
})

test('an address that came along stays behind the one that is shown, and goes when it is cleared', () => {
  const engine = peopled([
    { set: { email: 'a@x.org' }, tags: [] },
    { set: { email: 'b@x.org' }, tags: [] },
  ])
  merge(engine, byId(1), [byId(2)])
  const shown = (set: JsonObject) =>
    identifierOf(write(engine, byId(1), { set }).profile as Profile, 'email')
  assert.equal(shown({ city: 'Oslo' }), 'a@x.org')
  assert.equal(shown({ email: 'b@x.org' }), 'b@x.org')
  merge(engine, byId(1), [byId(write(engine, [], { set: { email: 'c@x.org' } }).profile?.id ?? 0)])
  assert.equal(shown({ email: null }), undefined)
})

test('a merge asked for again changes nothing, and nobody is refused for being gone', () => {
  const engine = peopled([
    { set: {}, tags: [] },
    { set: {}, tags: [] },
  ])
  merge(engine, byId(1), [byId(2), byId(2), byId(1), byId(77)])
  const logged = engine.events.length
  const again = merge(engine, byId(1), [byId(2)])
  assert.deepEqual([again.events, again.profile?.version], [[], 2])
  assert.equal(engine.events.length, logged)
})

test('the log tells of who stays and of each who goes', () => {
  const engine = peopled([
    { set: {}, tags: [] },
    { set: { a: 1 }, tags: ['t'] },
  ])
  merge(engine, byId(1), [byId(2)])
  const told = engine.events.slice(2).map(({ type, subject, attributes, changes }) => {
    return { type, subject, attributes, changed: changes.map(({ name }) => name) }
  })
  const changed = ['a', 'tags', 'user_id', 'merged_profile']
  assert.deepEqual(told, [
    { type: 'profile.merged', subject: 1, attributes: { profiles: [2] }, changed },
    { type: 'profile.absorbed', subject: 2, attributes: { into: 1 }, changed: [] },
  ])
})

test('an event from before a merge is about who stays: nobody was removed', () => {
  const engine = peopled([
    { set: {}, tags: [] },
    { set: {}, tags: [] },
  ])
  merge(engine, byId(1), [byId(2)])
  const command = {
    kind: 'write-profile',
    keys: byUserId('u2'),
    matchEmail: false,
    onMissing: 'refuse',
    changes: { set: { a: 1 } },
    occurredAt: 1_500,
    source,
  } as const
  assert.deepEqual(engine.apply(command, 3_000).profile?.attributes, { a: 1 })
})

test('nobody to stay, or too many to go, is refused and changes nothing', () => {
  const engine = peopled([{ set: {}, tags: [] }])
  assert.throws(() => merge(engine, byId(9), [byId(1)]), { code: 'profile_not_found' })
  const many = Array.from({ length: limits.mergedPerCommandMax + 1 }, (_, at) => byId(at + 1))
  assert.throws(() => merge(engine, byId(1), many), { code: 'invalid_field' })
  const most = merge(engine, byId(1), many.slice(1))
  assert.deepEqual([engine.events.length, most.events], [1, []])
})
