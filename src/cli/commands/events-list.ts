import type { Event } from '../../core/event.ts'
import type { EventQuery } from '../../core/event-query.ts'
import { limits } from '../../core/limits.ts'
import type { EventId, ProfileId, WorkspaceId } from '../../core/profile.ts'
import type { Range } from '../../core/profile-query.ts'
import type { FullStore } from '../../storage/open-store.ts'
import { columns, printable } from '../columns.ts'
import { defineCommand, workspaceOption } from '../command.ts'
import { findProfileId } from '../find-profile-id.ts'
import { readTime } from '../read-time.ts'
import { eventJson, isoTime } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const eventsList = defineCommand({
  name: 'events list',
  summary: 'List events of the log, oldest first.',
  usage: '',
  details: 'The last id listed is the --after of the next call; no event is ever skipped.',
  positionals: { min: 0, max: 0 },
  options: {
    workspace: workspaceOption,
    type: { type: 'list', placeholder: 'TYPE', help: 'Only of this type, or user.* for a group.' },
    person: { type: 'text', placeholder: 'ID|KIND=VALUE', help: 'Only about this person.' },
    source: { type: 'text', placeholder: 'NAME', help: 'Only through this: a dialect, cli, ...' },
    rule: { type: 'text', placeholder: 'NAME', help: 'Only what this rule caused.' },
    text: { type: 'text', placeholder: 'TEXT', help: 'Only with this anywhere in them.' },
    since: {
      type: 'text',
      placeholder: 'TIME',
      help: 'Only received since then: a date, or a duration back such as PT2H.',
    },
    until: { type: 'text', placeholder: 'TIME', help: 'Only received before then.' },
    after: { type: 'integer', placeholder: 'ID', default: 0, help: 'Only events after this one.' },
    'newest-first': { type: 'flag', help: 'The other way round.' },
    limit: { type: 'integer', min: 1, max: 10_000, default: 50, help: 'How many at most.' },
  },
  async run({ config, options }) {
    const { type, person, source, rule, text, since, until, after } = options
    const from = since === undefined ? undefined : readTime('--since', since)
    const end = until === undefined ? undefined : readTime('--until', until)
    const events = await withStore(config(), async (store) => {
      const { id } = await findWorkspace(store, options.workspace)
      const query = {
        ...(type.length > 0 && { types: type }),
        ...(person !== undefined && {
          subject: Number(await findProfileId(store, id, person)) as ProfileId,
        }),
        ...(source !== undefined && { source }),
        ...(rule !== undefined && { rule }),
        ...(text !== undefined && { text }),
        ...((from !== undefined || end !== undefined) && { received: range(from, end) }),
        ...(after > 0 && { after: after as EventId }),
        order: options['newest-first'] ? 'descending' : 'ascending',
      } as const
      return readUpTo(store, id, query, options.limit)
    })
    const head = ['ID', 'RECEIVED', 'TYPE', 'PROFILE', 'SOURCE', 'CHANGED', 'DROPPED']
    return { json: events.map(eventJson), text: columns([head, ...events.map(row)]) }
  },
})

function range(from: number | undefined, until: number | undefined): Range {
  return { ...(from !== undefined && { from }), ...(until !== undefined && { until }) }
}

/** A page after the other, since one is never as long as this may be. */
async function readUpTo(
  store: FullStore,
  workspaceId: WorkspaceId,
  query: Omit<EventQuery, 'limit'>,
  most: number,
): Promise<Event[]> {
  const events: Event[] = []
  for (let place = {}; events.length < most; ) {
    const limit = Math.min(most - events.length, limits.pageMax)
    const page = await store.queryEvents(workspaceId, { ...query, ...place, limit })
    events.push(...page.events)
    const last = events.at(-1)?.id
    if (!page.more || last === undefined) break
    place = query.order === 'ascending' ? { after: last } : { before: last }
  }
  return events
}

function row(event: Event): string[] {
  return [
    String(event.id),
    isoTime(event.receivedAt) ?? '',
    printable(event.type),
    event.subject === null ? '-' : String(event.subject),
    printable(event.source.dialect),
    printable(event.changes.map(({ name }) => name).join(',')) || '-',
    printable(event.dropped.map(({ name, reason }) => `${name}: ${reason}`).join(', ')) || '-',
  ]
}
