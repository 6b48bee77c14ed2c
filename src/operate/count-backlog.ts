import type { DeliveryState } from '../core/delivery.ts'
import type { WorkspaceId } from '../core/profile.ts'
import type { DeliveryCount, DeliverySelection, DeliveryStore } from '../storage/delivery-store.ts'

/** What is not over, and what was given up on. */
export const backlogStates = ['queued', 'pending', 'claimed', 'dead'] as const

/** States that one index leads to. */
const groups: readonly DeliveryState[][] = [['queued'], ['pending', 'claimed'], ['dead']]

/** Counts what waits and what is dead, without a look at what was delivered. */
export async function countBacklog(
  store: Pick<DeliveryStore, 'countDeliveries'>,
  workspace: WorkspaceId,
  selection: DeliverySelection = {},
): Promise<DeliveryCount[]> {
  const wanted = selection.states ?? backlogStates
  const counts: DeliveryCount[] = []
  for (const group of groups) {
    const states = group.filter((state) => wanted.includes(state))
    if (states.length === 0) continue
    counts.push(...(await store.countDeliveries(workspace, { ...selection, states })))
  }
  return counts
}
