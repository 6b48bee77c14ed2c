import type { DeliveryCount } from '../../storage/delivery-store.ts'
import { columns, printable } from '../columns.ts'
import { defineCommand, workspaceOption } from '../command.ts'
import { isoTime } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const deliveriesDead = defineCommand({
  name: 'deliveries dead',
  summary: 'Show what was given up on, grouped by destination and reason.',
  usage: '',
  details: [
    'Look closer with roster deliveries list --state dead --reason REASON, and send them again with',
    'roster deliveries redeliver --reason REASON --yes.',
  ].join('\n'),
  positionals: { min: 0, max: 0 },
  options: {
    workspace: workspaceOption,
    destination: { type: 'text', placeholder: 'NAME', help: 'Only of this destination.' },
  },
  async run({ config, options }) {
    const { destination } = options
    const counts = await withStore(config(), async (store) => {
      const { id } = await findWorkspace(store, options.workspace)
      const only = destination === undefined ? {} : { destination }
      return store.countDeliveries(id, { states: ['dead'], ...only })
    })
    const sorted = counts.toSorted((a, b) => b.count - a.count)
    const json = sorted.map(({ oldestPlannedAt, ...each }) => {
      return { ...each, oldestPlannedAt: isoTime(oldestPlannedAt) }
    })
    const head = ['DESTINATION', 'REASON', 'COUNT', 'OLDEST']
    const text = sorted.length === 0 ? 'None.' : columns([head, ...sorted.map(row)])
    return { json, text }
  },
})

function row({ destination, reason, count, oldestPlannedAt }: DeliveryCount): string[] {
  return [destination, printable(reason ?? '-'), String(count), isoTime(oldestPlannedAt) ?? '']
}
