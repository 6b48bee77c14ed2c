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

export function get(path: string, headers?: CaseRequest['headers']): CaseRequest {
  return { method: 'GET', path, ...(headers && { headers }) }
}

export function put(path: string, body?: JsonValue): CaseRequest {
  return { method: 'PUT', path, ...(body !== undefined && { body }) }
}

export function del(path: string, body?: JsonValue): CaseRequest {
  return { method: 'DELETE', path, ...(body !== undefined && { body }) }
}

/** What is read, exactly as JSON without a charset (wire notes D8). */
export function json(body: JsonValue): Response {
  return { status: 200, headers: { 'content-type': 'application/json' }, body }
}

/** The same, of which only a part is looked at. */
export function jsonWith(bodyHolds: JsonValue): Response {
  return { status: 200, headers: { 'content-type': 'application/json' }, bodyHolds }
}

/** Something was made: its id is where every client looks for it. */
export function made(what: string, id: number): Response {
  return {
    status: 201,
    headers: {
      'x-created': String(id),
      'x-location': new RegExp(`^http://[^/]+/v4/${what}/${id}$`),
      'content-length': '0',
    },
    body: '',
  }
}

export const nothing: Response = { status: 204, headers: { 'x-created': null }, body: '' }

export function removed(what: string, id: number): Response {
  return { status: 204, headers: { 'x-deleted': `${what} ${id}` }, body: '' }
}

/** The envelope of a list (wire notes 3.3). */
export function listOf(data: JsonValue[], more: JsonObject = {}): JsonObject {
  return { start: 0, limit: 100, count: data.length, data, total: data.length, ...more }
}

/** A list within another object. */
export function wholeOf(data: JsonValue[]): JsonObject {
  return { start: 0, limit: 1000, count: data.length, data, total: data.length }
}

/** The fields every profile has, filled with these. */
export function fieldsWith(values: JsonObject): JsonObject {
  return { email: '', firstname: '', suffix: '', lastname: '', ...values }
}

/** A profile of the database `users`. */
export function profileWith(id: number, values: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    ID: String(id),
    fields: fieldsWith(values),
    interests: [],
    database: '1',
    secret: '<text>',
    created: '<text>',
    modified: '<text>',
    removed: false,
    ...more,
  }
}

/** Fields as they are written on a new profile. */
export function newProfile(fields: JsonObject, more: JsonObject = {}): CaseRequest {
  return post('/v4/database/users/profiles', { fields, ...more })
}

/** The vendor's page of an event, which there is in Dutch for all of them. */
export function eventPage(name: string, version = 4): string {
  return `https://www.copernica.com/nl/documentation/restv${version}/rest-post-events-${name}`
}

/** The vendor's page of a call. */
export function page(name: string): string {
  return `https://www.copernica.com/en/documentation/restv4/${name}`
}
