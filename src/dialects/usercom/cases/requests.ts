import type { CaseEvent, CaseRequest } from '../../../core/dialect-case.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'

export const upsertPath = '/api/public/users/update_or_create/'
export const searchPath = '/api/public/users/search/'

/** Default headers; a case that needs another `Accept` adds it. */
export const defaultHeaders = { authorization: 'Token {{token}}' }
export const version2 = { accept: '*/*; version=2' }

type Headers = { [name: string]: string | null }

/** The call of the seed with a JSON body, or with text as it stands. */
export function upsert(body: JsonValue, headers: Headers = {}): CaseRequest {
  const typed =
    typeof body === 'string' ? { 'content-type': 'application/json', ...headers } : headers
  return { method: 'POST', path: upsertPath, headers: typed, body }
}

export function upsertForm(body: string, headers: Headers = {}): CaseRequest {
  return upsert(body, { 'content-type': 'application/x-www-form-urlencoded', ...headers })
}

export function get(path: string, headers: Headers = {}): CaseRequest {
  return { method: 'GET', path: `/api/public${path}`, headers }
}

export function search(query: string, headers: Headers = {}): CaseRequest {
  return { method: 'GET', path: `${searchPath}?${query}`, headers }
}

export const createdAnswer = { status: 200, body: { created: true, id: '<int>' } }
/** An upsert that found the person whom the first request made. */
export const updatedAnswer = { status: 200, body: { created: false, id: '{{0.id}}' } }

/** The one event of an upsert that made a person; `attributes` are all it carried. */
export function created(attributes: JsonObject, changed: string[]): CaseEvent {
  return { type: 'profile.created', subject: true, attributes, changed }
}

export function updated(attributes: JsonObject, changed: string[]): CaseEvent {
  return { type: 'profile.updated', subject: true, attributes, changed }
}

/** A 400 for fields, in the wrapper that clients look for. */
export function fieldFaults(errors: { [field: string]: string[] }) {
  return {
    status: 400,
    headers: { 'content-type': 'application/json' },
    body: { errors },
  }
}

export function detail(status: number, text: string) {
  return { status, headers: { 'content-type': 'application/json' }, body: { detail: text } }
}

/** Any call, with a JSON body where there is one. */
export function call(
  method: string,
  path: string,
  body?: JsonValue,
  headers: Headers = {},
): CaseRequest {
  return { method, path: `/api/public${path}`, headers, ...(body !== undefined && { body }) }
}

/** What the vendor's own server was seen to answer, kept by a client's tests. */
export const recorded = 'recorded by the Ruby client from the vendor’s service, 2018'
export const seedPage = 'https://user.com/pl/api/user/update-create-user'
export const documented = (page: string) => `https://apidocs.user.com/${page}`

export const notFound = detail(404, 'Not found.')
export const noContent = {
  status: 204,
  headers: { 'content-type': null, 'content-length': '0' },
  body: '',
}
export const ok = { status: 200, body: { status: 'ok' } }
