import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { continuedBy, eventsOf, type HistoryPart, kindAsked } from './long-history.ts'

const event = fc.record({
  gap: fc.integer({ min: 1, max: 9_000 }),
  type: fc.constantFrom('order.paid', 'order.refunded', 'page "viewed"'),
  source: fc.constantFrom('native', 'rule:a'),
  cause_rule: fc.constantFrom(null, 'a@1', 'a@2', 'ab@1'),
  changed: fc.constantFrom(0, 1),
})

test('a long history tells of which kind each event is, however it was put together', () => {
  const events = fc.array(event, { minLength: 1, maxLength: 1_500 })
  const atOnce = fc.integer({ min: 1, max: 600 })
  fc.assert(
    fc.property(events, atOnce, (all, some) => {
      let id = 0
      const rows = all.map(({ gap, ...row }) => {
        id += gap
        return { id, ...row }
      })
      const held = new Map<number, HistoryPart>()
      for (let at = 0; at < rows.length; at += some) {
        const newer = rows.slice(at, at + some).reverse()
        for (const part of continuedBy([...held.values()].at(-1), newer)) held.set(part.first, part)
      }
      const parts = [...held.values()]
      const found = (isAsked: Parameters<typeof eventsOf>[1]) =>
        parts.flatMap((part) => eventsOf(part, isAsked))
      const idsOf = (passes: (row: (typeof rows)[number]) => boolean) =>
        rows.filter(passes).map((row) => row.id)
      assert.equal(parts.length, Math.ceil(rows.length / 512))
      assert.equal(parts.at(-1)?.last, rows.at(-1)?.id)
      assert.deepEqual(
        found(() => true),
        idsOf(() => true),
      )
      assert.deepEqual(
        found(({ isChange }) => isChange),
        idsOf(({ changed }) => changed === 1),
      )
      const asked = (query: Parameters<typeof kindAsked>[0]) => found(kindAsked(query) as never)
      assert.deepEqual(
        asked({ types: ['order.*'], rule: 'a', limit: 1 }),
        idsOf(({ type, cause_rule }) => type !== 'page "viewed"' && /^a@/.test(cause_rule ?? '')),
      )
      assert.deepEqual(
        asked({ types: ['page "viewed"'], source: 'rule:a', limit: 1 }),
        idsOf(({ type, source }) => type === 'page "viewed"' && source === 'rule:a'),
      )
    }),
    { numRuns: 40 },
  )
  assert.equal(kindAsked({ limit: 1, text: 'x' }), null)
})
