import { type Asking, askCommands, askProfilePage } from '../../core/ask.ts'
import type { Changes, Key } from '../../core/command.ts'
import type { AskingEndpoint, CommandBody, DialectRequest } from '../../core/dialect.ts'
import { type JsonValue, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { EMAIL, type ProfileId } from '../../core/profile.ts'
import type { ProfileFilter } from '../../core/profile-query.ts'
import { findDatabase, tagOf } from './databases.ts'
import { byName, type Field, fieldsOf, refusal } from './field-definitions.ts'
import { type Expression, isSpecial, profileFilter, readExpressions } from './filters.ts'
import { wholeNumber } from './kinds.ts'
import { fieldChanges, interestChanges, readProfileBody, secretChange } from './profile-body.ts'
import { createProfile, databaseFilter } from './profile-list-endpoints.ts'
import { type ListQuery, readQuery } from './query.ts'
import { bodyOf, created, done } from './requests.ts'

/** Profiles that one call changes; more are refused before any is. */
const changedMax = 10_000
const stepLength = 500

/** All that match; with `create` one is made where none does (wire notes 5.1). */
const updateMany: AskingEndpoint = {
  method: 'PUT',
  path: '/database/:database/profiles',
  scope: 'profiles:write',
  *ask(request) {
    const query = readQuery(request.query)
    if (!query.hasFields) throw refusal('URL parameter fields is required')
    const database = yield* findDatabase(request)
    const fields = yield* fieldsOf(database)
    const expressions = strictly(query, fields)
    const filter = databaseFilter(database, profileFilter(expressions, fields, request))
    const body = readProfileBody(request)
    const found = filter === 'nobody' ? 0 : yield* countOf(filter)
    if (found === 0 || filter === 'nobody') {
      if (!query.flag('create', false)) return done
      const { profile, isNew } = yield* createProfile(request, database, fields, keysOf(filter))
      return isNew ? created(request, 'profile', String(profile.id)) : done
    }
    yield* changeAll(filter, {
      ...fieldChanges(body.fields, { database, fields }, request.now),
      ...(yield* interestChanges(body.interests, database)),
      ...(found === 1 && secretChange(body.secret)),
    })
    return done
  },
}

/** Ids of nobody are passed over. */
const removeMany: AskingEndpoint = {
  method: 'DELETE',
  path: '/database/:database/profiles',
  scope: 'profiles:write',
  *ask(request) {
    const database = yield* findDatabase(request)
    const ids = readIds(request)
    if (ids.length === 0) return done
    const found = yield* askProfilePage({ filter: { ids }, page: { limit: limits.pageMax } })
    const tag = tagOf(database)
    const theirs = found.profiles.filter(({ tags }) => tag === null || tags.includes(tag))
    yield* carryOut(theirs.map(({ id }) => ({ kind: 'remove-profile', keys: [{ profile: id }] })))
    return done
  },
}

/**
 * Elsewhere what cannot be read of a filter is passed over. Here that would change everybody, so
 * it is refused.
 */
export function strictly({ fields: given }: ListQuery, fields: readonly Field[]): Expression[] {
  const known = byName(fields)
  const expressions = readExpressions(given)
  const strange = expressions.find(({ name }) => {
    const key = name.toLowerCase()
    return !known.has(key) && !isSpecial(key)
  })
  if (strange) {
    throw refusal(`URL parameter fields: there is no field "${strange.name.slice(0, 100)}"`)
  }
  if (expressions.length < given.length || expressions.length === 0) {
    throw refusal('URL parameter fields must be comparisons, as in email==john@example.com')
  }
  return expressions
}

function* countOf(filter: ProfileFilter): Asking<number> {
  const { total } = yield* askProfilePage({ filter, page: { limit: 1 }, total: true })
  const found = total ?? 0
  if (found > changedMax) {
    throw refusal(`${found} profiles match; one call changes ${changedMax} at most`)
  }
  return found
}

/** Two who make somebody with one address at once make one person. */
function keysOf(filter: ProfileFilter | 'nobody'): Key[] {
  if (filter === 'nobody' || Object.keys(filter).length > 1) return []
  const { identifier } = filter
  if (!identifier || !('value' in identifier) || identifier.kind !== EMAIL) return []
  return [{ identifier }]
}

/** By ids, so that nobody is passed over who stops to match meanwhile. */
function* changeAll(filter: ProfileFilter, changes: Changes): Asking<void> {
  let after: string | undefined
  do {
    const page = yield* askProfilePage({ filter, page: { after, limit: stepLength } })
    yield* carryOut(
      page.profiles.map(({ id }) => ({
        kind: 'write-profile',
        keys: [{ profile: id }],
        matchEmail: false,
        onMissing: 'refuse',
        changes,
      })),
    )
    after = page.next ?? undefined
  } while (after !== undefined)
}

/** Who was removed meanwhile needs nothing more. */
function* carryOut(commands: CommandBody[]): Asking<void> {
  const all = commands.map((command): CommandBody => ({ ...command, reply: 'outcome' }))
  for (const one of yield* askCommands(all)) {
    if ('fault' in one && one.fault.code !== 'profile_not_found') throw one.fault
  }
}

function readIds(request: DialectRequest): ProfileId[] {
  const given = own(bodyOf(request), 'profiles')
  if (given === undefined) throw refusal('Parameter profiles is required')
  if (!Array.isArray(given)) throw refusal('Parameter profiles must be a list of IDs')
  if (given.length > limits.pageMax) {
    throw refusal(`Parameter profiles holds more than ${limits.pageMax} IDs`)
  }
  return given.map(readId)
}

function readId(given: JsonValue): ProfileId {
  const isOne = typeof given === 'string' || typeof given === 'number'
  const id = isOne ? wholeNumber(String(given)) : null
  if (id === null) throw refusal('Parameter profiles must be a list of IDs')
  return id as ProfileId
}

export const massEndpoints = [updateMany, removeMany]
