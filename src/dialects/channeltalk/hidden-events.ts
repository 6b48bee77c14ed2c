import { type Asking, askCommand, askRecords } from '../../core/ask.ts'
import type { Key } from '../../core/command.ts'
import { Fault } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { EventId, Profile } from '../../core/profile.ts'
import type { RecordId, RecordPage } from '../../core/record.ts'

/** Marks an event that the vendor's reads no longer show; its name is the number of the event. */
const HIDDEN_EVENT = 'channeltalk.hidden-event'

/** The numbers of a person's events that are hidden. */
export function* hiddenEvents({ id: subject }: Profile): Asking<ReadonlySet<number>> {
  const hidden = new Set<number>()
  let after: RecordId | undefined
  for (;;) {
    const page: RecordPage = yield* askRecords({
      kind: HIDDEN_EVENT,
      subject,
      page: { limit: limits.pageMax, after },
    })
    for (const { name } of page.records) hidden.add(Number(name))
    if (page.next === null) return hidden
    after = page.next
  }
}

/**
 * Hides an event of whoever the keys find: that is logged too, and the log loses nothing.
 *
 * @throws Fault `record_not_found` when it was hidden in the meantime.
 */
export function* hideEvent(id: EventId, subject: Key[]): Asking<void> {
  const mark = { op: 'put', kind: HIDDEN_EVENT, name: String(id), subject: 'command' } as const
  try {
    yield* askCommand({
      kind: 'record-event',
      type: 'event.hidden',
      attributes: { event: id },
      identifiers: [],
      subject,
      records: [{ ...mark, version: 0, body: {} }],
    })
  } catch (error) {
    throw error instanceof Fault && error.code === 'conflict' ? noEvent() : error
  }
}

export function noEvent(): Fault {
  return new Fault('record_not_found', { message: 'There is no such event.' })
}
