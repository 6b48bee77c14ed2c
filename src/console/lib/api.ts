import { type Client, createClient, RosterError } from '../../client/client.js'
import { isSessionOver, setSessionOver } from './session-end.ts'

/* The native API, called with the session of whoever signed in. */

export interface Session {
  workspace: string
  token: { public_part: string; label: string; scopes: string[] }
  csrf_header: string
  csrf_token: string
}

let session: Session | null = null

const sessionPath = '/console/session'

export const api: Client = createClient({
  url: location.origin,
  token: '',
  // A person who waits would rather know at once.
  retries: 1,
  patienceMs: 1_000,
  async fetch(address, init) {
    const refused =
      answerInQuiet() ?? (isSessionOver() ? new Response('{}', { status: 401 }) : null)
    if (refused) return refused
    const answer = await call(address, init)
    if (answer.status === 429) await keepQuiet(answer.clone())
    if (answer.status !== 401) return answer
    if (await isSignedInAnew()) return call(address, init)
    setSessionOver(true)
    return answer
  },
})

function call(address: RequestInfo | URL, init: RequestInit | undefined): Promise<Response> {
  const headers = new Headers(init?.headers)
  headers.delete('authorization')
  if (session) headers.set(session.csrf_header, session.csrf_token)
  return fetch(address, { ...init, headers, credentials: 'same-origin' })
}

/** What the server said when it asked not to be called for a while, and when that is over. */
let quiet = { until: 0, said: '' }

async function keepQuiet(answer: Response): Promise<void> {
  const seconds = Number(answer.headers.get('retry-after')) || 0
  quiet = { until: performance.now() + seconds * 1_000, said: await answer.text() }
}

function answerInQuiet(): Response | null {
  const ms = quiet.until - performance.now()
  if (ms <= 0) return null
  const headers = { 'retry-after': String(Math.ceil(ms / 1_000)) }
  return new Response(quiet.said, { status: 429, headers })
}

let looking: Promise<boolean> | null = null

/** Whether another tab has signed in, to where this one was: the cookie is then of its session. */
function isSignedInAnew(): Promise<boolean> {
  const before = session
  looking ??= askSession()
    .then((now) => {
      if (now === null || now.workspace !== before?.workspace) return false
      session = now
      return true
    })
    .catch(() => false)
    .finally(() => {
      looking = null
    })
  return looking
}

/** Who is signed in; null when nobody is. */
export async function readSession(): Promise<Session | null> {
  session = await askSession()
  return session
}

async function askSession(): Promise<Session | null> {
  const answer = await reach(sessionPath, { credentials: 'same-origin' })
  if (answer.ok) return (await answer.json()) as Session
  // Only a refusal of who asks means that nobody is signed in.
  if (answer.status !== 401) throw await refusal(answer)
  return null
}

export async function signIn(token: string): Promise<Session> {
  const answer = await reach(sessionPath, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  if (!answer.ok) throw await refusal(answer)
  session = (await answer.json()) as Session
  setSessionOver(false)
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
