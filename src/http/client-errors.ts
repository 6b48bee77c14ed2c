import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { DialectResponse, RequestHead } from '../core/dialect.ts'
import { Fault } from '../core/errors.ts'
import { type Connection, connectionOf } from './connection.ts'
import { methodsAt, routeUnder } from './owner.ts'
import { describe } from './request-log.ts'
import { addRate, plainRefusal, type Route, toText, toWire } from './route.ts'
import type { Shell } from './shell.ts'

/** What Node says of a connection whose bytes are not HTTP, or do not come in time. */
export interface ClientError extends Error {
  code?: string
  /** What was read last; it may begin in the middle of a request. */
  rawPacket?: Buffer
  bytesParsed?: number
}

/** How long the other side may take to read a last answer before the connection is cut. */
const lingerMs = 1_000

/**
 * Answers in the words of the dialect where Node itself refuses, in three cases: while the body of
 * a request arrives (then that request gets the answer), between requests (then the answer follows
 * those still owed), and before any request line is known (then the answer is plain JSON).
 */
export function handleClientErrors(shell: Shell): (error: ClientError, socket: Socket) => void {
  return (error, socket) => {
    const connection = connectionOf(socket)
    // It has waited for a first request that was refused without it.
    if (connection.unparsed && error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return
    // The client has said that it sends no more, and sent more: it gets what it is owed.
    if (connection.closing || connection.broken || error.code === 'HPE_CLOSED_CONNECTION') return
    const { reading } = connection
    connection.broken = true
    if (!isAnswerable(error, socket)) socket.destroy()
    else if (reading && !reading.request.complete) reading.refuseAndClose(faultOf(error))
    else afterOwed(connection.newest, () => answerSocket(shell, connection, socket, error))
  }
}

/** Whether there is somebody who said something, and still listens. */
function isAnswerable({ code = '' }: ClientError, socket: Socket): boolean {
  const spoke = code.startsWith('HPE_') || code === 'ERR_HTTP_REQUEST_TIMEOUT'
  return spoke && socket.writable && socket.bytesRead > 0
}

/** Calls back once every answer owed has gone out. */
function afterOwed(newest: ServerResponse | null, next: () => void): void {
  if (newest === null || newest.writableFinished) next()
  else newest.once('close', next)
}

/** CONNECT asks for a tunnel to elsewhere; its address says nothing about a dialect. */
export function refuseConnect(shell: Shell, socket: Socket): void {
  // Nobody parses any more what comes on it.
  socket.removeAllListeners('data')
  afterOwed(connectionOf(socket).newest, () => {
    if (socket.writable) writeRefusal(shell, socket, new Fault('method_not_allowed'), null)
  })
}

function answerSocket(
  shell: Shell,
  { newest }: Connection,
  socket: Socket,
  error: ClientError,
): void {
  // A request whose body broke off after its answer gets no second one.
  if ((newest !== null && !newest.req.complete) || !socket.writable) {
    socket.destroySoon()
  } else {
    const line = requestLine(error)
    writeRefusal(shell, socket, faultOf(error, shell, line), line)
  }
}

function writeRefusal(shell: Shell, socket: Socket, fault: Fault, line: RequestLine | null): void {
  const { method = '', path = '', query = '' } = line ?? {}
  const head: RequestHead = { method, path, query, headers: {}, baseUrl: shell.ownUrl }
  const route = line ? routeUnder(shell, shell.hosts.boundTo(line.host), path) : shell.nowhere
  const id = shell.nextId()
  const wire = toWire(route, wordsOf(shell, route, fault, head))
  addRate(route, wire.headers, null, shell.clock())
  socket.end(toText(method === 'HEAD' ? { ...wire, text: '' } : wire, id, null))
  setTimeout(() => socket.destroy(), lingerMs).unref()
  route.stats.count(method, wire.status, 0)
  const dialect = route.dialect?.id
  shell.logger.info(
    { request: id, dialect, route: route.pattern, status: wire.status, fault: fault.code },
    'request refused',
  )
}

function faultOf(error: ClientError, shell?: Shell, line?: RequestLine | null): Fault {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Fault('request_timeout')
    case 'HPE_HEADER_OVERFLOW':
      if (shell && line && line.length > shell.config.urlBytesMax) return new Fault('uri_too_long')
      return new Fault('headers_too_large')
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Fault('body_too_large', { message: 'The chunk extensions are too large.' })
    case 'HPE_INVALID_METHOD':
      if (shell && line) {
        return new Fault('method_not_allowed', { allow: methodsAt(shell, line.path) })
      }
      return new Fault('malformed_request')
    case 'HPE_INVALID_URL':
      return new Fault('malformed_path')
    default:
      return new Fault('malformed_request')
  }
}

interface RequestLine {
  method: string
  path: string
  query: string
  /** The name it was sent to; empty where it does not say. */
  host: string
  /** Of the whole address. */
  length: number
}

/**
 * The line of the request that was being read, as far as it can be told from what was read last:
 * the latest line before the fault that looks like one. A bad method is in that line itself.
 */
function requestLine({ code, rawPacket, bytesParsed = 0 }: ClientError): RequestLine | null {
  if (!rawPacket) return null
  const text = rawPacket.toString('latin1')
  const lookLike = /(?<=^|\n)([A-Za-z]+) (?:https?:\/\/([^/\s]*))?(\/[^\s?]*)(?:\?(\S*))?/g
  let found: RequestLine | null = null
  for (const match of text.matchAll(lookLike)) {
    if (match.index > bytesParsed) break
    const [, method = '', authority, path = '', query = ''] = match
    const isItsMethod = code !== 'HPE_INVALID_METHOD' || bytesParsed - match.index <= method.length
    const host = authority ?? hostAfter(text, match.index)
    found = isItsMethod ? { method, path, query, host, length: path.length + query.length } : null
  }
  return found
}

/** From the headers of the request that begins there, as far as they have come. */
function hostAfter(text: string, start: number): string {
  const end = text.indexOf('\r\n\r\n', start)
  const head = text.slice(start, end === -1 ? text.length : end)
  return /\r\nhost:[ \t]*([^\s]*)/i.exec(head)?.[1] ?? ''
}

/**
 * Without a request line nobody knows what the client takes for success. There are clients that
 * take every status for it but 400, so 400 it is.
 */
function wordsOf(shell: Shell, route: Route, fault: Fault, head: RequestHead): DialectResponse {
  const plain = plainRefusal(fault, head.path === '' ? 400 : fault.status)
  if (!route.dialect) return plain
  try {
    return route.dialect.renderError(fault, head)
  } catch (error) {
    shell.logger.error({ route: route.pattern, error: describe(error) }, 'refusal failed')
    return plain
  }
}
