import type { Command } from './command.ts'
import type { Fault } from './errors.ts'
import type { Event, FoundBy } from './event.ts'
import type { Known, Need } from './known.ts'
import type { Delivery, DeliveryId } from './planned-delivery.ts'
import {
  type EventId,
  hasIdentifier,
  type Identifier,
  type Profile,
  type ProfileId,
} from './profile.ts'
import type { RecordId, RecordWrite, StoredRecord } from './record.ts'
import type { RuleSet } from './rule-set.ts'
import type { RuleCount, Run, RunWrite } from './run.ts'
import type { WorkspaceSettings } from './workspace.ts'

/** What a decision takes besides the state: nothing here changes while it runs. */
export interface DecideContext {
  /** The store's clock, milliseconds UTC. */
  now: number
  settings: WorkspaceSettings
  rules: RuleSet
  /** What templates see of the workspace. */
  workspace: { name: string }
}

/**
 * What is to be written. What the decision creates has local references: profiles -1, -2, ... and
 * events -1, -2, ... in log order; `settle` puts the store's ids in their place.
 */
export interface Decided {
  kind: 'decided'
  profiles: ProfileWrite[]
  events: Event[]
  /** Empty where nothing waited, failed or was cancelled. */
  runs: RunWrite[]
  /** The last word on each counter. */
  ruleCounts: RuleCount[]
  /**
   * What steps planned, with local ids -1, -2, ...; each is `pending` and due now, and the store
   * puts it in its lane: behind others of its lane it is `queued`.
   */
  deliveries: Delivery[]
  /** What rules want written besides what the command says itself, to be carried out behind it. */
  records: RecordWrite[]
  foundBy: FoundBy
  /**
   * The living profile the command was about, as the decision leaves it; null when there is none.
   */
  subject: Profile | null
  /** Whom the command found by a number, and the identifier that spelled it (see `Key`). */
  spelled: { profile: ProfileId; identifier: Identifier } | null
}

export interface ProfileWrite {
  /** The state after the decision. */
  profile: Profile
  /** As it was loaded; null for one that the decision creates. */
  before: Profile | null
  /** False while nothing about it moved. */
  dirty: boolean
  /** Identifiers it gains; it owns those nobody else holds. */
  claimed: Identifier[]
  /** Identifiers it gives up; where it was the owner, the lowest id that has the value follows. */
  released: Identifier[]
  /** Whom all it was went to: so what it releases was never removed. */
  absorbed?: ProfileId
}

/** When somebody who was removed let go of the identifiers; null where nobody was. */
export function releasedAt({ profile, absorbed }: ProfileWrite): number | null {
  return absorbed === undefined ? profile.removedAt : null
}

/** An identifier that an event named and that does not lead to whom the event is about. */
export interface Named {
  identifier: Identifier
  event: Event
}

/** What is to be entered of what events named, as the others are on their subject's chain. */
export function namedOnly({ events, profiles, spelled }: Decided): Named[] {
  const named: Named[] = []
  for (const event of events) {
    if (event.identifiers.length === 0) continue
    const about = profiles.find(({ profile }) => profile.id === event.subject)
    const spelling = spelled?.profile === event.subject ? [spelled.identifier] : []
    for (const identifier of event.identifiers) {
      const leads =
        (about !== undefined && leadsTo(about, identifier)) || hasIdentifier(spelling, identifier)
      if (!leads) named.push({ identifier, event })
    }
  }
  return named
}

/** Whether the identifier leads to the profile, as one it has or one it had. */
function leadsTo({ profile, released }: ProfileWrite, identifier: Identifier): boolean {
  return hasIdentifier(profile.identifiers, identifier) || hasIdentifier(released, identifier)
}

/** Who went into whom in the end, of those who went into another: their records go along. */
export function absorptions(writes: readonly ProfileWrite[]): Map<ProfileId, ProfileId> {
  const into = new Map<ProfileId, ProfileId>()
  for (const { profile, absorbed } of writes) {
    if (absorbed !== undefined && profile.removedAt !== null) into.set(profile.id, absorbed)
  }
  for (const [from, first] of into) {
    let last = first
    // Nobody goes into himself, by whatever way.
    for (let next = into.get(last); next !== undefined && next !== from; next = into.get(last)) {
      last = next
    }
    into.set(from, last)
  }
  return into
}

/** Whether a write makes a living profile more or less: 1, -1 or 0. */
export function livingChange({ before, profile }: ProfileWrite): number {
  const lived = before !== null && before.removedAt === null
  return Number(profile.removedAt === null) - Number(lived)
}

/**
 * Whether a write takes an id out of those of living profiles, or puts it back among them: 1, -1
 * or 0.
 */
export function gapChange({ before, profile }: ProfileWrite): number {
  const isGap = profile.removedAt !== null
  const wasGap = before !== null && before.removedAt !== null
  return Number(isGap) - Number(wasGap)
}

export type Verdict = Decided | { kind: 'need'; needs: Need[] } | { kind: 'refused'; fault: Fault }

/**
 * The heart: pure and synchronous, so that it may be run again, explained, and tested as a table.
 */
export type Decide = (known: Known, command: Command, context: DecideContext) => Verdict

/** The last ids of a workspace that were given out. */
export interface LastIds {
  event: number
  profile: number
  delivery: number
}

/** How each kind of id is replaced. */
interface Renumbering {
  event(id: EventId): EventId
  profile(id: ProfileId): ProfileId
  delivery(id: DeliveryId): DeliveryId
}

/**
 * Puts ids in the place of local references: event -1 becomes the first after the last event, and
 * so on. Changes the decision in place.
 */
export function settle(decided: Decided, last: LastIds): void {
  renumber(decided, {
    event: (id) => (id < 0 ? last.event - id : id) as EventId,
    profile: (id) => (id < 0 ? last.profile - id : id) as ProfileId,
    delivery: (id) => (id < 0 ? last.delivery - id : id) as DeliveryId,
  })
}

/** Where the ids of a workspace stand once a settled decision has used its own. */
export function lastIdsAfter(last: LastIds, { events, profiles, deliveries }: Decided): LastIds {
  return {
    event: last.event + events.length,
    profile: last.profile + profiles.filter(({ before }) => before === null).length,
    delivery: last.delivery + deliveries.length,
  }
}

/**
 * Above every id a store gives out, and exact: decisions that are made before their ids are known
 * are settled with ids from here on, so that later ones can build on them.
 */
export const provisionalIds = 2 ** 52

/**
 * Puts the store's ids in the place of provisional ones: the first above `provisionalIds` becomes
 * the first after the last given out. Changes the decision in place; doing it twice does nothing.
 */
export function rebase(decided: Decided, last: LastIds): void {
  renumber(decided, {
    event: (id) => rebased(id, last.event) as EventId,
    profile: (id) => rebased(id, last.profile) as ProfileId,
    delivery: (id) => rebased(id, last.delivery) as DeliveryId,
  })
}

/** The id that a provisional one becomes; any other stays. */
export function rebased(id: number, last: number): number {
  return id > provisionalIds ? id - provisionalIds + last : id
}

function renumber(decided: Decided, to: Renumbering): void {
  const profiles = new Set(decided.profiles.map(({ profile }) => profile))
  // One that was looked at and left as it was is not among those that are written.
  if (decided.subject) profiles.add(decided.subject)
  for (const profile of profiles) {
    renumberPerson(profile, to)
    if (profile.lastEvent !== null) profile.lastEvent = to.event(profile.lastEvent)
  }
  for (const write of decided.profiles) {
    if (write.absorbed !== undefined) write.absorbed = to.profile(write.absorbed)
  }
  for (const event of decided.events) {
    event.id = to.event(event.id)
    if (event.previous !== null) event.previous = to.event(event.previous)
    if (event.subject !== null) event.subject = to.profile(event.subject)
    if (event.cause) event.cause.event = to.event(event.cause.event)
    renumberMerge(event, to)
  }
  for (const write of decided.runs) {
    if (write.kind === 'cancel') {
      write.by = to.event(write.by)
      write.subject = to.profile(write.subject)
    } else renumberRun(write.run, to)
  }
  for (const count of decided.ruleCounts) count.subject = to.profile(count.subject)
  for (const delivery of decided.deliveries) {
    delivery.id = to.delivery(delivery.id)
    delivery.event = to.event(delivery.event)
    if (delivery.subject !== null) delivery.subject = to.profile(delivery.subject)
    delivery.seen.event.id = to.event(delivery.seen.event.id)
    const { profile, person } = delivery.seen
    if (profile) profile.id = to.profile(profile.id)
    if (person) renumberPerson(person, to)
  }
  decided.records = decided.records.map((write) => {
    if (!('subject' in write) || typeof write.subject !== 'number') return write
    return { ...write, subject: to.profile(write.subject) }
  })
}

/**
 * Puts the ids of records in the place of local ones, once the writes of a command, its own and
 * those of its rules, have come to something.
 */
export function settleRecords(decided: Decided, made: readonly (StoredRecord | null)[]): void {
  const settled = <T extends { record?: { id: RecordId } }>(seen: T): T => {
    const { record } = seen
    if (!record || record.id > 0) return seen
    const id = made[-record.id - 1]?.id
    if (id !== undefined) return { ...seen, record: { ...record, id } }
    const { record: _, ...rest } = seen
    return rest as T
  }
  for (const write of decided.runs) {
    if (write.kind === 'put') write.run = { ...write.run, seen: settled(write.run.seen) }
  }
  for (const delivery of decided.deliveries) delivery.seen = settled(delivery.seen)
}

/** A rule may merge somebody into a person that the same decision made. */
function renumberMerge(event: Event, to: Renumbering): void {
  const { into } = event.attributes
  if (event.type !== 'profile.absorbed' || typeof into !== 'number') return
  event.attributes = { ...event.attributes, into: to.profile(into as ProfileId) }
}

function renumberPerson(profile: Profile, to: Renumbering): void {
  profile.id = to.profile(profile.id)
  for (const provenance of Object.values(profile.provenance)) {
    provenance.event = to.event(provenance.event)
  }
}

function renumberRun(run: Run, to: Renumbering): void {
  run.event = to.event(run.event)
  if (run.subject !== null) run.subject = to.profile(run.subject)
  if (run.endedBy !== null) run.endedBy = to.event(run.endedBy)
  for (const record of run.log) {
    if (record.events) record.events = record.events.map(to.event)
    if (record.delivery !== undefined) record.delivery = to.delivery(record.delivery)
  }
}

/** Whether somebody goes into another: ids of people stand in what that writes. */
export function mergesAnybody({ events }: Decided): boolean {
  return events.some(({ type }) => type === 'profile.absorbed')
}

/** Whether there is anything to write. */
export function changesAnything(decided: Decided): boolean {
  const { events, profiles, runs, ruleCounts, deliveries, records } = decided
  const lists = [events, profiles, runs, ruleCounts, deliveries, records]
  return lists.some(({ length }) => length > 0)
}
