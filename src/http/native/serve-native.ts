import type { IfVersion } from '../../core/command.ts'
import type { DialectResponse } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import type { JsonValue } from '../../core/json.ts'
import type { Access } from '../authenticate.ts'
import { assertScope } from '../authenticate.ts'
import type { Call } from '../call.ts'
import { readIdempotency } from '../idempotency-key.ts'
import { admit, beginOrRefuse, type Params, receiveBody } from '../serve-endpoint.ts'
import type { Mounted } from '../shell.ts'
import type { NativeCall, NativeParts } from './call.ts'
import { callOnce } from './call-once.ts'
import { native } from './dialect.ts'
import { assertNotEnded } from './ended-sessions.ts'
import { assertMatches, readParams, readQuery } from './read-input.ts'
import { headersOf, type NativeRoute } from './route.ts'
import { sessionOf } from './session-cookie.ts'

/** Takes a call from its token to its answer; whatever is thrown becomes a problem. */
export function serveNative(
  call: Call,
  { endpoint, route }: Mounted<NativeRoute>,
  params: Params,
  parts: NativeParts,
): void {
  call.route = route
  const go = (access: Access, body: JsonValue | undefined) => {
    if (call.answered || !beginOrRefuse(call)) return
    answer(call, endpoint, params, access, body, parts).then(
      (response) => response && call.answer(response),
      // A write that failed without a fault may have been stored before it did.
      (error: unknown) =>
        call.fail(error, endpoint.method === 'GET' ? 'internal' : 'outcome_unknown'),
    )
  }
  try {
    admit(call, native, (access) => {
      assertScope(access.token, endpoint.scope)
      const proceed = () => {
        const inParts = endpoint.inParts === true
        if (endpoint.method === 'GET') go(access, undefined)
        else receiveBody(call, native, (body) => go(access, body), { inParts })
      }
      const ticket = sessionOf(call.head)
      if (ticket === null) proceed()
      else {
        const checked = assertNotEnded(call.shell.store, access.workspace.id, ticket)
        checked.then(proceed).catch((error: unknown) => call.fail(error))
      }
    })
  } catch (error) {
    call.fail(error)
  }
}

async function answer(
  call: Call,
  route: NativeRoute,
  params: Params,
  { token, workspace }: Access,
  body: JsonValue | undefined,
  parts: NativeParts,
): Promise<DialectResponse | null> {
  const takes = headersOf(route)
  assertTaken(route, call.head.headers)
  const input: NativeCall<unknown, unknown, unknown> = {
    params: readParams(route.params, params),
    query: readQuery(route.query, call.head.query),
    body: readBody(route, body),
    store: call.shell.store,
    workspace,
    token,
    parts,
    now: call.shell.clock(),
    source: { dialect: native.id, token: token.id, request: call.id },
    actor: { via: native.id, name: token.publicPart, request: call.id },
    idempotency: takes.includes('idempotency-key') ? readIdempotency(call) : null,
    ifVersion: takes.includes('if-match') ? readIfMatch(call) : undefined,
    ifTag: takes.includes('if-match-tag') ? readIfMatchTag(call) : undefined,
    tells: { of: null },
    raw: call,
  }
  const run = () => route.handle(input as NativeCall<never, never, never>)
  const { idempotency } = input
  const isOnce = route.once === true && idempotency !== null && !isDry(input.query)
  const response = await (isOnce ? callOnce(input, idempotency, run) : run())
  if (!response) return null
  return { ...response, headers: { 'cache-control': 'no-store', ...response.headers } }
}

/**
 * What would promise something that is not kept is refused. A full answer keeps what a reader is
 * promised by `If-None-Match`, and a key is no harm where nothing is changed.
 */
function assertTaken(route: NativeRoute, headers: Call['head']['headers']): void {
  const takes: readonly string[] = headersOf(route).map((name) => name.replace('-tag', ''))
  const onWrites = route.method === 'GET' ? [] : ['if-none-match', 'if-unmodified-since']
  const wrong = ['if-match', 'last-event-id', ...onWrites].find(
    (name) => headers[name] !== undefined && !takes.includes(name),
  )
  if (wrong === undefined) return
  const shown = wrong === 'last-event-id' ? 'Last-Event-ID' : asHeader(wrong)
  throw new Fault('header_not_taken', {
    message: `This call does not take ${shown}, and nothing was done. Send it without.`,
    fields: [{ field: shown, message: 'Is no header of this call.' }],
  })
}

function asHeader(name: string): string {
  return name.replaceAll(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())
}

function isDry(query: unknown): boolean {
  return (query as { dry_run?: boolean }).dry_run === true
}

export function readBody(route: NativeRoute, body: JsonValue | undefined): unknown {
  if (!route.body) {
    if (body === undefined) return undefined
    throw new Fault('malformed_body', { message: 'This call takes no body.' })
  }
  if (body === undefined) {
    throw new Fault('malformed_body', { message: 'This call needs a JSON body.' })
  }
  if (route.inParts !== true) assertMatches(route.body, body)
  return body
}

/** The version an `If-Match` names, as the `ETag` of an answer has it. */
function readIfMatch(call: Call): IfVersion | undefined {
  const header = call.head.headers['if-match']
  if (header === undefined) return undefined
  if (header.trim() === '*') return '*'
  const version = /^\s*"?(\d{1,15})"?\s*$/.exec(header)?.[1]
  if (version === undefined) {
    throw new Fault('malformed_request', {
      message: 'If-Match must be one version as the ETag has it, such as "7", or *.',
    })
  }
  return Number(version)
}

function readIfMatchTag(call: Call): string | undefined {
  const header = call.head.headers['if-match']
  if (header === undefined || header.trim() === '*') return undefined
  const tag = /^\s*"?([!#-+\--~]{1,100})"?\s*$/.exec(header)?.[1]
  if (tag !== undefined) return tag
  throw new Fault('malformed_request', { message: 'If-Match must be one ETag, or *.' })
}
