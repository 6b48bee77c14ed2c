import type { Command } from './command.ts'
import type { Fault } from './errors.ts'
import type { Event, FoundBy } from './event.ts'
import type { Known, Need } from './known.ts'
import type { EventId, Identifier, Profile, ProfileId } from './profile.ts'
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
  foundBy: FoundBy
  /**
   * The living profile the command was about, as the decision leaves it; null when there is none.
   */
  subject: Profile | null
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
}

/** Whether a write makes a living profile more or less: 1, -1 or 0. */
export function livingChange({ before, profile }: ProfileWrite): number {
  const lived = before !== null && before.removedAt === null
  return Number(profile.removedAt === null) - Number(lived)
}

/** Whether a write takes an id out of those of living profiles. */
export function leavesGap({ before, profile }: ProfileWrite): boolean {
  return profile.removedAt !== null && (before === null || before.removedAt === null)
}

export type Verdict = Decided | { kind: 'need'; needs: Need[] } | { kind: 'refused'; fault: Fault }

/**
 * The heart: pure and synchronous, so that it may be run again, explained, and tested as a table.
 */
export type Decide = (known: Known, command: Command, context: DecideContext) => Verdict

/**
 * Puts ids in the place of local references: event -1 becomes `lastEvent + 1`, profile -1 becomes
 * `lastProfile + 1`, and so on. Changes the decision in place.
 */
export function settle(decided: Decided, lastEvent: number, lastProfile: number): void {
  const eventId = (id: EventId) => (id < 0 ? lastEvent - id : id) as EventId
  const profileId = (id: ProfileId) => (id < 0 ? lastProfile - id : id) as ProfileId
  renumber(decided, eventId, profileId)
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
export function rebase(decided: Decided, lastEvent: number, lastProfile: number): void {
  const eventId = (id: EventId) => rebased(id, lastEvent) as EventId
  const profileId = (id: ProfileId) => rebased(id, lastProfile) as ProfileId
  renumber(decided, eventId, profileId)
}

/** The id that a provisional one becomes; any other stays. */
export function rebased(id: number, last: number): number {
  return id > provisionalIds ? id - provisionalIds + last : id
}

function renumber(
  decided: Decided,
  eventId: (id: EventId) => EventId,
  profileId: (id: ProfileId) => ProfileId,
): void {
  const profiles = new Set(decided.profiles.map(({ profile }) => profile))
  // One that was looked at and left as it was is not among those that are written.
  if (decided.subject) profiles.add(decided.subject)
  for (const profile of profiles) {
    profile.id = profileId(profile.id)
    if (profile.lastEvent !== null) profile.lastEvent = eventId(profile.lastEvent)
    for (const provenance of Object.values(profile.provenance)) {
      provenance.event = eventId(provenance.event)
    }
  }
  for (const event of decided.events) {
    event.id = eventId(event.id)
    if (event.previous !== null) event.previous = eventId(event.previous)
    if (event.subject !== null) event.subject = profileId(event.subject)
    if (event.cause) event.cause.event = eventId(event.cause.event)
  }
  for (const write of decided.runs) {
    if (write.kind === 'cancel') {
      write.by = eventId(write.by)
      write.subject = profileId(write.subject)
    } else renumberRun(write.run, eventId, profileId)
  }
  for (const count of decided.ruleCounts) count.subject = profileId(count.subject)
}

function renumberRun(
  run: Run,
  eventId: (id: EventId) => EventId,
  profileId: (id: ProfileId) => ProfileId,
): void {
  run.event = eventId(run.event)
  if (run.subject !== null) run.subject = profileId(run.subject)
  if (run.endedBy !== null) run.endedBy = eventId(run.endedBy)
  for (const record of run.log) {
    if (record.events) record.events = record.events.map(eventId)
  }
}

/** Whether there is anything to write. */
export function changesAnything({ events, profiles, runs, ruleCounts }: Decided): boolean {
  return events.length + profiles.length + runs.length + ruleCounts.length > 0
}
