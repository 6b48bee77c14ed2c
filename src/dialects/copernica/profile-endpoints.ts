import { type Asking, askCommand, askErasure } from '../../core/ask.ts'
import type { Changes } from '../../core/command.ts'
import type { AskingEndpoint, DialectRequest, DialectResponse } from '../../core/dialect.ts'
import { type JsonObject, own } from '../../core/json.ts'
import type { Profile } from '../../core/profile.ts'
import { findDatabase } from './databases.ts'
import { fieldsOf } from './field-definitions.ts'
import { findLiving, findProfile } from './find-profile.ts'
import { showInterests } from './interest-endpoints.ts'
import {
  interestNames,
  interestNamesFor,
  interestsOf,
  interestTags,
  isInterest,
} from './interest-names.ts'
import { shown } from './paging.ts'
import {
  fieldChanges,
  type Interests,
  interestChanges,
  readInterests,
  readMap,
  readProfileBody,
  secretChange,
} from './profile-body.ts'
import { type Home, showFields, showProfile } from './profile-object.ts'
import { isTrue, readQuery } from './query.ts'
import { bodyOf, deleted, done, eitherWay } from './requests.ts'

const read: AskingEndpoint = {
  method: 'GET',
  path: '/profile/:profile',
  scope: 'profiles:read',
  *ask(request) {
    const { profile, database, home } = yield* findProfile(request)
    const known = yield* interestNamesFor([profile], database)
    return shown(showProfile(profile, home, known, request))
  },
}

const update = eitherWay({
  path: '/profile/:profile',
  scope: 'profiles:write',
  *ask(request) {
    const { profile, home } = yield* findLiving(request)
    return yield* updateProfile(request, profile, home)
  },
})

/** One client names the database too, whose fields it means then (wire notes 6.1). */
const updateIn = eitherWay({
  path: '/database/:database/profile/:profile',
  scope: 'profiles:write',
  *ask(request) {
    const database = yield* findDatabase(request)
    const { profile } = yield* findLiving(request)
    return yield* updateProfile(request, profile, {
      database,
      fields: yield* fieldsOf(database),
    })
  },
})

function* updateProfile(
  request: DialectRequest,
  profile: Profile,
  home: Home,
): Asking<DialectResponse> {
  const body = readProfileBody(request)
  yield* changeProfile(profile, {
    ...fieldChanges(body.fields, home, request.now),
    ...(yield* interestChanges(body.interests, home.database)),
    ...secretChange(body.secret),
  })
  return done
}

/** `completely` erases, also somebody who was removed already. */
const remove: AskingEndpoint = {
  method: 'DELETE',
  path: '/profile/:profile',
  scope: 'profiles:write',
  *ask(request) {
    if (isTrue(own(bodyOf(request), 'completely'))) {
      const { profile } = yield* findProfile(request)
      yield* askErasure(profile.id)
      return deleted('profile', String(profile.id))
    }
    const { profile } = yield* findLiving(request)
    yield* askCommand({ kind: 'remove-profile', keys: [{ profile: profile.id }], reply: 'outcome' })
    return deleted('profile', String(profile.id))
  },
}

const readFields: AskingEndpoint = {
  method: 'GET',
  path: '/profile/:profile/fields',
  scope: 'profiles:read',
  *ask(request) {
    const { profile, home } = yield* findProfile(request)
    return shown(showFields(profile, home))
  },
}

const updateFields = eitherWay({
  path: '/profile/:profile/fields',
  scope: 'profiles:write',
  *ask(request) {
    const { profile, home } = yield* findLiving(request)
    const body = bodyOf(request)
    const nested = own(body, 'fields')
    const given = nested === undefined ? withoutToken(body) : readMap(nested)
    yield* changeProfile(profile, fieldChanges(given, home, request.now))
    return done
  },
})

const readInterestsOf: AskingEndpoint = {
  method: 'GET',
  path: '/profile/:profile/interests',
  scope: 'profiles:read',
  *ask(request) {
    const { profile, database } = yield* findProfile(request)
    const known = yield* interestNames(database)
    const names = profile.removedAt === null ? interestsOf(profile, known) : []
    const wanted = readQuery(request.query).get('return')
    if (wanted !== 'ids' && wanted !== 'objects') return shown(names)
    const defined = (yield* showInterests(database)).filter(({ name }) => names.includes(name))
    return shown(wanted === 'ids' ? defined.map(({ ID }) => ID) : defined)
  },
}

const addInterests: AskingEndpoint = {
  method: 'POST',
  path: '/profile/:profile/interests',
  scope: 'profiles:write',
  *ask(request) {
    const { profile, database } = yield* findLiving(request)
    const tags = interestTags(interestsIn(request), yield* interestNames(database))
    yield* changeProfile(profile, { set: {}, tags })
    return done
  },
}

const replaceInterests: AskingEndpoint = {
  method: 'PUT',
  path: '/profile/:profile/interests',
  scope: 'profiles:write',
  *ask(request) {
    const { profile, database } = yield* findLiving(request)
    const { add } = interestTags(interestsIn(request), yield* interestNames(database))
    const remove = profile.tags.filter((tag) => isInterest(tag) && !add.includes(tag))
    yield* changeProfile(profile, { set: {}, tags: { add, remove } })
    return done
  },
}

/** The body itself is the list or the map of them; below `interests` it is understood too. */
function interestsIn(request: DialectRequest): Interests {
  if (Array.isArray(request.body)) return readInterests(request.body)
  const body = withoutToken(bodyOf(request))
  return readInterests(own(body, 'interests') ?? body)
}

function withoutToken({ access_token: _, ...body }: JsonObject): JsonObject {
  return body
}

export function* changeProfile({ id }: Profile, changes: Changes): Asking<void> {
  yield* askCommand({
    kind: 'write-profile',
    keys: [{ profile: id }],
    matchEmail: false,
    onMissing: 'refuse',
    changes,
    reply: 'outcome',
  })
}

export const profileEndpoints = [
  read,
  ...update,
  ...updateIn,
  remove,
  readFields,
  ...updateFields,
  readInterestsOf,
  addInterests,
  replaceInterests,
]
