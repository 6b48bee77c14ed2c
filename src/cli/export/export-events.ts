import type { Event } from '../../core/event.ts'
import type { EventId, WorkspaceId } from '../../core/profile.ts'
import type { Store } from '../../storage/store.ts'
import { csvLine } from '../csv-cell.ts'
import { eventJson, isoTime } from '../shown.ts'

type Reading = Pick<Store, 'readEvents' | 'lastEventId'>

const pageEvents = 1_000

/** The events of a workspace, in their order, one JSON object a line. */
export async function* eventLines(
  store: Reading,
  id: WorkspaceId,
  after: EventId | 0,
): AsyncGenerator<string> {
  for await (const event of events(store, id, after)) yield `${JSON.stringify(eventJson(event))}\n`
}

/** The same as a CSV file with a header; what has parts is JSON. */
export async function* eventCsv(
  store: Reading,
  id: WorkspaceId,
  after: EventId | 0,
): AsyncGenerator<string> {
  yield csvLine(header)
  for await (const event of events(store, id, after)) yield csvLine(cells(event))
}

/** Those there are when it begins: an export ends, however fast events come in. */
async function* events(store: Reading, id: WorkspaceId, from: EventId | 0): AsyncGenerator<Event> {
  const last = await store.lastEventId(id)
  for (let after = from; after < last; ) {
    const page = await store.readEvents(id, after, pageEvents)
    for (const event of page) if (event.id <= last) yield event
    after = page.at(-1)?.id ?? last
  }
}

const header = [
  ...['id', 'type', 'profile_id', 'occurred_at', 'received_at', 'source', 'cause_event'],
  ...['cause_rule', 'attributes:json', 'changes:json', 'dropped:json', 'identifiers:json'],
]

function cells(event: Event): string[] {
  return [
    String(event.id),
    event.type,
    String(event.subject ?? ''),
    isoTime(event.occurredAt) ?? '',
    isoTime(event.receivedAt) ?? '',
    event.source.dialect,
    String(event.cause?.event ?? ''),
    event.cause?.rule ?? '',
    ...[event.attributes, event.changes, event.dropped, event.identifiers].map((part) =>
      JSON.stringify(part),
    ),
  ]
}
