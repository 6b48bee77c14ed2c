import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from '../kit/answer-parser.ts'
import { type DataFolder, dataFolder } from '../kit/data-folder.ts'
import { sqlite } from '../kit/engines.ts'
import { send } from '../kit/http-client.ts'
import type { NewWorkspace } from '../kit/new-workspace.ts'
import type { SpawnedRoster } from '../kit/spawn-roster.ts'
import { diskFolder } from '../kit/temp-folder.ts'
import { outcome, verifyWrites } from './verify-writes.ts'
import { WriteLoad } from './write-load.ts'

/** A way for the disk to fail, and to be well again. */
interface Fault {
  begin(roster: SpawnedRoster): void
  end(roster: SpawnedRoster): void
  /** Whether no write at all can succeed while it lasts. */
  total: boolean
}

test('a disk that takes no more bytes', async (t) => {
  await using folder = await dataFolder(sqlite, diskFolder())
  await survive(t, folder, {
    // The kernel refuses every write beyond the first page of any file of the process.
    begin: (roster) => limitFileSize(roster, '4096'),
    end: (roster) => limitFileSize(roster, 'unlimited'),
    total: true,
  })
})

test('a full disk, as SQLite itself reports it', async (t) => {
  await using folder = await dataFolder(sqlite, diskFolder())
  await survive(t, folder, planted(folder, 'full', false))
})

test('a failed fsync whose write is gone', async (t) => {
  await using folder = await dataFolder(sqlite, diskFolder())
  await survive(t, folder, planted(folder, 'sync-lost', true))
})

test('a failed fsync whose write is there all the same', async (t) => {
  await using folder = await dataFolder(sqlite, diskFolder())
  await survive(t, folder, planted(folder, 'sync-kept', true))
})

/**
 * Loads the program, lets the disk fail and recover under it, and proves: no 2xx for what is not
 * durable, readiness off, nothing half-written, and writes again once the disk is well.
 */
async function survive(t: TestContext, folder: DataFolder, fault: Fault): Promise<void> {
  const workspace = await folder.newWorkspace()
  await using roster = await folder.start({
    preload: new URL('./planted-faults.ts', import.meta.url),
    env: { ROSTER_TEST_FAULT: faultFile(folder) },
  })
  const load = new WriteLoad(roster.url, workspace.tokens, { peopleEach: 40 })
  await load.answered(40)
  fault.begin(roster)
  const beganAt = performance.now()
  if (fault.total) await waitFor('readiness goes off', () => ready(roster, 503))
  await waitFor('writes are refused', () => load.writes.some(({ answer }) => refused(answer)))
  if (fault.total) await assertReadsGoOn(roster, load, workspace)
  const since = () =>
    load.writes.filter(({ sentAt, answeredAt }) => sentAt > beganAt && answeredAt > 0)
  await waitFor('the fault is felt', () => since().length >= 8, 30_000)
  const endedAt = performance.now()
  fault.end(roster)
  await waitFor('readiness comes back', () => ready(roster, 200))
  await waitFor('writes are taken again', () =>
    load.writes.some((write) => write.sentAt > endedAt && outcome(write) === 'stored'),
  )
  load.stop()
  await load.ended

  const during = since().filter(({ answeredAt }) => answeredAt < endedAt)
  const counts = Object.groupBy(during, ({ answer }) => `${answer?.status}`)
  const shown = Object.entries(counts).map(([status, of]) => `${of?.length} x ${status}`)
  t.diagnostic(`answers while the disk failed: ${shown.join(', ')}`)
  assert.ok(during.length > 0, 'the fault was felt')
  if (fault.total)
    assert.ok(
      during.every(({ answer }) => refused(answer)),
      shown.join(', '),
    )
  await roster.stop()
  await folder.withStore((store) => verifyWrites(store, workspace.workspace.id, load.people))
}

function refused(answer: Answer | null): boolean {
  return answer !== null && answer.status >= 500
}

function limitFileSize(roster: SpawnedRoster, bytes: string): void {
  const limited = spawnSync('prlimit', ['--pid', `${roster.pid}`, `--fsize=${bytes}:`])
  assert.equal(limited.status, 0, `prlimit (util-linux): ${limited.error ?? limited.stderr}`)
}

function planted(folder: DataFolder, name: string, total: boolean): Fault {
  return {
    begin: () => writeFileSync(faultFile(folder), name),
    end: () => writeFileSync(faultFile(folder), ''),
    total,
  }
}

function faultFile(folder: DataFolder): string {
  return join(folder.path, 'fault.txt')
}

async function ready(roster: SpawnedRoster, status: number): Promise<boolean> {
  return (await send(roster.url, { method: 'GET', path: '/readyz' })).status === status
}

/** Found or not: what counts is that somebody looked. */
async function assertReadsGoOn(
  roster: SpawnedRoster,
  load: WriteLoad,
  { tokens }: NewWorkspace,
): Promise<void> {
  const answer = await send(roster.url, {
    method: 'GET',
    path: `/api/public/users-by-id/${load.people[0]?.userId}/`,
    headers: { authorization: `Token ${tokens.usercom?.token}` },
  })
  assert.ok([200, 404].includes(answer.status), `a read: ${answer.status} ${answer.text}`)
}

async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, `${what} within ${withinMs} ms`)
    await sleep(20)
  }
}
