import type { ServerResponse } from 'node:http'
import Type from 'typebox'
import { Fault, invalidField } from '../../core/errors.ts'
import type { Event } from '../../core/event.ts'
import { limits } from '../../core/limits.ts'
import type { EventId, WorkspaceId } from '../../core/profile.ts'
import { takesType } from '../../core/rule.ts'
import type { Store } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { assertNotEnded } from './ended-sessions.ts'
import { defineRoute } from './route.ts'
import { closed, idIn } from './schemas.ts'
import { sessionOf } from './session-cookie.ts'
import { shownEvent } from './shown.ts'

/** Events read at a time: what one slow reader can hold in memory at most. */
const pageMax = 100
const pollMs = 250

const query = Type.Object(
  {
    after: Type.Optional(
      Type.String({ description: 'the id of an event; what follows it is sent, else what is new' }),
    ),
    type: Type.Optional(
      Type.String({ minLength: 1, description: 'an event type, or user.* for all of a group' }),
    ),
    profile_id: Type.Optional(idIn),
  },
  closed,
)

export const streamEvents = defineRoute({
  method: 'GET',
  path: '/events/stream',
  scope: 'events:read',
  operation: 'streamEvents',
  resource: 'events',
  summary: 'Follow the event log as it grows',
  description:
    'Server-sent events: each has the id of the event and the event as JSON. Whoever comes back with `Last-Event-ID` goes on behind it and misses nothing. A comment keeps the line open after every 15 seconds in which nothing was sent.',
  query,
  takes: ['last-event-id'],
  answers: { 200: { description: 'The stream', contentType: 'text/event-stream' } },
  refuses: ['too_many_requests'],
  async handle({ raw, store, workspace, query: asked }) {
    const { streams } = raw.shell
    if (streams.size >= limits.streamsMax) {
      throw new Fault('too_many_requests', {
        message: `There are ${limits.streamsMax} streams open already.`,
        retryAfterSeconds: 5,
      })
    }
    const last = await store.lastEventId(workspace.id)
    const after = beginningOf(raw.head.headers['last-event-id']?.toString(), asked.after, last)
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }
    if (raw.head.method === 'HEAD') return { status: 200, headers }
    const wants = (event: Event) =>
      (asked.type === undefined || takesType(asked.type, event.type)) &&
      (asked.profile_id === undefined || asked.profile_id === event.subject)
    void follow(raw, store, workspace.id, after, wants, headers)
    return null
  },
})

/**
 * Behind which event it begins. A place beyond the end of the log is that of another one, as after
 * a backup was restored: from there nothing would ever be sent, and nobody would know.
 */
function beginningOf(header: string | undefined, after: string | undefined, last: number): number {
  const [field, given] = header === undefined ? ['after', after] : ['Last-Event-ID', header]
  if (given === undefined) return last
  const place = /^(0|[1-9]\d{0,14})$/.test(given) ? Number(given) : null
  if (place === null) throw invalidField(field, 'must be the id of an event, a whole number.')
  if (place <= last) return place
  throw invalidField(field, `is beyond the last event, which is ${last}. Begin without it.`)
}

/** Sends events until the client leaves, its token or session is over or the server stops. */
async function follow(
  call: Call,
  store: Store,
  workspaceId: WorkspaceId,
  start: number,
  wants: (event: Event) => boolean,
  headers: { [name: string]: string },
): Promise<void> {
  const { streams, config } = call.shell
  const { streamHeartbeatMs: heartbeatMs } = config
  const response = call.stream(headers)
  const stopped = new Stop(response)
  const end = () => stopped.now()
  streams.add(end)
  try {
    let after = start
    let spokeAt = performance.now()
    let checkedAt = spokeAt
    response.write(': following\n\n')
    while (!stopped.done) {
      const events = await store.readEvents(workspaceId, after as EventId, pageMax)
      let text = ''
      for (const event of events) if (wants(event)) text += message(event)
      after = events.at(-1)?.id ?? after
      const silent = performance.now() - spokeAt >= heartbeatMs
      if (text === '' && silent) text = ': still here\n\n'
      if (text !== '') {
        spokeAt = performance.now()
        if (!response.write(text)) await stopped.or(response, 'drain')
      }
      if (performance.now() - checkedAt >= heartbeatMs) {
        checkedAt = performance.now()
        if (!(await mayGoOn(call, store, workspaceId))) break
      }
      if (events.length < pageMax) await stopped.orAfter(pollMs)
    }
  } catch {
    // The store cannot say: the client comes back, and goes on where it was.
  } finally {
    streams.delete(end)
    response.end()
  }
}

async function mayGoOn(call: Call, store: Store, workspaceId: WorkspaceId): Promise<boolean> {
  if (!(await store.findToken(call.access?.token.publicPart ?? ''))) return false
  const ticket = sessionOf(call.head)
  if (ticket === null) return true
  return assertNotEnded(store, workspaceId, ticket).then(
    () => true,
    () => false,
  )
}

function message(event: Event): string {
  return `id: ${event.id}\ndata: ${JSON.stringify(shownEvent(event))}\n\n`
}

/** The end of a stream, from either side, as something that can be waited for. */
class Stop {
  done = false
  readonly #stopped = Promise.withResolvers<void>()

  constructor(response: ServerResponse) {
    response.once('close', () => this.now())
  }

  now(): void {
    this.done = true
    this.#stopped.resolve()
  }

  async or(response: ServerResponse, event: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    response.once(event, resolve)
    await Promise.race([promise, this.#stopped.promise])
    response.off(event, resolve)
  }

  async orAfter(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    await Promise.race([promise, this.#stopped.promise])
    clearTimeout(timer)
  }
}
