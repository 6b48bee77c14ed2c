import type { DialectResponse, RequestHead } from '../../core/dialect.ts'
import type { Fault } from '../../core/errors.ts'
import { isBearerOnly } from './credentials.ts'

/**
 * The vendor's envelope. The official PHP class takes every status but 400 for success, and sends
 * its token in the query; so where the credential came that way, or did not come at all, every
 * refusal is 400, our own failures included. Callers with a bearer get 400 for their mistakes, and
 * 429, 500 and 503 as themselves (wire notes: decisions, 1.3, 6.3).
 */
export function renderError(fault: Fault, head: RequestHead): DialectResponse {
  const tellsApart = (fault.status === 429 || fault.status >= 500) && isBearerOnly(head)
  const headers: { [name: string]: string } = {}
  if (fault.retryAfterSeconds !== undefined) headers['Retry-After'] = `${fault.retryAfterSeconds}`
  if (fault.allow.length > 0) headers.Allow = fault.allow.join(', ')
  return {
    status: tellsApart ? fault.status : 400,
    headers,
    body: { error: { message: messageOf(fault, head) } },
  }
}

/** Clients compare the first two texts, which are the vendor's own; the others are ours. */
function messageOf(fault: Fault, { path }: RequestHead): string {
  switch (fault.code) {
    case 'missing_credentials':
    case 'malformed_credentials':
    case 'invalid_credentials':
      return 'Invalid access token'
    case 'unknown_route':
    case 'method_not_allowed':
      return missingPart(path) ?? 'Invalid method'
    default:
      return fault.message
  }
}

/** Paths without a part they need, by which it is behind the first word. */
const lacking: readonly [element: number, path: RegExp][] = [
  [1, /^\/+v[1-4]\/+(?:database|profile|collection|subprofile|interest)\/*$/],
  [1, /^\/+v[1-4]\/+(?:datarequest|logfile|webhook)\/*$/],
  [3, /^\/+v[1-4]\/+(?:database|collection)\/+[^/]+\/+field\/*$/],
  [3, /^\/+v[1-4]\/+database\/+[^/]+\/+profile\/*$/],
  [3, /^\/+v[1-4]\/+profile\/+[^/]+\/+subprofiles\/*$/],
]

/** The vendor tells these paths apart from unknown ones (wire notes 1.3). */
function missingPart(path: string): string | null {
  const found = lacking.find(([, pattern]) => pattern.test(path))
  return found ? `Invalid request, element ${found[0]} is missing in 'directory' path` : null
}
