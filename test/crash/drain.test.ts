import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DataFolder, dataFolder } from '../kit/data-folder.ts'
import { engines, sqlite } from '../kit/engines.ts'
import { until } from '../kit/follow-up-site.ts'
import { Connection, encodeRequest, send } from '../kit/http-client.ts'
import type { NewWorkspace } from '../kit/new-workspace.ts'
import { readLog } from '../kit/read-log.ts'
import type { SpawnedRoster } from '../kit/spawn-roster.ts'
import { diskFolder } from '../kit/temp-folder.ts'
import { verifyWrites } from './verify-writes.ts'
import { WriteLoad } from './write-load.ts'

for (const engine of engines) {
  test(`${engine.name}: SIGTERM under load: what was accepted is answered and stored, and it exits with 0`, async (t) => {
    await using folder = await dataFolder(engine, diskFolder())
    const workspace = await folder.newWorkspace()
    await using roster = await folder.start()
    const load = new WriteLoad(roster.url, workspace.tokens)
    using slow = new Connection(roster.url)
    const [start, rest] = halves(workspace, slow.host)
    await load.answered(300)
    const answer = slow.bytes(start, 'POST')
    await untilRead(roster)

    const began = performance.now()
    roster.kill('SIGTERM')
    await until('it takes nothing new', () => untilRead(roster).then(no, yes))
    slow.write(rest)
    assert.equal((await answer).status, 201, 'a request that was under way is finished')
    assert.equal((await answer).headers.connection, 'close')
    await load.ended
    await assertExit(roster, 0, began, 30_000)
    t.diagnostic(
      `${load.writes.length} writes, gone after ${Math.round(performance.now() - began)} ms`,
    )

    await folder.withStore((store) => verifyWrites(store, workspace.workspace.id, load.people))
    await assertNoneUnanswered(folder, workspace, load)
  })
}

test('who came in before the door was shut is heard, and who never ends is not waited for', async () => {
  await using folder = await dataFolder(sqlite, diskFolder())
  const workspace = await folder.newWorkspace()
  await using roster = await folder.start({ env: { ROSTER_DRAIN_TIMEOUT_MS: '1500' } })
  using stuck = new Connection(roster.url)
  using late = new Connection(roster.url)
  const [start, rest] = halves(workspace, stuck.host)
  stuck.write(start)
  await untilRead(roster)
  const began = performance.now()
  roster.kill('SIGTERM')
  await untilShut(roster.url)
  const answer = await late.bytes(Buffer.concat([start, rest]), 'POST')
  assert.equal(answer.status, 201)
  // Other drains may take 8 s.
  await assertExit(roster, 0, began, 7_000)
})

test('a second signal ends a drain at once', async () => {
  await using folder = await dataFolder(sqlite, diskFolder())
  const workspace = await folder.newWorkspace()
  await using roster = await folder.start()
  using stuck = new Connection(roster.url)
  stuck.write(halves(workspace, stuck.host)[0])
  await untilRead(roster)
  roster.kill('SIGTERM')
  await until('it drains', () => roster.output().includes('"stopping"'))
  // Two at once would be one, passed on.
  await sleep(300)
  const began = performance.now()
  roster.kill('SIGTERM')
  await assertExit(roster, 1, began, 6_000)
})

const yes = () => true
const no = () => false

/** What arrived before this is read before it is answered. */
async function untilRead({ url }: SpawnedRoster): Promise<void> {
  await send(url, { method: 'GET', path: '/healthz' })
}

async function untilShut(url: string): Promise<void> {
  for (;;) {
    try {
      await send(url, { method: 'GET', path: '/healthz' })
    } catch {
      return
    }
  }
}

/** A good request, cut in the middle of its body. */
function halves({ tokens }: NewWorkspace, host: string): [start: Buffer, rest: Buffer] {
  const bytes = encodeRequest(
    {
      method: 'POST',
      path: '/v4/events/user/update',
      headers: {
        authorization: `Bearer ${tokens.copernica?.token}`,
        'content-type': 'application/json',
      },
      body: '{"email":"slow@example.org","firstname":"Slow"}',
    },
    host,
  )
  return [bytes.subarray(0, -20), bytes.subarray(-20)]
}

async function assertExit(
  roster: SpawnedRoster,
  code: number,
  began: number,
  withinMs: number,
): Promise<void> {
  const exit = await Promise.race([roster.exited, sleep(withinMs, null, { ref: false })])
  assert.ok(exit, `it was still there ${withinMs} ms later`)
  assert.deepEqual(exit, { code, signal: null }, roster.output().slice(-2_000))
  assert.ok(performance.now() - began < withinMs)
}

/** A request that was stored but never answered was accepted and lost on its caller. */
async function assertNoneUnanswered(
  folder: DataFolder,
  { workspace }: NewWorkspace,
  load: WriteLoad,
): Promise<void> {
  const events = await folder.withStore((store) => readLog(store, workspace.id))
  const stored = new Set(events.map((event) => event.attributes.mark))
  const lost = load.writes.filter(({ answer, mark }) => !answer && mark && stored.has(mark))
  assert.deepEqual(
    lost.map(({ mark }) => mark),
    [],
    'stored, but never answered',
  )
}
