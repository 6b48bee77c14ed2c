import type { FastifyInstance, HTTPMethods } from 'fastify'
import type { Dialect, Endpoint, OpenEndpoint } from '../core/dialect.ts'
import { Fault } from '../core/errors.ts'
import { authenticate } from './authenticate.ts'
import { type Call, callOf } from './call.ts'
import { preflight } from './cross-origin.ts'
import type { Metrics } from './metrics.ts'
import { methodsAt, segmentsOf } from './owner.ts'
import { makeRoute } from './route.ts'
import { admit, type Params, receiveBody, serveEndpoint } from './serve-endpoint.ts'
import type { Mount, Mounted } from './shell.ts'

/** Looks up once, at start, what does not change from one request of a dialect to the next. */
export function prepareDialect(dialect: Dialect, metrics: Metrics): Mount[] {
  return dialect.basePaths.map((basePath) => ({
    dialect,
    basePath,
    endpoints: dialect.endpoints.map((endpoint) => mounted(dialect, endpoint, basePath, metrics)),
    unrouted: makeRoute(metrics, `${basePath}/*`, { dialect }),
  }))
}

export function prepareOpenEndpoints(dialect: Dialect, metrics: Metrics): Mounted<OpenEndpoint>[] {
  return (dialect.openEndpoints ?? []).map((endpoint) => ({
    dialect,
    endpoint,
    segments: segmentsOf(endpoint.path),
    route: makeRoute(metrics, endpoint.path, { dialect }),
  }))
}

/** A scoped plug-in with the dialect's endpoints, and with its refusals for every other path. */
export function mountDialect(app: FastifyInstance, mount: Mount): void {
  for (const each of mount.endpoints) {
    route(app, each, (call, params) => serveEndpoint(call, each, params))
  }
  app.register(
    (scope, _options, done) => {
      onUnrouted(scope, (call) => refuseUnrouted(call, mount))
      done()
    },
    { prefix: mount.basePath },
  )
}

/**
 * An endpoint outside the base paths, whose credentials may be in the body. `unasked` answers those
 * who came without any, as people with a browser do.
 */
export function mountOpenEndpoint(
  app: FastifyInstance,
  each: Mounted<OpenEndpoint>,
  unasked: ((call: Call) => void) | null,
): void {
  const { dialect, endpoint } = each
  const exchange = (call: Call, body: Parameters<OpenEndpoint['credentials']>[1]) => {
    const { store, tickets } = call.shell
    const credentials = endpoint.credentials(call.head, body)
    call.access = authenticate(store, tickets, dialect, credentials)
    call.answer(endpoint.answer(tickets.issue(call.access.token.publicPart)))
  }
  route(app, each, (call) => {
    call.route = each.route
    if (endpoint.method !== 'GET') {
      return receiveBody(call, dialect, (body) => exchange(call, body))
    }
    try {
      exchange(call, undefined)
    } catch (error) {
      const none = error instanceof Fault && error.code === 'missing_credentials'
      if (none && unasked) unasked(call)
      else call.fail(error)
    }
  })
}

/** Serves every request that no route of this scope or below it takes. */
export function onUnrouted(scope: FastifyInstance, serve: (call: Call) => void): void {
  scope.addHook('onRequest', (request) => serve(callOf(request.raw)))
  scope.setNotFoundHandler(unreachable)
}

/**
 * A call is served from the first hook, which never goes on to the next: later the framework would
 * read bodies and judge content types by rules of its own, before anybody knows who calls.
 */
function route(
  app: FastifyInstance,
  { endpoint, route: { pattern } }: Mounted<Endpoint | OpenEndpoint>,
  serve: (call: Call, params: Params) => void,
): void {
  const method: HTTPMethods[] = endpoint.method === 'GET' ? ['GET', 'HEAD'] : [endpoint.method]
  app.route({
    method,
    url: pattern,
    onRequest: (request) => serve(callOf(request.raw), request.params as Params),
    handler: unreachable,
  })
}

function unreachable(): never {
  throw new Error('a request went on behind the hook that serves it')
}

function refuseUnrouted(call: Call, mount: Mount): void {
  const { dialect } = mount
  const { head } = call
  call.route = mount.unrouted
  if (head.method === 'OPTIONS' && dialect.crossOrigin === true) {
    return call.answer(preflight(head.headers['access-control-request-headers']))
  }
  try {
    admit(call, dialect)
    const allow = methodsAt(call.shell, head.path)
    call.refuse(new Fault(allow.length > 0 ? 'method_not_allowed' : 'unknown_route', { allow }))
  } catch (error) {
    call.fail(error)
  }
}

function mounted(
  dialect: Dialect,
  endpoint: Endpoint,
  basePath: string,
  metrics: Metrics,
): Mounted<Endpoint> {
  const pattern = basePath + endpoint.path
  const segments = segmentsOf(pattern)
  const strange = segments.find((part) => !/^(:\w+|[\w.~-]+)$/.test(part))
  if (strange !== undefined) throw new Error(`${pattern}: "${strange}" is no part of a path here`)
  return { dialect, endpoint, segments, route: makeRoute(metrics, pattern, { dialect, endpoint }) }
}
