import { type Asking, askCommand, askEvents, askRecord } from '../../core/ask.ts'
import type { Key } from '../../core/command.ts'
import type {
  AskingEndpoint,
  DialectRequest,
  DialectResponse,
  Endpoint,
  PlainEndpoint,
} from '../../core/dialect.ts'
import { Fault, type FieldFault } from '../../core/errors.ts'
import type { Event } from '../../core/event.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import type { Profile } from '../../core/profile.ts'
import { integerOrNothing, readText } from './coerce.ts'
import { findNamed } from './definitions.ts'
import { EVENT } from './kinds.ts'
import { showSome } from './paging.ts'
import { parameters } from './query.ts'
import { assertNone, readObject, required, unknownPk } from './requests.ts'
import { keysOfId, shownId } from './shown-ids.ts'
import { typeName } from './user-body.ts'
import { dateTime } from './user-object.ts'
import { findUser, keysOfUserId, onUser } from './user-paths.ts'
import { type Version, versionOf } from './version.ts'

/** A free event name becomes a type of this group, as it was written. */
const prefix = 'custom.'
const nameLengthMax = limits.nameLengthMax - prefix.length
/** The newest events of a person that a list is made of. */
const eventsMax = 1_000
const triesMax = 5

interface EventBody {
  name: string
  occurredAt: number | undefined
  data: JsonObject
}

/** `POST /events/`: the user is named in the body, each version having its own names for it. */
const create: AskingEndpoint = {
  method: 'POST',
  path: '/events',
  scope: 'events:write',
  *ask(request) {
    const version = versionOf(request)
    const body = readObject(request.body)
    const faults: FieldFault[] = []
    const event = readEvent(body, faults)
    const named = whoIsNamed(body, version, faults)
    assertNone(faults)
    try {
      return yield* record(event, named.keys)
    } catch (error) {
      const isMissing = error instanceof Fault && error.code === 'profile_not_found'
      throw isMissing ? unknownPk(named.field, named.value) : error
    }
  },
}

const createOfUser = onUser('POST', '/events', 'events:write', function* (request, keys) {
  versionOf(request)
  const faults: FieldFault[] = []
  const event = readEvent(readObject(request.body), faults)
  assertNone(faults)
  return yield* record(event, keys)
})

const listOfUser = onUser('GET', '/events', 'profiles:read', function* (request, keys) {
  const profile = yield* findUser(keys)
  const events = yield* eventsOf(profile, [`${prefix}*`])
  const names = [...new Set(events.map(nameOf))]
  const found = yield* findNamed(names.map((name) => ({ kind: EVENT, name })))
  const ids = new Map(found.map(({ name, id }) => [name, id]))
  const shown = events.map((event) => ({
    id: event.id,
    client: shownId(profile),
    timestamp: dateTime(event.occurredAt),
    items: Object.entries(event.attributes).map(([name, value]) => ({ name, value })),
    event: nameOf(event),
    event_id: ids.get(nameOf(event)) ?? null,
  }))
  return page(request, shown)
})

/** Everything Roster has logged about the user. */
const timeline = onUser('GET', '/timeline', 'profiles:read', function* (request, keys) {
  const profile = yield* findUser(keys)
  const events = yield* eventsOf(profile)
  const shown = events.map((event) => ({
    id: event.id,
    datetime: dateTime(event.occurredAt),
    name: event.type.startsWith(prefix) ? nameOf(event) : event.type,
    content: { url: null, title: null },
  }))
  return page(request, shown)
})

/** What Roster does not observe: there is none of it. */
const emptyLists = ['/segments', '/ping_hits', '/emails', '/product_events'].flatMap((below) =>
  onUser('GET', below, 'profiles:read', function* (request, keys) {
    yield* findUser(keys)
    return page(request, [])
  }),
)

function page(request: DialectRequest, all: readonly JsonValue[]): DialectResponse {
  versionOf(request)
  return showSome(request, parameters(request.query).get('page')?.text, all)
}

function* eventsOf({ id }: Profile, types?: string[]): Asking<Event[]> {
  const query = { subject: id, ...(types && { types }), limit: eventsMax }
  const { events } = yield* askEvents(query)
  return events
}

function nameOf({ type }: Event): string {
  return type.slice(prefix.length)
}

/** Logs the event, and defines its name in the same transaction where it is new. */
function* record({ name, occurredAt, data }: EventBody, subject: Key[]): Asking<DialectResponse> {
  for (let tries = 1; ; tries++) {
    const known = yield* askRecord(EVENT, { name })
    const definition = { op: 'put', kind: EVENT, name, version: 0, body: {} } as const
    try {
      const { records } = yield* askCommand({
        kind: 'record-event',
        type: prefix + name,
        attributes: data,
        identifiers: [],
        subject,
        ...(occurredAt !== undefined && { occurredAt }),
        ...(!known && { records: [definition] }),
      })
      const id = known?.id ?? records?.[0]?.id ?? null
      return { status: 201, body: { id, created: !known } }
    } catch (error) {
      const isConflict = error instanceof Fault && error.code === 'conflict'
      if (!isConflict || known || tries >= triesMax) throw error
    }
  }
}

function readEvent(body: JsonObject, faults: FieldFault[]): EventBody {
  const name = required(body, 'name', nameLengthMax, faults)
  const seconds = integerOrNothing(own(body, 'timestamp') ?? null, 'timestamp', faults) ?? null
  const data = own(body, 'data') ?? {}
  if (!isObject(data)) {
    const message = `Expected a dictionary of items but got type "${typeName(data)}".`
    faults.push({ field: 'data', message })
  }
  const isTime = typeof seconds === 'number' && Math.abs(seconds) < 1e11
  if (seconds !== null && !isTime) {
    faults.push({ field: 'timestamp', message: 'Unix seconds are expected.' })
  }
  return {
    name,
    occurredAt: isTime ? seconds * 1_000 : undefined,
    data: isObject(data) ? data : {},
  }
}

/**
 * Whom the body names: `client`, or `user_id`, is the integer id here, and `user_custom_id` the
 * customer's own (wire notes 1.1).
 */
function whoIsNamed(
  body: JsonObject,
  version: Version,
  faults: FieldFault[],
): { keys: Key[]; field: string; value: JsonValue } {
  const custom = readText(own(body, 'user_custom_id') ?? null, 'user_custom_id', faults, 512)
  const field = own(body, 'client') !== undefined && version === 1 ? 'client' : 'user_id'
  const value = own(body, field) ?? own(body, 'client') ?? null
  const ofCustom = custom ? keysOfUserId(custom) : []
  const digits = /^[0-9]{1,20}$/.test(String(value)) ? String(value) : null
  if (digits !== null) return { keys: [...keysOfId(digits), ...ofCustom], field, value }
  if (custom) return { keys: ofCustom, field: 'user_custom_id', value: custom }
  const isGiven = value !== null && value !== ''
  const asked = version === 1 ? 'client' : 'user_id'
  faults.push(
    isGiven
      ? { field, message: 'A valid integer is required.' }
      : { field: asked, message: 'This field is required.' },
  )
  return { keys: [], field, value }
}

/** Nobody has made a segment here. */
const segments: PlainEndpoint = {
  method: 'GET',
  path: '/segments',
  scope: 'profiles:read',
  answer: (request) => page(request, []),
}

export const eventEndpoints: readonly Endpoint[] = [
  segments,
  create,
  ...listOfUser,
  ...createOfUser,
  ...timeline,
  ...emptyLists,
]
