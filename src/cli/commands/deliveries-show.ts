import type { Delivery } from '../../core/planned-delivery.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Destination } from '../../storage/delivery-store.ts'
import type { FullStore } from '../../storage/open-store.ts'
import { columns, printable } from '../columns.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { readDeliveryId } from '../select-deliveries.ts'
import { deliveryJson, isoTime } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'
import { standing } from './destinations-list.ts'

export const deliveriesShow = defineCommand({
  name: 'deliveries show',
  summary: 'Show a delivery: how it stands, why, and what is sent.',
  usage: 'ID',
  positionals: { min: 1, max: 1 },
  options: { workspace: workspaceOption },
  async run({ config, positionals, options }) {
    const { delivery, destination } = await withStore(config(), async (store) => {
      const { id } = await findWorkspace(store, options.workspace)
      const found = await findDelivery(store, id, positionals[0] ?? '')
      return { delivery: found, destination: await store.findDestination(id, found.destination) }
    })
    return { json: deliveryJson(delivery), text: describe(delivery, destination) }
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

/** What holds one up that is not over; nothing where it is only not due yet. */
function waitsFor({ state, destination: name }: Delivery, destination: Destination | null): string {
  const ahead = state === 'queued' ? ['an earlier one for the same person'] : []
  const how = destination === null ? 'active' : standing(destination)
  const isHeld = (state === 'queued' || state === 'pending') && how !== 'active'
  return [...ahead, ...(isHeld ? [`${name}, which is ${printable(how)}`] : [])].join(', and ')
}

function describe(delivery: Delivery, to: Destination | null): string {
  const { id, destination, event, rule, version, step, action, subject, request } = delivery
  const held = waitsFor(delivery, to)
  const rows = [
    ['delivery', `${id}, ${action} to ${destination}`],
    ['for', `event ${event}, rule ${rule}@${version}, step ${step}`],
    ['about', subject === null ? 'nobody' : `profile ${subject}`],
    ['planned', isoTime(delivery.plannedAt) ?? ''],
    ['stands', standsAs(delivery)],
    ...(held === '' ? [] : [['waits for', held]]),
    ...(delivery.detail === null ? [] : [['detail', printable(delivery.detail)]]),
    ...(delivery.endedAt === null ? [] : [['ended', isoTime(delivery.endedAt) ?? '']]),
  ]
  if (request === null) return `${columns(rows)}\n\nNothing was rendered yet.`
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`)
  const sent = [request.method, ...headers].map(printable).join('\n')
  return `${columns(rows)}\n\n${sent}\n\n${printable(request.body ?? '(no body)')}`
}
