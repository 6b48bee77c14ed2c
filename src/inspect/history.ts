import { Fault } from '../core/errors.ts'
import type { Change, Event } from '../core/event.ts'
import { withoutChanges } from '../core/explain-event.ts'
import {
  EMAIL,
  type EventId,
  emailIdentifier,
  type Identifier,
  type Profile,
  type ProfileId,
  type WorkspaceId,
} from '../core/profile.ts'
import type { Store } from '../storage/store.ts'

type Log = Pick<Store, 'readChain' | 'looseEventsNaming' | 'queryEvents'>

/** How many of the events that changed a person one question follows at most. */
export const eventsFollowedMax = 5_000
/** How many of them are read together; the first few alone, as pages are small. */
const readFirst = 20
const readMost = 200
/** How many events from before there was a profile are found by what they named. */
const namedMax = 1_000

/**
 * A person's events from the newest back, or from `from` on. Where older ones are not kept any
 * more, it ends; `gone` is called then.
 */
export async function* eventsBack(
  log: Log,
  workspace: WorkspaceId,
  from: EventId | null,
  gone: () => void = () => {},
): AsyncGenerator<Event> {
  let next = from
  for (let limit = readFirst; next !== null; limit = readMost) {
    const events = await log.readChain(workspace, next, limit)
    if (events.length === 0) return gone()
    for (const event of events) {
      yield event
      next = event.previous
    }
  }
}

/**
 * A person's events that changed them, from `from` back and above another, the first `size` of them
 * read together. What was not changed by is not read where a long history tells.
 */
export async function* changesBack(
  log: Pick<Log, 'queryEvents'>,
  workspace: WorkspaceId,
  { subject, from, after }: { subject: ProfileId; from: EventId | null; after?: EventId },
  size = readFirst,
): AsyncGenerator<Event> {
  if (from === null) return
  let before = (Math.min(from, Number.MAX_SAFE_INTEGER - 1) + 1) as EventId
  for (let limit = size; ; limit = readMost) {
    const bounds = { before, ...(after !== undefined && { after }) }
    const page = await log.queryEvents(workspace, { subject, changing: true, ...bounds, limit })
    yield* page.events
    const last = page.events.at(-1)
    if (!page.more || !last) return
    before = last.id
  }
}

/**
 * A profile as it was at a time, by what had been received until then: the present less every
 * change since. null when there was no profile yet.
 *
 * @throws Fault `not_found` when it cannot be told, because events since are not kept, or are too
 *   many.
 */
export async function profileAt(
  log: Log,
  workspace: WorkspaceId,
  profile: Profile,
  at: number,
): Promise<Profile | null> {
  if (profile.createdAt > at) return null
  let state = { ...profile, updatedAt: profile.createdAt }
  let followed = 0
  let oldest = profile.lastEvent
  const wanted = { subject: profile.id, from: profile.lastEvent }
  for await (const event of changesBack(log, workspace, wanted)) {
    if (event.receivedAt <= at) {
      return { ...state, updatedAt: event.receivedAt, lastEvent: event.id }
    }
    if (++followed > eventsFollowedMax) {
      const message = `More than ${eventsFollowedMax} changes were made since then.`
      throw new Fault('not_found', { message })
    }
    state = before(state, event)
    oldest = event.id
  }
  // Whoever was there then was made by something that is not there any more, unless all is.
  const gone = () => {
    throw new Fault('not_found', { message: 'What changed since then is not kept any more.' })
  }
  for await (const _ of eventsBack(log, workspace, oldest, gone));
  return state
}

/**
 * Events about a person, and those that named them before there was a profile, newest first and
 * below `below`; at most `limit`.
 */
export async function timeline(
  log: Log,
  workspace: WorkspaceId,
  profile: Profile,
  { below, limit }: { below: number; limit: number },
): Promise<Event[]> {
  const lists = await Promise.all(
    profile.identifiers.map((identifier) => log.looseEventsNaming(workspace, identifier, namedMax)),
  )
  const named = [...new Set(lists.flat())].filter((id) => id < below).sort((a, b) => a - b)
  const found: Event[] = []
  const about = new Set<EventId>()
  const takeNamed = async (above: number) => {
    while (found.length < limit && (named.at(-1) ?? 0) > above) {
      const id = named.pop() as EventId
      const event = about.has(id) ? null : await readEvent(log, workspace, id)
      // Somebody else's events may have named an identifier that is this person's now.
      if (event && (event.subject === null || event.subject === profile.id)) found.push(event)
    }
  }
  // Where one page ended, the next goes on, without the walk to there.
  const last = await readEvent(log, workspace, below as EventId)
  const from = last?.subject === profile.id ? last.previous : profile.lastEvent
  for await (const event of eventsBack(log, workspace, from)) {
    about.add(event.id)
    if (event.id >= below) continue
    await takeNamed(event.id)
    if (found.length < limit) found.push(event)
    if (found.length >= limit) return found
  }
  await takeNamed(0)
  return found
}

async function readEvent(
  log: Log,
  workspace: WorkspaceId,
  id: EventId,
): Promise<Event | undefined> {
  if (id >= Number.MAX_SAFE_INTEGER) return undefined
  const [event] = await log.readChain(workspace, id, 1)
  return event
}

function before(profile: Profile, event: Event): Profile {
  const { attributes, tags } = withoutChanges(profile, event)
  const version = profile.version - 1
  const others = profile.identifiers.filter(({ kind }) => kind !== EMAIL)
  const email = emailIdentifier(attributes[EMAIL])
  const identifiers = event.changes.reduceRight(withoutIdentifier, others)
  return {
    ...profile,
    attributes,
    tags,
    version,
    identifiers: email ? [...identifiers, email] : identifiers,
  }
}

/** Who was merged may have several of a kind. */
function withoutIdentifier(
  identifiers: Identifier[],
  { of, name, from, to }: Change,
): Identifier[] {
  if (of !== 'identifier') return identifiers
  const others = identifiers.filter(({ kind, value }) => kind !== name || value !== to)
  return typeof from === 'string' ? [...others, { kind: name, value: from }] : others
}
