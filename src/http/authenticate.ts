import { hash, timingSafeEqual } from 'node:crypto'
import { allowsScope, type Credentials, type Dialect, type Scope } from '../core/dialect.ts'
import { Fault } from '../core/errors.ts'
import type { Workspace } from '../core/workspace.ts'
import type { Store, Token } from '../storage/store.ts'
import type { Tickets } from './tickets.ts'

/** Who calls: a live token and the workspace it is bound to. */
export interface Access {
  token: Token
  workspace: Workspace
}

/**
 * Finds the token that credentials stand for. Secrets are compared as SHA-256, in a time that does
 * not tell how much of them was right.
 *
 * @throws Fault `invalid_credentials` for an unknown or revoked token, a wrong secret, a bad ticket
 *   and a token of another dialect alike, so that nobody learns which it was; at once, or later
 *   where the store cannot answer at once.
 */
export function authenticate(
  store: Store,
  tickets: Tickets,
  dialect: Dialect,
  credentials: Credentials,
  connection: { proof: Proof | null },
): Access | Promise<Access> {
  const byTicket = 'ticket' in credentials
  const publicPart = byTicket ? tickets.read(credentials.ticket) : credentials.publicPart
  const accept = (access: Access | null): Access => {
    if (!access || access.token.dialect !== dialect.id || access.token.revokedAt !== null) {
      throw new Fault('invalid_credentials')
    }
    if (!byTicket && !proves(credentials.secret, access.token, connection)) {
      throw new Fault('invalid_credentials')
    }
    return access
  }
  const found = publicPart === null ? null : store.findToken(publicPart)
  return found instanceof Promise ? found.then(accept) : accept(found)
}

/** @throws Fault `forbidden` when the token was made for other calls than this one. */
export function assertScope(token: Token, scope: Scope): void {
  if (!allowsScope(token.scopes, scope)) throw new Fault('forbidden')
}

/**
 * What was proved on a connection, so that a client that keeps it open is hashed once. The token is
 * compared by identity: the store hands out another object once anything about it may have changed.
 */
export interface Proof {
  token: Token
  secret: Buffer
}

/** Whether the secret is the token's: the same as was proved here before, or by its hash. */
function proves(secret: string, token: Token, connection: { proof: Proof | null }): boolean {
  const bytes = Buffer.from(secret)
  const { proof } = connection
  if (proof?.token === token && proof.secret.length === bytes.length) {
    return timingSafeEqual(proof.secret, bytes)
  }
  if (!secretMatches(secret, token.secretHash)) return false
  connection.proof = { token, secret: bytes }
  return true
}

/** Compared as hex digits: a digest handed over as bytes costs three times as much. */
function secretMatches(secret: string, secretHash: string): boolean {
  const shown = Buffer.from(hash('sha256', secret, 'hex'), 'latin1')
  const stored = Buffer.from(secretHash, 'latin1')
  return shown.length === stored.length && timingSafeEqual(shown, stored)
}
