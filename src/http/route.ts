import { STATUS_CODES } from 'node:http'
import type { Dialect, DialectResponse, Endpoint } from '../core/dialect.ts'
import type { Fault } from '../core/errors.ts'
import type { RateState } from '../core/rate-limit.ts'
import type { Headers } from './cross-origin.ts'
import type { Metrics, RouteStats } from './metrics.ts'
import { untouched } from './rate-limits.ts'

/** One kind of request, as answers, logs and metrics see it. */
export interface Route {
  /** Null for Roster's own pages and for paths that nobody owns. */
  dialect: Dialect | null
  /** Null where no endpoint matched. */
  endpoint: Endpoint | null
  /** The path with its parameters' names, never an address that somebody asked for. */
  pattern: string
  /** The dialect's headers on every answer here, and their names by their lower-case form. */
  headers: Headers
  spelling: ReadonlyMap<string, string>
  stats: RouteStats
  /** Asked for every few seconds by machines; logged at `debug` only. */
  quiet: boolean
}

export function makeRoute(
  metrics: Metrics,
  pattern: string,
  of: { dialect?: Dialect; endpoint?: Endpoint; quiet?: boolean } = {},
): Route {
  const dialect = of.dialect ?? null
  const endpoint = of.endpoint ?? null
  const headers = dialect?.headers?.(endpoint) ?? {}
  return {
    dialect,
    endpoint,
    pattern,
    headers,
    spelling: new Map(Object.keys(headers).map((name) => [name.toLowerCase(), name])),
    stats: metrics.route(dialect?.id ?? '', pattern),
    quiet: of.quiet ?? false,
  }
}

/** An answer as it goes out; `text` is undefined where the answer has no body. */
export interface Wire {
  status: number
  headers: Headers
  text: string | Buffer | undefined
}

/** Joins what the dialect says of every answer of the route and of this one. */
export function toWire(route: Route, response: DialectResponse): Wire {
  const headers: Headers = { ...route.headers }
  let typed = route.spelling.has('content-type')
  for (const name in response.headers) {
    const lower = name.toLowerCase()
    const earlier = route.spelling.get(lower)
    if (earlier !== undefined && earlier !== name) delete headers[earlier]
    headers[name] = response.headers[name] ?? ''
    if (lower === 'content-type') typed = true
  }
  const text = bodyText(response)
  if (text !== undefined && !typed) headers['content-type'] = 'application/json'
  if (text !== undefined) headers['content-length'] = String(Buffer.byteLength(text))
  else if (response.status !== 204) headers['content-length'] = '0'
  return { status: response.status, headers, text }
}

/** An answer as Node would write it, where it is not Node that writes. */
export function toText({ status, headers, text }: Wire, id: string, keepAliveMs: number | null) {
  let lines = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`
  for (const name in headers) lines += `${name}: ${headers[name]}\r\n`
  lines += `x-request-id: ${id}\r\nDate: ${new Date().toUTCString()}\r\n`
  lines +=
    keepAliveMs === null
      ? 'Connection: close\r\n'
      : `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveMs / 1_000)}\r\n`
  return `${lines}\r\n${text ?? ''}`
}

/** Adds what the dialect says of the limits on calls; `state` is null where none was counted. */
export function addRate(
  { dialect }: Route,
  headers: Headers,
  state: RateState | null,
  now: number,
): void {
  const limit = dialect?.rateLimit
  if (limit && state) Object.assign(headers, standardRate(state, now))
  if (limit?.headers) Object.assign(headers, limit.headers(state ?? untouched(limit, now)))
}

/** What the IETF's draft of these names says of a limit, as structured fields (RFC 9651). */
function standardRate({ rule, limit, remaining, resetAt, retryMs }: RateState, now: number) {
  const seconds = 'windowMs' in rule ? rule.windowMs / 1_000 : limit / rule.refillPerSecond
  const left = Math.max(0, Math.ceil((retryMs ?? resetAt - now) / 1_000))
  return {
    'ratelimit-policy': `"calls";q=${limit};w=${Math.ceil(seconds)}`,
    ratelimit: `"calls";r=${remaining};t=${left}`,
  }
}

/** A refusal where no dialect can word it. */
export function plainRefusal(fault: Fault, status: number): DialectResponse {
  const headers: Headers = {}
  if (fault.allow.length > 0) headers.allow = fault.allow.join(', ')
  if (fault.retryAfterSeconds !== undefined) {
    headers['retry-after'] = String(fault.retryAfterSeconds)
  }
  return { status, headers, body: { error: { code: fault.code, message: fault.message } } }
}

function bodyText(response: DialectResponse): string | undefined {
  const { body } = response
  if (body === undefined || response.status === 204) return undefined
  return typeof body === 'string' ? body : JSON.stringify(body)
}
