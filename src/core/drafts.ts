import type { ProfileWrite } from './decision.ts'
import type { Event } from './event.ts'
import {
  identifierKey,
  type Known,
  type KnownRun,
  type Need,
  NeedMore,
  withClaimant,
} from './known.ts'
import type { EventId, Identifier, Profile, ProfileId } from './profile.ts'
import { type RuleCount, type RunKey, runId } from './run.ts'

/**
 * The state as a decision sees it: what was loaded, overlaid with what the decision has done so
 * far. Asking for what was not loaded unwinds the decision with `NeedMore`.
 */
export class Drafts {
  readonly #known: Known
  readonly #now: number
  readonly #writes = new Map<ProfileId, ProfileWrite>()
  readonly #holders = new Map<string, readonly ProfileId[]>()

  constructor(known: Known, now: number) {
    this.#known = known
    this.#now = now
  }

  /**
   * Asks for everything a step is about to look at, so that one round loads it all: the owners, or
   * everybody who holds them, as letting go of them will.
   */
  require(identifiers: readonly Identifier[], holders: 'owner' | 'all' = 'owner'): void {
    const missing: Need[] = []
    for (const identifier of identifiers) {
      const known = this.#known.identifiers.get(identifierKey(identifier))
      if (!known || (holders === 'all' && !known.complete)) missing.push({ identifier, holders })
    }
    if (missing.length > 0) throw new NeedMore(missing)
  }

  /** The same for profiles. */
  requireProfiles(ids: readonly ProfileId[]): void {
    const missing = ids.filter((id) => !this.#known.profiles.has(id) && !this.#writes.has(id))
    if (missing.length > 0) throw new NeedMore(missing.map((profile) => ({ profile })))
  }

  /** The profile that owns an identifier now, or null. */
  owner(identifier: Identifier): Profile | null {
    const id = this.#holdersOf(identifier)[0]
    return id === undefined ? null : this.profile(id)
  }

  /** When a profile that held it was last removed, or null. */
  removedAt(identifier: Identifier): number | null {
    const known = this.#known.identifiers.get(identifierKey(identifier))
    if (!known) throw new NeedMore([{ identifier, holders: 'owner' }])
    return known.removedAt
  }

  /** The living profile with this id, as the decision has left it, or null. */
  profile(id: ProfileId): Profile | null {
    const draft = this.#writes.get(id)
    if (draft) return draft.profile.removedAt === null ? draft.profile : null
    const known = this.#known.profiles.get(id)
    if (known === undefined) throw new NeedMore([{ profile: id }])
    return known?.removedAt === null ? known : null
  }

  /** The same, and one whom the decision removed as they were when it began. */
  lastSeen(id: ProfileId): Profile | null {
    const draft = this.#writes.get(id)
    return draft && draft.profile.removedAt !== null ? draft.before : this.profile(id)
  }

  /** The removed profile with this id, or null where there is none or it lives. */
  removed(id: ProfileId): Profile | null {
    this.requireProfiles([id])
    const known = this.#writes.get(id)?.profile ?? this.#known.profiles.get(id) ?? null
    return known?.removedAt === null ? null : known
  }

  /**
   * Chains the decision's events onto the profiles they are about: a person's history is walked
   * from the newest event back, without an index that every event would have to be entered in.
   */
  chain(events: readonly Event[]): void {
    for (const event of events) {
      if (event.subject === null) continue
      const known = this.#known.profiles.get(event.subject)
      const write = this.#writes.get(event.subject) ?? (known && this.edit(known))
      if (!write) throw new Error(`Event ${event.id} is about a profile that was not loaded.`)
      event.previous = write.profile.lastEvent
      write.profile.lastEvent = event.id
      write.dirty = true
    }
  }

  hasAttributeName(name: string): boolean {
    const known = this.#known.attributeNames.get(name)
    if (known === undefined) throw new NeedMore([{ attributeName: name }])
    return known
  }

  /** The run as it was loaded, with its rule, or null when there is none. */
  run(key: RunKey): KnownRun | null {
    const known = this.#known.runs.get(runId(key))
    if (known === undefined) throw new NeedMore([{ run: key }])
    return known
  }

  /** An event of the log, or null when it is not there. */
  event(id: EventId): Event | null {
    const known = this.#known.events.get(id)
    if (known === undefined) throw new NeedMore([{ event: id }])
    return known
  }

  /** How often a rule ran for somebody, as it was loaded. */
  ruleCount(rule: string, subject: ProfileId): RuleCount | undefined {
    // Nothing is stored yet about whom the decision itself created.
    if (subject < 0) return undefined
    const counts = this.#known.ruleCounts.get(subject)
    if (!counts) throw new NeedMore([{ ruleCounts: subject }])
    return counts.get(rule)
  }

  /**
   * A copy of the profile that may be changed; the same one for the whole decision. Values and
   * provenances are shared with the original: they are replaced, never changed.
   */
  edit(profile: Profile): ProfileWrite {
    const open = this.#writes.get(profile.id)
    if (open) return open
    const copy: Profile = {
      ...profile,
      attributes: { ...profile.attributes },
      provenance: { ...profile.provenance },
      tags: [...profile.tags],
      identifiers: [...profile.identifiers],
    }
    return this.#open({ profile: copy, before: profile, dirty: false, claimed: [], released: [] })
  }

  create(): ProfileWrite {
    let created = 0
    for (const write of this.#writes.values()) if (write.before === null) created++
    const profile: Profile = {
      id: -(created + 1) as ProfileId,
      version: 0,
      attributes: {},
      provenance: {},
      tags: [],
      identifiers: [],
      createdAt: this.#now,
      updatedAt: this.#now,
      lastEvent: null,
      removedAt: null,
    }
    return this.#open({ profile, before: null, dirty: true, claimed: [], released: [] })
  }

  claim(write: ProfileWrite, identifier: Identifier): void {
    const holders = this.#holdersOf(identifier)
    this.#holders.set(identifierKey(identifier), withClaimant(holders, write.profile.id))
    write.profile.identifiers.push(identifier)
    if (!undo(write.released, identifier)) write.claimed.push(identifier)
  }

  release(write: ProfileWrite, identifier: Identifier): void {
    const key = identifierKey(identifier)
    // Who gets it next is asked only here, where somebody lets go of it.
    this.require([identifier], 'all')
    const holders = this.#holdersOf(identifier).filter((id) => id !== write.profile.id)
    this.#holders.set(key, holders)
    undo(write.profile.identifiers, identifier)
    if (!undo(write.claimed, identifier)) write.released.push(identifier)
  }

  /** What there is to write; a profile that was opened and left as it was is not. */
  writes(): ProfileWrite[] {
    return [...this.#writes.values()].filter((write) => write.dirty)
  }

  #open(write: ProfileWrite): ProfileWrite {
    this.#writes.set(write.profile.id, write)
    return write
  }

  #holdersOf(identifier: Identifier): readonly ProfileId[] {
    const key = identifierKey(identifier)
    const changed = this.#holders.size === 0 ? undefined : this.#holders.get(key)
    const holders = changed ?? this.#known.identifiers.get(key)?.holders
    if (!holders) throw new NeedMore([{ identifier, holders: 'owner' }])
    return holders
  }
}

/** Takes an identifier out of a list; false when it was not there. */
function undo(list: Identifier[], identifier: Identifier): boolean {
  const at = list.findIndex(
    (other) => other.kind === identifier.kind && other.value === identifier.value,
  )
  if (at >= 0) list.splice(at, 1)
  return at >= 0
}
