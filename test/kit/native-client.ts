import assert from 'node:assert/strict'
import { Value } from 'typebox/value'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'
import { nativePath } from '../../src/http/native/dialect.ts'
import type { NativeRoute } from '../../src/http/native/route.ts'
import { routes } from '../../src/http/native/routes.ts'
import { problem } from '../../src/http/native/schemas.ts'

export interface NativeAnswer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests alone
  body: any
}

export type NativeClient = (
  method: string,
  path: string,
  body?: JsonValue,
  headers?: { [name: string]: string },
) => Promise<NativeAnswer>

/** Calls the native API; an answer that its route's schemas do not describe fails the test. */
export function nativeClient(url: string, token: string): NativeClient {
  return async (method, path, body, headers = {}) => {
    const answer = await fetch(`${url}${nativePath}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const parsed = text === '' ? undefined : (JSON.parse(text) as JsonObject)
    const route = routeOf(method, path)
    if (route) assertDescribed(route, answer.status, parsed)
    return { status: answer.status, headers: answer.headers, body: parsed }
  }
}

function assertDescribed(route: NativeRoute, status: number, body: JsonObject | undefined): void {
  const described = route.answers[status]
  const schema = described ? described.schema : problem
  assert.ok(described || status >= 400, `${route.operation}: ${status} is not in its answers`)
  if (!schema) return assert.equal(body, undefined, route.operation)
  const errors = Value.Errors(schema, body)
  const what = `${route.operation} ${status}: ${JSON.stringify(errors)} in ${JSON.stringify(body)}`
  assert.ok(Value.Check(schema, body), what)
}

function routeOf(method: string, path: string): NativeRoute | undefined {
  const parts = (path.split('?')[0] ?? '').split('/')
  return routes.find((route) => {
    const pattern = route.path.split('/')
    const same = pattern.length === parts.length && route.method === method
    return same && pattern.every((part, at) => part.startsWith(':') || part === parts[at])
  })
}
