import type { DeliveryState } from '../../core/delivery.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { moveAll } from '../../operate/move-deliveries.ts'
import type { DeliverySelection, Redelivered } from '../../storage/delivery-store.ts'
import type { FullStore } from '../../storage/open-store.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { readSelection, selectionOptions } from '../select-deliveries.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const deliveriesRedeliver = bulkCommand({
  name: 'deliveries redeliver',
  summary: 'Send deliveries that are over again: the same id, the same bytes.',
  details: [
    'By their ids, or every dead one that matches; --state takes delivered and cancelled ones too.',
    'They join the tail of their lanes with as many tries as new ones.',
  ],
  states: ['dead'],
  possible: ['dead', 'delivered', 'cancelled'],
  done: 'put back in line',
  act: (store, id, selection, limit) => store.redeliverDeliveries(id, selection, limit),
})

export const deliveriesCancel = bulkCommand({
  name: 'deliveries cancel',
  summary: 'End deliveries that are not over; they are not tried any more.',
  details: ['By their ids, or every one that matches and is not over.'],
  states: ['queued', 'pending', 'claimed'],
  possible: ['queued', 'pending', 'claimed'],
  done: 'cancelled',
  act: async (store, id, selection, limit) => ({
    count: await store.cancelDeliveries(id, selection, limit),
    gone: [],
  }),
})

interface Bulk {
  name: string
  summary: string
  details: string[]
  /** What is meant where neither ids nor states are given. */
  states: readonly DeliveryState[]
  possible: readonly DeliveryState[]
  done: string
  act(
    store: FullStore,
    id: WorkspaceId,
    selection: DeliverySelection,
    limit: number,
  ): Promise<Redelivered>
}

function bulkCommand({ name, summary, details, states, possible, done, act }: Bulk) {
  return defineCommand({
    name,
    summary,
    usage: '[ID...]',
    details: [...details, 'A choice by anything but ids needs --yes.'].join('\n'),
    positionals: { min: 0, max: 100 },
    options: {
      workspace: workspaceOption,
      ...selectionOptions,
      'dry-run': { type: 'flag', help: 'Only say how many match.' },
      yes: { type: 'flag', help: 'Says that everything that matches is meant.' },
    },
    async run({ config, positionals, options }) {
      const chosen = readSelection(options, positionals)
      const selection = { ...chosen, states: chosen.states ?? (chosen.ids ? possible : states) }
      const wrong = selection.states.find((state) => !possible.includes(state))
      if (wrong) throw new CliError('usage', `One that is ${wrong} cannot be ${done}.`)
      const isDry = options['dry-run']
      const { count, gone, matching } = await withStore(config(), async (store) => {
        const { id } = await findWorkspace(store, options.workspace)
        const counts = await store.countDeliveries(id, selection)
        const matching = counts.reduce((sum, each) => sum + each.count, 0)
        if (isDry) return { count: 0, gone: [], matching }
        if (!chosen.ids && !options.yes) {
          throw new CliError('usage', `${matching} match and would be ${done}. Add --yes to go on.`)
        }
        if (chosen.ids && matching < chosen.ids.length) {
          const most = `${matching} of ${chosen.ids.length} can be ${done}`
          throw new CliError('refused', `${most}: the others are ${not(possible)} or not there.`)
        }
        const moved = await moveAll(matching, (limit) => act(store, id, selection, limit))
        return { ...moved, matching }
      })
      if (isDry) {
        const json = { dryRun: true, matching }
        return { json, text: `${matching} match and would be ${done}.` }
      }
      if (count === 0 && gone.length > 0) {
        throw new CliError('refused', `None was ${done}. ${whyNot(gone)}`)
      }
      const why = gone.length > 0 ? ` Not those for others: ${whyNot(gone)}` : ''
      return { json: { count, gone }, text: `${count} ${done}.${why}` }
    },
  })
}

function whyNot(gone: readonly string[]): string {
  const names = gone.map((name) => `"${name}"`).join(', ')
  return `There is no destination ${names} any more: declare it in the rules file, apply that, and redeliver then.`
}

function not(possible: readonly DeliveryState[]): string {
  return possible.includes('dead') ? 'not over' : 'over already'
}
