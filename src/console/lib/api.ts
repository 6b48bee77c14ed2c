import { type Client, createClient, RosterError } from '../../client/client.js'

/* The native API, called with the session of whoever signed in. */

export interface Session {
  workspace: string
  token: { public_part: string; label: string; scopes: string[] }
  csrf_header: string
  csrf_token: string
}

let session: Session | null = null
let onSignedOut = () => {}

const sessionPath = '/console/session'

export const api: Client = createClient({
  url: location.origin,
  token: '',
  // A person who waits would rather know at once.
  retries: 1,
  async fetch(address, init) {
    const headers = new Headers(init?.headers)
    headers.delete('authorization')
    if (session) headers.set(session.csrf_header, session.csrf_token)
    const answer = await fetch(address, { ...init, headers, credentials: 'same-origin' })
    if (answer.status === 401) onSignedOut()
    return answer
  },
})

export function whenSignedOut(tell: () => void): void {
  onSignedOut = tell
}

/** Who is signed in; null when nobody is. */
export async function readSession(): Promise<Session | null> {
  const answer = await reach(sessionPath, { credentials: 'same-origin' })
  session = answer.ok ? ((await answer.json()) as Session) : null
  // Only a refusal of who asks means that nobody is signed in.
  if (!answer.ok && answer.status !== 401) throw await refusal(answer)
  return session
}

export async function signIn(token: string): Promise<Session> {
  const answer = await reach(sessionPath, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  if (!answer.ok) throw await refusal(answer)
  session = (await answer.json()) as Session
  return session
}

export async function signOut(): Promise<void> {
  if (!session) return
  const headers = { [session.csrf_header]: session.csrf_token }
  const answer = await reach(sessionPath, { method: 'DELETE', headers })
  if (!answer.ok && answer.status !== 401) throw await refusal(answer)
  session = null
}

/** Browsers call a server that is not there by words of their own. */
async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init)
  } catch (cause) {
    throw new Error('The server was not reached.', { cause })
  }
}

async function refusal(answer: Response): Promise<RosterError | Error> {
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string }
  return new Error(problem.detail ?? `The server answered ${answer.status}.`)
}

/** What to tell a person of an error: the server's own words, with the fields that are wrong. */
export function explain(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)]
  if (!(error instanceof RosterError)) return [error.message]
  const fields = error.errors.map(({ field, message, hint }) => {
    const named = field === '' ? message : `${field}: ${message}`
    return hint === undefined ? named : `${named} (${hint})`
  })
  return [error.message, ...fields.filter((text) => text !== error.message)]
}
