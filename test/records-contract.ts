import assert from 'node:assert/strict'
import type { Command } from '../src/core/command.ts'
import type { ProfileId, WorkspaceId } from '../src/core/profile.ts'
import type { RecordId, RecordsWanted, RecordWrite, StoredRecord } from '../src/core/record.ts'
import type { Store } from '../src/storage/store.ts'
import { contractOf, type OpenStore, source, upsert } from './store-contract.ts'

const kind = 'toy.company'

async function write(store: Store, id: WorkspaceId, ...records: RecordWrite[]) {
  const applied = await store.apply(id, { kind: 'write-records', records, source })
  return applied.records ?? []
}

const put = (
  name: string | null,
  rest: Partial<RecordWrite & { op: 'put' }> = {},
): RecordWrite => ({
  op: 'put',
  kind,
  name,
  body: {},
  ...rest,
})

/** What every engine promises of records. */
export function recordsContract(engine: string, open: OpenStore): void {
  const contract = contractOf(engine, open)

  contract('a record is read back as it was written', async (store, id) => {
    const body = { a: [1, { b: null }], é: 'x' }
    const [made] = await write(store, id, put('acme', { parent: '7', body }))
    assert.ok(made)
    const { createdAt } = made
    const expected = { id: 1, kind, parent: '7', name: 'acme', subject: null, body, version: 1 }
    assert.deepEqual(made, { ...expected, createdAt, updatedAt: createdAt })
    assert.deepEqual(await store.findRecord(id, kind, { id: made.id }), made)
    assert.deepEqual(await store.findRecord(id, kind, { parent: '7', name: 'acme' }), made)
    assert.equal(await store.findRecord(id, kind, { name: 'acme' }), null)
    assert.equal(await store.findRecord(id, 'toy.list', { id: made.id }), null)
    assert.equal(await store.findRecord(id, kind, { name: 'a\0' }), null)
    assert.equal(await store.findRecord(id, kind, { id: 1.5 as RecordId }), null)
    const [again] = await write(store, id, put('acme', { parent: '7', body: { c: 1 } }))
    assert.deepEqual([again?.id, again?.version, again?.body], [1, 2, { c: 1 }])
    const at = { id: 1 as RecordId }
    const patch = { op: 'patch', kind, at, set: { d: 2, c: null }, parent: null } as const
    const [patched] = await write(store, id, patch)
    assert.deepEqual([patched?.body, patched?.parent, patched?.version], [{ d: 2 }, null, 3])
    assert.deepEqual(await store.findRecord(id, kind, { name: 'acme' }), patched)
    assert.deepEqual(await write(store, id, { op: 'delete', kind, at }), [null])
    assert.equal(await store.findRecord(id, kind, at), null)
    const [next] = await write(store, id, put('acme'))
    assert.equal(next?.id, 2, 'an id is given once')
  })

  contract('several records are found at once, each one time', async (store, id) => {
    const { profile } = await store.apply(id, upsert('u1'))
    const subject = profile?.id as ProfileId
    const made = await write(
      store,
      id,
      put('a'),
      put('b', { parent: 'p' }),
      put(null, { subject }),
      put('c', { subject, kind: 'toy.list' }),
      put('d'),
    )
    const found = (wanted: RecordsWanted) => store.findRecords(id, wanted)
    const ids = [5, 1, 1, 99, 1.5, -1] as RecordId[]
    assert.deepEqual(await found({ ids }), [made[0], made[4]])
    const names = [
      { kind, name: 'a' },
      { kind, name: 'b' },
      { kind, parent: 'p', name: 'b' },
      { kind: 'toy.list', name: 'a' },
      { kind, name: 'a\0' },
    ]
    assert.deepEqual(await found({ names }), [made[0], made[1]])
    const subjects = [subject, 99 as ProfileId]
    assert.deepEqual(await found({ subjects }), [made[2], made[3]])
    assert.deepEqual(await found({ ids, names, subjects }), made)
    assert.deepEqual(await found({}), [])
    await assert.rejects(found({ ids: new Array(1_001).fill(1) }), { code: 'invalid_field' })
    const other = await store.createWorkspace('other', [])
    assert.deepEqual(await store.findRecords(other.id, { ids, names, subjects }), [])
  })

  contract('what may not be is refused whole, and names who is in the way', async (store, id) => {
    await write(store, id, put('a'), put('b'), put('a', { parent: 'p' }))
    const at = { id: 2 as RecordId }
    const refused: [RecordWrite, string, RegExp][] = [
      [{ op: 'patch', kind, at, name: 'a' }, 'conflict', /Record 1 /],
      [{ op: 'patch', kind, at: { id: 3 as RecordId }, parent: null }, 'conflict', /Record 1 /],
      [put('a', { version: 0 }), 'conflict', /Record 1 has version 1/],
      [{ op: 'delete', kind, at, version: 5 }, 'conflict', /version 1, not version 5/],
      [{ op: 'patch', kind, at: { name: 'z' } }, 'record_not_found', /toy/],
      [put('z', { id: 99 as RecordId }), 'record_not_found', /toy/],
      [put('z', { subject: 9 as ProfileId }), 'profile_not_found', /./],
      [put('z', { subject: 'command' }), 'profile_not_found', /./],
      [put('z\0'), 'invalid_field', /name/],
      [put(''), 'invalid_field', /name/],
      [put('z', { body: { a: 'x'.repeat(65_537) } }), 'invalid_field', /a:/],
    ]
    const fine = Array.from({ length: refused.length }, (_, n) => put(`fine${n}`))
    const outcomes = await Promise.allSettled(
      refused.flatMap(([bad], n) => [
        write(store, id, put('w'), bad),
        write(store, id, fine[n] as RecordWrite),
      ]),
    )
    for (const [index, [, code, message]] of refused.entries()) {
      const outcome = outcomes[index * 2]
      assert.ok(outcome?.status === 'rejected', `${index}`)
      assert.equal(outcome.reason.code, code)
      assert.match(outcome.reason.message, message)
      assert.equal(outcomes[index * 2 + 1]?.status, 'fulfilled', 'others of the group are written')
    }
    assert.equal(await store.findRecord(id, kind, { name: 'w' }), null)
    const pass = { op: 'delete', kind, at: { name: 'z' }, missing: 'pass' } as const
    assert.deepEqual(await write(store, id, pass), [null])
    const { records, total } = await store.listRecords(id, {
      ...{ kind, page: { limit: 99 }, total: true },
    })
    assert.equal(total, 2 + fine.length)
    const given = records.map((record) => record.id)
    assert.equal(new Set(given).size, given.length)
    assert.equal(Math.max(...given), 3 + fine.length, 'what is refused takes no ids')
  })

  contract('a command writes a person and records together or not at all', async (store, id) => {
    const command = { ...upsert('u', { a: 1 }), records: [put(null, { subject: 'command' })] }
    const applied = await store.apply(id, command)
    assert.equal(applied.records?.[0]?.subject, applied.profile?.id)
    const bad: Command = {
      ...upsert('u', { a: 2 }),
      records: [put('x'), { op: 'delete', kind, at: { name: 'none' } }],
    }
    await assert.rejects(store.apply(id, bad), { code: 'record_not_found' })
    const [profile] = await store.findProfiles(id, { keys: [{ profile: 1 as ProfileId }] })
    assert.deepEqual([profile?.version, profile?.attributes], [1, { a: 1 }])
    assert.equal(await store.findRecord(id, kind, { name: 'x' }), null)
    assert.equal((await store.readEvents(id, 0, 9)).length, 1)
    // Names move on within one command and from one command of a group to the next.
    const swap = [
      write(store, id, put('first')),
      write(store, id, put('first'), { op: 'patch', kind, at: { name: 'first' }, name: 'second' }),
      write(store, id, put('first'), { op: 'delete', kind, at: { name: 'second' } }),
    ]
    const results = (await Promise.all(swap)).map((list) => list.map((one) => one?.id ?? null))
    assert.deepEqual(results, [[2], [2, 2], [3, null]])
    const { records } = await store.listRecords(id, { kind, page: { limit: 9 } })
    assert.deepEqual(records.map(nameAndVersion), [
      [1, null, 1],
      [3, 'first', 1],
    ])
  })

  contract(
    'records are listed by what they belong to and whom they are about',
    async (store, id) => {
      await Promise.all(['a', 'b'].map((user) => store.apply(id, upsert(user))))
      const about = (n: number): RecordWrite =>
        put(null, { parent: 'p', subject: ((n % 2) + 1) as ProfileId, body: { n } })
      await write(store, id, ...Array.from({ length: 10 }, (_, n) => about(n)))
      await write(store, id, { ...about(0), kind: 'toy.other' } as RecordWrite, put('q'))
      const list = async (query: Partial<Parameters<Store['listRecords']>[1]>) => {
        const asked = { kind, page: { limit: 99 }, total: true, ...query }
        const { records, total, next } = await store.listRecords(id, asked)
        return [records.map((record) => record.id as number), total, next]
      }
      assert.deepEqual(await list({ parent: 'p', page: { limit: 3, offset: 4 } }), [
        [5, 6, 7],
        10,
        7,
      ])
      const after = 7 as RecordId
      assert.deepEqual(await list({ parent: 'p', page: { limit: 9, after } }), [
        [8, 9, 10],
        10,
        null,
      ])
      const back = { parent: 'p', descending: true, page: { limit: 2, after } }
      assert.deepEqual(await list(back), [[6, 5], 10, 5])
      const subject = 1 as ProfileId
      assert.deepEqual(await list({ subject, page: { limit: 2 } }), [[1, 3], 5, 3])
      assert.deepEqual(await list({ subject, kind: null }), [[1, 3, 5, 7, 9, 11], 6, null])
      assert.deepEqual(await list({}), [[12], 1, null])
      for (const wrong of [{ kind: null }, { subject, parent: 'p' }, { page: { limit: 0 } }]) {
        await assert.rejects(list(wrong), { code: 'invalid_field' })
      }
      await write(store, id, { op: 'clear', kind, of: { subject } })
      assert.deepEqual(await list({ parent: 'p' }), [[2, 4, 6, 8, 10], 5, null])
      await write(store, id, about(1), { op: 'clear', kind, of: { parent: 'p' } })
      assert.deepEqual(await list({ parent: 'p' }), [[], 0, null])
    },
  )

  contract(
    'records go with the person and with the workspace, and stay in it',
    async (store, id) => {
      const other = await store.createWorkspace('other', [])
      await store.apply(id, upsert('a'))
      await write(store, id, put('mine', { subject: 1 as ProfileId }), put('free'))
      assert.equal(await store.findRecord(other.id, kind, { name: 'mine' }), null)
      for (const factor of [1, 2, 3]) {
        const far = (factor * 2 ** 40 + 1) as RecordId
        assert.equal(await store.findRecord(other.id, kind, { id: far }), null)
        await assert.rejects(write(store, other.id, put(null, { id: far })), {
          code: 'record_not_found',
        })
      }
      const [first] = await write(store, other.id, put('mine'))
      assert.equal(first?.id, 1)
      const keys = [{ profile: 1 as ProfileId }]
      await store.apply(id, { kind: 'remove-profile', keys, source })
      assert.equal(await store.findRecord(id, kind, { name: 'mine' }), null)
      assert.ok(await store.findRecord(id, kind, { name: 'free' }))
      await assert.rejects(write(store, id, put(null, { subject: 1 as ProfileId })), {
        code: 'profile_not_found',
      })
      await store.deleteWorkspace(id)
      assert.equal(await store.findRecord(id, kind, { name: 'free' }), null)
      assert.ok(await store.findRecord(other.id, kind, { name: 'mine' }))
    },
  )

  contract('a repeat with the same key answers the same records', async (store, id) => {
    const command: Command = {
      kind: 'write-records',
      records: [put(null, { body: { n: 1 } })],
      source,
      idempotency: { key: 'k', route: 'r', bodyHash: 'h' },
    }
    const first = await store.apply(id, command)
    const again = await store.apply(id, command)
    assert.deepEqual(again, { ...first, repeated: true })
    const { total } = await store.listRecords(id, { kind, page: { limit: 1 }, total: true })
    assert.equal(total, 1)
  })
}

function nameAndVersion({ id, name, version }: StoredRecord): unknown[] {
  return [id, name, version]
}
