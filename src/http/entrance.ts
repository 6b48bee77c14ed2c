import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHead } from '../core/dialect.ts'
import { Fault } from '../core/errors.ts'
import { parsedUnseen } from './arrivals.ts'
import { Call, setCall } from './call.ts'
import { type Connection, connectionOf } from './connection.ts'
import { isHealthPath } from './health.ts'
import { boundOf, methodsAt, ownerOf } from './owner.ts'
import type { Shell } from './shell.ts'
import { withBasePath } from './target.ts'
import { forwarded } from './trusted-proxies.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Wraps the framework's handler: makes each request a `Call`, and refuses what Node and the
 * framework would let through (two `Host` headers, TRACE, NUL in a path, too many headers) or would
 * refuse in words of their own (a missing `Host`, an address that is too long).
 */
export function guardEntrance(shell: Shell, handler: Handler): Handler {
  return (request, response) => {
    const connection = connectionOf(request.socket, shell.isTrusted)
    // The last answer has been given: this request came after it, and its sender was told.
    if (connection.closing) return
    connection.requestCount++
    if (!connection.watched) parsedUnseen(shell, connection, request.socket)
    const earlier = connection.newest
    connection.newest = response
    const target = readTarget(request, shell.bare)
    const head = headOf(shell, connection, request, target)
    const call = new Call(shell, connection, request, response, head)
    setCall(request, call)
    if (isRefused(shell, connection, head)) return call.refuseBusy()
    const fault = target === null ? badTarget() : faultOf(shell, call, request)
    if (fault) return call.refuse(fault)
    if (isElsewhere(shell, call)) return call.refuse(new Fault('unknown_route'))
    if (earlier === null || earlier.writableFinished) handler(request, response)
    else earlier.once('close', () => inTurn(call, () => handler(request, response)))
  }
}

/** What waited in line to be served was found not to be refused when it came. */
function isRefused({ overload }: Shell, { admittedAt }: Connection, head: RequestHead): boolean {
  return admittedAt === null && !overload.isCalm() && overload.isFull(head)
}

/**
 * A request sent before the answer to the one before has come waits for that answer, so that it
 * sees what the other wrote (RFC 9112, 9.3.2). Meanwhile its sender may have gone, or gone wrong.
 */
function inTurn(call: Call, serve: () => void): void {
  const { connection, request } = call
  if (request.socket.destroyed) call.abandon()
  else if (connection.broken && !request.complete) {
    call.refuseAndClose(new Fault('malformed_request'))
  } else serve()
}

/** The path and query to serve, and the origin the client named in an absolute address. */
interface Target {
  url: string
  origin: string | null
}

const absoluteForm = /^(https?):\/\/([^/?#@\s]+)([/?].*)?$/i
const goodHost = /^[\w.~:[\]%-]+$/

function readTarget(request: IncomingMessage, bare: Shell['bare']): Target | null {
  const url = request.url ?? '/'
  if (url.charCodeAt(0) === slash) return { url: based(request, url, bare), origin: null }
  const parts = absoluteForm.exec(url)
  if (!parts) return null
  const [, scheme = '', authority = '', rest = '/'] = parts
  if (!goodHost.test(authority)) return null
  const path = rest.startsWith('/') ? rest : `/${rest}`
  request.url = path
  return {
    url: based(request, path, bare),
    origin: `${scheme.toLowerCase()}://${authority}`,
  }
}

const slash = 47

function based(request: IncomingMessage, url: string, bare: Shell['bare']): string {
  const whole = withBasePath(url, bare)
  if (whole !== url) request.url = whole
  return whole
}

function headOf(
  shell: Shell,
  connection: Connection,
  request: IncomingMessage,
  target: Target | null,
): RequestHead {
  const { headers } = request
  const url = target?.url ?? ''
  const queryAt = url.indexOf('?')
  return {
    method: request.method ?? '',
    path: queryAt === -1 ? url : url.slice(0, queryAt),
    query: queryAt === -1 ? '' : url.slice(queryAt + 1),
    headers,
    baseUrl: target?.origin ?? baseUrlOf(shell, connection, headers),
  }
}

function baseUrlOf(
  shell: Shell,
  connection: Connection,
  headers: IncomingMessage['headers'],
): string {
  const { host } = headers
  const told = connection.trusted ? forwarded(headers) : undefined
  const name = told?.host !== undefined && goodHost.test(told.host) ? told.host : host
  if (name === undefined) return shell.ownUrl
  if (name === host && !isGoodHost(shell, connection, host)) return shell.ownUrl
  return `${told?.scheme ?? (connection.encrypted ? 'https' : 'http')}://${name}`
}

/** A connection's requests nearly always have one and the same host. */
function isGoodHost(shell: Shell, connection: Connection, host: string): boolean {
  if (host === connection.host) return true
  if (!goodHost.test(host)) return false
  connection.host = host
  connection.bound = shell.hosts.boundTo(host)
  return true
}

/**
 * Whether the call came by a name that is bound to a dialect which does not own the path. The
 * refusal is worded by that dialect. Whoever looks after the machine is served by any name.
 */
function isElsewhere(shell: Shell, call: Call): boolean {
  const { path } = call.head
  const dialect = boundOf(shell, call.connection, call.nameAsked)
  if (!dialect || isHealthPath(path)) return false
  return ownerOf(shell, path).dialect !== dialect
}

function badTarget(): Fault {
  return new Fault('malformed_path', { message: 'The address is not one this server can serve.' })
}

function faultOf(shell: Shell, call: Call, request: IncomingMessage): Fault | null {
  const { config } = shell
  const { rawHeaders } = request
  if ((request.url ?? '').length > config.urlBytesMax) {
    return new Fault('uri_too_long', {
      message: `The address is longer than ${config.urlBytesMax} bytes.`,
    })
  }
  if (rawHeaders.length > 2 * config.headersMax) {
    return new Fault('headers_too_large', {
      message: `The request has more than ${config.headersMax} headers.`,
    })
  }
  return (
    hostFault(shell, call.connection, request) ?? pathFault(call.head) ?? methodFault(shell, call)
  )
}

function hostFault(shell: Shell, connection: Connection, request: IncomingMessage): Fault | null {
  const { rawHeaders } = request
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts++
  }
  if (hosts === 1 && isGoodHost(shell, connection, request.headers.host ?? '')) return null
  if (hosts === 0 && request.httpVersion === '1.0') return null
  const message =
    hosts > 1 ? 'The request has more than one Host header.' : 'The Host header is missing or bad.'
  return new Fault('malformed_request', { message })
}

function pathFault({ path, query }: RequestHead): Fault | null {
  if (path.includes('%00')) {
    return new Fault('malformed_path', { message: 'The path must not hold a NUL character.' })
  }
  // Routers take it for the end of the path, which would silently cut an id that holds one.
  if (path.includes('#') || query.includes('#')) {
    return new Fault('malformed_path', { message: 'The address must not hold a # character.' })
  }
  return null
}

function methodFault(shell: Shell, call: Call): Fault | null {
  if (call.head.method !== 'TRACE') return null
  return new Fault('method_not_allowed', { allow: methodsAt(shell, call.head.path) })
}
