import { breakerPhase } from '../../core/delivery-breaker.ts'
import { countBacklog } from '../../operate/count-backlog.ts'
import { lateDestinations } from '../../operate/late-destinations.ts'
import { shownUrl } from '../../outbound/mask-secrets.ts'
import type { DeliveryCount, Destination } from '../../storage/delivery-store.ts'
import { columns, printable } from '../columns.ts'
import { defineCommand, workspaceOption } from '../command.ts'
import { destinationJson } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const destinationsList = defineCommand({
  name: 'destinations list',
  summary: 'List destinations, how they are, and what waits for them.',
  usage: '',
  positionals: { min: 0, max: 0 },
  options: { workspace: workspaceOption },
  async run({ config, options }) {
    const { destinations, counts, late } = await withStore(config(), async (store) => {
      const { id } = await findWorkspace(store, options.workspace)
      const destinations = await store.listDestinations(id)
      const late = await lateDestinations(store, id, destinations)
      return { destinations, late, counts: await countBacklog(store, id) }
    })
    const rows = destinations.map((each) => row(each, counts, late))
    const head = ['NAME', 'TYPE', 'STATE', 'WAITING', 'DEAD', 'ADDRESS']
    const json = destinations.map((each) => ({
      ...destinationJson(each),
      ...tally(each, counts),
      late: late.has(each.name),
    }))
    const none = 'There are none. Declare them in the rules file: docs/follow-ups.md.'
    return { json, text: rows.length === 0 ? none : columns([head, ...rows]) }
  },
})

function row(
  destination: Destination,
  counts: readonly DeliveryCount[],
  late: ReadonlySet<string>,
): string[] {
  const { name, type, url } = destination
  const { waiting, dead } = tally(destination, counts)
  return [
    name,
    type,
    `${standing(destination)}${late.has(name) ? ', late' : ''}`,
    String(waiting),
    String(dead),
    printable(shownUrl(url)),
  ]
}

function tally({ name }: Destination, counts: readonly DeliveryCount[]) {
  const own = counts.filter(({ destination }) => destination === name)
  const sum = (all: readonly DeliveryCount[]) => all.reduce((total, { count }) => total + count, 0)
  const dead = sum(own.filter(({ state }) => state === 'dead'))
  return { waiting: sum(own) - dead, dead }
}

/** Whether it is called, in words. */
export function standing({ state, stateReason, breaker }: Destination): string {
  if (state === 'disabled') return stateReason === null ? state : `${state} (${stateReason})`
  if (state === 'paused') return state
  const phase = breakerPhase(breaker, Date.now())
  if (phase === 'open') return `failing, tried at ${new Date(breaker.openUntil ?? 0).toISOString()}`
  return phase === 'closed' ? state : 'failing, tried now and then'
}
