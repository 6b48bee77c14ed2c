import Type from 'typebox'
import { warnedDays, warningSentence } from '../../core/ingest-warnings.ts'
import { readTime } from './read-fields.ts'
import { defineRoute } from './route.ts'
import { closed, id, nullable, time, timeIn } from './schemas.ts'
import { shownTime } from './shown.ts'

const warning = Type.Object(
  {
    kind: Type.String({ description: 'such as no_time_or_key, or dropped_ and a reason' }),
    sentence: Type.String({ description: 'what is amiss, and what to do' }),
    source: Type.String(),
    token: nullable(Type.String({ description: 'the public part of the token' })),
    count: Type.Integer({ description: 'events, since `first_at`' }),
    first_at: time,
    last_at: time,
    event_id: id,
  },
  { ...closed, 'x-name': 'IngestWarning' },
)

export const listWarnings = defineRoute({
  method: 'GET',
  path: '/warnings',
  scope: 'events:read',
  resource: 'events',
  operation: 'listWarnings',
  summary: 'List what was amiss with what came in, though it was taken',
  description: `By token, source and kind, the latest first, each with the latest event that it is about; worked out within seconds, in the background. Those of the last ${warnedDays} days, or since \`since\`.`,
  query: Type.Object({ since: Type.Optional(timeIn) }, closed),
  answers: {
    200: {
      description: 'The warnings, at most 1,000',
      schema: Type.Object({ data: Type.Array(warning) }, closed),
    },
  },
  async handle({ store, workspace, query, now }) {
    const since = readTime('since', query.since) ?? now - warnedDays * 86_400_000
    const [found, tokens] = await Promise.all([
      store.listWarnings(workspace.id, since),
      store.listTokens(workspace.id),
    ])
    const names = new Map(tokens.map((token) => [token.id, token.publicPart]))
    const data = found.map(({ kind, source, token, count, firstAt, lastAt, event }) => ({
      ...{ kind, sentence: warningSentence(kind), source },
      ...{ token: (token !== null && names.get(token)) || null, count },
      ...{ first_at: shownTime(firstAt), last_at: shownTime(lastAt), event_id: event },
    }))
    return { status: 200, body: { data } }
  },
})
