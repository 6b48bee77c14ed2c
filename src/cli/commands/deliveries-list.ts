import type { Delivery } from '../../core/planned-delivery.ts'
import { columns, printable } from '../columns.ts'
import { defineCommand, workspaceOption } from '../command.ts'
import { readSelection, selectionOptions } from '../select-deliveries.ts'
import { deliveryJson, isoTime } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const deliveriesList = defineCommand({
  name: 'deliveries list',
  summary: 'List deliveries, newest first.',
  usage: '',
  positionals: { min: 0, max: 0 },
  options: {
    workspace: workspaceOption,
    ...selectionOptions,
    'oldest-first': { type: 'flag', help: 'The other way round.' },
    limit: { type: 'integer', min: 1, max: 10_000, default: 50, help: 'How many at most.' },
  },
  async run({ config, options }) {
    const { limit, 'oldest-first': oldestFirst } = options
    const selection = readSelection(options)
    const found = await withStore(config(), async (store) => {
      const { id } = await findWorkspace(store, options.workspace)
      return store.listDeliveries(id, { ...selection, oldestFirst, limit })
    })
    const head = [
      'ID',
      'DESTINATION',
      'STATE',
      'TRIES',
      'EVENT',
      'RULE',
      'PROFILE',
      'NEXT',
      'REASON',
    ]
    return { json: found.map(deliveryJson), text: columns([head, ...found.map(row)]) }
  },
})

function row(delivery: Delivery): string[] {
  const { id, destination, state, attemptCount, event, rule, version, subject } = delivery
  return [
    String(id),
    destination,
    state,
    String(attemptCount),
    String(event),
    `${rule}@${version}`,
    subject === null ? '-' : String(subject),
    isoTime(delivery.dueAt) ?? '-',
    printable(delivery.reason ?? '-'),
  ]
}
