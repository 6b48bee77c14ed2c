import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DataFolder, dataFolder } from '../kit/data-folder.ts'
import { type Engine, engines, postgres } from '../kit/engines.ts'
import type { NewWorkspace } from '../kit/new-workspace.ts'
import type { SpawnedRoster } from '../kit/spawn-roster.ts'
import { diskFolder } from '../kit/temp-folder.ts'
import { verifyWrites, WriteLost } from './verify-writes.ts'
import { WriteLoad } from './write-load.ts'

const kills = process.env.ROSTER_TEST_LONG === '1' ? 50 : 5

/** A server that loses acknowledged writes, and one that writes half of one, on each engine. */
const planted = {
  sqlite: {
    early: new URL('./planted-early-answer.ts', import.meta.url),
    half: new URL('./planted-second-transaction.ts', import.meta.url),
  },
  postgres: {
    early: new URL('./planted-early-answer-postgres.ts', import.meta.url),
    half: new URL('./planted-second-transaction-postgres.ts', import.meta.url),
  },
}

for (const engine of engines) {
  describe(engine.name, () => {
    test(`${kills} kills at random moments lose no acknowledged write and leave no half of one`, async (t) => {
      await using folder = await dataFolder(engine, diskFolder())
      let acknowledged = 0
      let roster = await folder.start()
      try {
        for (let kill = 0; kill < kills; kill++) {
          const workspace = await folder.newWorkspace()
          const load = await writeUntilKilled(roster, workspace)
          roster = await folder.start()
          acknowledged += await verify(folder, workspace, load)
        }
      } finally {
        await roster.stop()
      }
      t.diagnostic(`${acknowledged} acknowledged writes over ${kills} kills, each found whole`)
    })

    test('the check catches a server that answers before it commits', async () => {
      const caught = await plantedDefect(engine, planted[engine.name].early)
      assert.ok(caught instanceof WriteLost, String(caught))
    })

    test('the check catches a server that writes events in a second transaction', async () => {
      const caught = await plantedDefect(engine, planted[engine.name].half)
      assert.ok(caught instanceof assert.AssertionError, String(caught))
    })
  })
}

/** Loads the program, kills it without a word and waits until nothing more is answered. */
async function writeUntilKilled(
  roster: SpawnedRoster,
  workspace: NewWorkspace,
): Promise<WriteLoad> {
  const load = new WriteLoad(roster.url, workspace.tokens)
  await load.answered(100)
  await sleep(Math.random() * 500)
  roster.kill('SIGKILL')
  // What is still in the sockets was answered too, and counts.
  await load.ended
  await roster.exited
  return load
}

function verify(folder: DataFolder, { workspace }: NewWorkspace, load: WriteLoad): Promise<number> {
  return folder.withStore((store) => verifyWrites(store, workspace.id, load.people))
}

/** What the check says about a server with a planted defect; most kills show it. */
async function plantedDefect(engine: Engine, preload: URL): Promise<unknown> {
  await using folder = await dataFolder(engine, diskFolder())
  for (let kill = 0; kill < 15; kill++) {
    const workspace = await folder.newWorkspace()
    await using roster = await folder.start({ preload, fromSource: engine === postgres })
    const load = await writeUntilKilled(roster, workspace)
    try {
      await verify(folder, workspace, load)
    } catch (error) {
      return error
    }
  }
  return null
}
