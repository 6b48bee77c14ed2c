import { type Asking, askProfilePage, askProfiles } from '../../core/ask.ts'
import type { DialectRequest } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import type { Profile, ProfileId } from '../../core/profile.ts'
import { type Database, findByKey, findUsers } from './databases.ts'
import { fieldsOf } from './field-definitions.ts'
import { wholeNumber } from './kinds.ts'
import { type Home, homeKey } from './profile-object.ts'

/** Somebody, with the database and the fields the profile is shown with. */
export interface FoundProfile {
  profile: Profile
  database: Database
  home: Home
}

/**
 * The profile of a path. One that was removed still answers where it is read (wire notes 5.2).
 *
 * @throws Fault `profile_not_found`
 */
export function* findProfile(request: DialectRequest): Asking<FoundProfile> {
  const id = wholeNumber(request.params.profile ?? '') as ProfileId | null
  if (id === null) throw notThere()
  const profile = (yield* livingOrRemoved(id)) ?? null
  if (!profile) throw notThere()
  const database = yield* databaseOf(profile, request)
  return { profile, database, home: { database, fields: yield* fieldsOf(database) } }
}

/** The same of somebody who is to be changed. */
export function* findLiving(request: DialectRequest): Asking<FoundProfile> {
  const found = yield* findProfile(request)
  if (found.profile.removedAt !== null) {
    throw new Fault('profile_not_found', { message: 'This profile has already been removed' })
  }
  return found
}

/** A view that is no more, or never was, is not where somebody belongs. */
function* databaseOf(profile: Profile, { workspace }: DialectRequest): Asking<Database> {
  const key = homeKey(profile)
  const database = key === null ? null : yield* findByKey(key, workspace.createdAt)
  return database ?? (yield* findUsers(workspace.createdAt))
}

function* livingOrRemoved(id: ProfileId): Asking<Profile | undefined> {
  const [living] = yield* askProfiles({ keys: [{ profile: id }] })
  if (living) return living
  const filter = { ids: [id] }
  const { profiles } = yield* askProfilePage({ filter, include: 'removed', page: { limit: 1 } })
  return profiles[0]
}

export function notThere(): Fault {
  return new Fault('profile_not_found', { message: 'No entity with supplied ID' })
}
