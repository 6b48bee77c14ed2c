import type { Logger } from 'pino'
import type { Dialect, Endpoint, OpenEndpoint } from '../core/dialect.ts'
import type { Store } from '../storage/store.ts'
import type { Line } from './arrivals.ts'
import type { OpenSockets } from './drain.ts'
import type { Hosts } from './hosts.ts'
import type { HttpConfig } from './http-config.ts'
import type { Overload } from './overload.ts'
import type { RateLimits } from './rate-limits.ts'
import type { KnownHeads } from './refuse-early.ts'
import type { Route } from './route.ts'
import type { Sessions } from './sessions.ts'
import type { Tickets } from './tickets.ts'
import type { TrustedProxies } from './trusted-proxies.ts'

/** What the parts of the HTTP shell share; one for each server. */
export interface Shell {
  store: Store
  config: HttpConfig
  clock: () => number
  logger: Logger
  tickets: Tickets
  sessions: Sessions
  rateLimits: RateLimits
  overload: Overload
  /** Calls that wait to be served while others are refused. */
  line: Line
  /** The connections of each server that listens. */
  openSockets: Map<object, OpenSockets>
  /** When all connections were last looked through for those that are not watched. */
  sweptAt: number
  /** Used for what is refused before it is parsed; proxies are believed, others are not. */
  knownHeads: { proxied: KnownHeads; direct: KnownHeads }
  hosts: Hosts
  isTrusted: TrustedProxies
  mounts: readonly Mount[]
  /** The base path that is meant by a path that begins with this word. */
  bare: ReadonlyMap<string, string>
  openEndpoints: readonly Mounted<OpenEndpoint>[]
  /** For paths that nobody owns. */
  nowhere: Route
  /** Set once the server is on its way out: answers then close their connections. */
  draining: boolean
  /** Scheme and address listened on, for clients that do not say what they called us. */
  ownUrl: string
  /** Ends each answer that goes on and on. */
  streams: Set<() => void>
  /** Held on to and never looked at; see `keepShapes`. */
  shapes: object
  /** A short name for a request that no other request has. */
  nextId(): string
}

/** A dialect below one of its base paths. */
export interface Mount<E = Pick<Endpoint, 'method'>> {
  dialect: Dialect
  basePath: string
  endpoints: readonly Mounted<E>[]
  /** For what is asked below the base path but does not exist. */
  unrouted: Route
}

export interface Mounted<E> {
  dialect: Dialect
  endpoint: E
  /** The whole path in parts, the base path included. */
  segments: readonly string[]
  route: Route
}
