import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ProfileId } from '../../core/profile.ts'
import { IdSet, idBlock, mapBytes, withIds, withoutId } from './id-set.ts'

const id = fc
  .oneof(
    fc.integer({ min: 1, max: 600 }),
    fc.integer({ min: idBlock - 2, max: idBlock + 3 }),
    fc.integer({ min: 3 * idBlock, max: 9 * idBlock }),
  )
  .map((number) => number as ProfileId)
const some = fc.uniqueArray(id, { maxLength: 900 }).map((ids) => ids.sort((a, b) => a - b))

test('sets are combined, cut and paged like lists', () => {
  const place = fc.record({ skip: fc.nat(900), limit: fc.nat(300), descending: fc.boolean() })
  fc.assert(
    fc.property(some, some, fc.option(id), id, id, place, (a, b, after, from, until, at) => {
      const [first, second] = [IdSet.of(a), IdSet.of(b)]
      const both = a.filter((one) => b.includes(one))
      const either = [...new Set([...a, ...b])].sort((x, y) => x - y)
      const within = a.filter((one) => one >= from && one < until)
      for (const [set, list] of [
        [first.and(second), both],
        [first.or(second), either],
        [first.within(from, until), within],
      ] as const) {
        assert.deepEqual([set.all(), set.size], [list, list.length])
        assert.deepEqual(set.at(list.map((_, n) => list.length - 1 - n)), list.toReversed())
        const ordered = at.descending ? list.toReversed() : list
        const behind = ordered.filter(
          (one) => after === null || (at.descending ? one < after : one > after),
        )
        assert.deepEqual(set.page({ after, ...at }), behind.slice(at.skip, at.skip + at.limit))
      }
    }),
  )
})

test('a row holds whoever was entered and not taken out, as a list and as a bit map', () => {
  const within = fc.integer({ min: idBlock + 1, max: 2 * idBlock }).map((n) => n as ProfileId)
  const entered = fc.array(within, { minLength: 1, maxLength: 400 })
  const atOnce = fc.integer({ min: 1, max: 400 })
  fc.assert(
    fc.property(entered, atOnce, fc.array(fc.nat(399), { maxLength: 400 }), (ids, some, places) => {
      let row: Uint8Array | null = null
      for (let at = 0; at < ids.length; at += some) {
        row = withIds(row ?? undefined, ids.slice(at, at + some))
      }
      const held = new Set(ids)
      const isMap = held.size * 2 >= mapBytes
      assert.equal(row?.length, isMap ? mapBytes : held.size * 2)
      for (const place of places) {
        const gone = ids[place % ids.length] as ProfileId
        if (row) row = withoutId(row, gone)
        held.delete(gone)
      }
      const rows = row ? [[1, row] as const] : []
      assert.deepEqual(
        IdSet.ofRows(rows).all(),
        [...held].sort((a, b) => a - b),
      )
      assert.equal(row === null, held.size === 0)
    }),
  )
})

test('bit maps of a quarter of the length make the same set', () => {
  fc.assert(
    fc.property(some, (ids) => {
      const quarters = new Map<number, Uint8Array>()
      for (const one of ids) {
        const number = Math.floor((one - 1) / 1_024)
        const map = quarters.get(number) ?? new Uint8Array(128)
        const bit = (one - 1) % 1_024
        map[bit >> 3] = (map[bit >> 3] as number) | (0x80 >> (bit & 7))
        quarters.set(number, map)
      }
      const bytes = Buffer.concat([...quarters.values()])
      const set = ids.length === 0 ? IdSet.empty : IdSet.ofMaps([...quarters.keys()], bytes)
      assert.deepEqual(set.all(), ids)
    }),
  )
})
