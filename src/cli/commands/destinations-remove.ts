import { rulesNaming } from '../../core/rules-naming.ts'
import { isOfSubscription } from '../../core/subscription.ts'
import { countBacklog } from '../../operate/count-backlog.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { findDestination } from '../find-destination.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const destinationsRemove = defineCommand({
  name: 'destinations remove',
  summary: 'Remove a destination; what waits for it ends as dead.',
  usage: 'NAME --yes | NAME --dry-run',
  details: 'One that a rule in force names is kept: change the rules first.',
  positionals: { min: 1, max: 1 },
  options: {
    workspace: workspaceOption,
    'dry-run': { type: 'flag', help: 'Only say how many deliveries would be given up.' },
    yes: { type: 'flag', help: 'Says that what waits for it is to be given up.' },
  },
  async run({ config, positionals, options }) {
    const name = positionals[0] ?? ''
    const isDry = options['dry-run']
    if (!options.yes && !isDry) {
      throw new CliError('usage', `What waits for "${name}" is given up then. Add --yes to go on.`)
    }
    const waiting = await withStore(config(), async (store) => {
      const { id } = await findWorkspace(store, options.workspace)
      await findDestination(store, id, name)
      if (isOfSubscription(name)) {
        const words = `"${name}" is that of a webhook. Delete it by the API that made it, or pause it.`
        throw new CliError('refused', words)
      }
      const users = rulesNaming(await store.listRules(id), name).join(', ')
      if (users !== '') {
        throw new CliError('refused', `"${name}" is named by ${users}. Change the rules first.`)
      }
      const of = { destination: name, states: ['queued', 'pending', 'claimed'] as const }
      const counts = await countBacklog(store, id, of)
      if (!isDry) await store.removeDestination(id, name)
      return counts.reduce((sum, { count }) => sum + count, 0)
    })
    if (isDry) {
      const text = `${waiting} deliveries wait for ${name} and would be given up.`
      return { json: { dryRun: true, givenUp: waiting }, text }
    }
    return { json: { removed: name }, text: `${name} is gone.` }
  },
})
