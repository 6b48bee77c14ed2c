import type { AskingEndpoint, DialectRequest, DialectResponse } from '../../core/dialect.ts'
import type { JsonObject } from '../../core/json.ts'
import { readParameters } from './event-parameters.ts'

/** A call that answers to POST and PUT alike, as most do there (wire notes 3.2). */
export function eitherWay(endpoint: Omit<AskingEndpoint, 'method'>): AskingEndpoint[] {
  return [
    { method: 'PUT', ...endpoint },
    { method: 'POST', ...endpoint },
  ]
}

export function bodyOf({ body }: DialectRequest): JsonObject {
  return readParameters(body)
}

/** Something was made: its id, and where it is; the oldest clients look under another name. */
export function created(
  { baseUrl, path: asked }: DialectRequest,
  path: string,
  id: string,
): DialectResponse {
  const isOldest = !/^\/+v[2-4]\//.test(asked)
  return {
    status: 201,
    headers: {
      'X-Created': id,
      'X-Location': `${baseUrl}/v4/${path}/${id}`,
      ...(isOldest && { Location: `${baseUrl}/${path}/${id}` }),
    },
  }
}

export const done: DialectResponse = { status: 204 }

export function deleted(what: string, id: string): DialectResponse {
  return { status: 204, headers: { 'X-Deleted': `${what} ${id}` } }
}
