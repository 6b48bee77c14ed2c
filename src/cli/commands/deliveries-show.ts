import type { Delivery } from '../../core/planned-delivery.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { FullStore } from '../../storage/open-store.ts'
import { columns, printable } from '../columns.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { readDeliveryId } from '../select-deliveries.ts'
import { deliveryJson, isoTime } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const deliveriesShow = defineCommand({
  name: 'deliveries show',
  summary: 'Show a delivery: how it stands, why, and what is sent.',
  usage: 'ID',
  positionals: { min: 1, max: 1 },
  options: { workspace: workspaceOption },
  async run({ config, positionals, options }) {
    const delivery = await withStore(config(), async (store) => {
      const { id } = await findWorkspace(store, options.workspace)
      return findDelivery(store, id, positionals[0] ?? '')
    })
    return { json: deliveryJson(delivery), text: describe(delivery) }
  },
})

/** The delivery a person named; refuses when there is none. */
export async function findDelivery(
  store: FullStore,
  workspace: WorkspaceId,
  word: string,
): Promise<Delivery> {
  const found = await store.findDelivery(workspace, readDeliveryId(word))
  if (found) return found
  throw new CliError('refused', `There is no delivery ${word}. See roster deliveries list.`)
}

/** How a delivery stands, in a few words. */
export function standsAs(delivery: Delivery): string {
  const { state, attemptCount, reason, dueAt, endedAt } = delivery
  const tries = attemptCount === 1 ? '1 try' : `${attemptCount} tries`
  const why = reason === null ? '' : `, ${printable(reason)}`
  if (endedAt !== null) return `${state} after ${tries}${why}`
  const next = state === 'pending' && dueAt !== null ? `, next at ${isoTime(dueAt)}` : ''
  return attemptCount === 0 ? `${state}${next}` : `${state} after ${tries}${why}${next}`
}

function describe(delivery: Delivery): string {
  const { id, destination, event, rule, version, step, action, subject, request } = delivery
  const rows = [
    ['delivery', `${id}, ${action} to ${destination}`],
    ['for', `event ${event}, rule ${rule}@${version}, step ${step}`],
    ['about', subject === null ? 'nobody' : `profile ${subject}`],
    ['planned', isoTime(delivery.plannedAt) ?? ''],
    ['stands', standsAs(delivery)],
    ...(delivery.detail === null ? [] : [['detail', printable(delivery.detail)]]),
    ...(delivery.endedAt === null ? [] : [['ended', isoTime(delivery.endedAt) ?? '']]),
  ]
  if (request === null) return `${columns(rows)}\n\nNothing was rendered yet.`
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`)
  const sent = [request.method, ...headers].map(printable).join('\n')
  return `${columns(rows)}\n\n${sent}\n\n${printable(request.body ?? '(no body)')}`
}
