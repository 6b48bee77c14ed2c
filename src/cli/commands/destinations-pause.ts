import { defineCommand, workspaceOption } from '../command.ts'
import { findDestination } from '../find-destination.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const destinationsPause = stateCommand(
  'destinations pause',
  'Let everything for a destination wait until it is resumed.',
  'paused',
)

export const destinationsResume = stateCommand(
  'destinations resume',
  'Call a destination again that was paused, disabled or failing.',
  'active',
)

function stateCommand(name: string, summary: string, state: 'paused' | 'active') {
  return defineCommand({
    name,
    summary,
    usage: 'NAME',
    positionals: { min: 1, max: 1 },
    options: { workspace: workspaceOption },
    async run({ config, positionals, options }) {
      const named = positionals[0] ?? ''
      await withStore(config(), async (store) => {
        const { id } = await findWorkspace(store, options.workspace)
        await findDestination(store, id, named)
        await store.setDestinationState(id, named, state)
      })
      return { json: { destination: named, state }, text: `${named} is ${state}.` }
    },
  })
}
