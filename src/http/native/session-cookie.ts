import { hash } from 'node:crypto'
import type { Credentials, RequestHead } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'

/** Holds the ticket of whoever signed in at the console. */
export const sessionCookie = 'roster_session'
/** Proves that a call of a session was made by the console's own page. */
export const csrfHeader = 'x-csrf-token'

/** The ticket in the cookie of the session; null where there is none. */
export function ticketOf(head: RequestHead): string | null {
  for (const pair of (head.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2)
    if (name === sessionCookie && value) return value
  }
  return null
}

/** The ticket a call is made with; null where it is made with a token. */
export function sessionOf(head: RequestHead): string | null {
  return head.headers.authorization === undefined ? ticketOf(head) : null
}

/**
 * What the page must send along. It follows from the ticket, which pages cannot read and other
 * sites do not know; the page is told it by its own server.
 */
export function csrfTokenOf(ticket: string): string {
  return hash('sha256', `roster csrf ${ticket}`, 'hex')
}

/**
 * The credentials of a session. A browser sends a cookie along whoever made it call, so that alone
 * the cookie counts for nothing.
 */
export function sessionCredentials(head: RequestHead): Credentials {
  const ticket = ticketOf(head)
  if (ticket === null) throw new Fault('missing_credentials')
  const { origin } = head.headers
  if (origin !== undefined && origin !== head.baseUrl) {
    throw new Fault('forbidden', { message: "A session is for the console's own page alone." })
  }
  if (head.headers[csrfHeader] !== csrfTokenOf(ticket)) {
    throw new Fault('missing_credentials', {
      message: `The session counts only with its ${csrfHeader} header; GET /console/session tells it.`,
    })
  }
  return { ticket }
}
