import { starterRules } from '../../core/rule.ts'
import type { Store } from '../../storage/store.ts'
import { CliError, defineCommand } from '../command.ts'
import { workspaceJson } from '../shown.ts'
import { withStore } from '../with-store.ts'

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

export const workspaceCreate = defineCommand({
  name: 'workspace create',
  summary: 'Make a workspace, with the starter rules.',
  usage: 'NAME',
  positionals: { min: 1, max: 1 },
  options: {},
  async run({ config, positionals }) {
    const name = positionals[0] ?? ''
    if (!namePattern.test(name)) {
      throw new CliError(
        'usage',
        'A workspace\'s name is up to 64 letters, digits, ".", "-" and "_", no sign first.',
      )
    }
    const make = (store: Store) => store.createWorkspace(name, starterRules)
    const workspace = await withStore(config(), make, { create: true })
    return { json: workspaceJson(workspace), text: `Workspace "${name}" is there.` }
  },
})
