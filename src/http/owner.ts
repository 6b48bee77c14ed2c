import type { Dialect } from '../core/dialect.ts'
import type { Connection } from './connection.ts'
import type { Route } from './route.ts'
import type { Mount, Shell } from './shell.ts'

/**
 * The route that refusals on this path are worded by: that of the dialect below whose path it is.
 */
export function ownerOf(shell: Shell, path: string): Route {
  return mountOf(shell, path)?.unrouted ?? openEndpointsAt(shell, path)[0]?.route ?? shell.nowhere
}

/** The dialect that alone answers under the name, with or without a port, that a call came by. */
export function boundOf(shell: Shell, { host, bound }: Connection, name: string): Dialect | null {
  return name === host ? bound : shell.hosts.boundTo(name)
}

/**
 * The route that refusals are worded by where the call came by a name that is bound to a dialect:
 * that dialect's, whoever owns the path.
 */
export function routeUnder(shell: Shell, bound: Dialect | null, path: string): Route {
  const route = ownerOf(shell, path)
  if (!bound || route.dialect === bound) return route
  return shell.mounts.find((mount) => mount.dialect === bound)?.unrouted ?? route
}

/** The methods that endpoints have on this path, in the order they are declared. */
export function methodsAt(shell: Shell, path: string): string[] {
  const segments = segmentsOf(path)
  const endpoints = mountOf(shell, path)?.endpoints.filter((each) =>
    matches(each.segments, segments),
  )
  const found = endpoints ?? openEndpointsAt(shell, path)
  return [...new Set(found.map((each) => each.endpoint.method))]
}

/** The route of an endpoint on this path, whatever its method: a fixed path wins over a pattern. */
export function routeAt({ endpoints }: Mount, path: string): Route | undefined {
  const segments = segmentsOf(path)
  const found = endpoints.filter((each) => matches(each.segments, segments))
  const fixed = found.find((each) => !each.segments.some((part) => part.startsWith(':')))
  return (fixed ?? found[0])?.route
}

/**
 * The parts of a path or of a pattern; empty ones, of doubled and trailing slashes, are left out.
 */
export function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}

function mountOf(shell: Shell, path: string): Mount | undefined {
  const plain = path.includes('//') ? path.replace(/\/{2,}/g, '/') : path
  return shell.mounts.find(({ basePath }) => plain === basePath || plain.startsWith(`${basePath}/`))
}

function openEndpointsAt(shell: Shell, path: string): Shell['openEndpoints'] {
  if (path === '') return []
  const segments = segmentsOf(path)
  return shell.openEndpoints.filter((each) => matches(each.segments, segments))
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.length !== segments.length) return false
  return pattern.every((part, place) => part.startsWith(':') || part === decoded(segments[place]))
}

function decoded(segment: string | undefined): string | undefined {
  if (!segment?.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
