import type { WorkspaceId } from '../../core/profile.ts'
import { defaultWorkspace, ensureFirstWorkspace } from '../../first-start.ts'
import type { Store } from '../../storage/store.ts'
import { applyPatiently } from '../apply-patiently.ts'
import { defineCommand, workspaceOption } from '../command.ts'
import { showProgress } from '../progress.ts'
import { seedCommand, seedPerson } from '../seed-person.ts'
import { findWorkspace, withStore } from '../with-store.ts'

/** Commands under way at a time: enough for the store to fill its groups while more are made. */
const underWayMax = 2_048

export const seed = defineCommand({
  name: 'seed',
  summary: 'Store made-up people, the same ones for the same numbers.',
  usage: '--profiles N --seed K',
  details:
    'Person number i of seed K is always the same: for trying out, for tests and for benches.\n' +
    'What is there already stays as it is.',
  positionals: { min: 0, max: 0 },
  options: {
    profiles: {
      type: 'integer',
      min: 1,
      max: 100_000_000,
      required: true,
      help: 'How many people.',
    },
    seed: { type: 'integer', required: true, placeholder: 'K', help: 'Which people.' },
    workspace: workspaceOption,
  },
  async run({ config, options }) {
    const { profiles, seed } = options
    const began = performance.now()
    const work = async (store: Store) => {
      if (options.workspace === defaultWorkspace) await ensureFirstWorkspace(store)
      const workspace = await findWorkspace(store, options.workspace)
      return storePeople(store, workspace.id, profiles, seed)
    }
    const created = await withStore(config(), work, { create: true })
    const seconds = Math.round(performance.now() - began) / 1_000
    const json = { workspace: options.workspace, profiles, created, seed, seconds }
    const rate = Math.round(profiles / seconds)
    return {
      json,
      text: `${profiles} people, ${created} of them new, in ${seconds} s: ${rate} a second.`,
    }
  },
})

async function storePeople(
  store: Store,
  workspaceId: WorkspaceId,
  count: number,
  seed: number,
): Promise<number> {
  const progress = showProgress(count)
  let next = 1
  let done = 0
  let created = 0
  // Each lane waits for its own command only, so the store always has a queue to group.
  const lane = async () => {
    while (next <= count) {
      const command = seedCommand(seedPerson(seed, next++))
      const { foundBy } = await applyPatiently(store, workspaceId, command)
      if (foundBy === 'created') created += 1
      done += 1
      progress.update(done)
    }
  }
  await Promise.all(Array.from({ length: Math.min(underWayMax, count) }, lane))
  progress.end()
  return created
}
