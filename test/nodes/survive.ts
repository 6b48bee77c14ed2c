import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { outcome, verifyWrites } from '../crash/verify-writes.ts'
import { type Write, WriteLoad } from '../crash/write-load.ts'
import type { Answer } from '../kit/answer-parser.ts'
import { send } from '../kit/http-client.ts'
import type { NewWorkspace } from '../kit/new-workspace.ts'
import type { Nodes } from '../kit/nodes.ts'
import type { SpawnedRoster } from '../kit/spawn-roster.ts'

/** Something that goes wrong between the nodes and the database, and is well again. */
export interface Fault {
  /** Resolves once it is felt. */
  begin(): unknown
  /** What happens while it lasts, and how long that is. */
  last(loads: readonly WriteLoad[]): Promise<unknown>
  end(): unknown
  /** The nodes, by number, that cannot write while it lasts. */
  away?: readonly number[]
}

/** A deadline of ours is 4.8 s; a busy machine may be late with it. */
const answerMsMax = 12_000
const recoveryMsMax = 60_000

/**
 * Loads all nodes, lets the fault happen and pass under them, and proves: nothing that was
 * acknowledged is lost, nothing that was refused is there, and nothing is half; every call had its
 * answer in time; nodes that were away said so, and all write again by themselves. Answers the
 * writes that were under way or begun while it lasted.
 */
export async function survive(nodes: Nodes, fault: Fault): Promise<Write[]> {
  const workspace = await nodes.newWorkspace()
  // Half of them are under way at any moment: more would have two processors do nothing else.
  const pace = { connections: 8, peopleEach: 12, pauseMs: 15 }
  const loads = nodes.running.map(
    ({ url }, n) => new WriteLoad(url, workspace.tokens, { ...pace, name: `n${n}-` }),
  )
  await Promise.all(loads.map((load) => load.answered(40)))
  const beganAt = performance.now()
  let endedAt = 0
  try {
    await fault.begin()
    const away = (fault.away ?? []).map((n) => nodes.running[n] as SpawnedRoster)
    await Promise.all(away.map((node) => assertAway(node, workspace)))
    await fault.last(loads)
  } finally {
    await fault.end()
    endedAt = performance.now()
    await Promise.all(
      nodes.running.map(async (node, n) => {
        await waitFor('readiness', () => ready(node, 200))
        const wrote = () =>
          loads[n]?.writes.some((write) => write.sentAt > endedAt && outcome(write) === 'stored')
        await waitFor('writing', () => wrote() === true)
      }),
    ).finally(() => {
      for (const load of loads) load.stop()
    })
    await Promise.all(loads.map((load) => load.ended))
  }
  const writes = loads.flatMap((load) => load.writes)
  for (const { answer, sentAt, answeredAt, mark } of writes) {
    assert.ok(answer, `${mark} was never answered`)
    assert.ok(answeredAt - sentAt < answerMsMax, `${mark} took ${answeredAt - sentAt} ms`)
    assert.ok(answer.status < 300 || [500, 503].includes(answer.status), answer.text)
  }
  await verifyWrites(
    nodes.store,
    workspace.workspace.id,
    loads.flatMap(({ people }) => people),
  )
  return writes.filter(({ sentAt, answeredAt }) => answeredAt > beganAt && sentAt < endedAt)
}

/** How many writes came to what. */
export function counted(writes: readonly Write[]): string {
  const counts = Object.groupBy(writes, ({ answer }) => `${answer?.status ?? 'no answer'}`)
  return Object.entries(counts)
    .map(([status, of]) => `${of?.length} x ${status}`)
    .join(', ')
}

/** A node without its database says so everywhere, in the form in which nobody mistakes it. */
async function assertAway(node: SpawnedRoster, { tokens }: NewWorkspace): Promise<void> {
  const off = waitFor('readiness goes off', () => ready(node, 503))
  const healthy = await send(node.url, { method: 'GET', path: '/healthz' })
  assert.equal(healthy.status, 200, 'the process is well')
  const json = { 'content-type': 'application/json' }
  // Good for every dialect.
  const body = '{"email":"away@example.org","user_id":"away","profile":{}}'
  const copernica = '/v4/events/user/update'
  const asked: { path: string; headers: { [name: string]: string }; expected: number[] }[] = [
    // The vendor's own class takes every status but 400 for success.
    { path: `${copernica}?access_token=${tokens.copernica?.token}`, headers: {}, expected: [400] },
    {
      path: copernica,
      headers: { authorization: `Bearer ${tokens.copernica?.token}` },
      expected: [503, 500],
    },
    {
      path: '/api/public/users/update_or_create/',
      headers: { authorization: `Token ${tokens.usercom?.token}` },
      expected: [503, 500],
    },
    {
      path: '/open/v5/users',
      headers: {
        'x-access-key': tokens.channeltalk?.accessKey ?? '',
        'x-access-secret': tokens.channeltalk?.accessSecret ?? '',
      },
      expected: [503, 500],
    },
  ]
  const refused = Promise.all(
    asked.map(async ({ path, headers, expected }) => {
      const answer = await send(node.url, {
        method: 'POST',
        path,
        headers: { ...json, ...headers },
        body,
      })
      assert.ok(expected.includes(answer.status), `${path}: ${answer.status} ${answer.text}`)
      if (answer.status === 503) assert.match(answer.headers['retry-after'] ?? '', /^\d+$/)
      assertExplained(answer)
    }),
  )
  await Promise.all([off, refused])
}

function assertExplained(answer: Answer): void {
  const text = JSON.stringify(answer.json())
  assert.match(text, /database|unknown|try again/i, text)
  assert.doesNotMatch(text, /not stored/, 'what may be stored is not called "not stored"')
}

async function ready({ url }: SpawnedRoster, status: number): Promise<boolean> {
  return (await send(url, { method: 'GET', path: '/readyz' })).status === status
}

export async function waitFor(what: string, holds: () => boolean | Promise<boolean>) {
  const deadline = performance.now() + recoveryMsMax
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `${what} within ${recoveryMsMax} ms`)
    await sleep(20)
  }
}
