import { Fault } from '../../core/errors.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { defaultWorkspace, ensureFirstWorkspace } from '../../first-start.ts'
import type { Store } from '../../storage/store.ts'
import { defineCommand, workspaceOption } from '../command.ts'
import { PatientApplier } from '../patient-applier.ts'
import { showProgress } from '../progress.ts'
import { seedCommand, seedPerson } from '../seed-person.ts'
import { findWorkspace, withStore } from '../with-store.ts'

/** People who are handed to the store at a time. */
const batchMax = 2_048
/** Batches that are being stored while the next is made. */
const batchesUnderWayMax = 3

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
  const applier = new PatientApplier(store, workspaceId)
  let done = 0
  let created = 0
  const underWay: ReturnType<typeof applier.applyAll>[] = []
  const settleFirst = async () => {
    for (const outcome of (await underWay.shift()) ?? []) {
      if (outcome instanceof Fault) throw outcome
      if (outcome.foundBy === 'created') created += 1
      done += 1
    }
    progress.update(done)
  }
  for (let next = 1; next <= count; next += batchMax) {
    const length = Math.min(batchMax, count - next + 1)
    const people = Array.from({ length }, (_, index) => seedPerson(seed, next + index))
    underWay.push(applier.applyAll(people.map(seedCommand)))
    if (underWay.length >= batchesUnderWayMax) await settleFirst()
  }
  while (underWay.length > 0) await settleFirst()
  progress.end()
  return created
}
