import { endingRun } from '../../core/continue-run.ts'
import type { Run } from '../../core/run.ts'
import { runId } from '../../core/run.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { findWorkspace, withStore } from '../with-store.ts'
import { findRun } from './runs-show.ts'

/** How many are asked for at a time. */
const page = 500

export const runsCancel = defineCommand({
  name: 'runs cancel',
  summary: 'End runs that wait; what they had still to do is not done.',
  usage: '[RUN]',
  details: 'Either one run, or with --rule all that wait of a rule.',
  positionals: { min: 0, max: 1 },
  options: {
    workspace: workspaceOption,
    rule: { type: 'text', placeholder: 'NAME', help: 'All that wait of this rule.' },
  },
  async run({ config, positionals, options }) {
    const { rule } = options
    const [word] = positionals
    if ((word === undefined) === (rule === undefined)) {
      throw new CliError('usage', 'Name one run, or give --rule NAME.')
    }
    return withStore(config(), async (store) => {
      const workspace = await findWorkspace(store, options.workspace)
      const end = { state: 'cancelled', reason: 'operator' } as const
      const cancel = (run: Run) => store.apply(workspace.id, endingRun(run, end))
      if (word !== undefined) {
        const run = await findRun(store, workspace, word)
        if (run.state !== 'waiting') {
          throw new CliError('refused', `${runId(run)} does not wait; it is ${run.state}.`)
        }
        await cancel(run)
        return { json: { cancelled: 1 }, text: `Cancelled ${runId(run)}.` }
      }
      for (let cancelled = 0; ; ) {
        const filter = { state: 'waiting', rule, limit: page } as const
        const runs = await store.listRuns(workspace.id, filter)
        if (runs.length === 0) {
          return { json: { cancelled }, text: `Cancelled ${cancelled} runs of ${rule}.` }
        }
        await Promise.all(runs.map(cancel))
        cancelled += runs.length
      }
    })
  },
})
