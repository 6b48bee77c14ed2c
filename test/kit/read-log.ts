import type { Event } from '../../src/core/event.ts'
import type { EventId, WorkspaceId } from '../../src/core/profile.ts'
import type { Store } from '../../src/storage/store.ts'

/** Every event of a workspace with `id > after`, in order. */
export async function readLog(
  store: Store,
  workspaceId: WorkspaceId,
  after: EventId | 0 = 0,
): Promise<Event[]> {
  const events: Event[] = []
  for (;;) {
    const page = await store.readEvents(workspaceId, events.at(-1)?.id ?? after, 1_000)
    if (page.length === 0) return events
    events.push(...page)
  }
}
