import { stringify } from 'yaml'
import type { Rule } from '../../core/rule.ts'
import type { Workspace } from '../../core/workspace.ts'
import { didYouMean } from '../../lib/nearest.ts'
import type { Store } from '../../storage/store.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const rulesShow = defineCommand({
  name: 'rules show',
  summary: 'Show a rule as it stands in a rules file.',
  usage: 'NAME',
  positionals: { min: 1, max: 1 },
  options: { workspace: workspaceOption },
  async run({ config, positionals, options }) {
    const rule = await withStore(config(), async (store) => {
      return findRule(store, await findWorkspace(store, options.workspace), positionals[0] ?? '')
    })
    return { json: rule, text: ruleText(rule) }
  },
})

/** The rule in force with this name; refuses, with what was perhaps meant, when there is none. */
export async function findRule(store: Store, workspace: Workspace, name: string): Promise<Rule> {
  const rules = await store.listRules(workspace.id)
  const rule = rules.find((each) => each.name === name)
  if (rule) return rule
  const meant = didYouMean(
    name,
    rules.map((each) => each.name),
  )
  throw new CliError('refused', `There is no rule "${name}".${meant} See roster rules list.`)
}

/** A rule as YAML, with its version and state in a comment. */
export function ruleText({ version, disabled, ...definition }: Rule): string {
  const state = disabled ? ', switched off' : ''
  return `# version ${version}${state}\n${stringify(definition, { lineWidth: 100 })}`.trimEnd()
}
