import type { DialectResponse } from '../core/dialect.ts'
import type { Workspace } from '../core/workspace.ts'

export type Headers = { [name: string]: string }

const methods = 'GET, POST, PUT, PATCH, DELETE, OPTIONS'
const maxAgeSeconds = '600'

/** Whether pages of this origin may call with the workspace's tokens. */
export function originAllowed(workspace: Workspace, origin: string): boolean {
  const allowed = workspace.settings.allowedOrigins
  return allowed.includes('*') || allowed.includes(origin)
}

/**
 * The answer to a browser that asks before it calls. It shows no token then, so that every origin
 * gets a yes here; `originAllowed` decides on the call itself. `addCrossOrigin` names the origin.
 */
export function preflight(asked: string | undefined): DialectResponse {
  const headers: Headers = {
    'access-control-allow-methods': methods,
    'access-control-max-age': maxAgeSeconds,
  }
  if (asked !== undefined) headers['access-control-allow-headers'] = asked
  return { status: 204, headers }
}

/** Adds what lets the origin read the answer; null adds only that the answer depends on it. */
export function addCrossOrigin(headers: Headers, origin: string | null): void {
  const vary = Object.keys(headers).find((name) => name.toLowerCase() === 'vary')
  if (vary === undefined) headers.vary = 'Origin'
  else headers[vary] = `${headers[vary]}, Origin`
  if (origin === null) return
  // The exact origin, never `*`: browsers refuse `*` where credentials are sent along.
  headers['access-control-allow-origin'] = origin
  headers['access-control-allow-credentials'] = 'true'
  const exposed = Object.keys(headers).filter((name) => !unexposed.test(name))
  headers['access-control-expose-headers'] = ['x-request-id', ...exposed].join(', ').toLowerCase()
}

/** What every page may read, and what means nothing to one. */
const unexposed = new RegExp(
  `^(${[
    'cache-control|expires|last-modified|pragma|vary|connection|set-cookie',
    'content-(language|length|type)|x-(frame|content-type)-options|access-control-.*',
  ].join('|')})$`,
  'i',
)
