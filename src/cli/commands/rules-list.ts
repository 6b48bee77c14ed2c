import { stepWords } from '../../core/step-words.ts'
import { columns } from '../columns.ts'
import { defineCommand, workspaceOption } from '../command.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const rulesList = defineCommand({
  name: 'rules list',
  summary: "List a workspace's rules, in the order they run.",
  usage: '',
  details: 'With --json each is shown in full, as it stands in a rules file.',
  positionals: { min: 0, max: 0 },
  options: { workspace: workspaceOption },
  async run({ config, options }) {
    const rules = await withStore(config(), async (store) => {
      const workspace = await findWorkspace(store, options.workspace)
      return store.listRules(workspace.id)
    })
    const rows = rules.map(({ name, version, disabled, on, steps }) => [
      name,
      disabled ? `${version} (off)` : String(version),
      on.join(','),
      steps.map(stepWords).join(', '),
    ])
    return { json: rules, text: columns([['RULE', 'VERSION', 'ON', 'STEPS'], ...rows]) }
  },
})
