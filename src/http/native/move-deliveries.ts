import Type from 'typebox'
import { type DeliveryState, isOver } from '../../core/delivery.ts'
import { editRequest, requestMethods } from '../../core/edit-request.ts'
import { Fault, invalidField } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { DeliveryId } from '../../core/planned-delivery.ts'
import { moveAll } from '../../operate/move-deliveries.ts'
import type { DeliverySelection, Redelivered } from '../../storage/delivery-store.ts'
import type { NativeCall } from './call.ts'
import { byDeliveryId, findDelivery } from './deliveries.ts'
import {
  delivery,
  readSelection,
  selectionFields,
  shownDelivery,
  stateOf,
} from './delivery-shapes.ts'
import { dryQuery } from './dry-run.ts'
import { defineRoute } from './route.ts'
import { closed, idIn, nullable } from './schemas.ts'

const writes = { method: 'POST', scope: 'deliveries:write', resource: 'deliveries' } as const
type Calling = NativeCall<unknown, unknown, unknown>

const overStates = ['dead', 'delivered', 'cancelled'] as const
const waitingStates = ['queued', 'pending', 'claimed'] as const

const chosen = (known: readonly DeliveryState[]) =>
  Type.Object(
    {
      ids: Type.Optional(
        Type.Array(idIn, { minItems: 1, maxItems: 100, description: 'a list of 1 to 100 ids' }),
      ),
      state: stateOf(known),
      ...selectionFields,
    },
    { ...closed, minProperties: 1, description: 'at least one filter' },
  )

const moved = Type.Object(
  {
    dry_run: Type.Boolean(),
    matching: Type.Integer({ description: 'how many matched at first' }),
    moved: Type.Integer({ description: 'how many were acted on' }),
  },
  { ...closed, 'x-name': 'MovedDeliveries' },
)

const movedAnswer = { 200: { description: 'How many, or how many it would be', schema: moved } }
const most = `At most ${limits.deliveriesMovedMax} in one call; call again for the rest.`

export const redeliverDeliveries = defineRoute({
  ...writes,
  path: '/deliveries/redeliver',
  operation: 'redeliverDeliveries',
  once: true,
  summary: 'Send deliveries that are over again: the same id, the same bytes',
  description: `Every dead one that matches; \`state\` takes others. They join the tail of their lanes with as many tries as new ones. ${most}`,
  query: dryQuery,
  body: chosen(overStates),
  answers: movedAnswer,
  async handle(call) {
    const { ids, state, ...filter } = call.body
    const usual = ids ? overStates : (['dead'] as const)
    const selection = select(ids, state ? [state] : usual, readSelection(filter))
    return move(call, selection, call.query.dry_run === true, (limit) =>
      call.parts.deliveries.redeliverDeliveries(call.workspace.id, selection, limit, call.actor),
    )
  },
})

export const cancelDeliveries = defineRoute({
  ...writes,
  path: '/deliveries/cancel',
  operation: 'cancelDeliveries',
  once: true,
  summary: 'End deliveries that are not over; they are not tried any more',
  description: `Every one that matches and is not over. ${most}`,
  query: dryQuery,
  body: chosen(waitingStates),
  answers: movedAnswer,
  async handle(call) {
    const { ids, state, ...filter } = call.body
    const selection = select(ids, state ? [state] : waitingStates, readSelection(filter))
    return move(call, selection, call.query.dry_run === true, async (limit) => {
      const { parts, workspace, actor } = call
      const count = await parts.deliveries.cancelDeliveries(workspace.id, selection, limit, actor)
      return { count, gone: [] }
    })
  },
})

const one = {
  params: byDeliveryId,
  answers: { 200: { description: 'The delivery as it is now', schema: delivery } },
  refuses: ['not_found', 'conflict'],
} as const

const oneToTry = {
  ...one,
  query: dryQuery,
  answers: {
    200: {
      description: 'The delivery as it is now, or that it would be acted on',
      schema: Type.Union([delivery, moved]),
    },
  },
} as const
const wouldMove = { status: 200, body: { dry_run: true, matching: 1, moved: 0 } }

export const redeliverDelivery = defineRoute({
  ...writes,
  ...oneToTry,
  path: '/deliveries/:id/redeliver',
  operation: 'redeliverDelivery',
  once: true,
  summary: 'Send a delivery that is over again: the same id, the same bytes',
  async handle(call) {
    const { id, destination } = await findOver(call, call.params.id)
    const { parts, workspace, actor } = call
    if (call.query.dry_run) {
      if (await parts.deliveries.findDestination(workspace.id, destination)) return wouldMove
      throw unmovable(id)
    }
    const chosen = { ids: [id] }
    const { count } = await parts.deliveries.redeliverDeliveries(workspace.id, chosen, 1, actor)
    if (count !== 1) throw unmovable(id)
    return showOne(call, id)
  },
})

export const cancelDelivery = defineRoute({
  ...writes,
  ...oneToTry,
  path: '/deliveries/:id/cancel',
  operation: 'cancelDelivery',
  once: true,
  summary: 'End a delivery that is not over; it is not tried any more',
  async handle(call) {
    const { id, state } = await findDelivery(call, call.params.id)
    const { parts, workspace, actor } = call
    if (call.query.dry_run && !isOver(state)) return wouldMove
    const count = call.query.dry_run
      ? 0
      : await parts.deliveries.cancelDeliveries(workspace.id, { ids: [id] }, 1, actor)
    if (count === 1) return showOne(call, id)
    throw new Fault('conflict', { message: `Delivery ${id} is over already: ${state}.` })
  },
})

export const resendDelivery = defineRoute({
  ...writes,
  ...one,
  path: '/deliveries/:id/resend',
  operation: 'resendDelivery',
  once: true,
  summary: 'Send a delivery that is over again with another body or other headers',
  description:
    'What is not given stays as it was. The id that the receiver sees stays too: one that took the delivery before will drop it. The address and the secrets are those of the destination.',
  body: Type.Object(
    {
      method: Type.Optional(
        Type.Union(
          requestMethods.map((name) => Type.Literal(name)),
          { description: `one of ${requestMethods.join(', ')}` },
        ),
      ),
      headers: Type.Optional(
        Type.Record(Type.String(), nullable(Type.String({ maxLength: 4_096 })), {
          maxProperties: limits.attemptHeadersKeptMax,
          description: 'a map of headers in small letters; null drops one',
        }),
      ),
      body: Type.Optional(Type.String({ description: 'the text of the new body' })),
    },
    closed,
  ),
  async handle(call) {
    const { id, request } = await findOver(call, call.params.id)
    const edited = editRequest(request, call.body)
    if ('wrong' in edited) throw invalidField(edited.wrong.field, edited.wrong.message)
    const { parts, workspace, actor } = call
    if (!(await parts.deliveries.resendDelivery(workspace.id, id, edited, actor))) {
      throw unmovable(id)
    }
    return showOne(call, id)
  },
})

function select(
  ids: readonly number[] | undefined,
  states: readonly DeliveryState[],
  filter: DeliverySelection,
): DeliverySelection {
  return { ...filter, states, ...(ids ? { ids: ids as DeliveryId[] } : {}) }
}

async function move(
  { parts, workspace }: Calling,
  selection: DeliverySelection,
  isDry: boolean,
  act: (limit: number) => Promise<Redelivered>,
) {
  const counts = await parts.deliveries.countDeliveries(workspace.id, selection)
  const matching = counts.reduce((sum, { count }) => sum + count, 0)
  const most = Math.min(matching, limits.deliveriesMovedMax)
  const count = isDry ? 0 : (await moveAll(most, act)).count
  return { status: 200, body: { dry_run: isDry, matching, moved: count } }
}

async function findOver(call: Calling, place: number) {
  const found = await findDelivery(call, place)
  if (isOver(found.state)) return found
  const message = `Delivery ${found.id} is ${found.state}; cancel it first.`
  throw new Fault('conflict', { message })
}

function unmovable(id: DeliveryId): Fault {
  const why = 'it is not over any more, or its destination is gone'
  return new Fault('conflict', { message: `Delivery ${id} cannot be sent again: ${why}.` })
}

async function showOne(call: Calling, id: DeliveryId) {
  const found = await findDelivery(call, id)
  call.tells.of = found.subject
  return { status: 200, body: shownDelivery(found, call.workspace.idKey) }
}
