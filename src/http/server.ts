import { randomBytes } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Dialect } from '../core/dialect.ts'
import { Fault } from '../core/errors.ts'
import type { Store } from '../storage/store.ts'
import { addUnrouted } from './add-route.ts'
import { callOf } from './call.ts'
import { type ClientError, handleClientErrors, refuseConnect } from './client-errors.ts'
import type { DeliveryView } from './delivery-metrics.ts'
import { drain, trackSockets } from './drain.ts'
import { guardEntrance } from './entrance.ts'
import { refuseUnknownPath, showFrontPage } from './front-page.ts'
import { mountHealth } from './health.ts'
import type { HttpConfig } from './http-config.ts'
import { keepShapes } from './keep-shapes.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import {
  mountDialect,
  mountOpenEndpoint,
  prepareDialect,
  prepareOpenEndpoints,
} from './mount-dialect.ts'
import type { NativeParts } from './native/call.ts'
import { mountNative, prepareNative } from './native/mount.ts'
import { makeRoute } from './route.ts'
import type { Mount, Shell } from './shell.ts'
import { createTickets } from './tickets.ts'

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
  listen(): Promise<{ url: string }>
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
  const app = makeApp(shell)
  const { server } = app
  const sockets = trackSockets(server)
  mountHealth(app, shell, metrics, options.deliveries)
  for (const mount of vendors) mountDialect(app, mount)
  if (native && options.native) mountNative(app, native, options.native, metrics)
  for (const open of shell.openEndpoints) {
    mountOpenEndpoint(app, open, open.endpoint.path === '/' ? showFrontPage : null)
  }
  addUnrouted(app, '', refuseUnknownPath)
  let closed: Promise<void> | undefined

  async function close(): Promise<void> {
    shell.draining = true
    for (const end of shell.streams) end()
    if (server.listening) await drain(shell, server, sockets)
    await app.close()
    metrics.close()
  }

  return {
    async listen() {
      await app.ready()
      await startListening(server, options.config)
      shell.ownUrl = urlOf(server.address() as AddressInfo)
      return { url: shell.ownUrl }
    },
    close() {
      closed ??= close()
      return closed
    },
  }
}

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
    mounts,
    openEndpoints: dialects.flatMap((dialect) => prepareOpenEndpoints(dialect, metrics)),
    nowhere: makeRoute(metrics, '*'),
    draining: false,
    ownUrl: 'http://localhost',
    streams: new Set(),
    shapes: keepShapes(),
    nextId: () => `${prefix}-${(++count).toString(36)}`,
  }
}

function makeApp(shell: Shell): FastifyInstance {
  const handleClientError = handleClientErrors(shell)
  return fastify({
    serverFactory: (handler) => makeHttpServer(shell, handler),
    // The framework's type of the error is not that of what Node hands over.
    clientErrorHandler: (error, socket) => {
      handleClientError(error as unknown as ClientError, socket)
    },
    frameworkErrors: (_error, request) => {
      callOf(request.raw).refuse(new Fault('malformed_path'))
    },
    exposeHeadRoutes: false,
    routerOptions: {
      compile: true,
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: shell.config.urlBytesMax,
    },
  })
}

function makeHttpServer(shell: Shell, handler: RequestListener): Server {
  const { config } = shell
  const guarded = guardEntrance(shell, handler)
  const server = createServer(
    {
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
    },
    guarded,
  )
  // Node drops what is beyond; one more shows that there was more.
  server.maxHeadersCount = config.headersMax + 1
  server.maxConnections = config.connectionsMax
  // A client that has said all it has to say may still read its answer.
  Object.assign(server, { httpAllowHalfOpen: true })
  // Node would answer an expectation it does not know with an empty 417.
  server.on('checkExpectation', guarded)
  server.on('connect', (_request, socket) => refuseConnect(shell, socket as Socket))
  return server
}

/** Resolves when connections are taken; rejects when the address is taken or not ours. */
function startListening(server: Server, { host, port }: HttpConfig): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen({ host, port, backlog: 1_024 }, () => {
    server.off('error', reject)
    resolve()
  })
  return promise
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
