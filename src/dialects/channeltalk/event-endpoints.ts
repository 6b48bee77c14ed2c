import { type Asking, askCommand, askEvents, askProfiles } from '../../core/ask.ts'
import {
  type AskingEndpoint,
  bodyKind,
  type DialectRequest,
  type Endpoint,
} from '../../core/dialect.ts'
import { Fault, invalidField } from '../../core/errors.ts'
import type { Event } from '../../core/event.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../core/json.ts'
import type { EventId, Profile } from '../../core/profile.ts'
import { hiddenEvents, hideEvent, noEvent } from './hidden-events.ts'
import { listEvents, prefix } from './list-events.ts'
import { readListQuery } from './list-query.ts'
import type { UserView } from './render-user.ts'
import { ok } from './user-answer.ts'
import { createThingIds } from './user-ids.ts'
import { assertUserId, userKeys } from './user-path.ts'
import { versionOf } from './versions.ts'

const nameLengthMax = 64
const dayMs = 24 * 60 * 60 * 1_000

/** The calls on the events of a user: everything of a free name, whichever dialect recorded it. */
export function eventEndpoints(view: UserView): Endpoint[] {
  const ids = createThingIds('event')
  const find = function* (request: DialectRequest): Asking<Profile> {
    assertUserId(request)
    const [profile] = yield* askProfiles({ keys: userKeys(request, view.ids) })
    if (!profile) throw new Fault('profile_not_found')
    return profile
  }
  const render = (event: Event, profile: Profile, request: DialectRequest) => {
    const userId = view.ids.show(profile, request.workspace)
    const id = ids.show(event.id, event.receivedAt, request.workspace)
    return renderEvent(event, id, userId, request)
  }

  /** 14: GET /users/{userId}/events */
  const list: AskingEndpoint = {
    method: 'GET',
    path: '/users/:userId/events',
    scope: 'events:read',
    *ask(request) {
      const query = readListQuery(request.query)
      const profile = yield* find(request)
      const hidden = yield* hiddenEvents(profile)
      const { events, more } = yield* listEvents(profile.id, query, hidden, (cursor) =>
        ids.read(cursor, request.workspace),
      )
      const body: JsonObject = {
        events: events.map((event) => render(event, profile, request)),
      }
      const cursor = (event: Event) => ids.show(event.id, event.receivedAt, request.workspace)
      const [first, last] = [events[0], events.at(-1)]
      if (query.since !== null && first) body.prev = cursor(first)
      if (more && last) body.next = cursor(last)
      return ok(body)
    },
  }

  /** 15: POST /users/{userId}/events */
  const create: AskingEndpoint = {
    method: 'POST',
    path: '/users/:userId/events',
    scope: 'events:write',
    *ask(request) {
      const { name, property } = readEvent(request.body)
      const profile = yield* find(request)
      const { events } = yield* askCommand({
        kind: 'record-event',
        type: prefix + name,
        attributes: property,
        identifiers: [],
        subject: userKeys(request, view.ids),
      })
      const event = yield* findEvent(events[0] as EventId, profile)
      if (!event) throw new Error('the event that was recorded is not there')
      return ok({ event: render(event, profile, request) })
    },
  }

  /** 16: DELETE /users/{userId}/events/{eventId} */
  const remove: AskingEndpoint = {
    method: 'DELETE',
    path: '/users/:userId/events/:eventId',
    scope: 'events:write',
    *ask(request) {
      const profile = yield* find(request)
      const number = ids.read(request.params.eventId ?? '', request.workspace)
      const event = number === null ? null : yield* findEvent(number as EventId, profile)
      if (!event || (yield* hiddenEvents(profile)).has(event.id)) throw noEvent()
      yield* hideEvent(event.id, userKeys(request, view.ids))
      return ok({})
    },
  }

  return [list, create, remove]
}

/** @throws Fault naming the field that is missing or has a wrong type. */
function readEvent(body: JsonValue | undefined): { name: string; property: JsonObject } {
  if (!isObject(body ?? null)) {
    const message = `The body must be a JSON object, not ${bodyKind(body)}.`
    throw new Fault('invalid_field', { message })
  }
  const fields = body as JsonObject
  const name = own(fields, 'name')
  if (typeof name !== 'string' || name === '') throw invalidField('name', 'is required, as text.')
  if (name.length > nameLengthMax) {
    throw invalidField('name', `is longer than ${nameLengthMax} characters.`)
  }
  const property = own(fields, 'property') ?? {}
  if (!isObject(property)) {
    throw invalidField('property', `must be an object, not a ${bodyKind(property)}.`)
  }
  return { name, property }
}

function* findEvent(id: EventId, { id: subject }: Profile): Asking<Event | null> {
  const after = (id - 1) as EventId
  const before = (id + 1) as EventId
  const { events } = yield* askEvents({ subject, types: [`${prefix}*`], after, before, limit: 1 })
  return events[0] ?? null
}

function renderEvent(
  { type, attributes, receivedAt }: Event,
  id: string,
  userId: string,
  request: DialectRequest,
): JsonObject {
  const version = versionOf(request)
  const event: JsonObject = { userId, id, channelId: String(request.workspace.id) }
  if (version === 3) Object.assign(event, { personId: userId, personType: 'user' })
  event.name = type.slice(prefix.length)
  if (Object.keys(attributes).length > 0) event.property = attributes
  event.createdAt = receivedAt
  event.expireAt = Math.floor((receivedAt + 90 * dayMs) / 1_000) * 1_000
  if (version === 5) event.managed = false
  event.version = 1
  return event
}
