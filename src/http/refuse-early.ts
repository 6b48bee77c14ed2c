import { isAscii } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { RequestHead } from '../core/dialect.ts'
import type { Fault } from '../core/errors.ts'
import type { Connection } from './connection.ts'
import { routeUnder } from './owner.ts'
import { addRate, plainRefusal, type Route, toText, toWire } from './route.ts'
import type { Shell } from './shell.ts'
import { withBasePath } from './target.ts'
import { forwarded } from './trusted-proxies.ts'

/*
 * To have a request parsed and answered by Node costs two to four times what it costs to look at
 * its bytes and write the refusal. Only what is plainly one request, and comes where one may begin,
 * is refused here. All else goes the usual way and is refused there, so nothing in here has to
 * understand HTTP.
 */

/** False where the call is not refused, or not by this. */
export function refuseEarly(shell: Shell, socket: Socket, asked: Asked): boolean {
  if (!shell.overload.isFull(asked.head)) return false
  const fault = shell.overload.refuse()
  const second = Math.floor(shell.clock() / 1_000)
  if (asked.second !== second) {
    asked.second = second
    asked.words.clear()
  }
  const words = asked.words.get(fault) ?? wordsOf(shell, asked, fault)
  asked.words.set(fault, words)
  const text = `${words.before}${shell.nextId()}${words.after}`
  if (asked.closes) socket.end(text, words.encoding)
  else socket.write(text, words.encoding)
  asked.route.stats.count(asked.head.method, words.status, 0)
  return true
}

function wordsOf(shell: Shell, { route, head, closes }: Asked, fault: Fault): Words {
  const response = route.dialect?.renderError(fault, head) ?? plainRefusal(fault, fault.status)
  const wire = toWire(route, response)
  addRate(route, wire.headers, null, shell.clock())
  // No header and no JSON has a NUL in it.
  const keepAliveMs = closes ? null : shell.config.keepAliveTimeoutMs
  const [before = '', after = ''] = toText(wire, '\0', keepAliveMs).split('\0')
  const encoding = isAscii(Buffer.from(after)) ? 'latin1' : 'utf8'
  return { status: wire.status, before, after, encoding }
}

/** A request as far as its refusal depends on it: all that have the same head share one. */
export interface Asked {
  head: RequestHead
  /** Bytes of the whole request. */
  length: number
  /** Whether its connection ends with the answer. */
  closes: boolean
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
const headBytesMax = 8_192
/** The body of what is refused here is passed over, and nobody looks after how long that takes. */
const bytesMax = 65_536
const plainRequest =
  /^(GET|POST|PUT|PATCH|DELETE) (\/[!"$-~]*) HTTP\/1\.1\r\n((?:[\w-]+:[ \t]*[^\r\n\0]*\r\n)+)\r\n$/
/** What says more about the answer, or about where the request ends, than is understood here. */
const special = new Set(['transfer-encoding', 'expect', 'upgrade', 'origin', 'trailer'])

/**
 * The request that these bytes are, if they are one from its first byte on and nothing after it;
 * the rest of its body may be still to come where its connection stays.
 */
export function readAsked(shell: Shell, { trusted }: Connection, chunk: Buffer): Asked | null {
  const start = chunk.length > headBytesMax ? chunk.subarray(0, headBytesMax) : chunk
  const end = start.indexOf('\r\n\r\n')
  if (end === -1) return null
  const known = trusted ? shell.knownHeads.proxied : shell.knownHeads.direct
  const text = chunk.toString('latin1', 0, end + 4)
  let asked = known.get(text)
  if (asked === undefined) {
    asked = understand(shell, trusted, text)
    if (known.size >= knownMax) known.clear()
    known.set(text, asked)
  }
  if (asked === null || asked.length === chunk.length) return asked
  return asked.length > chunk.length && !asked.closes ? asked : null
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
  const { host, 'content-length': bodyLength = '0' } = headers
  const connection = headers.connection?.toLowerCase() ?? 'keep-alive'
  if (host === undefined || !['keep-alive', 'close'].includes(connection)) return null
  if (!/^\d{1,7}$/.test(bodyLength)) return null
  const length = text.length + Number(bodyLength)
  if (length > bytesMax) return null
  const url = withBasePath(target, shell.bare)
  const queryAt = url.indexOf('?')
  const path = queryAt === -1 ? url : url.slice(0, queryAt)
  const query = queryAt === -1 ? '' : url.slice(queryAt + 1)
  const name = (trusted ? forwarded(headers).host : undefined) ?? host
  return {
    head: { method, path, query, headers, baseUrl: shell.ownUrl },
    length,
    closes: connection === 'close',
    route: routeUnder(shell, shell.hosts.boundTo(name), path),
    second: 0,
    words: new Map(),
  }
}
