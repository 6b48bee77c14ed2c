import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Credentials, DialectResponse } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { isObject, type JsonValue } from '../../core/json.ts'
import { addRoute } from '../add-route.ts'
import { type Access, assertScope, authenticate } from '../authenticate.ts'
import type { Call } from '../call.ts'
import type { Metrics } from '../metrics.ts'
import { native, readToken } from '../native/dialect.ts'
import { assertNotEnded, endSession } from '../native/ended-sessions.ts'
import { renderProblem } from '../native/problem.ts'
import {
  csrfHeader,
  csrfTokenOf,
  sessionCookie,
  sessionCredentials,
  ticketOf,
} from '../native/session-cookie.ts'
import { makeRoute } from '../route.ts'
import { receiveBody } from '../serve-endpoint.ts'
import { ticketSeconds } from '../tickets.ts'

const path = '/console/session'

/**
 * Sign in, see who is signed in, sign out. The token itself is kept nowhere: the cookie holds a
 * ticket that stands for it for a day, and no longer than the token or the session does.
 */
export function mountSession(app: FastifyInstance, metrics: Metrics): void {
  const route = makeRoute(metrics, path)
  const serve = (method: 'GET' | 'POST' | 'DELETE', handle: (call: Call) => void) =>
    addRoute(app, method, path, (call) => {
      call.route = route
      try {
        assertOwnPage(call)
        handle(call)
      } catch (error) {
        refuse(call, error)
      }
    })
  serve('POST', (call) =>
    receiveBody(call, native, (body) => guarded(call, () => begin(call, body))),
  )
  serve('GET', (call) => {
    const ticket = ticketOf(call.head)
    if (ticket === null) throw new Fault('missing_credentials')
    enter(call, { ticket }, async (access) => {
      await assertNotEnded(call.shell.store, access.workspace.id, ticket)
      call.answer({ status: 200, ...shown(access, ticket) })
    })
  })
  serve('DELETE', (call) => {
    sessionCredentials(call.head)
    const ticket = ticketOf(call.head) ?? ''
    enter(call, { ticket }, async ({ workspace }) => {
      const { store, clock } = call.shell
      await endSession(store, workspace.id, { ticket, request: call.id, now: clock() })
      call.answer({ status: 204, headers: { 'set-cookie': cookie(call, '', 0) } })
    })
  })
}

function begin(call: Call, body: JsonValue | undefined): void {
  const token = isObject(body) ? body.token : undefined
  if (typeof token !== 'string') {
    throw new Fault('malformed_body', { message: 'Signing in needs {"token": "..."}.' })
  }
  enter(call, readToken(token.trim()), ({ token, workspace }) => {
    const ticket = call.shell.tickets.issue(token.publicPart, randomUUID())
    const { headers, body } = shown({ token, workspace }, ticket)
    const kept = { 'set-cookie': cookie(call, ticket, ticketSeconds) }
    call.answer({ status: 201, headers: { ...headers, ...kept }, body })
  })
}

function enter(
  call: Call,
  credentials: Credentials,
  next: (access: Access) => void | Promise<void>,
): void {
  const { store, tickets } = call.shell
  const go = async () => {
    const access = await authenticate(store, tickets, native, credentials, { proof: null })
    assertScope(access.token, 'console:use')
    await next(access)
  }
  go().catch((error: unknown) => refuse(call, error))
}

function shown({ token, workspace }: Access, ticket: string): Omit<DialectResponse, 'status'> {
  const body = {
    workspace: workspace.name,
    token: { public_part: token.publicPart, label: token.label, scopes: [...token.scopes] },
    csrf_header: csrfHeader,
    csrf_token: csrfTokenOf(ticket),
  }
  return { headers: { 'cache-control': 'no-store' }, body }
}

function cookie(call: Call, value: string, maxAge: number): string {
  const secure = call.head.baseUrl.startsWith('https:') ? '; Secure' : ''
  return `${sessionCookie}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAge}${secure}`
}

/** Pages elsewhere, also on other ports and names of this machine, have no business here. */
function assertOwnPage(call: Call): void {
  const { origin } = call.head.headers
  const site = call.head.headers['sec-fetch-site']
  const isStrange = site !== undefined && site !== 'same-origin' && site !== 'none'
  if (isStrange || (origin !== undefined && origin !== call.head.baseUrl)) {
    throw new Fault('forbidden', { message: "Only the console's own page signs in and out." })
  }
}

function guarded(call: Call, work: () => void): void {
  try {
    work()
  } catch (error) {
    refuse(call, error)
  }
}

function refuse(call: Call, error: unknown): void {
  const fault = error instanceof Fault ? error : new Fault('internal', { cause: error })
  call.answer(renderProblem(fault, call.head))
}
