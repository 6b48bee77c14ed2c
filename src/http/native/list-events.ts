import Type from 'typebox'
import type { EventQuery } from '../../core/event-query.ts'
import type { EventId, ProfileId } from '../../core/profile.ts'
import { readCursor, readTime } from './read-fields.ts'
import { defineRoute } from './route.ts'
import { closed, event, idIn, page, paging, timeIn } from './schemas.ts'
import { shownEvent } from './shown.ts'

const text = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 200, description }))

const query = Type.Object(
  {
    ...paging,
    order: Type.Optional(
      Type.Union([Type.Literal('asc'), Type.Literal('desc')], {
        description: 'asc or desc; asc, the order of the log, when left out',
      }),
    ),
    profile_id: Type.Optional(idIn),
    type: text('an event type, or user.* for all that begin so'),
    source: text('a dialect, cli, or rule:name@version'),
    rule: text('the rule that caused them, in any version'),
    cause: Type.Optional(idIn),
    since: Type.Optional(timeIn),
    until: Type.Optional(timeIn),
    text: text('a text in the type, the attributes, the changes or the identifiers'),
  },
  closed,
)

export const listEvents = defineRoute({
  method: 'GET',
  path: '/events',
  scope: 'events:read',
  operation: 'listEvents',
  resource: 'events',
  summary: 'Read and search the event log',
  description:
    "Every filter has to hold; `since` counts and `until` does not, by the time of receipt. A person's events are found at once; what no index leads to is searched for two seconds, and refused with `query_timeout` when that is not enough.",
  query,
  answers: { 200: { description: 'A page of events', schema: page(event) } },
  refuses: ['query_timeout'],
  async handle({ store, workspace, query: asked }) {
    const { limit = 50, order = 'asc', profile_id, type, cause, text: wanted } = asked
    const place = asked.cursor === undefined ? undefined : (readCursor(asked.cursor) as EventId)
    const from = readTime('since', asked.since)
    const until = readTime('until', asked.until)
    const behind = order === 'asc' ? { after: place } : { before: place }
    const received = {
      ...(from === undefined ? {} : { from }),
      ...(until === undefined ? {} : { until }),
    }
    const { events, more } = await store.queryEvents(workspace.id, {
      limit,
      order: order === 'asc' ? 'ascending' : 'descending',
      ...(place === undefined ? {} : (behind as Pick<EventQuery, 'after' | 'before'>)),
      ...(profile_id === undefined ? {} : { subject: profile_id as ProfileId }),
      ...(type === undefined ? {} : { types: [type] }),
      ...(asked.source === undefined ? {} : { source: asked.source }),
      ...(asked.rule === undefined ? {} : { rule: asked.rule }),
      ...(cause === undefined ? {} : { cause: cause as EventId }),
      ...(Object.keys(received).length > 0 ? { received } : {}),
      ...(wanted === undefined ? {} : { text: wanted }),
    })
    const next = more ? String(events.at(-1)?.id) : null
    return { status: 200, body: { data: events.map(shownEvent), next_cursor: next } }
  },
})
