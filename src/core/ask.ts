import type { Applied } from './command.ts'
import type { CommandBody, Question } from './dialect.ts'
import type { Fault } from './errors.ts'
import type { EventCountQuery, EventCounts, EventPage, EventQuery } from './event-query.ts'
import type { Profile, ProfileId } from './profile.ts'
import type { ProfileIdPage, ProfilePage, ProfileQuery } from './profile-query.ts'
import type { RecordKey, RecordPage, RecordQuery, RecordsWanted, StoredRecord } from './record.ts'

/** What an endpoint may ask while it makes its answer. */
export type Ask =
  | { profiles: Question }
  | { profilePage: ProfileQuery }
  | { profileIdPage: ProfileQuery }
  | { eventPage: EventQuery }
  | { eventCounts: EventCountQuery }
  | { record: { kind: string; key: RecordKey } }
  | { records: RecordsWanted }
  | { recordPage: RecordQuery }
  | { apply: CommandBody }
  | { applyAll: CommandBody[] }
  | { erase: ProfileId }

/**
 * Makes an answer in several looks: yields what it asks for, is resumed with what was found, and
 * returns. Whoever runs it talks to the store; a refusal is thrown into it where it asked. After a
 * command was carried out every further fault tells the caller that the outcome is unknown.
 */
export type Asking<T> = Generator<Ask, T, unknown>

/** Asks for profiles; nobody is an empty list. */
export function* askProfiles(question: Question): Asking<Profile[]> {
  return (yield { profiles: question }) as Profile[]
}

/** Asks for a page of a list of profiles. */
export function* askProfilePage(query: ProfileQuery): Asking<ProfilePage> {
  return (yield { profilePage: query }) as ProfilePage
}

/** Asks for the same of nothing but ids, which costs a lot less. */
export function* askProfileIds(query: ProfileQuery): Asking<ProfileIdPage> {
  return (yield { profileIdPage: query }) as ProfileIdPage
}

/** Asks for a page of events. */
export function* askEvents(query: EventQuery): Asking<EventPage> {
  return (yield { eventPage: query }) as EventPage
}

/** Asks how many events there were. */
export function* askEventCounts(query: EventCountQuery): Asking<EventCounts> {
  return (yield { eventCounts: query }) as EventCounts
}

/** Asks for one record; null where there is none of this kind. */
export function* askRecord(kind: string, key: RecordKey): Asking<StoredRecord | null> {
  return (yield { record: { kind, key } }) as StoredRecord | null
}

/** Asks for several records at once. */
export function* askRecordsFound(wanted: RecordsWanted): Asking<StoredRecord[]> {
  return (yield { records: wanted }) as StoredRecord[]
}

/** Asks for a page of records. */
export function* askRecords(query: RecordQuery): Asking<RecordPage> {
  return (yield { recordPage: query }) as RecordPage
}

/** Asks for a command to be carried out. */
export function* askCommand(command: CommandBody): Asking<Applied> {
  return (yield { apply: command }) as Applied
}

/** What became of one of several commands. */
export type Carried = { applied: Applied } | { fault: Fault }

/** Asks for commands to be carried out side by side, each for itself. */
export function* askCommands(commands: CommandBody[]): Asking<Carried[]> {
  return (yield { applyAll: commands }) as Carried[]
}

/**
 * Asks for a person to be erased for good, also one who is out of every read already.
 *
 * @throws Fault `forbidden` where the token may not erase.
 */
export function* askErasure(profile: ProfileId): Asking<void> {
  yield { erase: profile }
}
