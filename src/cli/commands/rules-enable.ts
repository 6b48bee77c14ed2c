import { defineCommand, workspaceOption } from '../command.ts'
import { findWorkspace, withStore } from '../with-store.ts'
import { findRule } from './rules-show.ts'

export const rulesEnable = switchCommand('enable', true, 'Switch a rule on again.')

export const rulesDisable = switchCommand('disable', false, 'Switch a rule off: it begins no runs.')

function switchCommand(word: string, enabled: boolean, summary: string) {
  return defineCommand({
    name: `rules ${word}`,
    summary,
    usage: 'NAME',
    details: [
      'Holds at once, also on a running server, and stays so when rules are applied again. Runs that',
      'wait go on all the same; roster runs cancel --rule NAME ends them.',
    ].join('\n'),
    positionals: { min: 1, max: 1 },
    options: { workspace: workspaceOption },
    async run({ config, positionals, options }) {
      const name = positionals[0] ?? ''
      await withStore(config(), async (store) => {
        const workspace = await findWorkspace(store, options.workspace)
        await findRule(store, workspace, name)
        await store.enableRule(workspace.id, name, enabled)
      })
      return { json: { rule: name, enabled }, text: `${name} is ${enabled ? 'on' : 'off'}.` }
    },
  })
}
