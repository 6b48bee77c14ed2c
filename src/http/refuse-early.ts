import { isAscii } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { RequestHead } from '../core/dialect.ts'
import type { Fault } from '../core/errors.ts'
import type { Connection } from './call.ts'
import { routeUnder } from './owner.ts'
import { addRate, plainRefusal, type Route, toText, toWire } from './route.ts'
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
      const asked = shell.overload.isCalm() ? null : wholeRequest(shell, connection, chunk)
      if (atStart && asked && isFree(shell, connection, socket)) {
        if (refuse(shell, socket, asked)) return
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
function refuse(shell: Shell, socket: Socket, asked: Asked): boolean {
  if (!shell.overload.isFull(asked.head)) return false
  const fault = shell.overload.refuse()
  const second = Math.floor(shell.clock() / 1_000)
  if (asked.second !== second) {
    asked.second = second
    asked.words.clear()
  }
  const words = asked.words.get(fault) ?? wordsOf(shell, asked, fault)
  asked.words.set(fault, words)
  socket.write(`${words.before}${shell.nextId()}${words.after}`, words.encoding)
  asked.route.stats.count(asked.head.method, words.status, 0)
  return true
}

function wordsOf(shell: Shell, { route, head }: Asked, fault: Fault): Words {
  const response = route.dialect?.renderError(fault, head) ?? plainRefusal(fault, fault.status)
  const wire = toWire(route, response)
  addRate(route, wire.headers, null, shell.clock())
  // No header and no JSON has a NUL in it.
  const [before = '', after = ''] = toText(wire, '\0', shell.config.keepAliveTimeoutMs).split('\0')
  const encoding = isAscii(Buffer.from(after)) ? 'latin1' : 'utf8'
  return { status: wire.status, before, after, encoding }
}

/** A request as far as its refusal depends on it: all that have the same head share one. */
interface Asked {
  head: RequestHead
  /** Bytes of the whole request. */
  length: number
  route: Route
  /** The refusals that were written within this second. */
  second: number
  words: Map<Fault, Words>
}

/** A refusal up to the id of its request, and from there on. */
interface Words {
  status: number
  before: string
  after: string
  encoding: 'latin1' | 'utf8'
}

/**
 * Heads that were understood lately, and what was understood; null is what is left to the parser.
 * Clients say the same again and again, and to look one up costs a tenth of reading it.
 */
export type KnownHeads = Map<string, Asked | null>

const knownMax = 1_000
const bytesMax = 8_192
const plainRequest =
  /^(GET|POST|PUT|PATCH|DELETE) (\/[!"$-~]*) HTTP\/1\.1\r\n((?:[\w-]+:[ \t]*[^\r\n\0]*\r\n)+)\r\n$/
/** What says more about the answer, or about where the request ends, than is understood here. */
const special = new Set(['transfer-encoding', 'expect', 'upgrade', 'origin', 'trailer'])

/** The request that these bytes are, if they are one from its first to its last. */
function wholeRequest(shell: Shell, { trusted }: Connection, chunk: Buffer): Asked | null {
  const end = chunk.length > bytesMax ? -1 : chunk.indexOf('\r\n\r\n')
  if (end === -1) return null
  const known = trusted ? shell.knownHeads.proxied : shell.knownHeads.direct
  const text = chunk.toString('latin1', 0, end + 4)
  let asked = known.get(text)
  if (asked === undefined) {
    asked = understand(shell, trusted, text)
    if (known.size >= knownMax) known.clear()
    known.set(text, asked)
  }
  return asked?.length === chunk.length ? asked : null
}

function understand(shell: Shell, trusted: boolean, text: string): Asked | null {
  const [, method = '', target = '', lines] = plainRequest.exec(text) ?? []
  if (lines === undefined) return null
  const headers: IncomingHttpHeaders = {}
  for (const line of lines.split('\r\n')) {
    if (line === '') break
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    if (headers[name] !== undefined || special.has(name)) return null
    headers[name] = line.slice(colon + 1).trim()
  }
  const { connection = 'keep-alive', host, 'content-length': length = '0' } = headers
  if (host === undefined || connection.toLowerCase() !== 'keep-alive') return null
  if (!/^\d{1,7}$/.test(length)) return null
  const url = withBasePath(target, shell.bare)
  const queryAt = url.indexOf('?')
  const path = queryAt === -1 ? url : url.slice(0, queryAt)
  const query = queryAt === -1 ? '' : url.slice(queryAt + 1)
  const name = (trusted ? forwarded(headers).host : undefined) ?? host
  return {
    head: { method, path, query, headers, baseUrl: shell.ownUrl },
    length: text.length + Number(length),
    route: routeUnder(shell, shell.hosts.boundTo(name), path),
    second: 0,
    words: new Map(),
  }
}
