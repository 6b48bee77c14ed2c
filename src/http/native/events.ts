import { hash } from 'node:crypto'
import Type from 'typebox'
import type { Applied, Idempotency } from '../../core/command.ts'
import type { CommandBody } from '../../core/dialect.ts'
import { Fault, invalidField } from '../../core/errors.ts'
import { eventTypePattern, reservedEventGroups } from '../../core/event.ts'
import { explainEvent } from '../../core/explain-event.ts'
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { assertAcceptable } from '../../core/normalise.ts'
import type { EventId, ProfileId } from '../../core/profile.ts'
import { gatherExplanation } from '../../inspect/explain-stored.ts'
import { answerMany, type EntryResult, manyResults } from './bulk.ts'
import { commandOf, type NativeCall } from './call.ts'
import { readIdentifiers, readTime } from './read-fields.ts'
import { assertMatches } from './read-input.ts'
import { defineRoute } from './route.ts'
import {
  attributes,
  closed,
  event,
  explanation,
  foundBy,
  id,
  identifierMap,
  idIn,
  nullable,
  preview,
  timeIn,
  writeOptions,
} from './schemas.ts'
import { shownEvent, shownPreview, shownReaction } from './shown.ts'

const eventIn = Type.Object(
  {
    type: Type.String({
      minLength: 1,
      maxLength: limits.nameLengthMax,
      description: 'an event type such as order.paid, or custom. and any name',
    }),
    occurred_at: Type.Optional(timeIn),
    attributes: Type.Optional(attributes),
    profile_id: Type.Optional(idIn),
    identifiers: Type.Optional(identifierMap),
    idempotency_key: Type.Optional(
      Type.String({ pattern: '^[!-~]{1,255}$', description: '1 to 255 visible ASCII characters' }),
    ),
  },
  { ...closed, 'x-name': 'NewEvent', description: 'an event to log' },
)

const sent = Type.Object(
  {
    id: nullable(id),
    profile_id: nullable(id),
    found_by: foundBy,
    caused: Type.Array(id, { description: 'the events that rules made of it' }),
    repeated: Type.Boolean({ description: 'whether the call had been made before' }),
    explanation: Type.Optional(nullable(explanation)),
  },
  { ...closed, 'x-name': 'SentEvent' },
)

type Options = { dry_run?: boolean; explain?: boolean }
type EventCall = NativeCall<unknown, Options, unknown>

export const sendEvents = defineRoute({
  method: 'POST',
  path: '/events',
  scope: 'events:write',
  operation: 'sendEvents',
  resource: 'events',
  summary: 'Log one event, or many',
  description: `The body is one event, or \`{"events": [...]}\` with up to ${limits.bulkEntriesMax}. Of many each is judged by itself and has its own result; what one alone would be refused for, it is refused for among many. The person is found by \`profile_id\`, which must exist, or by the first of \`identifiers\` that finds somebody; an event about nobody yet is found again once there is a profile with that identifier. The rules run before the answer.`,
  query: Type.Object(writeOptions, closed),
  body: Type.Union([
    eventIn,
    Type.Object({ events: Type.Array(eventIn, { maxItems: limits.bulkEntriesMax }) }, closed),
  ]),
  inParts: true,
  takes: ['idempotency-key'],
  answers: {
    200: { description: 'What a dry run would come to', schema: preview },
    201: { description: 'Logged', schema: sent },
    207: { description: 'A result for each of many', schema: manyResults(sent, 'EventResult') },
  },
  refuses: ['profile_not_found', 'call_under_way', 'idempotency_key_reused'],
  async handle(call) {
    const body = call.body as JsonValue
    if (isObject(body) && Object.hasOwn(body, 'events')) {
      assertMatches(manyEvents, body)
      return answerMany('events', body.events, (entry, index) => sendOne(call, entry, index))
    }
    const { status, ...result } = await sendOne(call, body, null)
    return { status, body: result }
  },
})

const manyEvents = Type.Object({ events: Type.Unknown() }, closed)

async function sendOne(
  call: EventCall,
  entry: JsonValue,
  index: number | null,
): Promise<EntryResult> {
  const { store, workspace, query } = call
  const idempotency = keyOf(call, entry, index)
  const command = commandOf({ ...call, idempotency }, readEvent(entry))
  if (query.dry_run) {
    const previewed = await store.preview(workspace.id, command)
    return { status: 200, ...shownPreview(previewed, await store.listRules(workspace.id)) }
  }
  const applied = await store.apply(workspace.id, command)
  const result = shownApplied(applied)
  if (!query.explain) return { status: 201, ...result }
  return { status: 201, ...result, explanation: await explainOne(call, applied.events[0]) }
}

/** The key an event brings itself, or its place under the key of the call. */
function keyOf(call: EventCall, entry: JsonValue, index: number | null): Idempotency | null {
  const { idempotency } = call
  const own = isObject(entry) ? entry.idempotency_key : undefined
  const bodyHash = () => hash('sha256', JSON.stringify(entry), 'hex')
  if (typeof own === 'string') {
    return { key: own, route: 'event', bodyHash: bodyHash() }
  }
  if (idempotency === null || index === null) return idempotency
  return { ...idempotency, key: `${idempotency.key}#${index}`, bodyHash: bodyHash() }
}

function readEvent(entry: JsonValue): CommandBody {
  assertAcceptable(entry)
  assertMatches(eventIn, entry)
  if (!isObject(entry)) throw new Fault('malformed_body')
  const type = entry.type as string
  assertEventType(type)
  const identifiers = readIdentifiers('identifiers', (entry.identifiers ?? {}) as JsonObject)
  const occurredAt = readTime('occurred_at', entry.occurred_at)
  const named = identifiers.map((identifier) => ({ identifier }))
  const byId = entry.profile_id as ProfileId | undefined
  return {
    kind: 'record-event',
    type,
    attributes: (entry.attributes ?? {}) as JsonObject,
    identifiers,
    ...(occurredAt === undefined ? {} : { occurredAt }),
    ...(byId !== undefined
      ? { subject: [{ profile: byId }] }
      : { subject: named, onMissing: 'record' as const }),
  }
}

function assertEventType(type: string): void {
  const group = type.split('.')[0] ?? ''
  if (reservedEventGroups.includes(group)) {
    throw invalidField('type', `Events of the group "${group}" are Roster's own.`)
  }
  if (type.startsWith('custom.') && type.length > 'custom.'.length) return
  if (eventTypePattern.test(type)) return
  const message = 'Must be group.kind, in letters, digits, - and _, such as order.paid.'
  const hint = `Any other name may stand behind "custom.": "custom.${type.slice(0, 80)}".`
  throw new Fault('invalid_field', {
    message: `type: ${message} ${hint}`,
    fields: [{ field: 'type', message, hint }],
  })
}

function shownApplied({ events, profile, foundBy: how, repeated }: Applied): JsonObject {
  const [first = null, ...caused] = events
  return {
    id: first,
    profile_id: profile?.id ?? null,
    found_by: how,
    caused,
    repeated: repeated === true,
  }
}

/** Why rules reacted to an event or did not; null when it is not kept any more. */
export async function explainOne(
  { store, workspace, parts }: Pick<EventCall, 'store' | 'workspace' | 'parts'>,
  id: EventId | undefined,
): Promise<JsonObject | null> {
  const found =
    id === undefined ? null : await gatherExplanation(store, parts.deliveries, workspace.id, id)
  return found && { event_id: found.event.id, rules: explainEvent(found).map(shownReaction) }
}

export const getEvent = defineRoute({
  method: 'GET',
  path: '/events/:id',
  scope: 'events:read',
  operation: 'getEvent',
  resource: 'events',
  summary: 'Read one event, and what the rules made of it',
  params: Type.Object({ id: idIn }),
  query: Type.Object({ explain: writeOptions.explain }, closed),
  answers: {
    200: {
      description: 'The event',
      schema: Type.Object({ event, explanation: Type.Optional(explanation) }, closed),
    },
  },
  refuses: ['not_found'],
  async handle(call) {
    const { store, workspace, params, query } = call
    const before = Math.max(params.id - 1, 0) as EventId
    const [found] = await store.readEvents(workspace.id, before, 1)
    if (found?.id !== params.id) {
      throw new Fault('not_found', { message: `There is no event ${params.id}.` })
    }
    const shown = shownEvent(found)
    if (!query.explain) return { status: 200, body: { event: shown } }
    const explained = await explainOne(call, found.id)
    return { status: 200, body: { event: shown, ...(explained && { explanation: explained }) } }
  },
})
