import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { RequestHead } from '../core/dialect.ts'
import type { Connection } from './call.ts'
import { boundOf, routeUnder } from './owner.ts'
import { addRate, plainRefusal, toText, toWire } from './route.ts'
import type { Shell } from './shell.ts'
import { withBasePath } from './target.ts'
import { forwarded } from './trusted-proxies.ts'

/*
 * To have a request parsed and answered by Node costs two to four times what it costs to look at
 * its bytes and write the refusal. So, once a call was refused on a connection, what comes on it is
 * looked at before Node's parser sees it; on all others nothing is done, and nothing is paid.
 *
 * Only what is plainly one whole request, and comes where one may begin, is refused here. All else
 * goes the usual way and is refused there, so nothing in here has to understand HTTP.
 */

/** Looks at what arrives from now on; called once the latest request was refused. */
export function watchArrivals(shell: Shell, connection: Connection, socket: Socket): void {
  if (connection.watched) return
  connection.watched = true
  // While the parser calls out it must not be taken off the socket.
  setImmediate(() => {
    const [parse, ...others] = socket.listeners('data') as ((chunk: Buffer) => void)[]
    // Another Node might read in another way.
    if (!parse || others.length > 0 || socket.destroyed) return
    socket.off('data', parse)
    /** Whether what comes next is the beginning of a request. */
    let atStart = false
    socket.on('data', (chunk: Buffer) => {
      const asked = shell.overload.isCalm() ? null : wholeRequest(chunk)
      if (atStart && asked && isFree(shell, connection, socket)) {
        if (refuse(shell, connection, socket, asked)) return
      }
      const { requestCount } = connection
      parse.call(socket, chunk)
      // It was one request and not the end of another, so the parser stands where one may begin.
      atStart =
        asked !== null &&
        connection.requestCount === requestCount + 1 &&
        connection.newest?.req.complete === true
    })
  })
}

/** Whether every answer has gone out and been read, so that the next may be written at once. */
function isFree(shell: Shell, connection: Connection, socket: Socket): boolean {
  const { newest, closing, broken, reading } = connection
  if (shell.draining || closing || broken || reading) return false
  return newest?.writableFinished === true && socket.writableLength === 0 && socket.writable
}

/** False where the call is not refused, or not by this. */
function refuse(shell: Shell, connection: Connection, socket: Socket, asked: Asked): boolean {
  const { method, headers } = asked
  const url = withBasePath(asked.url, shell.bare)
  const queryAt = url.indexOf('?')
  const path = queryAt === -1 ? url : url.slice(0, queryAt)
  const query = queryAt === -1 ? '' : url.slice(queryAt + 1)
  const head: RequestHead = { method, path, query, headers, baseUrl: shell.ownUrl }
  if (!shell.overload.isFull(head)) return false
  const route = routeUnder(shell, boundOf(shell, connection, nameAsked(connection, headers)), path)
  const fault = shell.overload.refuse()
  const words = route.dialect?.renderError(fault, head) ?? plainRefusal(fault, fault.status)
  const wire = toWire(route, words)
  addRate(route, wire.headers, null, shell.clock())
  socket.write(toText(wire, shell.nextId(), shell.config.keepAliveTimeoutMs))
  route.stats.count(method, wire.status, 0)
  return true
}

function nameAsked({ trusted }: Connection, headers: IncomingHttpHeaders): string {
  return (trusted ? forwarded(headers).host : undefined) ?? headers.host ?? ''
}

interface Asked {
  method: string
  url: string
  headers: IncomingHttpHeaders
}

const bytesMax = 8_192
const plainRequest =
  /^(GET|POST|PUT|PATCH|DELETE) (\/[!"$-~]*) HTTP\/1\.1\r\n((?:[\w-]+:[ \t]*[^\r\n\0]*\r\n)+)\r\n/
/** What says more about the answer, or about where the request ends, than is understood here. */
const special = new Set(['transfer-encoding', 'expect', 'upgrade', 'origin', 'trailer'])

/** The request that these bytes are, if they are one from its first to its last. */
function wholeRequest(chunk: Buffer): Asked | null {
  if (chunk.length > bytesMax) return null
  const found = plainRequest.exec(chunk.toString('latin1'))
  if (!found) return null
  const [head, method = '', url = '', lines = ''] = found
  const headers: IncomingHttpHeaders = {}
  for (const line of lines.split('\r\n')) {
    if (line === '') break
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    if (headers[name] !== undefined || special.has(name)) return null
    headers[name] = line.slice(colon + 1).trim()
  }
  const { connection = 'keep-alive', host } = headers
  if (host === undefined || connection.toLowerCase() !== 'keep-alive') return null
  const length = headers['content-length'] ?? '0'
  if (!/^\d{1,7}$/.test(length) || head.length + Number(length) !== chunk.length) return null
  return { method, url, headers }
}
