import { randomBytes } from 'node:crypto'
import { createServer, type Server as HttpServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Dialect } from '../core/dialect.ts'
import { Fault } from '../core/errors.ts'
import type { Store } from '../storage/store.ts'
import { addUnrouted } from './add-route.ts'
import { makeLine, watchNewcomer } from './arrivals.ts'
import { callOf } from './call.ts'
import { type ClientError, handleClientErrors, refuseConnect } from './client-errors.ts'
import { mountConsole } from './console/mount.ts'
import type { DeliveryView } from './delivery-metrics.ts'
import { drain, type OpenSockets, trackSockets } from './drain.ts'
import { guardEntrance } from './entrance.ts'
import { refuseUnknownPath, showFrontPage } from './front-page.ts'
import { mountHealth } from './health.ts'
import { bindHosts } from './hosts.ts'
import type { HttpConfig } from './http-config.ts'
import { keepShapes } from './keep-shapes.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import {
  bareWords,
  mountDialect,
  mountOpenEndpoint,
  prepareDialect,
  prepareOpenEndpoints,
} from './mount-dialect.ts'
import type { NativeParts } from './native/call.ts'
import { mountNative, prepareNative } from './native/mount.ts'
import { watchOverload } from './overload.ts'
import { createRateLimits } from './rate-limits.ts'
import { logRefused } from './request-log.ts'
import { makeRoute } from './route.ts'
import { createSessions } from './sessions.ts'
import type { Mount, Shell } from './shell.ts'
import { createTickets } from './tickets.ts'
import { type Certificate, readCertificate } from './tls.ts'
import { trustProxies } from './trusted-proxies.ts'

export type { HttpConfig } from './http-config.ts'

export interface ServerOptions {
  store: Store
  dialects: readonly Dialect[]
  config: HttpConfig
  /** Signs the tickets that token exchanges hand out. */
  ticketKey: Buffer
  logger: Logger
  deliveries: DeliveryView
  /** Milliseconds UTC. */
  clock: () => number
  /** What Roster's own API answers with; without it that API is not there. */
  native?: NativeParts
}

export interface RosterServer {
  /** Resolves when connections are taken, with the address really listened on. */
  listen(): Promise<{ url: string; tlsUrl: string | null }>
  /**
   * Stops: not ready any more, then no new connections, then every request that was taken is
   * answered, for at most `drainTimeoutMs`. Resolves when the last connection is closed.
   */
  close(): Promise<void>
}

/** The HTTP side of Roster: every dialect on one store, health, metrics, limits and a clean end. */
export function buildServer(options: ServerOptions): RosterServer {
  const metrics = createMetrics(options.store, options.deliveries)
  const vendors = options.dialects.flatMap((dialect) => prepareDialect(dialect, metrics))
  const native = options.native ? prepareNative(metrics) : null
  const shell = makeShell(options, metrics, native ? [...vendors, native] : vendors)
  const certificate = readCertificate(options.config)
  const listeners: Listener[] = []
  const app = makeApp(shell, (handler) => {
    const plain = makeHttpServer(shell, handler, null)
    listeners.push(plain)
    if (certificate) listeners.push(makeHttpServer(shell, handler, certificate))
    return plain.server as HttpServer
  })
  mountHealth(app, shell, metrics, options.deliveries)
  for (const mount of vendors) mountDialect(app, mount)
  if (native && options.native) {
    mountNative(app, native, options.native, metrics)
    mountConsole(app, metrics)
  }
  for (const open of shell.openEndpoints) {
    mountOpenEndpoint(app, open, open.endpoint.path === '/' ? showFrontPage : null)
  }
  addUnrouted(app, '', refuseUnknownPath)
  const told = setInterval(() => logRefused(shell), toldMs).unref()
  let closed: Promise<void> | undefined

  async function close(): Promise<void> {
    shell.draining = true
    for (const end of shell.streams) end()
    const open = listeners.filter(({ server }) => server.listening)
    await Promise.all(open.map(({ server, sockets }) => drain(shell, server, sockets)))
    await app.close()
    metrics.close()
    clearInterval(told)
  }

  return {
    async listen() {
      await app.ready()
      const { host, port, tlsPort } = options.config
      const [plain, secure] = listeners.map((listener) => listener.server)
      shell.ownUrl = urlOf('http', await startListening(plain as HttpServer, host, port))
      if (!secure) return { url: shell.ownUrl, tlsUrl: null }
      return {
        url: shell.ownUrl,
        tlsUrl: urlOf('https', await startListening(secure, host, tlsPort)),
      }
    },
    close() {
      closed ??= close()
      return closed
    },
  }
}

/** How often the log says how many were refused; a line for each would cost more than refusing. */
const toldMs = 1_000

function makeShell(options: ServerOptions, metrics: Metrics, mounts: readonly Mount[]): Shell {
  const { store, dialects, config, ticketKey, logger, clock } = options
  const prefix = randomBytes(5).toString('hex')
  let count = 0
  return {
    store,
    config,
    clock,
    logger,
    tickets: createTickets(ticketKey, clock),
    sessions: createSessions(ticketKey),
    rateLimits: createRateLimits(),
    overload: watchOverload(config),
    line: makeLine(),
    openSockets: new Map(),
    sweptAt: Number.NEGATIVE_INFINITY,
    knownHeads: { proxied: new Map(), direct: new Map() },
    hosts: bindHosts(dialects, config.hosts),
    isTrusted: trustProxies(config.trustedProxies),
    mounts,
    bare: bareWords(dialects),
    openEndpoints: dialects.flatMap((dialect) => prepareOpenEndpoints(dialect, metrics)),
    nowhere: makeRoute(metrics, '*'),
    draining: false,
    ownUrl: 'http://localhost',
    streams: new Set(),
    shapes: keepShapes(),
    nextId: () => `${prefix}-${(++count).toString(36)}`,
  }
}

function makeApp(
  shell: Shell,
  serverFactory: (handler: RequestListener) => HttpServer,
): FastifyInstance {
  const handleClientError = handleClientErrors(shell)
  return fastify({
    serverFactory,
    // The framework's type of the error is not that of what Node hands over.
    clientErrorHandler: (error, socket) => {
      handleClientError(error as unknown as ClientError, socket)
    },
    frameworkErrors: (_error, request) => {
      callOf(request.raw).refuse(new Fault('malformed_path'))
    },
    exposeHeadRoutes: false,
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: shell.config.urlBytesMax,
    },
  })
}

/** What takes connections on one port, and those it has. */
interface Listener {
  server: HttpServer | TlsServer
  sockets: OpenSockets
}

function makeHttpServer(
  shell: Shell,
  handler: RequestListener,
  certificate: Certificate | null,
): Listener {
  const { config } = shell
  const guarded = guardEntrance(shell, handler)
  const options = {
    maxHeaderSize: config.headerBytesMax,
    // Node refuses to wait longer for the headers than for the whole.
    headersTimeout: Math.min(config.headersTimeoutMs, config.requestTimeoutMs),
    requestTimeout: config.requestTimeoutMs,
    keepAliveTimeout: config.keepAliveTimeoutMs,
    // Slow clients are only looked for this often, whatever the limits say.
    connectionsCheckingInterval: Math.min(1_000, config.headersTimeoutMs),
    // The entrance refuses in the dialect's words.
    requireHostHeader: false,
    optimizeEmptyRequests: true,
  }
  const handshakeTimeout = config.headersTimeoutMs
  const server = certificate
    ? createTlsServer({ ...options, ...certificate, handshakeTimeout }, guarded)
    : createServer(options, guarded)
  // The framework does this for its own server alone.
  if (certificate) server.on('clientError', handleClientErrors(shell))
  // Node drops what is beyond; one more shows that there was more.
  server.maxHeadersCount = config.headersMax + 1
  server.maxConnections = config.connectionsMax
  // A client that has said all it has to say may still read its answer.
  Object.assign(server, { httpAllowHalfOpen: true })
  // Node would answer an expectation it does not know with an empty 417.
  server.on('checkExpectation', guarded)
  server.on('connect', (_request, socket) => refuseConnect(shell, socket as Socket))
  const sockets = trackSockets(server, (socket) => watchNewcomer(shell, socket))
  shell.openSockets.set(server, sockets)
  return { server, sockets }
}

/** Resolves when connections are taken; rejects when the address is taken or not ours. */
function startListening(
  server: HttpServer | TlsServer,
  host: string,
  port: number,
): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<AddressInfo>()
  server.once('error', reject)
  server.listen({ host, port, backlog: 1_024 }, () => {
    server.off('error', reject)
    resolve(server.address() as AddressInfo)
  })
  return promise
}

function urlOf(scheme: string, { address, family, port }: AddressInfo): string {
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
