import { CliError, defineCommand } from '../command.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const workspaceDelete = defineCommand({
  name: 'workspace delete',
  summary: 'Delete a workspace with everything in it.',
  usage: 'NAME --yes',
  positionals: { min: 1, max: 1 },
  options: {
    yes: {
      type: 'flag',
      help: 'Says that profiles, events, rules and tokens are to be gone for good.',
    },
  },
  async run({ config, positionals, options }) {
    const name = positionals[0] ?? ''
    if (!options.yes) {
      throw new CliError(
        'usage',
        `This deletes "${name}" with all its profiles and events. Add --yes to go on.`,
      )
    }
    await withStore(config(), async (store) => {
      const workspace = await findWorkspace(store, name)
      await store.deleteWorkspace(workspace.id)
    })
    return { json: { deleted: name }, text: `Workspace "${name}" is gone.` }
  },
})
