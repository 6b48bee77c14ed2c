import Type from 'typebox'
import { invalidField } from '../../core/errors.ts'
import { readTime } from './read-fields.ts'
import { defineRoute } from './route.ts'
import { closed, nullable, time, timeIn } from './schemas.ts'
import { shownTime } from './shown.ts'

const dayMs = 24 * 60 * 60_000
const stepsMax = 1_500
const rowsMax = 20_000
const minutesOf: { [word: string]: number } = { minute: 1, hour: 60, day: 1_440 }

export const countEvents = defineRoute({
  method: 'GET',
  path: '/statistics/events',
  scope: 'events:read',
  operation: 'countEvents',
  resource: 'statistics',
  summary: 'Count the events of a stretch of time',
  description: `Events are counted by the minute they were received in, a few seconds after they were; \`counted_up_to\` is the last one that is. Left out, the stretch is the last day. An answer has at most ${stepsMax} steps of time and ${rowsMax} rows.`,
  query: Type.Object(
    {
      from: Type.Optional(timeIn),
      until: Type.Optional(timeIn),
      step: Type.Optional(
        Type.Union(
          ['minute', 'hour', 'day'].map((word) => Type.Literal(word)),
          { description: 'minute, hour or day' },
        ),
      ),
      by: Type.Optional(
        Type.Union(
          ['type', 'source', 'none'].map((word) => Type.Literal(word)),
          { description: 'type, source or none: what tells the counts of a step apart' },
        ),
      ),
    },
    closed,
  ),
  answers: {
    200: {
      description: 'The counts, in the order of time; steps without events are left out',
      schema: Type.Object(
        {
          from: time,
          until: time,
          data: Type.Array(
            Type.Object({ at: time, name: nullable(Type.String()), count: Type.Integer() }, closed),
          ),
          counted_up_to: Type.Integer({ minimum: 0 }),
        },
        closed,
      ),
    },
  },
  async handle({ store, workspace, query, now }) {
    const until = readTime('until', query.until) ?? now + 60_000
    const from = readTime('from', query.from) ?? until - dayMs
    const minutes = minutesOf[String(query.step ?? 'hour')] ?? 60
    const steps = (until - from) / (minutes * 60_000)
    if (steps <= 0) throw invalidField('until', 'Must lie behind "from".')
    if (steps > stepsMax) {
      throw invalidField('step', `That is more than ${stepsMax} steps; take longer ones.`)
    }
    const by = String(query.by ?? 'type') as 'type' | 'source' | 'none'
    const asked = { from, until, minutes, by, limit: rowsMax }
    const { counts, upTo } = await store.countEvents(workspace.id, asked)
    const data = counts.map(({ at, name, count }) => ({ at: shownTime(at), name, count }))
    const shown = { from: shownTime(from), until: shownTime(until), data, counted_up_to: upTo }
    return { status: 200, body: shown }
  },
})
