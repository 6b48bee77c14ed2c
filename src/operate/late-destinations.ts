import { isLate } from '../core/delivery-health.ts'
import type { WorkspaceId } from '../core/profile.ts'
import type { DeliveryStore, Destination } from '../storage/delivery-store.ts'

/** Which of these have something due that waits longer than they allow; asked where any says so. */
export async function lateDestinations(
  { deliveryHealth }: Pick<DeliveryStore, 'deliveryHealth'>,
  workspace: WorkspaceId,
  destinations: readonly Destination[],
): Promise<ReadonlySet<string>> {
  if (destinations.every(({ beginWithinMs }) => beginWithinMs === undefined)) return new Set()
  const health = await deliveryHealth()
  const own = health.destinations.filter(({ workspaceId }) => workspaceId === workspace)
  const late = own.filter((each) => isLate(each, Date.now()))
  return new Set(late.map(({ destination }) => destination))
}
