import Type from 'typebox'
import { Fault, invalidField } from '../../core/errors.ts'
import type { Delivery, DeliveryId } from '../../core/planned-delivery.ts'
import { backlogStates, countBacklog } from '../../operate/count-backlog.ts'
import { shownAttempt } from './attempt-shapes.ts'
import type { NativeCall } from './call.ts'
import {
  delivery,
  deliveryInFull,
  readSelection,
  selectionFields,
  shownDelivery,
  shownSeen,
  stateOf,
  states,
} from './delivery-shapes.ts'
import { readCursor } from './read-fields.ts'
import { defineRoute } from './route.ts'
import { closed, idIn, nullable, page, paging, time } from './schemas.ts'
import { shownTime } from './shown.ts'

const reads = { scope: 'deliveries:read', resource: 'deliveries' } as const
export const byDeliveryId = Type.Object({ id: idIn })
type Calling = NativeCall<unknown, unknown, unknown>

export const listDeliveries = defineRoute({
  ...reads,
  method: 'GET',
  path: '/deliveries',
  operation: 'listDeliveries',
  summary: 'List deliveries, newest first',
  description:
    'Every filter has to hold; `since` counts and `until` does not, by the time of planning.',
  query: Type.Object(
    {
      ...paging,
      state: stateOf(states),
      ...selectionFields,
      order: Type.Optional(
        Type.Union([Type.Literal('asc'), Type.Literal('desc')], {
          description: 'asc or desc; desc, newest first, when left out',
        }),
      ),
    },
    closed,
  ),
  answers: { 200: { description: 'A page of deliveries', schema: page(delivery) } },
  async handle({ parts, workspace, query }) {
    const { limit = 50, state, order, cursor } = query
    const place = cursor === undefined ? {} : { cursor: readCursor(cursor) as DeliveryId }
    const found = await parts.deliveries.listDeliveries(workspace.id, {
      ...readSelection(query),
      ...(state === undefined ? {} : { states: [state] }),
      ...place,
      oldestFirst: order === 'asc',
      limit: limit + 1,
    })
    const shown = found.slice(0, limit)
    const next = found.length > limit ? String(shown.at(-1)?.id) : null
    const data = shown.map((each) => shownDelivery(each, workspace.idKey))
    return { status: 200, body: { data, next_cursor: next } }
  },
})

export const countDeliveries = defineRoute({
  ...reads,
  method: 'GET',
  path: '/deliveries/counts',
  operation: 'countDeliveries',
  summary: 'Count deliveries that wait and that were given up on, by state and reason',
  description:
    'With `state=dead` these are the dead letters, grouped by destination and reason. Those that are delivered or cancelled are counted only with `profile_id` or `event_id`; of all of them the metrics tell.',
  query: Type.Object({ state: stateOf(states), ...selectionFields }, closed),
  answers: {
    200: {
      description: 'The counts, the largest first',
      schema: Type.Object(
        {
          data: Type.Array(
            Type.Object(
              {
                destination: Type.String(),
                state: Type.Union(states.map((state) => Type.Literal(state))),
                reason: nullable(Type.String()),
                count: Type.Integer(),
                oldest_planned_at: time,
              },
              { ...closed, 'x-name': 'DeliveryCount' },
            ),
          ),
          total: Type.Integer(),
        },
        closed,
      ),
    },
  },
  async handle({ parts, workspace, query }) {
    const { state } = query
    const selection = {
      ...readSelection(query),
      ...(state === undefined ? {} : { states: [state] }),
    }
    const isOfOne = selection.subject !== undefined || selection.event !== undefined
    if (!isOfOne && state !== undefined && !backlogStates.some((known) => known === state)) {
      throw invalidField('state', 'Those are counted only with profile_id or event_id.')
    }
    const counts = isOfOne
      ? await parts.deliveries.countDeliveries(workspace.id, selection)
      : await countBacklog(parts.deliveries, workspace.id, selection)
    const data = counts
      .toSorted((a, b) => b.count - a.count)
      .map(({ oldestPlannedAt, ...each }) => {
        return { ...each, oldest_planned_at: shownTime(oldestPlannedAt) }
      })
    return { status: 200, body: { data, total: data.reduce((sum, { count }) => sum + count, 0) } }
  },
})

export const getDelivery = defineRoute({
  ...reads,
  method: 'GET',
  path: '/deliveries/:id',
  operation: 'getDelivery',
  summary: 'Read a delivery with what is sent and every attempt, secrets masked',
  params: byDeliveryId,
  answers: { 200: { description: 'The delivery', schema: deliveryInFull } },
  refuses: ['not_found'],
  async handle(call) {
    const found = await findDelivery(call, call.params.id)
    const attempts = await call.parts.deliveries.listAttempts(call.workspace.id, found.id)
    const { request } = found
    return {
      status: 200,
      body: {
        ...shownDelivery(found, call.workspace.idKey),
        request: request && { ...request },
        seen: shownSeen(found.seen),
        attempts: attempts.map(shownAttempt),
      },
    }
  },
})

export async function findDelivery(
  { parts, workspace }: Calling,
  place: number,
): Promise<Delivery> {
  const found =
    place <= deliveryIdMax
      ? await parts.deliveries.findDelivery(workspace.id, place as DeliveryId)
      : null
  if (found) return found
  throw new Fault('not_found', { message: `There is no delivery ${place} that is kept.` })
}

/** An id beyond it would make the key of another row. */
const deliveryIdMax = 2 ** 40 - 1
