import assert from 'node:assert/strict'
import type { Command } from '../src/core/command.ts'
import { Fault } from '../src/core/errors.ts'
import { imported } from '../src/core/event.ts'
import type { WorkspaceId } from '../src/core/profile.ts'
import { starterRules } from '../src/core/rule.ts'
import type { Store } from '../src/storage/store.ts'
import { contractOf, type OpenStore } from './store-contract.ts'

/** What every engine promises of many commands at once. */
export function applyAllContract(engine: string, open: OpenStore): void {
  const contract = contractOf(engine, open)

  contract('many at once come to what they come to one by one', async (store, id) => {
    const other = (await store.createWorkspace('other', starterRules)).id
    const commands = Array.from({ length: 240 }, (_, n) => someCommand(n))
    const alone = await assertAsOneByOne(store, id, other, commands)
    // The mix is of use: there is some of everything.
    const kinds = new Set(alone.map((one) => JSON.stringify(one).slice(0, 24)))
    assert.ok(kinds.size >= 4, [...kinds].join(' '))
  })

  contract(
    'a few whom somebody knows do not change what the new ones come to',
    async (store, id) => {
      const other = (await store.createWorkspace('other', starterRules)).id
      const commands = Array.from({ length: 320 }, (_, n) => {
        const set = {
          country: ['NL', 'PL'][n % 2],
          phone: `+31${n}`,
          ...(n % 5 === 0 && { a1: null }),
        }
        // The same person again; an address that somebody with another id has; two with one of two
        // ids in common.
        if (n === 40) return row({ user: 10, set: { city: 'Breda' } })
        if (n === 200) return row({ user: n, email: 'n199@x.org', set })
        if (n === 201 || n === 290) return row({ user: n, vendor: 'one', set })
        if (n % 7 === 0) return row({ user: n, set })
        return row({ user: n, email: `N${n}@x.org`, set })
      })
      await assertAsOneByOne(store, id, other, commands)
    },
  )

  contract('of a call that follows one under way nothing comes before it', async (store, id) => {
    const calls = [0, 1, 2, 3].map((call) =>
      store.applyAll(
        id,
        Array.from({ length: 50 }, (_, n) => row({ user: n % 3, set: { n: call * 50 + n } })),
      ),
    )
    await Promise.all(calls)
    const { profiles } = await store.queryProfiles(id, { page: { limit: 10 } })
    assert.deepEqual(
      profiles.map(({ attributes, version }) => [attributes.n, version]),
      [
        [198, 68],
        [199, 68],
        [197, 64],
      ],
    )
  })

  contract('in a workspace that is gone each has the same refusal', async (store) => {
    const nowhere = 999 as WorkspaceId
    const outcomes = await store.applyAll(nowhere, [row({ user: 1 }), row({ user: 2 })])
    const codes = outcomes.map((one) => one instanceof Fault && one.code)
    assert.deepEqual(codes, ['invalid_credentials', 'invalid_credentials'])
  })
}

/** Applies them one by one in one workspace and many at once in another; tells the outcomes. */
async function assertAsOneByOne(
  store: Store,
  id: WorkspaceId,
  other: WorkspaceId,
  commands: readonly Command[],
): Promise<unknown[]> {
  const alone: unknown[] = []
  for (const command of commands) {
    await store.apply(id, command).then(
      ({ foundBy, events }) => alone.push({ foundBy, eventCount: events.length }),
      ({ code, message }: Fault) => alone.push({ code, message }),
    )
  }
  const calls = [0, 100, 101].map((at, index, all) => commands.slice(at, all[index + 1]))
  const outcomes = await Promise.all(calls.map((call) => store.applyAll(other, call)))
  assert.deepEqual(
    outcomes.flat().map((one) => {
      return one instanceof Fault ? { code: one.code, message: one.message } : one
    }),
    alone,
  )
  assert.deepEqual(await everything(store, other), await everything(store, id))
  const keys = commands.flatMap((command) => ('keys' in command ? command.keys : []))
  const found = async (workspace: WorkspaceId) => {
    const all = keys.map((key) => store.findProfiles(workspace, { keys: [key] }))
    return (await Promise.all(all)).map(([profile]) => profile?.id)
  }
  assert.deepEqual(await found(other), await found(id))
  return alone
}

interface Row {
  user?: number
  email?: string
  set?: object
  vendor?: string
  more?: object
}

function row({ user, email, set, vendor, more }: Row): Command {
  const identify = [
    ...(user === undefined ? [] : [{ kind: 'user_id', value: `u${user}` }]),
    ...(vendor === undefined ? [] : [{ kind: 'toy.id', value: vendor }]),
  ]
  const byEmail = identify.length === 0 && email ? [{ kind: 'email', value: email }] : []
  return {
    kind: 'write-profile',
    source: { dialect: imported, token: null, request: null },
    keys: [...identify, ...byEmail].map((identifier) => ({ identifier })),
    matchEmail: true,
    onMissing: 'create',
    changes: { set: { ...(email && { email }), ...set }, identify },
    reply: 'outcome',
    ...more,
  } as Command
}

/** Always the same for a number: rows that are new, known, contradicting, dated, refused. */
function someCommand(n: number): Command {
  const pick = (most: number) =>
    Math.imul(n + 1, 2_654_435_761 + most * 97) >>> (n % 3 === 0 ? 7 : 9)
  const user = pick(1) % 90
  const email = `E${pick(2) % 60}@x.org`
  const set = { country: ['NL', 'PL'][pick(3) % 2], [`a${pick(4) % 9}`]: pick(5) % 4 || null }
  const tags = { add: [`t${pick(6) % 3}`], remove: pick(7) % 4 ? [] : ['t0'] }
  const identify = [{ kind: 'user_id', value: `u${user}` }]
  switch (n % 11) {
    case 0:
      return row({ email, set })
    case 1:
      return row({ user, email, set, vendor: `v${pick(8) % 40}` })
    case 2:
      return row({ user, set, more: { occurredAt: 1_700_000_000_000 + (pick(9) % 5) * 1_000 } })
    case 3:
      return row({ user, more: { changes: { set, setOnce: { first: n }, tags, identify } } })
    case 4:
      return { ...row({ user, email, set }), source: { dialect: 'test', token: 1, request: null } }
    case 5:
      return {
        kind: 'remove-profile',
        keys: identify.map((identifier) => ({ identifier })),
        source,
      }
    case 6:
      return row({ set, more: { idempotency: { key: `k${n}`, route: 'r', bodyHash: 'h' } } })
    case 7:
      return row({ user, email, set, more: { matchEmail: false } })
    case 8:
      return row({ user, more: { changes: { set, tags, unknown: Object.keys(set), identify } } })
    default:
      return row({ user: 100 + n, email: `new${n}@x.org`, set: { ...set, phone: `+31${n}` } })
  }
}

const source = { dialect: 'test', token: 1, request: null }

/** All that can be read of a workspace, without times, which differ. */
async function everything(store: Store, id: WorkspaceId): Promise<unknown> {
  const all = { include: 'all', page: { limit: 1_000 }, total: true } as const
  const found = async (filter: object) =>
    (await store.queryProfiles(id, { filter, page: { limit: 1_000 } })).profiles.map((p) => p.id)
  const state = {
    events: await store.readEvents(id, 0, 5_000),
    profiles: (await store.queryProfiles(id, all)).profiles,
    tagged: await found({ where: { tag: 't1' } }),
    polish: await found({ where: { profile: 'country', is: 'PL' } }),
    phone: await found({ phones: ['+3120'] }),
    names: ['country', 'a1', 'a7', 'phone'].map((name) => store.nameId(id, 'attribute', name)),
  }
  // What is written again within a millisecond is not written later, so it keeps no older time.
  return JSON.parse(JSON.stringify(state), (key, value) => {
    if (key === 'since') return undefined
    return /^at$|At$/.test(key) ? 0 : value
  })
}
