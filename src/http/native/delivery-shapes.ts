import Type, { type Static } from 'typebox'
import type { DeliveryState } from '../../core/delivery.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Delivery, DeliveryId } from '../../core/planned-delivery.ts'
import type { EventId, ProfileId } from '../../core/profile.ts'
import { webhookId } from '../../follow-up/webhook-id.ts'
import type { DeliverySelection } from '../../storage/delivery-store.ts'
import { attempt } from './attempt-shapes.ts'
import { readTime } from './read-fields.ts'
import { attributes, change, closed, id, idIn, nullable, time, timeIn } from './schemas.ts'
import { shownTime } from './shown.ts'

export const states = ['queued', 'pending', 'claimed', 'delivered', 'dead', 'cancelled'] as const

const word = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 200, description }))

/** What deliveries are chosen by; all that is given must hold. */
export const selectionFields = {
  destination: word('the name of a destination'),
  rule: word('the name of a rule'),
  event_id: Type.Optional(idIn),
  profile_id: Type.Optional(idIn),
  reason: word('a reason such as http_500'),
  since: Type.Optional(timeIn),
  until: Type.Optional(timeIn),
}

const selectionSchema = Type.Object(selectionFields)

export const stateOf = (known: readonly DeliveryState[]) =>
  Type.Optional(
    Type.Union(
      known.map((state) => Type.Literal(state)),
      { description: `one of ${known.join(', ')}` },
    ),
  )

/** By the time of planning: `since` counts and `until` does not. */
export function readSelection(given: Static<typeof selectionSchema>): DeliverySelection {
  const { destination, rule, reason, event_id: event, profile_id: subject } = given
  const plannedFrom = readTime('since', given.since)
  const plannedUntil = readTime('until', given.until)
  return {
    ...(destination === undefined ? {} : { destination }),
    ...(rule === undefined ? {} : { rule }),
    ...(reason === undefined ? {} : { reason }),
    ...(event === undefined ? {} : { event: event as EventId }),
    ...(subject === undefined ? {} : { subject: subject as ProfileId }),
    ...(plannedFrom === undefined ? {} : { plannedFrom }),
    ...(plannedUntil === undefined ? {} : { plannedUntil }),
  }
}

const fields = {
  id,
  webhook_id: Type.String({ description: 'the id that the receiver sees, the same on every try' }),
  state: Type.Union(states.map((state) => Type.Literal(state))),
  destination: Type.String(),
  action: Type.String(),
  event_id: id,
  rule: Type.String(),
  version: Type.Integer(),
  step: Type.String(),
  profile_id: nullable(id),
  attempt_count: Type.Integer(),
  due_at: nullable(time),
  reason: nullable(Type.String({ description: 'the last failure, or why it is over' })),
  detail: nullable(Type.String()),
  planned_at: time,
  ended_at: nullable(time),
}

export const delivery = Type.Object(fields, {
  ...closed,
  'x-name': 'Delivery',
  description: 'one action owed for one event',
})

export const request = Type.Object(
  {
    method: Type.String(),
    headers: Type.Record(Type.String(), Type.String()),
    body: nullable(Type.String()),
  },
  { ...closed, 'x-name': 'DeliveryRequest' },
)

export const deliveryInFull = Type.Object(
  {
    ...fields,
    request: nullable(request),
    seen: Type.Object(
      {
        event: Type.Object({
          id,
          type: Type.String(),
          occurred_at: time,
          received_at: time,
          source: Type.String(),
          attributes,
          changes: Type.Array(change),
        }),
        profile: nullable(
          Type.Object({ id, version: Type.Integer(), attributes, tags: Type.Array(Type.String()) }),
        ),
      },
      { ...closed, description: 'the state it was planned on' },
    ),
    attempts: Type.Array(attempt),
  },
  { ...closed, 'x-name': 'DeliveryInFull', description: 'a delivery with what was tried' },
)

export function shownDelivery(each: Delivery, idKey: string): JsonObject {
  const { id: place, state, destination, action, event, rule, version, step, subject } = each
  return {
    id: place,
    webhook_id: webhookId({ idKey, id: place as DeliveryId, plannedAt: each.plannedAt }),
    ...{ state, destination, action, event_id: event, rule, version, step, profile_id: subject },
    attempt_count: each.attemptCount,
    due_at: shownTime(each.dueAt),
    reason: each.reason,
    detail: each.detail,
    planned_at: shownTime(each.plannedAt),
    ended_at: shownTime(each.endedAt),
  }
}

export function shownSeen({ event, profile }: Delivery['seen']): JsonObject {
  const { id: place, type, occurredAt, receivedAt, source, attributes: given, changes } = event
  return {
    event: {
      ...{ id: place, type, source, attributes: given },
      occurred_at: shownTime(occurredAt),
      received_at: shownTime(receivedAt),
      changes: changes.map(({ of = 'attribute', name, from, to }) => ({ of, name, from, to })),
    },
    profile: profile && { ...profile },
  }
}
