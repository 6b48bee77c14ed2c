import { calls } from './calls.js'

/*
 * The typed client of Roster's native API, for Node and browsers; it needs nothing but `fetch`. Its
 * types are in client.d.ts.
 */

const retriesDefault = 4
const timeoutMsDefault = 30_000
const firstPauseMs = 200
const patienceMsDefault = 20_000

export class RosterError extends Error {
  name = 'RosterError'

  constructor(problem, status, { headers, cause } = {}) {
    super(problem.detail ?? problem.title ?? `The call failed with status ${status}.`, { cause })
    this.code = problem.code
    this.status = status
    this.errors = problem.errors ?? []
    this.conflictingProfileId = problem.conflicting_profile_id
    this.requestId = headers?.get('x-request-id') ?? null
    this.retryAfter = secondsOf(headers?.get('retry-after'))
  }
}

export function createClient(options) {
  const settings = {
    url: String(options.url).replace(/\/+$/, ''),
    token: options.token,
    fetch: options.fetch ?? ((...given) => globalThis.fetch(...given)),
    retries: options.retries ?? retriesDefault,
    timeoutMs: options.timeoutMs ?? timeoutMsDefault,
    patienceMs: options.patienceMs ?? patienceMsDefault,
  }
  const client = {}
  for (const [name, call] of Object.entries(calls)) {
    if (name !== 'streamEvents') client[name] = (given) => make(settings, call, given ?? {})
  }
  client.each = (name, given) => eachOf(client[name], given ?? {})
  client.follow = (given) => follow(settings, given ?? {})
  return client
}

/** One call, tried again where that can do no harm. */
async function make(settings, call, given) {
  const { signal } = given
  const request = requestOf(settings, call, given)
  for (let tried = 0; ; tried++) {
    const outcome = await attempt(settings, request, signal)
    if ('value' in outcome) return outcome.value
    const { error } = outcome
    const ms = pauseOf(settings, tried, error)
    if (tried >= settings.retries || ms === null || !mayRetry(call, error)) throw error
    await pause(ms, signal)
  }
}

function requestOf(settings, call, given) {
  let { path } = call
  for (const name of call.inPath) {
    if (given[name] === undefined) throw new TypeError(`"${name}" is missing.`)
    path = path.replace(`{${name}}`, encodeURIComponent(String(given[name])))
  }
  const query = new URLSearchParams()
  for (const name of call.inQuery) if (given[name] !== undefined) query.set(name, given[name])
  const known = [...call.inPath, ...call.inQuery, 'body', 'idempotencyKey', 'ifMatch', 'signal']
  const strange = Object.keys(given).find((name) => !known.includes(name))
  if (strange !== undefined) throw new TypeError(`"${strange}" is nothing this call takes.`)
  const headers = { authorization: `Bearer ${settings.token}`, accept: 'application/json' }
  if (given.body !== undefined) headers['content-type'] = 'application/json'
  if (given.ifMatch !== undefined) headers['if-match'] = given.ifMatch
  // The key stays the same on every try, so that all of them are one call.
  if (call.keyed) headers['idempotency-key'] = given.idempotencyKey ?? crypto.randomUUID()
  const { method } = call
  const body = given.body === undefined ? undefined : JSON.stringify(given.body)
  return {
    url: `${settings.url}${path}${query.size > 0 ? `?${query}` : ''}`,
    method,
    headers,
    body,
  }
}

async function attempt(settings, { url, ...init }, signal) {
  const timeout = AbortSignal.timeout(settings.timeoutMs)
  const either = signal ? AbortSignal.any([signal, timeout]) : timeout
  let answer
  let text
  try {
    answer = await settings.fetch(url, { ...init, signal: either })
    text = await answer.text()
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    const detail = timeout.aborted ? 'The call took too long.' : 'The server was not reached.'
    return { error: new RosterError({ code: 'not_reached', detail }, 0, { cause: error }) }
  }
  if (answer.ok) return { value: text === '' ? undefined : JSON.parse(text) }
  return { error: new RosterError(problemOf(text), answer.status, answer) }
}

/** Of a `Retry-After`, which may also be a date; null where there is none. */
function secondsOf(text) {
  if (!text) return null
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1_000
  return Number.isNaN(seconds) ? null : Math.max(0, seconds)
}

function problemOf(text) {
  try {
    const problem = JSON.parse(text)
    return typeof problem === 'object' && problem !== null ? problem : {}
  } catch {
    return {}
  }
}

/** Nothing was stored by what is refused this way, or the call may be made any number of times. */
function mayRetry({ method, keyed }, { status, code }) {
  if (status === 429 || status === 503 || code === 'call_under_way') return true
  const again = keyed || method !== 'POST'
  return (
    again && (status === 0 || status === 408 || status === 500 || status === 502 || status === 504)
  )
}

/** Before another try; null where the server asks for more than the caller's patience. */
function pauseOf({ patienceMs }, tried, { retryAfter }) {
  if (retryAfter !== null) return retryAfter * 1_000 <= patienceMs ? retryAfter * 1_000 : null
  return Math.min(firstPauseMs * 2 ** tried, patienceMs) * (0.5 + Math.random() / 2)
}

function pause(ms, signal) {
  const { promise, resolve, reject } = Promise.withResolvers()
  const timer = setTimeout(resolve, ms)
  const abort = () => {
    clearTimeout(timer)
    reject(signal.reason)
  }
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  return promise.finally(() => signal?.removeEventListener('abort', abort))
}

async function* eachOf(list, given) {
  let { cursor } = given
  do {
    const page = await list(cursor === undefined ? given : { ...given, cursor })
    yield* page.data
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined)
}

/** Events as they come; after a break of the line it goes on behind the last one. */
async function* follow(settings, { signal, ...given }) {
  let last = null
  for (let failed = 0; ; ) {
    let ms = pauseOf(settings, 0, { retryAfter: null })
    try {
      const { url, headers } = requestOf(settings, calls.streamEvents, given)
      const resumed = last === null ? {} : { 'last-event-id': String(last) }
      const answer = await settings.fetch(url, { headers: { ...headers, ...resumed }, signal })
      if (!answer.ok) {
        throw new RosterError(problemOf(await answer.text()), answer.status, answer)
      }
      for await (const event of eventsOf(answer.body)) {
        last = event.id
        failed = 0
        yield event
        // What came along with it is not wanted any more.
        if (signal?.aborted) return
      }
    } catch (error) {
      if (signal?.aborted) return
      const isRefusal = error instanceof RosterError
      if (isRefusal && error.status !== 429 && error.status < 500) throw error
      ms = pauseOf(settings, failed, { retryAfter: isRefusal ? error.retryAfter : null })
      if (++failed > settings.retries || ms === null) throw error
    }
    await pause(ms, signal).catch(() => {})
    if (signal?.aborted) return
  }
}

async function* eventsOf(body) {
  let text = ''
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      text += value
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1]
        text = text.slice(end + 2)
        if (data !== undefined) yield JSON.parse(data)
      }
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
