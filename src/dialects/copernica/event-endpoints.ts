import type { Applied } from '../../core/command.ts'
import type {
  CommandBody,
  DialectRequest,
  DialectResponse,
  Endpoint,
  WriteEndpoint,
} from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { reservedEventGroups } from '../../core/event.ts'
import { type JsonObject, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { emailIdentifier } from '../../core/profile.ts'
import { documentedEvents, readParameters } from './event-parameters.ts'
import { toAttributes } from './fields.ts'
import { mailTriggerOf, recipientOf } from './mail-events.ts'

/** The vendor treats POST and PUT alike on nearly every address (wire notes 3.2). */
export const eventEndpoints: readonly Endpoint[] = [
  eventEndpoint('POST', '/events/:group/:kind'),
  eventEndpoint('PUT', '/events/:group/:kind'),
  eventEndpoint('POST', '/events/webshop/:area/:kind'),
  eventEndpoint('PUT', '/events/webshop/:area/:kind'),
]

function eventEndpoint(method: 'POST' | 'PUT', path: string): WriteEndpoint {
  return { method, path, scope: 'events:write', toCommand, toResponse }
}

function toCommand(request: DialectRequest): CommandBody {
  const type = eventType(request.params)
  const parameters = readParameters(request.body)
  documentedEvents.get(type)?.(parameters)
  return recordEvent(type, toAttributes(parameters))
}

function recordEvent(type: string, attributes: JsonObject): CommandBody {
  if (mailTriggerOf(type)) return recordMail(type, attributes)
  const email = emailIdentifier(own(attributes, 'email'))
  const identifiers = email ? [email] : []
  return { kind: 'record-event', type, attributes, identifiers, reply: 'outcome' }
}

/**
 * What became of a mail is about whom it went to, where there is somebody: so webhooks and rules
 * find the profile.
 */
function recordMail(type: string, attributes: JsonObject): CommandBody {
  const { subject, identifiers } = recipientOf(attributes)
  const named = subject.length > 0 && { subject, onMissing: 'record' as const }
  return { kind: 'record-event', type, attributes, identifiers, ...named, reply: 'outcome' }
}

/** The one reply that every client takes for success (wire notes D1). */
function toResponse(applied: Applied, request: DialectRequest): DialectResponse {
  const id = applied.events[0]
  if (id === undefined) throw new Error('An event call was applied without an event.')
  return {
    status: 201,
    headers: { 'X-Created': `${id}`, 'X-Location': `${request.baseUrl}/v4/event/${id}` },
  }
}

/**
 * Group and kind joined by a dot. The vendor's paths are case-sensitive: a documented event or a
 * group of our own with capitals is refused, not logged under a name that no rule reacts to.
 */
function eventType({ group = 'webshop', area, kind = '' }: DialectRequest['params']): string {
  const whole = area === undefined ? alias(group, kind) : `${group}.${area}`
  const type = `${whole}.${kind}`
  if (documentedEvents.has(type)) return type
  if (type.length > limits.nameLengthMax || ![group, area ?? kind, kind].every(isName)) {
    throw refusal(
      `An event's name holds letters, digits, - and _, at most ${limits.nameLengthMax} in all`,
    )
  }
  if (documentedEvents.has(type.toLowerCase())) throw new Fault('unknown_route')
  const first = group.toLowerCase()
  if (reservedEventGroups.includes(first)) throw refusal(`Events of group ${first} are reserved`)
  return type
}

function isName(part: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(part)
}

/** One page calls the cart events `/events/cart/...`: a slip of the vendor's, and harmless. */
function alias(group: string, kind: string): string {
  return group === 'cart' && (kind === 'add' || kind === 'remove') ? 'webshop.cart' : group
}

function refusal(message: string): Fault {
  return new Fault('invalid_field', { message, fields: [{ field: 'event', message }] })
}
