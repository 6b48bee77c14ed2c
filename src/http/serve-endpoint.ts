import type { Applied } from '../core/command.ts'
import type {
  Dialect,
  DialectRequest,
  Endpoint,
  PlainEndpoint,
  ReadEndpoint,
  WorkspaceView,
  WriteEndpoint,
} from '../core/dialect.ts'
import { Fault } from '../core/errors.ts'
import type { JsonValue } from '../core/json.ts'
import { assertAcceptable } from '../core/normalise.ts'
import type { WorkspaceId } from '../core/profile.ts'
import type { Store } from '../storage/store.ts'
import { type Access, assertScope, authenticate } from './authenticate.ts'
import type { Call } from './call.ts'
import { originAllowed } from './cross-origin.ts'
import { readIdempotency } from './idempotency-key.ts'
import { readBody } from './read-body.ts'
import { serveAsking } from './serve-asking.ts'
import type { Mounted } from './shell.ts'

export type Params = DialectRequest['params']

/**
 * Takes a call from its credentials to its answer. Everything a dialect or the store throws becomes
 * the dialect's refusal; nothing escapes.
 */
export function serveEndpoint(call: Call, mounted: Mounted<Endpoint>, params: Params): void {
  const { dialect, endpoint } = mounted
  call.route = mounted.route
  try {
    admit(call, dialect, (access) => {
      assertScope(access.token, endpoint.scope)
      // What a GET brings along is thrown away unread.
      if (endpoint.method === 'GET') run(call, mounted, params, access, undefined)
      else receiveBody(call, dialect, (body) => run(call, mounted, params, access, body))
    })
  } catch (error) {
    call.fail(error)
  }
}

/**
 * Finds out who calls and goes on from there, in the same turn wherever the store can answer in it.
 * The token is kept on the call, for its log line. What `next` throws refuses the call.
 *
 * @throws Fault when there are no good credentials, or when a browser calls from a page whose
 *   origin the workspace does not allow.
 */
export function admit(call: Call, dialect: Dialect, next: (access: Access) => void): void {
  const { store, tickets } = call.shell
  const { origin } = call.head.headers
  const enter = (access: Access) => {
    call.access = access
    if (origin !== undefined && dialect.crossOrigin === true) {
      // Browsers name the origin also where a page calls its own server.
      const isOwn = origin === call.head.baseUrl
      if (!isOwn && !originAllowed(access.workspace, origin)) {
        throw new Fault('forbidden', { message: 'Pages of this origin may not call.' })
      }
    }
    count(call, dialect, access)
    next(access)
  }
  const credentials = dialect.credentials(call.head)
  const access = authenticate(store, tickets, dialect, credentials, call.connection)
  if (access instanceof Promise) access.then(enter).catch((error: unknown) => call.fail(error))
  else enter(access)
}

/** @throws Fault `too_many_requests` when the token has made as many calls as its vendor takes. */
function count(call: Call, dialect: Dialect, access: Access): void {
  const { rateLimits, clock } = call.shell
  call.rate = rateLimits.take(dialect, call.route.endpoint, access, clock())
  if (call.rate?.retryMs === undefined) return
  const retryAfterSeconds = Math.ceil(call.rate.retryMs / 1_000)
  throw new Fault('too_many_requests', { retryAfterSeconds })
}

/**
 * Reads the body as the dialect reads it and passes it on, or refuses the call. With `inParts` what
 * is in it still has to be checked: whoever takes it does so part by part.
 */
export function receiveBody(
  call: Call,
  dialect: Dialect,
  next: (body: JsonValue | undefined) => void,
  { inParts = false } = {},
): void {
  const { connection, head, request, shell } = call
  const arrived = () => {
    if (connection.reading === call) connection.reading = null
  }
  connection.reading = call
  readBody(request, shell.config.bodyBytesMax, {
    hasRoom(bytes) {
      if (call.answered || call.hold(bytes)) return true
      arrived()
      call.refuseBusy()
      return false
    },
    whole(text) {
      arrived()
      try {
        const body = dialect.parseBody(text, head)
        call.bodyText = text
        if (body !== undefined && !inParts) assertAcceptable(body)
        next(body)
      } catch (error) {
        call.fail(error)
      }
    },
    refused(fault) {
      arrived()
      call.refuse(fault)
    },
    gone() {
      arrived()
      call.abandon()
    },
  })
}

/** Counts the call as under way; false, and refused, where too many are. */
export function beginOrRefuse(call: Call): boolean {
  const { overload } = call.shell
  const { admittedAt } = call.connection
  if (admittedAt === null && !overload.isCalm() && overload.isFull(call.head)) {
    call.refuseBusy()
    return false
  }
  overload.begin(call)
  return true
}

function run(
  call: Call,
  mounted: Mounted<Endpoint>,
  params: Params,
  access: Access,
  body: JsonValue | undefined,
): void {
  // Refused while the body arrived, for taking too long.
  if (call.answered) return
  // Its body took its time, and others came in the meantime.
  if (!beginOrRefuse(call)) return
  const { endpoint } = mounted
  const { method, path, query, headers, baseUrl } = call.head
  const { workspace } = access
  const now = call.shell.clock()
  const request = { method, path, query, headers, baseUrl, params, body, workspace, now }
  if ('toCommand' in endpoint) write(call, mounted.dialect, endpoint, access, request)
  else if ('toQuestion' in endpoint) read(call, endpoint, request)
  else if ('ask' in endpoint) serveAsking(call, mounted.dialect, endpoint, access, request)
  else answerPlainly(call, endpoint, request)
}

function write(
  call: Call,
  dialect: Dialect,
  endpoint: WriteEndpoint,
  { token, workspace }: Access,
  request: DialectRequest,
): void {
  const { store } = call.shell
  const source = { dialect: dialect.id, token: token.id, request: call.id }
  const idempotency = readIdempotency(call)
  const command = { ...endpoint.toCommand(request), source, ...(idempotency && { idempotency }) }
  store.apply(workspace.id, command).then(
    (applied) => answerWrite(call, endpoint, applied, request),
    // An engine says so with a fault when nothing was written; anything else tells us nothing.
    (error: unknown) => call.fail(error, 'outcome_unknown'),
  )
}

function answerWrite(
  call: Call,
  endpoint: WriteEndpoint,
  applied: Applied,
  request: DialectRequest,
): void {
  try {
    const view = viewOf(call.shell.store, request.workspace.id)
    const response = endpoint.toResponse(applied, request, view)
    if (applied.repeated) response.headers = { ...response.headers, ...repeatedHeaders }
    call.answer(response)
  } catch (error) {
    const message = 'The call was stored, but its answer could not be made.'
    const stored = new Fault('outcome_unknown', { message, cause: error })
    call.refuse(error instanceof Fault ? error : stored)
  }
}

function read(call: Call, endpoint: ReadEndpoint, request: DialectRequest): void {
  const { store } = call.shell
  const workspaceId = request.workspace.id
  store.findProfiles(workspaceId, endpoint.toQuestion(request)).then(
    (found) => {
      try {
        call.answer(endpoint.toAnswer(found, request, viewOf(store, workspaceId)))
      } catch (error) {
        call.fail(error)
      }
    },
    (error: unknown) => call.fail(error),
  )
}

function answerPlainly(call: Call, endpoint: PlainEndpoint, request: DialectRequest): void {
  call.answer(endpoint.answer(request))
}

/** Says of an answer that the call had been made before. */
export const repeatedHeaders = { 'idempotent-replayed': 'true' }

export function viewOf(store: Store, workspaceId: WorkspaceId): WorkspaceView {
  return { nameId: (kind, name) => store.nameId(workspaceId, kind, name) }
}
