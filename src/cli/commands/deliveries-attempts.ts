import type { Attempt } from '../../core/planned-delivery.ts'
import { columns, printable } from '../columns.ts'
import { defineCommand, workspaceOption } from '../command.ts'
import { attemptJson, isoTime } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'
import { findDelivery } from './deliveries-show.ts'

/** Of an answer's body, in the table; --json has all that is kept. */
const shownMax = 80

export const deliveriesAttempts = defineCommand({
  name: 'deliveries attempts',
  summary: 'List the tries of a delivery, with what was answered; secrets are masked.',
  usage: 'ID',
  positionals: { min: 1, max: 1 },
  options: { workspace: workspaceOption },
  async run({ config, positionals, options }) {
    const attempts = await withStore(config(), async (store) => {
      const { id } = await findWorkspace(store, options.workspace)
      const delivery = await findDelivery(store, id, positionals[0] ?? '')
      return store.listAttempts(id, delivery.id)
    })
    const head = ['TRY', 'BEGAN', 'TOOK', 'BY', 'CAME TO']
    return { json: attempts.map(attemptJson), text: columns([head, ...attempts.map(row)]) }
  },
})

function row({ number, beganAt, worker, outcome }: Attempt): string[] {
  const took = outcome && outcome.kind !== 'lost' ? `${outcome.tookMs} ms` : '-'
  return [String(number), isoTime(beganAt) ?? '', took, printable(worker), cameTo(outcome)]
}

function cameTo(outcome: Attempt['outcome']): string {
  if (outcome === null) return 'under way'
  switch (outcome.kind) {
    case 'answer':
      return printable(`${outcome.status} ${outcome.body.slice(0, shownMax)}`.trim())
    case 'failure':
      return printable(`${outcome.code}: ${outcome.message}`)
    case 'lost':
      return 'lost: nobody came back from it'
  }
}
