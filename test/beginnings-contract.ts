import assert from 'node:assert/strict'
import type { ProfileId } from '../src/core/profile.ts'
import type { ProfileFilter } from '../src/core/profile-query.ts'
import { expected } from './kit/query-model.ts'
import { everybody, ids, pages, remove } from './queries-contract.ts'
import { contractOf, type OpenStore, upsert } from './store-contract.ts'

/** What every engine promises of lists of what begins in some way. */
export function beginningsContract(engine: string, open: OpenStore): void {
  const contract = contractOf(engine, open)

  contract('people come in the order of what begins as it is asked for', async (store, id) => {
    await store.replaceRules(id, [])
    const names = [
      'Anna',
      'Änne',
      'anna',
      'an\u{1f600}',
      'an\uff5e',
      'Annabel of a long, long name',
      '',
      // The sign of Kelvin, and what JSON writes otherwise.
      '\u212aim "Q"',
    ]
    const count = 130
    await Promise.all(
      Array.from({ length: count }, (_, n) => store.apply(id, upsert(`u${n}`, { n }))),
    )
    // In an order in which whoever owns an address is often not the first who has it.
    const name = (n: number) => {
      const email = n % 4 === 0 ? `ann-${n % 3}@x.org` : `ann${(n * 37) % count}@x.org`
      return store.apply(
        id,
        upsert(`u${n}`, { email, first_name: names[n % names.length] as string }),
      )
    }
    for (let n = 128; n >= 0; n -= 4) await name(n)
    // From now on some are found by the names that are entered, and those renamed since in the log.
    await store.rollUpEvents(Date.now())
    await Promise.all(Array.from({ length: count }, (_, n) => name(n)))
    await store.apply(id, remove(5))
    const { profiles: all } = await store.queryProfiles(id, { ...everybody, include: 'all' })
    const email = (prefix: string) => ({ identifier: { kind: 'email', prefix } })
    const asked: ProfileFilter[] = [
      ...[
        email('ann'),
        email('ann-'),
        { name: 'an' },
        { name: 'Ann' },
        { name: 'annabel of a long, ' },
        { name: 'kim "q' },
      ],
      ...[
        { ...email('ann1'), name: 'an' },
        { name: 'an', where: { profile: 'n', greater: 60 } },
      ],
    ]
    const compare = async () => {
      for (const filter of asked) {
        for (const limit of [3, 60]) {
          const query = { filter, order: { by: 'prefix' as const }, page: { limit } }
          const found: ProfileId[] = []
          for await (const page of pages(store, id, query)) found.push(...ids(page))
          assert.deepEqual(found, expected(all, query), JSON.stringify({ filter, limit }))
        }
      }
    }
    await compare()
    await store.rollUpEvents(Date.now())
    await compare()
  })
}
