import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batch } from './batch.ts'

test('what comes in one turn shares a call, and so does what gathers while one is under way', async () => {
  const calls: number[][] = []
  let release = () => {}
  const group = batch<number, number>(async (entries) => {
    calls.push(entries)
    if (calls.length === 1) await new Promise<void>((resolve) => (release = resolve))
    return entries.map((n) => n * 10)
  }, 3)
  const first = [group.add(1), group.add(2)]
  while (calls.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const later = [3, 4, 5, 6].map((n) => group.add(n))
  release()
  assert.deepEqual(await Promise.all([...first, ...later]), [10, 20, 30, 40, 50, 60])
  assert.deepEqual(calls, [[1, 2], [3, 4, 5], [6]])
  await group.settled()
})

test('a call that fails fails its own entries and no others', async () => {
  let count = 0
  const group = batch<number, number>(async (entries) => {
    if (++count === 1) throw new Error('away')
    return entries
  })
  await assert.rejects(group.add(1), /away/)
  assert.equal(await group.add(2), 2)
  const short = batch<number, number>(async () => [])
  await assert.rejects(short.add(1), /in part/)
})

test('where one entry may be at fault, it is found, and the others have their answers', async () => {
  const calls: number[] = []
  const bad = new Set([3, 8])
  const group = batch<number, number>(
    async (entries) => {
      calls.push(entries.length)
      if (entries.some((entry) => bad.has(entry))) throw new Error('poison')
      return entries
    },
    256,
    ({ message }: Error) => message === 'poison',
  )
  const all = await Promise.allSettled(Array.from({ length: 64 }, (_, n) => group.add(n)))
  const failed = all.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))
  assert.deepEqual(failed, [3, 8])
  assert.ok(calls.length <= 25, `${calls.length} calls`)
  bad.clear()
  assert.equal(await group.add(3), 3)
})
