import { parseRunId, type Run, runId, type StepRecord } from '../../core/run.ts'
import type { Workspace } from '../../core/workspace.ts'
import type { Store } from '../../storage/store.ts'
import { columns, printable } from '../columns.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { isoTime, runJson } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const runsShow = defineCommand({
  name: 'runs show',
  summary: 'Show a run: what each step did, and what it waits for or ended by.',
  usage: 'RUN',
  details: 'RUN is as in roster runs list: the event and the rule, for instance 41:tell-the-shop.',
  positionals: { min: 1, max: 1 },
  options: { workspace: workspaceOption },
  async run({ config, positionals, options }) {
    const run = await withStore(config(), async (store) => {
      return findRun(store, await findWorkspace(store, options.workspace), positionals[0] ?? '')
    })
    return { json: runJson(run), text: describe(run) }
  },
})

/** The run a person named; refuses when there is none. */
export async function findRun(store: Store, workspace: Workspace, word: string): Promise<Run> {
  const key = parseRunId(word)
  if (!key) {
    throw new CliError('usage', `"${word}" is no run; they are named like 41:tell-the-shop.`)
  }
  const run = await store.findRun(workspace.id, key)
  if (run) return run
  throw new CliError('refused', `There is no run ${word}. See roster runs list.`)
}

function describe(run: Run): string {
  const about = run.subject === null ? 'nobody' : `profile ${run.subject}`
  const how =
    run.state === 'waiting'
      ? `waits until ${isoTime(run.dueAt)}`
      : `${run.state} (${run.reason}) at ${isoTime(run.endedAt)}`
  const by = run.endedBy === null ? '' : `, by event ${run.endedBy}`
  const detail = run.detail === null ? '' : `\n${printable(run.detail)}`
  const head = `${runId(run)}, version ${run.version}, about ${about}: ${how}${by}.${detail}`
  return `${head}\n\n${columns([['STEP', 'DID', 'WHAT'], ...run.log.map(row)])}`
}

function row({ step, did, events, until, name, reason, detail }: StepRecord): string[] {
  const what = [
    ...(events ? [`event ${events.join(', ')}`] : []),
    ...(until === undefined ? [] : [`until ${isoTime(until)}`]),
    ...(name === undefined ? [] : [`${printable(name)}: ${reason}`]),
    ...(detail === undefined ? [] : [printable(detail)]),
  ]
  return [step, did, what.join('; ')]
}
