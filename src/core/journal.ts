import type { Writer } from './change-attributes.ts'
import {
  type Command,
  type Key,
  type MergeProfiles,
  mergeIdentifiers,
  type RecordEvent,
  type RemoveIntent,
  type UndoMerge,
  type WriteIntent,
} from './command.ts'
import type { DecideContext, ProfileWrite } from './decision.ts'
import { Drafts } from './drafts.ts'
import { Fault } from './errors.ts'
import type { Cause, Event, FoundBy } from './event.ts'
import { type JsonObject, own } from './json.ts'
import type { Known } from './known.ts'
import { limits } from './limits.ts'
import { assertNoRisk } from './merge-guards.ts'
import { findMerged, mergeProfiles } from './merge-profiles.ts'
import {
  type EventId,
  emailIdentifier,
  hasIdentifier,
  type Identifier,
  type Profile,
  type ProfileId,
} from './profile.ts'
import type { RecordRef } from './rule-records.ts'
import { undoMerge } from './undo-merge.ts'
import { assertVersion, findByKeys, keyIdentifiers, writeProfile } from './write-profile.ts'

/** What a decision has done so far: drafts of profiles, and the events that tell of it. */
export class Journal {
  readonly drafts: Drafts
  readonly events: Event[] = []
  /** The records that events are about. */
  readonly #about = new Map<EventId, RecordRef>()
  readonly #command: Command
  readonly #context: DecideContext
  readonly #occurredAt: number | undefined

  constructor(known: Known, command: Command, context: DecideContext) {
    this.drafts = new Drafts(known, context.now)
    this.#command = command
    this.#context = context
    this.#occurredAt =
      command.occurredAt === undefined
        ? undefined
        : Math.min(command.occurredAt, context.now + limits.futureMsMax)
  }

  record(command: RecordEvent): { profile: Profile | null; foundBy: FoundBy | null } {
    const profile = command.subject ? this.find(command.subject) : null
    if (command.subject && !profile && command.onMissing !== 'record') {
      throw new Fault('profile_not_found')
    }
    const theirs = profile ? command.ofSubject : undefined
    const attributes = { ...command.attributes, ...theirs?.attributes }
    const identifiers = [...command.identifiers, ...(theirs?.identifiers ?? [])]
    const event = this.#draftEvent(command.type, attributes, identifiers, null)
    event.subject = profile?.id ?? null
    event.foundBy = profile ? 'key' : null
    if (command.changes) event.changes = [...command.changes]
    if (command.cause) event.cause = { ...command.cause }
    this.events.push(event)
    return { profile, foundBy: event.foundBy }
  }

  /** One profile change: one event and one version, or none of both when nothing changed. */
  write(asking: WriteIntent, cause: Cause | null) {
    const intent = asking.onConflict === 'merge' ? this.#mergeHolders(asking, cause) : asking
    const identifiers = cause ? [] : identifiersNamed(intent)
    const asked = { ...intent.changes.setOnce, ...intent.changes.set }
    const event = this.#draftEvent('profile.updated', asked, identifiers, cause)
    const writer: Writer = {
      now: this.#context.now,
      occurredAt: this.#occurredAt,
      event: event.id,
      source: event.source.dialect,
    }
    const result = writeProfile(this.drafts, intent, writer, this.#context.settings)
    const { profile } = result
    event.subject = profile?.id ?? null
    event.foundBy = profile ? result.foundBy : 'none'
    event.changes = result.changes
    event.dropped = result.dropped
    if (profile && result.foundBy === 'created') event.type = 'profile.created'
    else if (result.changes.length === 0) event.type = 'profile.unchanged'
    const tells = event.type !== 'profile.unchanged' || result.dropped.length > 0
    if (tells) this.events.push(event)
    for (const { from, change } of result.takenOver) {
      const loss = this.#draftEvent('profile.updated', {}, [], cause)
      loss.subject = from.profile.id
      loss.changes = [change]
      this.events.push(loss)
    }
    return { profile, foundBy: event.foundBy }
  }

  remove(intent: RemoveIntent, cause: Cause | null): Profile | null {
    const found = this.find(intent.keys)
    if (!found) return null
    assertVersion(intent.ifVersion, found)
    this.drafts.require(found.identifiers, 'all')
    const write = this.#takeOut(found)
    const { erase } = intent
    if (erase) Object.assign(write.profile, { attributes: {}, provenance: {}, tags: [] })
    const type = erase ? 'profile.erased' : 'profile.removed'
    const event = this.#draftEvent(type, {}, erase ? [] : found.identifiers, cause)
    event.subject = write.profile.id
    event.foundBy = 'key'
    this.events.push(event)
    return write.profile
  }

  /** One event about who stays, then one about each who goes; none when nobody goes. */
  merge(command: MergeProfiles): Profile {
    const { into, from } = findMerged(this.drafts, command)
    if (from.length === 0) return into
    if (command.guards) assertNoRisk(into, from)
    return this.#merge(into, from, mergeIdentifiers(command), null)
  }

  /** One event about who stayed, then one about each who is back. */
  undoMerge(command: UndoMerge): Profile {
    const { now } = this.#context
    const { into, restored, changes, dropped } = undoMerge(this.drafts, command, now)
    const profiles = restored.map(({ id }) => id)
    const about = { profiles, merge: command.merge }
    const event = this.#draftEvent('profile.unmerged', about, [], null)
    Object.assign(event, { subject: into.id, foundBy: 'key', changes, dropped })
    this.events.push(event)
    for (const { id, identifiers } of restored) {
      const back = this.#draftEvent('profile.restored', { from: into.id }, identifiers, null)
      Object.assign(back, { subject: id, foundBy: 'key' })
      this.events.push(back)
    }
    return into
  }

  /** Whoever holds what a profile is to have goes into it; without one, the first of them stays. */
  #mergeHolders(intent: WriteIntent, cause: Cause | null): WriteIntent {
    const { identify = [], link = [] } = intent.changes
    const wanted = [...identify, ...link]
    this.drafts.require(wanted)
    const found = this.find(intent.keys)
    const holders = new Map<ProfileId, Profile>()
    for (const identifier of wanted) {
      const owner = this.drafts.owner(identifier)
      if (owner && owner.id !== found?.id) holders.set(owner.id, owner)
    }
    const [first, ...others] = holders.values()
    if (!first) return intent
    const [into, from] = found ? [found, [first, ...others]] : [first, others]
    assertVersion(intent.ifVersion, into)
    // Where nobody was found, what was asked for is a person too, and perhaps another one.
    const kinds = link.map(({ kind }) => kind)
    assertNoRisk(into, found ? from : [...from, { ...into, identifiers: wanted }], kinds)
    // Somebody who is made by this very decision has no id yet by which to be found later.
    const early = from.find(({ id }) => id < 0)
    if (early) throw new Fault('conflict', { message: 'Somebody who is only made now has it.' })
    if (from.length > 0) this.#merge(into, from, identifiersNamed(intent), cause)
    // It has another version now, by our own doing.
    const { ifVersion: _, ...rest } = intent
    return { ...rest, keys: [{ profile: into.id }, ...intent.keys] }
  }

  #merge(
    into: Profile,
    from: readonly Profile[],
    named: readonly Identifier[],
    cause: Cause | null,
  ): Profile {
    const { now } = this.#context
    const event = this.#draftEvent('profile.merged', {}, named, cause)
    const { write, changes, dropped } = mergeProfiles(this.drafts, into, from, now)
    const gone = from.map((profile) => profile.id)
    Object.assign(event, { attributes: { profiles: gone }, subject: into.id, foundBy: 'key' })
    event.changes = changes
    event.dropped = dropped
    this.events.push(event)
    for (const profile of from) {
      const absorbed = this.#takeOut(profile)
      absorbed.absorbed = into.id
      const about = { into: into.id }
      const end = this.#draftEvent('profile.absorbed', about, profile.identifiers, cause)
      Object.assign(end, { subject: profile.id, foundBy: 'key' })
      this.events.push(end)
    }
    return write.profile
  }

  #takeOut(found: Profile): ProfileWrite {
    const write = this.drafts.edit(found)
    const { profile } = write
    const removedAt = Math.max(this.#occurredAt ?? this.#context.now, profile.createdAt)
    for (const identifier of [...profile.identifiers]) this.drafts.release(write, identifier)
    write.dirty = true
    profile.removedAt = removedAt
    profile.version += 1
    profile.updatedAt = Math.max(this.#context.now, profile.updatedAt)
    return write
  }

  /** An event that a rule set off, or that says it was stopped. */
  tell(type: string, attributes: JsonObject, subject: ProfileId | null, cause: Cause): Event {
    const event = this.#draftEvent(type, attributes, [], cause)
    event.subject = subject
    this.events.push(event)
    return event
  }

  /** Notes which record an event is about: the runs that it begins are about it too. */
  tellAbout(event: Event, record: RecordRef): void {
    this.#about.set(event.id, record)
  }

  recordOf(event: Event): RecordRef | undefined {
    return this.#about.get(event.id)
  }

  find(keys: readonly Key[]): Profile | null {
    return findByKeys(this.drafts, keys)
  }

  living(id: ProfileId | null): Profile | null {
    return id === null ? null : this.drafts.profile(id)
  }

  /** Somebody as they are by now, or as they were before this very decision removed them. */
  lastSeen(id: ProfileId | null): Profile | null {
    return id === null ? null : this.drafts.lastSeen(id)
  }

  /** An event with the next local id; it counts once it is pushed. */
  #draftEvent(
    type: string,
    attributes: JsonObject,
    identifiers: readonly Identifier[],
    cause: Cause | null,
  ): Event {
    const { now } = this.#context
    const { source, idempotency } = this.#command
    return {
      id: -(this.events.length + 1) as EventId,
      type,
      subject: null,
      previous: null,
      occurredAt: this.#occurredAt ?? now,
      receivedAt: now,
      source: cause ? { ...source, dialect: `rule:${cause.rule}` } : source,
      cause,
      attributes,
      changes: [],
      dropped: [],
      identifiers: [...identifiers],
      foundBy: null,
      idempotencyKey: cause ? null : (idempotency?.key ?? null),
    }
  }
}

function identifiersNamed(intent: WriteIntent): Identifier[] {
  const { keys, changes } = intent
  const email = emailIdentifier(own(changes.set, 'email'))
  const named = keyIdentifiers(keys)
  const name = (identifier: Identifier) => {
    if (!hasIdentifier(named, identifier)) named.push(identifier)
  }
  changes.identify?.forEach(name)
  if (email) name(email)
  return named
}
