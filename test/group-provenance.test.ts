import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { EventId, Provenance } from '../src/core/profile.ts'
import { groupProvenance, ungroupProvenance } from '../src/storage/group-provenance.ts'

const provenance = fc.record(
  {
    at: fc.integer({ min: 0, max: 3 }),
    event: fc.integer({ min: 1, max: 3 }).map((id) => id as EventId),
    source: fc.constantFrom('cli', 'rule:a@1'),
    once: fc.constant(true as const),
    since: fc.integer({ min: 0, max: 3 }),
  },
  { requiredKeys: ['at', 'event', 'source'], noNullPrototype: true },
)
const name = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__')

test('provenance is the same after it was grouped, written and read', () => {
  fc.assert(
    fc.property(fc.dictionary(name, provenance, { noNullPrototype: true }), (plain) => {
      const text = JSON.stringify(groupProvenance(plain))
      assert.deepEqual(ungroupProvenance(JSON.parse(text)), plain)
    }),
  )
})

test('what one write set is one group, however many attributes it set', () => {
  const one: Provenance = { at: 1, event: 1 as EventId, source: 'cli' }
  const groups = groupProvenance({ a: one, b: { ...one }, c: { ...one, at: 2 }, d: one })
  assert.deepEqual(groups, [
    [1, 1, 'cli', 0, 'a', 'b', 'd'],
    [2, 1, 'cli', 0, 'c'],
  ])
})
