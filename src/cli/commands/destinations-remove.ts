import type { Rule } from '../../core/rule.ts'
import type { Step } from '../../core/step.ts'
import { isOfSubscription } from '../../core/subscription.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { findDestination } from '../find-destination.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const destinationsRemove = defineCommand({
  name: 'destinations remove',
  summary: 'Remove a destination; what waits for it ends as dead.',
  usage: 'NAME --yes',
  details: 'One that a rule in force names is kept: change the rules first.',
  positionals: { min: 1, max: 1 },
  options: {
    workspace: workspaceOption,
    yes: { type: 'flag', help: 'Says that what waits for it is to be given up.' },
  },
  async run({ config, positionals, options }) {
    const name = positionals[0] ?? ''
    if (!options.yes) {
      throw new CliError('usage', `What waits for "${name}" is given up then. Add --yes to go on.`)
    }
    await withStore(config(), async (store) => {
      const { id } = await findWorkspace(store, options.workspace)
      await findDestination(store, id, name)
      if (isOfSubscription(name)) {
        const words = `"${name}" is that of a webhook. Delete it by the API that made it, or pause it.`
        throw new CliError('refused', words)
      }
      const users = (await store.listRules(id)).filter((rule) => names(rule, name))
      if (users.length > 0) {
        const list = users.map((rule) => rule.name).join(', ')
        throw new CliError('refused', `"${name}" is named by ${list}. Change the rules first.`)
      }
      await store.removeDestination(id, name)
    })
    return { json: { removed: name }, text: `${name} is gone.` }
  },
})

function names({ steps }: Rule, destination: string): boolean {
  const inSteps = (all: readonly Step[]): boolean =>
    all.some((step) => {
      if ('action' in step) return step.with?.destination === destination
      return 'check' in step && inSteps(step.otherwise ?? [])
    })
  return inSteps(steps)
}
