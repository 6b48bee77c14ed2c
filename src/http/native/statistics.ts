import Type from 'typebox'
import { invalidField } from '../../core/errors.ts'
import type { EndState, EventCountQuery, EventCounts } from '../../core/event-query.ts'
import { readTime } from './read-fields.ts'
import { defineRoute } from './route.ts'
import { closed, nullable, time, timeIn } from './schemas.ts'
import { shownTime } from './shown.ts'

const dayMs = 24 * 60 * 60_000
const stepsMax = 1_500
const rowsMax = 20_000
const minutesOf: { [word: string]: number } = { minute: 1, hour: 60, day: 1_440 }

const stretch = {
  from: Type.Optional(timeIn),
  until: Type.Optional(timeIn),
  step: Type.Optional(
    Type.Union(
      ['minute', 'hour', 'day'].map((word) => Type.Literal(word)),
      { description: 'minute, hour or day' },
    ),
  ),
}
const by = (...words: string[]) =>
  Type.Optional(
    Type.Union(
      words.map((word) => Type.Literal(word)),
      { description: `${words.join(', ')}: what tells the counts of a step apart` },
    ),
  )

const answers = {
  200: {
    description: 'The counts, in the order of time; steps without any are left out',
    schema: Type.Object(
      {
        from: time,
        until: time,
        data: Type.Array(
          Type.Object(
            { at: time, name: nullable(Type.String()), count: Type.Integer(), last_at: time },
            closed,
          ),
        ),
        counted_up_to: Type.Integer({ minimum: 0 }),
      },
      closed,
    ),
  },
}
const atMost = `An answer has at most ${stepsMax} steps of time and ${rowsMax} rows.`
const limitWords = `\`counted_up_to\` is the id of the last one that is; \`last_at\` is the last minute of a step in which there was one. Left out, the stretch is the last day. ${atMost}`

export const countEvents = defineRoute({
  method: 'GET',
  path: '/statistics/events',
  scope: 'events:read',
  operation: 'countEvents',
  resource: 'statistics',
  summary: 'Count the events of a stretch of time',
  description: `Events are counted by the minute they were received in, a few seconds after they were; ${limitWords}`,
  query: Type.Object({ ...stretch, by: by('type', 'source', 'none') }, closed),
  answers,
  async handle({ store, workspace, query, now }) {
    const word = String(query.by ?? 'type') as 'type' | 'source' | 'none'
    const asked = { of: 'events', by: word, ...readStretch(query, now) } as const
    return shown(asked, await store.countEvents(workspace.id, asked))
  },
})

export const countPlanned = defineRoute({
  method: 'GET',
  path: '/statistics/deliveries',
  scope: 'deliveries:read',
  operation: 'countPlannedDeliveries',
  resource: 'statistics',
  summary: 'Count the deliveries that were planned in a stretch of time',
  description: `Deliveries are counted by the minute they were planned in, whatever became of them since, a few seconds after they were; ${limitWords}`,
  query: Type.Object({ ...stretch, by: by('rule', 'destination', 'none') }, closed),
  answers,
  async handle({ store, workspace, query, now }) {
    const word = String(query.by ?? 'destination') as 'rule' | 'destination' | 'none'
    const asked = { of: 'deliveries', by: word, ...readStretch(query, now) } as const
    return shown(asked, await store.countEvents(workspace.id, asked))
  },
})

const endStates = ['delivered', 'dead', 'cancelled'] as const

export const countEnded = defineRoute({
  method: 'GET',
  path: '/statistics/ended-deliveries',
  scope: 'deliveries:read',
  operation: 'countEndedDeliveries',
  resource: 'statistics',
  summary: 'Count the deliveries that ended in a stretch of time',
  description: `Deliveries are counted by the minute in which they were delivered, dead or cancelled, some ten seconds after they were; one that ended again after it was redelivered counts again, unless that was within seconds. \`counted_up_to\` is the time in milliseconds UTC up to which they are; \`last_at\` is the last minute of a step in which there was one. Left out, the stretch is the last day. ${atMost}`,
  query: Type.Object(
    {
      ...stretch,
      by: by('destination', 'state', 'none'),
      state: Type.Optional(
        Type.Union(
          endStates.map((state) => Type.Literal(state)),
          { description: `${endStates.join(', ')}: only those that ended so` },
        ),
      ),
    },
    closed,
  ),
  answers,
  async handle({ store, workspace, query, now }) {
    const word = String(query.by ?? 'state') as 'destination' | 'state' | 'none'
    const state = query.state as EndState | undefined
    const asked = {
      ...({ of: 'ends', by: word, ...(state && { state }) } as const),
      ...readStretch(query, now),
    }
    return shown(asked, await store.countEvents(workspace.id, asked))
  },
})

function readStretch(query: { from?: string; until?: string; step?: unknown }, now: number) {
  const until = readTime('until', query.until) ?? now + 60_000
  const from = readTime('from', query.from) ?? until - dayMs
  const minutes = minutesOf[String(query.step ?? 'hour')] ?? 60
  const steps = (until - from) / (minutes * 60_000)
  if (steps <= 0) throw invalidField('until', 'Must lie behind "from".')
  if (steps > stepsMax) {
    throw invalidField('step', `That is more than ${stepsMax} steps; take longer ones.`)
  }
  return { from, until, minutes, limit: rowsMax }
}

function shown({ from, until }: EventCountQuery, { counts, upTo }: EventCounts) {
  const data = counts.map(({ at, name, count, lastAt }) => {
    return { at: shownTime(at), name, count, last_at: shownTime(lastAt) }
  })
  const body = { from: shownTime(from), until: shownTime(until), data, counted_up_to: upTo }
  return { status: 200, body }
}
