import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { isoTime } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'
import { ruleText } from './rules-show.ts'

export const rulesHistory = defineCommand({
  name: 'rules history',
  summary: 'Show every version of a rule, newest first.',
  usage: 'NAME',
  positionals: { min: 1, max: 1 },
  options: { workspace: workspaceOption },
  async run({ config, positionals, options }) {
    const name = positionals[0] ?? ''
    const versions = await withStore(config(), async (store) => {
      const workspace = await findWorkspace(store, options.workspace)
      return store.ruleVersions(workspace.id, name)
    })
    if (versions.length === 0) {
      throw new CliError('refused', `There never was a rule "${name}". See roster rules list.`)
    }
    const json = versions.map(({ rule, appliedAt, inForce }) => {
      return { version: rule.version, appliedAt: isoTime(appliedAt), inForce, rule }
    })
    const text = versions.map(({ rule, appliedAt, inForce }) => {
      const state = inForce ? ', in force' : ''
      return `# applied ${isoTime(appliedAt)}${state}\n${ruleText(rule)}`
    })
    return { json, text: text.join('\n\n') }
  },
})
