import type { Event } from '../../src/core/event.ts'
import type { EventId, WorkspaceId } from '../../src/core/profile.ts'
import type { Store } from '../../src/storage/store.ts'

const pageSize = 1_000

/** Every event of a workspace with `id > after`, in order. */
export async function readLog(
  store: Store,
  workspaceId: WorkspaceId,
  after: EventId | 0 = 0,
): Promise<Event[]> {
  const events: Event[] = []
  for (;;) {
    const page = await store.readEvents(workspaceId, events.at(-1)?.id ?? after, pageSize)
    events.push(...page)
    if (page.length < pageSize) return events
  }
}
