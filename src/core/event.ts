import type { JsonObject, JsonValue } from './json.ts'
import type { EventId, Identifier, ProfileId } from './profile.ts'

/** How a command found the profile it worked on. */
export type FoundBy = 'created' | 'key' | 'email' | 'none'

/** Where a command came from; kept on every event it caused. */
export interface Source {
  /** A dialect's id, `cli`, `import`, or `rule:<name>` for what a rule did. */
  dialect: string
  token: number | null
  /** The request id that the answer carried. */
  request: string | null
}

/** The `dialect` of what was brought along from elsewhere: rules do not react to it. */
export const imported = 'import'

/** Why an event happened, when another event was the reason. */
export interface Cause {
  event: EventId
  /** The rule that acted, with its version: `name@3`. */
  rule: string
  /** 1 for what the outside's own event caused, one more for each further link. */
  depth: number
}

/** Full values, so that the state at time t is the present minus later changes. */
export interface Change {
  name: string
  /** Absent for an attribute. */
  of?: 'tags' | 'identifier'
  /** null where nothing was stored. */
  from: JsonValue
  /** null where it was cleared. */
  to: JsonValue
}

/** A value or a step that had no effect, and why. */
export interface Dropped {
  name: string
  reason: DropReason
  /** The rule whose step it was, when it was one. */
  rule?: string
}

export type DropReason =
  /** It was changed after the merge that is undone. */
  | 'changed_since'
  | 'older_than_stored'
  | 'older_than_removal'
  | 'already_set'
  | 'unknown_attribute'
  | 'unknown_company'
  | 'no_email'
  | 'no_profile'
  /** The person has no such record. */
  | 'no_record'
  /** No collection of that name is for the person. */
  | 'no_collection'
  /** One step changes only so many. */
  | 'too_many_records'
  /** Somebody has so many of a kind that they are hardly one person's. */
  | 'too_many_identifiers'
  /** A guard holds that these are perhaps several people. */
  | 'merge_refused'
  | 'too_many_attributes'
  | 'too_many_tags'
  | 'conflict'
  /** Only numbers can be added to. */
  | 'not_a_number'
  /** Only lists have entries. */
  | 'not_a_list'
  | 'too_many_entries'
  /** What a template gave cannot be put there. */
  | 'unfit_value'
  /** A template gave nothing; the run has the details. */
  | 'template'
  /** One command plans only so many. */
  | 'too_many_deliveries'
  /** The rule has run for this person as often as it may in a minute. */
  | 'rate_limit'

/** What happened, kept for ever. `id` is also the cursor of the event log. */
export interface Event {
  id: EventId
  type: string
  subject: ProfileId | null
  /** The event before this one about the same profile; null for its first. */
  previous: EventId | null
  occurredAt: number
  receivedAt: number
  source: Source
  cause: Cause | null
  /** As received, under Roster's names. */
  attributes: JsonObject
  changes: Change[]
  dropped: Dropped[]
  /** What the event named, so that it is found before there is a profile. */
  identifiers: Identifier[]
  /** How its profile was found; null where nobody was looked for. */
  foundBy: FoundBy | null
  idempotencyKey: string | null
}

/** Events that are a version of their person, whether or not they changed a value. */
export const versionTypes: readonly string[] = [
  ...['profile.created', 'profile.removed', 'profile.merged', 'profile.absorbed'],
  ...['profile.unmerged', 'profile.restored', 'profile.erased'],
]

/** Whether an event made its person another version. */
export function changedProfile({ type, changes }: Event): boolean {
  return changes.length > 0 || versionTypes.includes(type)
}

/** Event groups that only Roster itself writes. */
export const reservedEventGroups: readonly string[] = [
  'profile',
  'rule',
  'run',
  'delivery',
  'destination',
]

/** `group.kind`: letters, digits, `-` and `_` in dotted parts. */
export const eventTypePattern = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/
