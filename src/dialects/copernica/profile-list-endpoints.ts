import { type Asking, askCommand, askProfileIds, askProfilePage } from '../../core/ask.ts'
import type { Key } from '../../core/command.ts'
import type { AskingEndpoint, DialectRequest } from '../../core/dialect.ts'
import { limits } from '../../core/limits.ts'
import type { Profile } from '../../core/profile.ts'
import type { ProfileOrder, ProfilePage, ProfileQuery } from '../../core/profile-query.ts'
import { type Database, findDatabase, tagOf } from './databases.ts'
import { byName, type Field, fieldsOf, refusal } from './field-definitions.ts'
import { isNumber } from './field-types.ts'
import { profileFilter, readExpressions, type Wanted } from './filters.ts'
import { interestNamesFor } from './interest-names.ts'
import { envelope, nextId, shown } from './paging.ts'
import { fieldChanges, initialValues, interestChanges, readProfileBody } from './profile-body.ts'
import { type Home, showProfile } from './profile-object.ts'
import {
  isPart,
  type ListQuery,
  type PageWanted,
  randomSeed,
  readPage,
  readQuery,
} from './query.ts'
import { created } from './requests.ts'

/** What a list is asked for: whom, in which order, and which part of them. */
interface ListWanted {
  given: ListQuery
  page: PageWanted
  home: Home
  query: Omit<ProfileQuery, 'page'> | 'nobody'
}

type Found = Pick<ProfilePage, 'profiles' | 'total' | 'next'>

const list: AskingEndpoint = {
  method: 'GET',
  path: '/database/:database/profiles',
  scope: 'profiles:read',
  *ask(request) {
    const wanted = yield* readList(request)
    const { home, page, given } = wanted
    const { profiles, total, next } = yield* findPage(wanted, page.total)
    const dataOnly = given.flag('dataonly', false)
    const known = yield* interestNamesFor(profiles, home.database)
    const data = profiles.map((profile) => showProfile(profile, home, known, request, dataOnly))
    const shownIds = profiles.map(({ id }) => String(id))
    const more = nextId(shownIds, next !== null && isByIds(wanted))
    return shown({ ...envelope(page, data, total), ...more })
  },
}

/** A bare list, of all where no part is asked for. */
const ids: AskingEndpoint = {
  method: 'GET',
  path: '/database/:database/profileids',
  scope: 'profiles:read',
  *ask(request) {
    const wanted = yield* readList(request)
    if (isPart(wanted.given)) {
      const { profiles } = yield* findPage(wanted, false)
      return shown(profiles.map(({ id }) => String(id)))
    }
    return shown(yield* allIds(wanted))
  },
}

/** IDs that one answer holds. */
const idsMax = 100_000

function* allIds({ query }: ListWanted): Asking<string[]> {
  if (query === 'nobody') return []
  const found: string[] = []
  let after: string | undefined
  do {
    const { ids, total, next } = yield* askProfileIds({
      ...query,
      page: { after, limit: limits.idPageMax },
      // How many everybody is costs nothing, so it need not be found out by reading.
      total: after === undefined && query.filter === undefined,
    })
    for (const id of ids) found.push(String(id))
    if (Math.max(found.length, total ?? 0) > idsMax) {
      throw refusal(`There are more than ${idsMax} profiles; ask for a part with start and limit`)
    }
    after = next ?? undefined
  } while (after !== undefined)
  return found
}

/** Always somebody new: the vendor takes the same address twice (wire notes 5.1). */
const create: AskingEndpoint = {
  method: 'POST',
  path: '/database/:database/profiles',
  scope: 'profiles:write',
  *ask(request) {
    const database = yield* findDatabase(request)
    const { profile } = yield* createProfile(request, database, yield* fieldsOf(database))
    return created(request, 'profile', String(profile.id))
  },
}

/** `secret` is passed over here, as it is there. Who has one of the keys is changed instead. */
export function* createProfile(
  request: DialectRequest,
  database: Database,
  fields: readonly Field[],
  keys: Key[] = [],
): Asking<{ profile: Profile; isNew: boolean }> {
  const body = readProfileBody(request)
  const changes = fieldChanges(body.fields, { database, fields }, request.now)
  const { tags } = yield* interestChanges(body.interests, database)
  const tag = tagOf(database)
  const add = [...(tag === null ? [] : [tag]), ...(tags?.add ?? [])]
  const { profile, foundBy } = yield* askCommand({
    kind: 'write-profile',
    keys,
    matchEmail: false,
    onMissing: 'create',
    changes: {
      ...changes,
      set: initialValues(changes.set, fields),
      ...(add.length > 0 && { tags: { add, remove: [] } }),
    },
  })
  if (!profile) throw new Error('A profile was created, and is not there.')
  return { profile, isNew: foundBy === 'created' }
}

function* readList(request: DialectRequest): Asking<ListWanted> {
  const given = readQuery(request.query)
  const database = yield* findDatabase(request)
  const fields = yield* fieldsOf(database)
  const filter = databaseFilter(
    database,
    profileFilter(readExpressions(given.fields), fields, request, database.isUsers),
  )
  const order = orderOf(given, fields, request.now)
  const isFiltered = filter !== 'nobody' && Object.keys(filter).length > 0
  const query = { ...(isFiltered && { filter }), ...(order && { order }) }
  return {
    given,
    page: readPage(given),
    home: { database, fields },
    query: filter === 'nobody' ? filter : query,
  }
}

function* findPage({ page, query }: ListWanted, isCounted: boolean): Asking<Found> {
  if (query === 'nobody') return { profiles: [], total: 0, next: null }
  const { profiles, total, next } = yield* askProfilePage({
    ...query,
    page: page.isEmpty ? { limit: 1 } : { offset: page.start, limit: page.limit },
    total: isCounted,
  })
  return { profiles: page.isEmpty ? [] : profiles, total, next }
}

function isByIds({ query }: ListWanted): boolean {
  return query !== 'nobody' && query.order === undefined
}

/** Only those of a database; everybody is in `users`. */
export function databaseFilter(database: Database, wanted: Wanted): Wanted {
  const tag = tagOf(database)
  if (wanted === 'nobody' || tag === null) return wanted
  const { where } = wanted
  return { ...wanted, where: where ? { all: [{ tag }, where] } : { tag } }
}

/** By a field's name or id, `id`, `modified` or `random`; anything else is no order. */
function orderOf(query: ListQuery, fields: readonly Field[], now: number): ProfileOrder | null {
  const descending = query.get('order')?.toLowerCase() === 'desc'
  const name = query.get('orderby')?.toLowerCase()
  const field =
    name === undefined
      ? undefined
      : (byName(fields).get(name) ?? fields.find(({ id }) => id === name))
  if (field) {
    const as = isNumber(field.type) ? 'number' : 'text'
    return { by: 'attribute', name: field.stored, as, descending }
  }
  if (name === 'modified') return { by: 'updated', descending }
  if (name === 'random') return { by: 'random', seed: randomSeed(now) }
  return descending ? { by: 'id', descending } : null
}

export const profileListEndpoints = [list, ids, create]
