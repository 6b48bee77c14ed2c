import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProfileId, WorkspaceId } from '../../src/core/profile.ts'
import { starterRules } from '../../src/core/rule.ts'
import type { Step } from '../../src/core/step.ts'
import type { Store } from '../../src/storage/store.ts'
import { dataFolder } from '../kit/data-folder.ts'
import { engines } from '../kit/engines.ts'
import { reconcile } from '../kit/reconcile.ts'
import { diskFolder } from '../kit/temp-folder.ts'
import { source, upsert } from '../store-contract.ts'

const people = 400
const count = (attribute: string): Step => ({ action: 'increment', with: { attribute } })

for (const engine of engines) {
  describe(engine.name, () => {
    test('waits survive kills, and each step is done once, whoever does it', async () => {
      await using folder = await dataFolder(engine, diskFolder())
      const { workspace } = await folder.newWorkspace()
      const { id } = workspace
      await folder.withStore((store) => begin(store, id))
      // On the engine for several nodes another is there all the while.
      const other = engine.name === 'postgres' ? await folder.start() : null
      for (let kill = 0; kill < 3; kill++) {
        const roster = await folder.start()
        await sleep(Math.random() * 300)
        roster.kill('SIGKILL')
        await roster.exited
      }
      const last = other ?? (await folder.start())
      try {
        await folder.withStore((store) => untilDone(store, id))
      } finally {
        await last.stop()
      }
      await folder.withStore((store) => assertOnce(store, id))
    })
  })
}

/** Everybody has a run with three waits, each long enough to be met by a kill. */
async function begin(store: Store, id: WorkspaceId): Promise<void> {
  const wait: Step = { wait: 'PT0.4S' }
  const steps = [wait, count('one'), wait, count('two'), wait, count('three')]
  await store.replaceRules(id, [...starterRules, { name: 'r', on: ['shop.x'], steps }])
  const all = Array.from({ length: people }, (_, n) => `u${n}`)
  await Promise.all(all.map((user) => store.apply(id, upsert(user))))
  await Promise.all(
    all.map((user) => {
      const subject = [{ identifier: { kind: 'user_id', value: user } }]
      const asked = { type: 'shop.x', attributes: {}, identifiers: [], source, subject }
      return store.apply(id, { kind: 'record-event', ...asked })
    }),
  )
  assert.equal((await store.listRuns(id, { state: 'waiting', limit: 9_999 })).length, people)
}

/** What a killed node had taken up is free again after half a minute. */
async function untilDone(store: Store, id: WorkspaceId): Promise<void> {
  const deadline = Date.now() + 90_000
  for (;;) {
    const left = await store.listRuns(id, { state: 'waiting', limit: 9_999 })
    if (left.length === 0) return
    assert.ok(Date.now() < deadline, `${left.length} runs still wait`)
    await sleep(50)
  }
}

async function assertOnce(store: Store, id: WorkspaceId): Promise<void> {
  const runs = await store.listRuns(id, { limit: 9_999 })
  assert.equal(runs.length, people)
  assert.ok(runs.every(({ state, reason }) => state === 'done' && reason === 'completed'))
  for (let profile = 1; profile <= people; profile++) {
    const keys = [{ profile: profile as ProfileId }]
    const [found] = await store.findProfiles(id, { keys })
    const { one, two, three } = found?.attributes ?? {}
    assert.deepEqual([one, two, three, found?.version], [1, 1, 1, 4], `profile ${profile}`)
  }
  await reconcile(store, id)
}
