import type { Cause, Change, FoundBy, Source } from './event.ts'
import { type JsonObject, type JsonValue, own } from './json.ts'
import {
  EMAIL,
  type EventId,
  emailIdentifier,
  type Identifier,
  type Profile,
  type ProfileId,
} from './profile.ts'
import type { RecordWrite, StoredRecord } from './record.ts'
import type { RunKey, RunReason } from './run.ts'

/**
 * What a request asks for, in Roster's own words. Commands are plain JSON: they travel to the
 * thread that writes, and a decision on one may be run again.
 */
export type Command =
  | WriteProfile
  | RemoveProfile
  | RecordEvent
  | BeginRun
  | ContinueRun
  | EndRun
  | WriteRecords
  | MergeProfiles
  | UndoMerge

interface Asked {
  source: Source
  /**
   * Milliseconds UTC, only where the caller itself says when it happened. Such a command may lose
   * against a later stored value; one without takes the store's time and never does.
   */
  occurredAt?: number
  /** Where the caller gave a key: the command has its effect once, however often it comes. */
  idempotency?: Idempotency
  /** Written in the same transaction as what the command itself does, or refused with it. */
  records?: RecordWrite[]
  /** Set by callers whose answer shows nothing of the profile: it need not travel back then. */
  reply?: 'outcome'
}

/**
 * A caller's word that calls with this key are one call. It counts within the workspace, the token
 * and the route.
 */
export interface Idempotency {
  key: string
  /** Method and pattern of the path: the same key on another route is another call. */
  route: string
  /** SHA-256 in hex of what was asked: one key with two bodies is a mistake of the caller. */
  bodyHash: string
}

/** One way to find a profile. Ways are tried in order; the first that finds wins. */
export type Key =
  | { identifier: Identifier }
  /**
   * `createdSecond` refuses an id whose profile was not created in that second. `spelled` says that
   * the identifier before it is this number as the vendor's callers know it.
   */
  | { profile: ProfileId; createdSecond?: number; spelled?: true }

/** What is to change. In every map a name that is absent stays as it is, and null clears it. */
export interface Changes {
  set: JsonObject
  /** Written only where nothing is stored; `set` wins over the same name here. */
  setOnce?: JsonObject
  /**
   * Names in `set` and `setOnce` that the vendor does not know: the workspace's `unknownKeys` decides on them.
   */
  unknown?: string[]
  /** Clears every attribute but these, before `set` applies. */
  clearAllBut?: string[]
  tags?: { replace: string[] } | { add: string[]; remove: string[] }
  /** Added to the number that is stored; what is absent counts as 0. */
  increment?: { [name: string]: number }
  /** Entries a stored list is to have, and those it is not to have. */
  add?: { [name: string]: JsonValue[] }
  remove?: { [name: string]: JsonValue[] }
  /** Identifiers the profile is to have; it keeps at most one of a kind. */
  identify?: Identifier[]
  /** Identifiers it is to have beside those it has: at most `linkedIdentifiersMax` of a kind. */
  link?: Identifier[]
  /** Kinds of which it is to have no identifier any more. */
  disown?: string[]
  /** Input the dialect understood but which can have no effect; recorded as dropped. */
  dropped?: { name: string; reason: 'unknown_company' | 'unfit_value' }[]
}

/** A version; `*` is any: there must be such a profile. */
export type IfVersion = number | '*'

export interface WriteIntent {
  kind: 'write-profile'
  keys: Key[]
  /** Whether a person not found by `keys` may be found by the e-mail in the changes. */
  matchEmail: boolean
  onMissing: 'create' | 'refuse'
  /**
   * What becomes of an identifier that another profile holds: the write is refused, which is what
   * happens when this is left out, the other one loses it, or it is merged into this one, unless a
   * guard is against it.
   */
  onConflict?: 'reject' | 'take_over' | 'merge'
  /** The version the profile must have, where the caller has seen one. */
  ifVersion?: IfVersion
  changes: Changes
}

export interface RemoveIntent {
  kind: 'remove-profile'
  keys: Key[]
  /** Empties the profile too, and names nobody in the log; the store wipes the rest. */
  erase?: true
  /** The version the profile must have, where the caller has seen one. */
  ifVersion?: IfVersion
}

/** Create or change one profile. */
export type WriteProfile = Asked & WriteIntent

/** Take one profile out of every read; refused as `profile_not_found` when nobody is found. */
export type RemoveProfile = Asked & RemoveIntent

/** Log an event and let the rules act on it. It touches no profile by itself. */
export interface RecordEvent extends Asked {
  kind: 'record-event'
  type: string
  attributes: JsonObject
  identifiers: Identifier[]
  /** What it is taken to have changed; only where rules are tried, nothing is changed by it. */
  changes?: readonly Change[]
  /** What it came of, where it tells of what became of a rule's doing. */
  cause?: Cause
  /** The person it is about. */
  subject?: Key[]
  /** Whether the subject must exist, which it must when this is left out. */
  onMissing?: 'record' | 'refuse'
  /** Told besides where the subject is there: it is theirs, and an erasure finds it with them. */
  ofSubject?: { attributes: JsonObject; identifiers: Identifier[] }
}

/**
 * Begin the run of a rule on an event of the log, which came while the rule was not there or was
 * switched off: on what the event told, and the person as they are now. It is kept whatever comes
 * of it, so the rule runs once for an event, however often this is asked. Refused with the reason
 * (see `reasonNotBegun`) where the rule has run, or does not run for the event.
 */
export interface BeginRun extends Asked {
  kind: 'begin-run'
  run: RunKey
  /** Whom the event is about: what an engine locks ahead. */
  subject: ProfileId | null
}

/**
 * Go on with a run whose wait is over. One that does not wait any more, or not yet that long, stays
 * as it is, so this may be asked any number of times.
 */
export interface ContinueRun extends Asked {
  kind: 'continue-run'
  run: RunKey
  /** Whom the run is about, as far as known: what an engine locks ahead. */
  subject: ProfileId | null
}

/** End a run that waits; one that does not stays as it is. */
export interface EndRun extends Asked {
  kind: 'end-run'
  run: RunKey
  subject: ProfileId | null
  end: { state: 'cancelled' | 'failed'; reason: RunReason; detail?: string }
}

/**
 * Make one person of several. Who stays keeps every value it has; what it lacks comes from the
 * others, the first of them that has it. It gains their tags and identifiers, and by their ids it
 * is found as well. Who is not there, or stays, is passed over, so this may be asked again.
 */
export interface MergeProfiles extends Asked {
  kind: 'merge-profiles'
  /** Who stays; refused as `profile_not_found` when nobody is found. */
  into: Key[]
  /** Who goes: the keys of each; at most `mergedPerCommandMax`. */
  from: Key[][]
  /** Refuses, as `merge_refused`, what is perhaps not one person: see `mergeRisks`. */
  guards?: true
}

/** Undo a merge, by what the log tells of it; see `undoMerge` for what comes back and what not. */
export interface UndoMerge extends Asked {
  kind: 'undo-merge'
  /** The event that tells of the merge. */
  merge: EventId
  into: ProfileId
  /** What it changed of who stayed. */
  changes: Change[]
  /** Who went, with the identifiers they had. */
  gone: { profile: ProfileId; identifiers: Identifier[] }[]
}

/** Nothing but its `records`: no event, and no profile. */
export interface WriteRecords extends Asked {
  kind: 'write-records'
  records: RecordWrite[]
}

/** Whether a command may merge profiles. */
export function mayMerge(command: Command): boolean {
  if (command.kind === 'write-profile') return command.onConflict === 'merge'
  return command.kind === 'merge-profiles'
}

/** What became of a command that was committed. */
export interface Applied {
  /** The events it caused; the first is the caller's own. Empty when nothing happened. */
  events: EventId[]
  foundBy: FoundBy
  /** The profile after the commit; null when there is none, or only the outcome was asked for. */
  profile: Profile | null
  /** What its `records` became, one for each; null for what was deleted. Absent without any. */
  records?: (StoredRecord | null)[]
  /** True when the call had been made before: this is what became of it then. */
  repeated?: true
}

/** What became of one of many commands. */
export interface Outcome {
  foundBy: FoundBy
  /** How many events it caused; 0 when nothing happened. */
  eventCount: number
}

/** The identifier that the e-mail in a change gives, or null. */
export function namedEmail({ set, setOnce }: Changes): Identifier | null {
  return emailIdentifier(own(set, EMAIL) ?? (setOnce && own(setOnce, EMAIL)))
}

/** The identifiers that a merge names, of who stays and of who goes. */
export function mergeIdentifiers({ into, from }: MergeProfiles): Identifier[] {
  return [into, ...from].flat().flatMap((key) => ('identifier' in key ? [key.identifier] : []))
}
