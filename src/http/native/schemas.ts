import Type, { type TSchema } from 'typebox'
import { limits } from '../../core/limits.ts'

/*
 * The shapes that several calls have in common. `x-name` is what a shape is called in the document
 * and in generated clients; what has none stands in place.
 */

export const closed = { additionalProperties: false }

/** Text for a time on the way in; it is read by `readTime`. */
export const timeIn = Type.String({
  maxLength: 64,
  description: 'a time such as 2026-11-28T10:00:00Z',
})

export const time = Type.String({ format: 'date-time', description: 'a time, UTC' })

export function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()])
}

export const id = Type.Integer({ minimum: 1, maximum: 2 ** 53 - 1, description: 'an id' })

/** An id in a path or a query: any whole number, so that one nobody has is "not found". */
export const idIn = Type.Integer({ minimum: 0, description: 'an id, which is a whole number' })

export const attributes = Type.Record(Type.String(), Type.Unknown(), {
  description: 'a map of attributes',
})

export const identifier = Type.Object(
  { kind: Type.String(), value: Type.String() },
  { ...closed, 'x-name': 'Identifier', description: 'what finds a profile: a kind and a value' },
)

export const change = Type.Object(
  {
    of: Type.Union([Type.Literal('attribute'), Type.Literal('tags'), Type.Literal('identifier')]),
    name: Type.String(),
    from: Type.Unknown({ description: 'the value before; null where there was none' }),
    to: Type.Unknown({ description: 'the value after; null where it was cleared' }),
  },
  { ...closed, 'x-name': 'Change' },
)

export const dropped = Type.Object(
  {
    name: Type.String(),
    reason: Type.String(),
    rule: Type.Optional(
      Type.String({ description: 'the rule whose step it was, as name@version' }),
    ),
  },
  { ...closed, 'x-name': 'Dropped', description: 'a value or a step that had no effect, and why' },
)

export const event = Type.Object(
  {
    id,
    type: Type.String(),
    profile_id: nullable(id),
    occurred_at: time,
    received_at: time,
    source: Type.Object(
      {
        dialect: Type.String(),
        token_id: nullable(Type.Integer()),
        request_id: nullable(Type.String()),
      },
      closed,
    ),
    cause: nullable(
      Type.Object(
        {
          event_id: id,
          rule: Type.String({ description: 'the rule that acted, as name@version' }),
          depth: Type.Integer(),
        },
        closed,
      ),
    ),
    attributes,
    changes: Type.Array(change),
    dropped: Type.Array(dropped),
    identifiers: Type.Array(identifier),
    found_by: nullable(Type.String()),
    idempotency_key: nullable(Type.String()),
  },
  { ...closed, 'x-name': 'Event', description: 'what happened; its id is its place in the log' },
)

export const profile = Type.Object(
  {
    id,
    version: Type.Integer({ minimum: 0 }),
    attributes,
    tags: Type.Array(Type.String()),
    identifiers: Type.Array(identifier),
    display_name: nullable(Type.String()),
    created_at: time,
    updated_at: time,
  },
  { ...closed, 'x-name': 'Profile', description: 'the one current record about a person' },
)

export const stepRecord = Type.Object(
  {
    step: Type.String({ description: 'the path of the step: 2, or 2.0 within an otherwise' }),
    did: Type.String(),
    events: Type.Optional(Type.Array(id)),
    delivery: Type.Optional(id),
    until: Type.Optional(time),
    name: Type.Optional(Type.String()),
    reason: Type.Optional(Type.String()),
    detail: Type.Optional(Type.String()),
  },
  { ...closed, 'x-name': 'StepRecord' },
)

export const run = Type.Object(
  {
    id: Type.String({ description: 'the event and the rule, as 41:tell-the-shop' }),
    event_id: id,
    rule: Type.String(),
    version: Type.Integer(),
    profile_id: nullable(id),
    state: Type.Union(['waiting', 'done', 'failed', 'cancelled'].map((word) => Type.Literal(word))),
    due_at: nullable(time),
    reason: nullable(Type.String()),
    detail: nullable(Type.String()),
    ended_by: nullable(id),
    began_at: time,
    ended_at: nullable(time),
    steps: Type.Array(stepRecord),
  },
  { ...closed, 'x-name': 'Run', description: 'one version of a rule at work on one event' },
)

const plannedDelivery = Type.Object(
  {
    event_id: id,
    rule: Type.String(),
    version: Type.Integer(),
    step: Type.String(),
    action: Type.String(),
    destination: Type.String(),
    profile_id: nullable(id),
  },
  { ...closed, 'x-name': 'PlannedDelivery' },
)

export const reaction = Type.Object(
  {
    rule: Type.String(),
    version: Type.Integer(),
    matched: Type.Boolean(),
    because: Type.Optional(
      Type.String({ description: 'why not: type, source, disabled or condition' }),
    ),
    failure: Type.Optional(
      Type.Unknown({ description: 'the first comparison that decided against it' }),
    ),
    sentence: Type.Optional(Type.String({ description: 'the failure in words' })),
    caused: Type.Optional(Type.Array(id)),
    dropped: Type.Optional(Type.Array(dropped)),
    run: Type.Optional(nullable(run)),
    deliveries: Type.Optional(Type.Array(plannedDelivery)),
  },
  { ...closed, 'x-name': 'Reaction', description: 'whether a rule reacted to an event, and why' },
)

export const explanation = Type.Object(
  { event_id: id, rules: Type.Array(reaction) },
  { ...closed, 'x-name': 'Explanation', description: 'what the rules in force made of an event' },
)

export const preview = Type.Object(
  {
    dry_run: Type.Literal(true),
    found_by: Type.String(),
    profile: nullable(profile),
    events: Type.Array(event, { description: 'what would be logged; the ids are provisional' }),
    runs: Type.Array(run, { description: 'the runs that would wait or fail' }),
    deliveries: Type.Array(plannedDelivery, { description: 'what would be sent, and where' }),
    explanations: Type.Array(explanation),
  },
  { ...closed, 'x-name': 'Preview', description: 'what a call would come to; nothing was stored' },
)

const fieldError = Type.Object(
  {
    field: Type.String({ description: 'the way to the field, with dots; empty for the whole' }),
    message: Type.String(),
    hint: Type.Optional(Type.String()),
  },
  { ...closed, 'x-name': 'FieldError' },
)

const problemProperties = {
  type: Type.String({ description: 'the address of the page about the code' }),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String({ description: 'stable; see the page of errors' }),
  detail: Type.String({ description: 'what was wrong this time' }),
  errors: Type.Optional(Type.Array(fieldError)),
  conflicting_profile_id: Type.Optional(id),
}

export const problem = Type.Object(problemProperties, {
  ...closed,
  'x-name': 'Problem',
  description: 'a refusal, as RFC 9457 has it',
})

/** One entry of a call with many that was refused. */
export const refusedEntry = Type.Object(
  {
    index: Type.Integer(),
    ...problemProperties,
    field: Type.Optional(Type.String({ description: 'the first field that is wrong' })),
    hint: Type.Optional(Type.String({ description: 'what was perhaps meant there' })),
  },
  { ...closed, 'x-name': 'RefusedEntry' },
)

export const foundBy = Type.Union(
  ['created', 'key', 'email', 'none'].map((word) => Type.Literal(word)),
  { description: 'how the profile was found' },
)

export function page<T extends TSchema>(entry: T) {
  return Type.Object(
    {
      data: Type.Array(entry),
      next_cursor: nullable(Type.String({ description: 'asks for what follows; null at the end' })),
    },
    closed,
  )
}

export const paging = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 200, description: 'a whole number from 1 to 200' }),
  ),
  cursor: Type.Optional(
    Type.String({ maxLength: 200, description: 'the next_cursor of the page before' }),
  ),
}

export const writeOptions = {
  dry_run: Type.Optional(
    Type.Boolean({ description: 'true or false; true stores nothing and answers a preview' }),
  ),
  explain: Type.Optional(
    Type.Boolean({ description: 'true or false; true says which rules reacted and why' }),
  ),
}

/** The kinds that identifiers may have, in a path as in a body. */
export const kindPattern = '^[a-z0-9_-]+(\\.[a-z0-9_-]+)*$'

export const identifierMap = Type.Record(
  Type.String({ pattern: kindPattern, maxLength: 64 }),
  Type.String({ minLength: 1, maxLength: limits.identifierLengthMax }),
  { maxProperties: 10, description: 'a map of kinds to values, such as {"user_id": "42"}' },
)
