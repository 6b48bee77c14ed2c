import type { FastifyInstance } from 'fastify'
import type { Dialect, Endpoint, OpenEndpoint } from '../core/dialect.ts'
import { Fault } from '../core/errors.ts'
import { addRoute, addUnrouted } from './add-route.ts'
import { type Access, authenticate } from './authenticate.ts'
import type { Call } from './call.ts'
import { preflight } from './cross-origin.ts'
import type { Metrics } from './metrics.ts'
import { methodsAt, routeAt, segmentsOf } from './owner.ts'
import { makeRoute } from './route.ts'
import { admit, type Params, receiveBody, serveEndpoint } from './serve-endpoint.ts'
import type { Mount, Mounted } from './shell.ts'

/** Looks up once, at start, what does not change from one request of a dialect to the next. */
export function prepareDialect(dialect: Dialect, metrics: Metrics): Mount<Endpoint>[] {
  return dialect.basePaths.map((basePath) =>
    prepareMount(
      dialect,
      basePath,
      dialect.endpoints.filter((endpoint) => endpoint.basePaths?.includes(basePath) ?? true),
      metrics,
      (endpoint) => ({ endpoint }),
    ),
  )
}

/** The first words of the paths that a dialect also serves without their base path. */
export function bareWords(dialects: readonly Dialect[]): Map<string, string> {
  const words = new Map<string, string>()
  for (const { bareBasePath, endpoints } of dialects) {
    if (bareBasePath === undefined) continue
    for (const { path } of endpoints) words.set(segmentsOf(path)[0] ?? '', bareBasePath)
  }
  return words
}

/** A base path with what answers below it; `of` says what a route is to know of its endpoint. */
export function prepareMount<E extends { path: string }>(
  dialect: Dialect,
  basePath: string,
  endpoints: readonly E[],
  metrics: Metrics,
  of: (endpoint: E) => { endpoint?: Endpoint } = () => ({}),
): Mount<E> {
  const mounted = (endpoint: E): Mounted<E> => {
    const pattern = basePath + endpoint.path
    const segments = segmentsOf(pattern)
    const strange = segments.find((part) => !/^(:\w+|[\w.~-]+)$/.test(part))
    if (strange !== undefined) throw new Error(`${pattern}: "${strange}" is no part of a path here`)
    const route = makeRoute(metrics, pattern, { dialect, ...of(endpoint) })
    return { dialect, endpoint, segments, route }
  }
  return {
    dialect,
    basePath,
    endpoints: endpoints.map(mounted),
    unrouted: makeRoute(metrics, `${basePath}/*`, { dialect }),
  }
}

export function prepareOpenEndpoints(dialect: Dialect, metrics: Metrics): Mounted<OpenEndpoint>[] {
  return (dialect.openEndpoints ?? []).map((endpoint) => ({
    dialect,
    endpoint,
    segments: segmentsOf(endpoint.path),
    route: makeRoute(metrics, endpoint.path, { dialect }),
  }))
}

/** Serves the dialect's endpoints below the base path, and its refusals for every other path. */
export function mountDialect(app: FastifyInstance, mount: Mount<Endpoint>): void {
  mountEndpoints(app, mount, serveEndpoint)
}

/** The same for endpoints of any kind. */
export function mountEndpoints<E extends Pick<Endpoint, 'method'>>(
  app: FastifyInstance,
  mount: Mount<E>,
  serve: (call: Call, mounted: Mounted<E>, params: Params) => void,
): void {
  for (const each of mount.endpoints) {
    addRoute(app, each.endpoint.method, each.route.pattern, (call, params) =>
      serve(call, each, params),
    )
  }
  addUnrouted(app, mount.basePath, (call) => serveUnrouted(call, mount))
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
    const issue = (access: Access) => {
      call.access = access
      call.answer(endpoint.answer(tickets.issue(access.token.publicPart)))
    }
    const access = authenticate(store, tickets, dialect, credentials, call.connection)
    if (access instanceof Promise) access.then(issue).catch((error: unknown) => call.fail(error))
    else issue(access)
  }
  addRoute(app, endpoint.method, endpoint.path, (call) => {
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

function serveUnrouted(call: Call, mount: Mount): void {
  const { method, headers, path } = call.head
  call.route = mount.unrouted
  if (method === 'OPTIONS' && mount.dialect.crossOrigin === true) {
    call.route = routeAt(mount, path) ?? mount.unrouted
    call.answer(preflight(headers['access-control-request-headers']))
  } else {
    refuseUnrouted(call, mount)
  }
}

function refuseUnrouted(call: Call, { dialect }: Mount): void {
  try {
    admit(call, dialect, () => {
      call.route.stats.miss(call.head.method, call.head.path)
      const allow = methodsAt(call.shell, call.head.path)
      call.refuse(new Fault(allow.length > 0 ? 'method_not_allowed' : 'unknown_route', { allow }))
    })
  } catch (error) {
    call.fail(error)
  }
}
