import assert from 'node:assert/strict'
import type { WorkspaceId } from '../../src/core/profile.ts'
import type { ProfileFilter } from '../../src/core/profile-query.ts'
import type { Store } from '../../src/storage/store.ts'

/** A random order has everybody once, by pages too, and is another for another seed. */
export async function assertRandom(
  store: Store,
  id: WorkspaceId,
  filter: ProfileFilter,
  all: readonly number[],
): Promise<void> {
  const drawn = async (seed: number, offset: number, limit: number) => {
    const page = { offset, limit }
    const query = { filter, order: { by: 'random', seed }, page, total: true } as const
    const found = await store.queryProfiles(id, query)
    assert.deepEqual([found.next, found.total], [null, all.length])
    return found.profiles.map((one) => Number(one.id))
  }
  const whole: number[] = []
  for (let at = 0; at <= all.length; at += 500) whole.push(...(await drawn(1, at, 500)))
  assert.deepEqual(
    whole.toSorted((a, b) => a - b),
    all,
  )
  const first = await drawn(1, 0, 200)
  assert.deepEqual(first, whole.slice(0, 200))
  for (const other of [all.slice(0, 200), await drawn(2, 0, 200)]) assert.notDeepEqual(first, other)
  assert.deepEqual(await drawn(1, 150, 7), whole.slice(150, 157))
  assert.deepEqual(await drawn(1, all.length + 5, 7), [])
}
