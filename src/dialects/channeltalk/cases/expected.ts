import type { CaseRequest, DialectCase } from '../../../core/dialect-case.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'

/** A user without anything, as a lead; `changed` replaces fields, and undefined leaves one out. */
export function lead(changed: { [field: string]: JsonValue | undefined } = {}): JsonObject {
  const user: { [field: string]: JsonValue | undefined } = {
    id: '<hex20>',
    channelId: '<text>',
    type: 'lead',
    named: false,
    mobileNumberQualified: false,
    emailQualified: false,
    profile: {},
    alert: 0,
    unread: 0,
    blocked: false,
    unsubscribeEmail: false,
    unsubscribeTexting: false,
    hasChat: false,
    hasPushToken: false,
    language: 'en',
    createdAt: '<int>',
    updatedAt: '<int>',
    version: 1,
    member: false,
    avatarUrl: '<text>',
    systemLanguage: 'en',
    ...changed,
  }
  return Object.fromEntries(
    Object.entries(user).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  )
}

/** The same for a member; most cases make `m1` first. */
export function member(
  changed: { [field: string]: JsonValue | undefined } = {},
  memberId = 'm1',
): JsonObject {
  return lead({ type: 'member', member: true, memberId, ...changed })
}

/** An answer with exactly this user. */
export function ok(user: JsonObject): DialectCase['response'] {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: { user } }
}

/** An answer with at least this of a user. */
export function holds(user: JsonObject): DialectCase['response'] {
  return { status: 200, headers: { 'content-type': 'application/json' }, bodyHolds: { user } }
}

/** The vendor's error body, and nothing but it. */
export function refused(
  status: number,
  type: string,
  field?: string,
  message: string = '<text>',
): DialectCase['response'] {
  const one: JsonObject = field === undefined ? { message: '<text>' } : { message: '<text>', field }
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: { type, status, errors: [one], language: 'en', message },
  }
}

export function put(body?: JsonValue, memberId = 'm1'): CaseRequest {
  return withBody({ method: 'PUT', path: `/open/v5/users/@${memberId}` }, body)
}

/** An update of the user that the first request in `before` made. */
export function patch(body?: JsonValue): CaseRequest {
  return withBody({ method: 'PATCH', path: '/open/v5/users/{{0.user.id}}' }, body)
}

export function post(body?: JsonValue): CaseRequest {
  return withBody({ method: 'POST', path: '/open/v5/users' }, body)
}

export function get(path: string): CaseRequest {
  return { method: 'GET', path: `/open/v5${path}` }
}

/** Text as JSON, for bodies that only exist as text. */
export function patchText(text: string, headers: CaseRequest['headers'] = {}): CaseRequest {
  return { ...patch(text), headers: { 'content-type': 'application/json', ...headers } }
}

function withBody(request: CaseRequest, body: JsonValue | undefined): CaseRequest {
  return body === undefined ? request : { ...request, body }
}
