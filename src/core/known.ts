import type { Ask } from './ask.ts'
import { type Command, mergeIdentifiers, namedEmail } from './command.ts'
import type { Event } from './event.ts'
import type { EventId, Identifier, Profile, ProfileId } from './profile.ts'
import type { Rule } from './rule.ts'
import type { RuleCount, Run, RunKey } from './run.ts'

/** What an engine has loaded for a decision. It only grows from one round to the next. */
export interface Known {
  identifiers: Map<string, KnownIdentifier>
  /** null for an id that does not exist. */
  profiles: Map<ProfileId, Profile | null>
  /** Whether the workspace has ever stored an attribute of this name. */
  attributeNames: Map<string, boolean>
  /** By `runId`, each with the rule in the version it began with; null where there is none. */
  runs: Map<string, KnownRun | null>
  /** Events of the log; null for one that is not there. */
  events: Map<EventId, Event | null>
  /** How often rules ran for a person, by rule. */
  ruleCounts: Map<ProfileId, ReadonlyMap<string, RuleCount>>
  /** What the store answered about records, by `recordAskKey`. */
  records: Map<string, unknown>
}

/** What a decision may ask about records. */
export type RecordAsk = Extract<
  Ask,
  { record: unknown } | { records: unknown } | { recordPage: unknown }
>

/** The key under which `Known.records` has an answer. */
export function recordAskKey(ask: RecordAsk): string {
  return JSON.stringify(ask)
}

export interface KnownRun {
  run: Run
  /** Null of one that the same group of commands began: it is not gone on with there. */
  rule: Rule | null
}

export interface KnownIdentifier {
  /** The owner first, then the others by id, the first few: enough for any decision. */
  holders: readonly ProfileId[]
  /** False when only the owner was looked up, which is all that most decisions need. */
  complete: boolean
  /** When a profile that held it was last removed, or null. */
  removedAt: number | null
}

/** How many holders of an identifier an engine loads. */
export const holdersLoadedMax = 8

/**
 * The owner stays first and the others are in the order of their ids, so that whoever is next
 * inherits. What a decision creates (-1, -2, ...) comes after everything that was there.
 */
export function withClaimant(holders: readonly ProfileId[], claimant: ProfileId): ProfileId[] {
  const [owner, ...others] = holders
  if (owner === undefined) return [claimant]
  const place = (id: ProfileId) => (id < 0 ? Number.MAX_SAFE_INTEGER - id : id)
  return [owner, ...[...others, claimant].sort((a, b) => place(a) - place(b))]
}

/** What a decision still has to know. */
export type Need =
  | { identifier: Identifier; holders: 'owner' | 'all' }
  | { profile: ProfileId }
  | { attributeName: string }
  | { run: RunKey }
  | { event: EventId }
  | { ruleCounts: ProfileId }
  | { records: RecordAsk }

/** The key under which `Known.identifiers` holds an identifier. */
export function identifierKey(identifier: Identifier): string {
  return `${identifier.kind}\0${identifier.value}`
}

/** What a decision on this command asks for first; loading it ahead saves a round. */
export function likelyNeeds(command: Command): Need[] {
  const named: Identifier[] = []
  if (command.kind === 'begin-run') return [{ run: command.run }, { event: command.run.event }]
  if (command.kind === 'continue-run' || command.kind === 'end-run') return [{ run: command.run }]
  if (command.kind === 'write-records' || command.kind === 'undo-merge') return []
  if (command.kind === 'merge-profiles') named.push(...mergeIdentifiers(command))
  else if (command.kind === 'record-event') named.push(...command.identifiers)
  else {
    for (const key of command.keys) if ('identifier' in key) named.push(key.identifier)
    if (command.kind === 'write-profile') {
      const email = namedEmail(command.changes)
      if (email) named.push(email)
    }
  }
  return named.map((identifier) => ({ identifier, holders: 'owner' }))
}

export function emptyKnown(): Known {
  return {
    identifiers: new Map(),
    profiles: new Map(),
    attributeNames: new Map(),
    runs: new Map(),
    events: new Map(),
    ruleCounts: new Map(),
    records: new Map(),
  }
}

/**
 * Unwinds a decision that lacks state. Not an `Error`: it is part of every first round, and
 * collecting a stack would cost more than the decision.
 */
export class NeedMore {
  readonly needs: Need[]
  constructor(needs: Need[]) {
    this.needs = needs
  }
}
