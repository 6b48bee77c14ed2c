import { type Asking, askEvents } from '../../core/ask.ts'
import { invalidField } from '../../core/errors.ts'
import type { Event } from '../../core/event.ts'
import type { EventQuery } from '../../core/event-query.ts'
import type { EventId, ProfileId } from '../../core/profile.ts'
import type { ListQuery } from './list-query.ts'

/** What stands before the free name of an event in its type. */
export const prefix = 'custom.'

/** A page of a person's events of free names, without those that are hidden. */
export function* listEvents(
  subject: ProfileId,
  { descending, limit, since }: ListQuery,
  hidden: ReadonlySet<number>,
  read: (cursor: string) => number | null,
): Asking<{ events: Event[]; more: boolean }> {
  const shown: Event[] = []
  let from = readSince(since, descending, read)
  for (;;) {
    const page = yield* askEvents({
      subject,
      types: [`${prefix}*`],
      order: descending ? 'descending' : 'ascending',
      limit: limit + 1,
      ...from,
    })
    shown.push(...page.events.filter(({ id }) => !hidden.has(id)))
    const last = page.events.at(-1)
    const isWhole = shown.length > limit
    if (isWhole || !page.more || !last) return { events: shown.slice(0, limit), more: isWhole }
    from = behind(last.id, descending)
  }
}

type From = Pick<EventQuery, 'before' | 'after' | 'received'>

/** Old clients give microseconds since 1970 (wire notes 1.5). */
function readSince(
  since: string | null,
  descending: boolean,
  read: (cursor: string) => number | null,
): From {
  if (since === null) return {}
  if (/^\d{1,19}$/.test(since)) {
    const ms = Math.floor(Number(since) / 1_000)
    return { received: descending ? { until: ms } : { from: ms + 1 } }
  }
  const id = read(since)
  if (id === null) throw invalidField('since', 'is no cursor of this list.')
  return behind(id as EventId, descending)
}

function behind(id: EventId, descending: boolean): From {
  return descending ? { before: id } : { after: id }
}
