import { createHmac } from 'node:crypto'
import { createSigner } from 'fast-jwt'
import type { JsonObject } from '../core/json.ts'

/** Signs what dialects hand out to their vendors' clients. */
export interface Sessions {
  sign(claims: JsonObject): string
}

/**
 * The key is one of its own: dialects put text of callers into what they sign, and none of it may
 * ever count as a ticket.
 */
export function createSessions(ticketKey: Buffer): Sessions {
  const key = createHmac('sha256', ticketKey).update('roster session key').digest()
  const sign = createSigner({ key, algorithm: 'HS256' })
  return { sign: (claims) => sign(claims) }
}
