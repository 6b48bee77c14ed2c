import type { Credentials, RequestHead, TokenShape } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { isObject, type JsonValue, own } from '../../core/json.ts'

/** Hex digits, like the vendor's own: first the part that names the token, then its secret. */
const publicBytes = 8
const secretBytes = 24
const apiToken = new RegExp(`^[0-9a-f]{${2 * (publicBytes + secretBytes)}}$`)
const ticket = /^[\w-]+\.[\w-]+\.[\w-]+$/
const bearerScheme = /^bearer(?:\s|$)/i

export const tokens: TokenShape = {
  make(random) {
    const publicPart = random(publicBytes).toString('hex')
    const secret = random(secretBytes).toString('hex')
    return { publicPart, secret, shown: { token: publicPart + secret } }
  },
}

/**
 * An API token or a ticket, as `Authorization: Bearer` or as `access_token` in the query, in every
 * version (wire notes D3). The header counts where both are there.
 */
export function readCredentials(head: RequestHead): Credentials {
  const { authorization } = head.headers
  if (authorization !== undefined && bearerScheme.test(authorization)) {
    return parseCredential(authorization.slice('bearer'.length))
  }
  const inQuery = queryToken(head.query)
  if (inQuery !== undefined) return parseCredential(inQuery)
  throw new Fault(authorization === undefined ? 'missing_credentials' : 'malformed_credentials')
}

/**
 * The API token that is to be exchanged, from the body or the query (wire notes D4). A ticket is
 * refused: it ends when it ends, and cannot be traded for a fresh one.
 */
export function readExchange(head: RequestHead, body: JsonValue | undefined): Credentials {
  const given = (isObject(body) ? own(body, 'access_token') : undefined) ?? queryToken(head.query)
  if (given === undefined) throw new Fault('missing_credentials')
  const credential = typeof given === 'string' ? parseCredential(given) : null
  if (credential === null || 'ticket' in credential) throw new Fault('malformed_credentials')
  return credential
}

/** Whether the caller is one that reads status codes; see `renderError`. */
export function isBearerOnly(head: RequestHead): boolean {
  const { authorization } = head.headers
  const isBearer = authorization !== undefined && bearerScheme.test(authorization)
  return isBearer && queryToken(head.query) === undefined
}

function parseCredential(text: string): Credentials {
  const given = text.trim()
  if (apiToken.test(given)) {
    const split = 2 * publicBytes
    return { publicPart: given.slice(0, split), secret: given.slice(split) }
  }
  if (ticket.test(given)) return { ticket: given }
  throw new Fault('malformed_credentials')
}

/** The last one counts, as in PHP. Clients put it first, last, and among encoded filters. */
function queryToken(query: string): string | undefined {
  if (query === '') return undefined
  return new URLSearchParams(query).getAll('access_token').at(-1)
}
