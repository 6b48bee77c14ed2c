import { createSigner, createVerifier } from 'fast-jwt'

/** Hands out and reads the signed credentials that stand for a token for a day. */
export interface Tickets {
  /** With `id` it is unlike any other, also of the same second. */
  issue(publicPart: string, id?: string): string
  /** The public part of the token it stands for; null when it is forged, broken or out of date. */
  read(ticket: string): string | null
}

/** As long as a ticket is good. */
export const ticketSeconds = 24 * 60 * 60
const cachedMax = 1_000

/**
 * Tickets are JSON Web Tokens (HS256) with `sub`, `iat` and `exp`: clients read `exp` out of the
 * payload to know when to ask for a new one. They prove nothing but that the token was shown once;
 * whether it is still good is asked of the store on every request.
 */
export function createTickets(key: Buffer, clock: () => number): Tickets {
  const sign = createSigner({ key, algorithm: 'HS256' })
  const verify = createVerifier({ key, algorithms: ['HS256'], ignoreExpiration: true })
  // Checking a signature costs more than the rest of the request's credentials together.
  const known = new Map<string, { sub: string; exp: number }>()

  function open(ticket: string): { sub: string; exp: number } | null {
    const cached = known.get(ticket)
    if (cached) return cached
    const claims = claimsOf(verify, ticket)
    if (!claims) return null
    if (known.size >= cachedMax) known.clear()
    known.set(ticket, claims)
    return claims
  }

  return {
    issue(publicPart, id) {
      const iat = Math.floor(clock() / 1_000)
      const claims = { sub: publicPart, iat, exp: iat + ticketSeconds }
      return sign(id === undefined ? claims : { ...claims, jti: id })
    },
    read(ticket) {
      const claims = open(ticket)
      return claims && claims.exp * 1_000 > clock() ? claims.sub : null
    },
  }
}

function claimsOf(
  verify: (ticket: string) => unknown,
  ticket: string,
): { sub: string; exp: number } | null {
  try {
    const claims = verify(ticket) as { sub?: unknown; exp?: unknown }
    if (typeof claims.sub !== 'string' || typeof claims.exp !== 'number') return null
    return { sub: claims.sub, exp: claims.exp }
  } catch {
    return null
  }
}
