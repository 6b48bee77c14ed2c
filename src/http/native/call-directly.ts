import { Fault } from '../../core/errors.ts'
import type { JsonValue } from '../../core/json.ts'
import { assertAcceptable } from '../../core/normalise.ts'
import type { Token } from '../../storage/store.ts'
import type { NativeCall } from './call.ts'
import { readParams, readQuery } from './read-input.ts'
import type { NativeRoute } from './route.ts'
import { readBody } from './serve-native.ts'

/** What a call asks for, as text where an address has text. */
export interface Asked {
  params: { readonly [name: string]: string }
  query: { readonly [name: string]: string }
  body?: JsonValue | undefined
}

export type Directly = Pick<
  NativeCall<unknown, unknown, unknown>,
  'store' | 'workspace' | 'parts' | 'now' | 'actor'
>

/**
 * Makes a call without a server: its input is checked as a request's is, and what it answers is
 * what a request would be answered with.
 *
 * @throws Fault where a request would be refused.
 */
export async function callDirectly(
  route: NativeRoute,
  { params, query, body }: Asked,
  by: Directly,
): Promise<JsonValue> {
  if (body !== undefined && route.inParts !== true) assertAcceptable(body)
  const input: Omit<NativeCall<unknown, unknown, unknown>, 'raw'> = {
    ...by,
    params: readParams(route.params, params),
    query: readQuery(route.query, new URLSearchParams(query).toString()),
    body: readBody(route, body),
    token: operator(by),
    source: { dialect: by.actor.via, token: null, request: null },
    idempotency: null,
    ifVersion: undefined,
    ifTag: undefined,
    tells: { of: null },
  }
  const answer = await route.handle(input as NativeCall<never, never, never>)
  if (answer) return (answer.body as JsonValue | undefined) ?? null
  throw new Fault('unknown_route', { message: 'This call needs a server.' })
}

/** Whoever has the store may do everything in it. */
function operator({ workspace }: Directly): Token {
  return {
    ...{ id: 0, publicPart: '', secretHash: '', workspaceId: workspace.id, dialect: '' },
    ...{ scopes: [], label: '', rateLimit: 'off', createdAt: 0, revokedAt: null },
  }
}
