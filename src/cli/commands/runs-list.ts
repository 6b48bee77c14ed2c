import type { ProfileId } from '../../core/profile.ts'
import { type Run, type RunState, runId } from '../../core/run.ts'
import { columns } from '../columns.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { isoTime, runJson } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'

const states: readonly string[] = ['waiting', 'done', 'failed', 'cancelled']

export const runsList = defineCommand({
  name: 'runs list',
  summary: 'List runs of rules that waited or failed, newest first.',
  usage: '',
  details: 'What a run did that was over at once is in the log: roster events explain ID.',
  positionals: { min: 0, max: 0 },
  options: {
    workspace: workspaceOption,
    state: {
      type: 'text',
      placeholder: 'STATE',
      values: states,
      help: `Only ${states.join(', ')}.`,
    },
    rule: { type: 'text', placeholder: 'NAME', help: 'Only of this rule.' },
    profile: { type: 'integer', placeholder: 'ID', min: 1, help: 'Only about this profile.' },
    limit: { type: 'integer', min: 1, max: 10_000, default: 50, help: 'How many at most.' },
  },
  async run({ config, options }) {
    const { state, rule, profile, limit } = options
    if (state !== undefined && !states.includes(state)) {
      throw new CliError('usage', `--state is one of ${states.join(', ')}.`)
    }
    const runs = await withStore(config(), async (store) => {
      const workspace = await findWorkspace(store, options.workspace)
      const subject = profile as ProfileId | undefined
      return store.listRuns(workspace.id, { state: state as RunState, rule, subject, limit })
    })
    const head = ['RUN', 'VERSION', 'PROFILE', 'STATE', 'DUE', 'ENDED', 'REASON']
    return { json: runs.map(runJson), text: columns([head, ...runs.map(row)]) }
  },
})

function row(run: Run): string[] {
  return [
    runId(run),
    String(run.version),
    run.subject === null ? '-' : String(run.subject),
    run.state,
    isoTime(run.dueAt) ?? '-',
    isoTime(run.endedAt) ?? '-',
    run.reason ?? '-',
  ]
}
