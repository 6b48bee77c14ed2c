import assert from 'node:assert/strict'
import type { Event } from '../../src/core/event.ts'
import type { JsonObject } from '../../src/core/json.ts'
import type { EventId, WorkspaceId } from '../../src/core/profile.ts'
import type { Store } from '../../src/storage/store.ts'
import type { Answer } from '../kit/answer-parser.ts'
import { Connection } from '../kit/http-client.ts'
import type { NewWorkspace } from '../kit/new-workspace.ts'
import { type Named, readers, setters } from '../kit/person-calls.ts'
import { readLog } from '../kit/read-log.ts'

/*
 * What is promised of several nodes, each as a check that throws where it does not hold, so that it
 * can also be tried on nodes with a planted defect.
 */

type World = { urls: readonly string[]; store: Store; workspace: NewWorkspace }

export const person = (name: string): Named => ({ userId: name, email: `${name}@example.org` })

/** Connections to all nodes in turn, closed afterwards. */
async function withConnections<T>(
  urls: readonly string[],
  count: number,
  work: (connections: Connection[]) => Promise<T>,
): Promise<T> {
  const connections = Array.from(
    { length: count },
    (_, n) => new Connection(urls[n % urls.length] as string),
  )
  try {
    return await work(connections)
  } finally {
    for (const connection of connections) connection.close()
  }
}

/** In each round, 64 calls of all dialects and nodes at once about somebody nobody knows yet. */
export async function firstCalls(world: World, rounds: number): Promise<void> {
  const { urls, store, workspace } = world
  const ways = Object.values(setters)
  await withConnections(urls, 64, async (connections) => {
    for (let round = 0; round < rounds; round++) {
      const last = (await readLog(store, workspace.workspace.id)).at(-1)?.id ?? 0
      const newcomer = person(`new-${round}`)
      const answers = await Promise.all(
        connections.map((connection, n) => {
          // All ways at every node: the way changes once all nodes had their turn.
          const call = ways[Math.floor(n / urls.length) % ways.length] as (typeof ways)[number]
          return connection.request(call(workspace, newcomer, { n }))
        }),
      )
      for (const answer of answers) assert.ok(answer.status < 300, answer.text)
      const events = await readLog(store, workspace.workspace.id, last as EventId)
      const created = events.filter(({ type }) => type === 'profile.created')
      assert.equal(created.length, 1, `round ${round}: one call creates the profile`)
      assertOneAnswered(answers, created[0]?.subject as number)
      const found = await store.findProfiles(workspace.workspace.id, {
        keys: [
          { identifier: { kind: 'email', value: newcomer.email } },
          { identifier: { kind: 'user_id', value: newcomer.userId } },
        ],
      })
      assert.deepEqual([...new Set(found.map(({ id }) => id))], [created[0]?.subject])
    }
  })
}

/** Whoever shows a number for the profile shows the same. */
function assertOneAnswered(answers: readonly Answer[], id: number): void {
  const shown = answers.flatMap(({ text }) => {
    const body = text === '' ? null : (JSON.parse(text) as JsonObject)
    return typeof body?.id === 'number' ? [body.id] : []
  })
  assert.ok(shown.length > 0)
  assert.deepEqual([...new Set(shown)], [id], 'every answer is about the one profile')
}

/** Everybody sets attributes of their own on one person; all of them must be there in the end. */
export async function disjointUpdates(world: World, each: number): Promise<void> {
  const { urls, store, workspace } = world
  const shared = person('shared')
  const ways = Object.values(setters)
  const expected: JsonObject = {}
  await withConnections(urls, urls.length * ways.length, async (connections) => {
    await Promise.all(
      connections.map(async (connection, c) => {
        const call = ways[Math.floor(c / urls.length)] as (typeof ways)[number]
        for (let n = 0; n < each; n++) {
          expected[`a_${c}_${n}`] = n
          const request = call(workspace, shared, { [`a_${c}_${n}`]: n })
          const answer = await connection.request(request)
          assert.ok(answer.status < 300, answer.text)
        }
      }),
    )
  })
  const key = { identifier: { kind: 'email', value: shared.email } }
  const [profile] = await store.findProfiles(workspace.workspace.id, { keys: [key] })
  const { email, ...rest } = profile?.attributes ?? {}
  assert.equal(email, shared.email)
  assert.deepEqual({ ...rest }, expected, 'every update survived')
  const events = await readLog(store, workspace.workspace.id)
  const changes = events.filter(
    ({ type, subject }) => subject === profile?.id && /^profile\.(created|updated)$/.test(type),
  )
  assert.equal(profile?.version, changes.length, 'the version counts every change')
  assert.ok(changes.length >= Object.keys(expected).length)
}

/** Writes on one node and reads on another at once, over and over, by several at a time. */
export async function readYourWrites(world: World, turns: number): Promise<void> {
  const { urls, workspace } = world
  const ways = Object.values(setters)
  const eyes = Object.values(readers)
  await Promise.all(
    Array.from({ length: 8 }, (_, p) =>
      withConnections(urls, urls.length, async (connections) => {
        const reader = person(`reader-${p}`)
        // So that the one who reads by their own id finds them from the first turn on.
        await connections[0]?.request(setters.usercom?.(workspace, reader, { seq: '-1' }) as never)
        for (let n = 0; n < turns; n++) {
          const write = ways[n % ways.length] as (typeof ways)[number]
          const look = eyes[(n + p) % eyes.length] as (typeof eyes)[number]
          const at = connections[n % urls.length] as Connection
          const elsewhere = connections[(n + 1 + (p % (urls.length - 1))) % urls.length]
          const written = await at.request(write(workspace, reader, { seq: String(n) }))
          assert.ok(written.status < 300, written.text)
          const seen = await (elsewhere as Connection).request(look.request(workspace, reader))
          const { seq } = look.attributes(seen.json() as JsonObject)
          assert.equal(seq, String(n), 'another node shows what was acknowledged')
        }
      }),
    ),
  )
}

/** Follows the log by its ids while all nodes write, and finds every event once and in order. */
export async function followLog(world: World, reader: Store, writes: number): Promise<Event[]> {
  const { urls, workspace } = world
  const { id } = workspace.workspace
  let writing = true
  const following = follow(reader, id, () => writing)
  const ways = Object.values(setters)
  await withConnections(urls, 24, (connections) =>
    Promise.all(
      connections.map(async (connection, c) => {
        for (let n = 0; n < writes; n++) {
          const call = ways[(c + n) % ways.length] as (typeof ways)[number]
          const answer = await connection.request(call(workspace, person(`f-${c}-${n % 7}`), { n }))
          assert.ok(answer.status < 300, answer.text)
        }
      }),
    ),
  ).finally(() => {
    writing = false
  })
  const followed = await following
  assert.ok(followed.length >= writes * 24)
  followed.forEach((event, index) => {
    assert.equal(event.id, index + 1, 'every event came once, in order')
  })
  assert.equal((await readLog(reader, id)).length, followed.length, 'none came too late to be seen')
  return followed
}

async function follow(store: Store, id: WorkspaceId, going: () => boolean): Promise<Event[]> {
  const followed: Event[] = []
  for (;;) {
    const over = !going()
    const page = await store.readEvents(id, followed.at(-1)?.id ?? 0, 100)
    followed.push(...page)
    if (over && page.length === 0) return followed
  }
}
