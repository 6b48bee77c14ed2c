import type { EventId, WorkspaceId } from '../core/profile.ts'
import type { Store } from '../storage/store.ts'

/** Events read at a time. */
const together = 8

/** When events happened, by their ids; one that is kept no longer is not among them. */
export async function eventTimes(
  store: Pick<Store, 'readEvents'>,
  workspaceId: WorkspaceId,
  ids: Iterable<EventId>,
): Promise<Map<EventId, number>> {
  const wanted = [...new Set(ids)]
  const times = new Map<EventId, number>()
  for (let at = 0; at < wanted.length; at += together) {
    const some = wanted.slice(at, at + together)
    const read = some.map((id) => store.readEvents(workspaceId, (id - 1) as EventId, 1))
    for (const { id, occurredAt } of (await Promise.all(read)).flat()) times.set(id, occurredAt)
  }
  return times
}
