import type { CaseEvent, CaseRequest, DialectCase } from '../../../core/dialect-case.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'

type Response = DialectCase['response']

/** The one reply of an accepted event (wire notes D1). */
export const accepted: Response = {
  status: 201,
  headers: {
    'x-created': /^[1-9]\d*$/,
    'x-location': /^http:\/\/[^/]+\/v4\/event\/[1-9]\d*$/,
    'content-length': '0',
  },
  body: '',
}

/** Every refusal has one shape (wire notes D2). */
export function refused(message: string, headers: Response['headers'] = {}): Response {
  return {
    status: 400,
    headers: {
      'content-type': 'application/json',
      'x-created': null,
      'x-location': null,
      ...headers,
    },
    body: { error: { message } },
  }
}

/** A refusal whose text is not part of what is promised, but for what it must name. */
export const refusedSomehow: Response = {
  status: 400,
  headers: { 'content-type': 'application/json', 'x-created': null, 'x-location': null },
  body: { error: { message: '<text>' } },
}

export function post(
  path: string,
  body?: JsonValue,
  headers?: CaseRequest['headers'],
): CaseRequest {
  return {
    method: 'POST',
    path,
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
  }
}

/** A form, as it goes on the wire. */
export function postForm(path: string, body: string): CaseRequest {
  return post(path, body, { 'content-type': 'application/x-www-form-urlencoded' })
}

/** JSON text that the runner must not touch. */
export function postText(path: string, body: string): CaseRequest {
  return post(path, body, { 'content-type': 'application/json' })
}

/** The parameters of every example on the vendor's pages of the user events. */
export const john: JsonObject = {
  email: 'john.doe@example.com',
  firstname: 'John',
  lastname: 'Doe',
}

/** The same under Roster's names. */
export const johnsAttributes: JsonObject = {
  email: 'john.doe@example.com',
  first_name: 'John',
  last_name: 'Doe',
}

/** What an event about somebody new leaves, with the starter rules. */
export function createdBy(type: string, attributes: JsonObject = johnsAttributes): CaseEvent[] {
  return [
    { type, subject: true, attributes, changed: [], dropped: [] },
    { type: 'profile.created', subject: true, changed: Object.keys(attributes), dropped: [] },
  ]
}

/** What an event that no rule reacts to leaves. */
export function loggedAlone(type: string, attributes: JsonObject): CaseEvent[] {
  return [{ type, subject: false, attributes, changed: [], dropped: [] }]
}
