import type { Asking } from '../../core/ask.ts'
import type { AskingEndpoint, DialectRequest, DialectResponse } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { type JsonObject, own } from '../../core/json.ts'
import type { StoredRecord } from '../../core/record.ts'
import { type Collection, findCollection } from './collections.ts'
import { byName, refusal } from './field-definitions.ts'
import { readExpressions } from './filters.ts'
import { findLiving } from './find-profile.ts'
import { shownRecordId } from './kinds.ts'
import { strictly } from './mass-endpoints.ts'
import { envelope, inPage, nextId, recordPage, shown } from './paging.ts'
import { readMap, readSecret } from './profile-body.ts'
import { isPart, type PageWanted, readPage, readQuery } from './query.ts'
import { bodyOf, created, deleted, done, eitherWay } from './requests.ts'
import { subprofileOrder } from './subprofile-order.ts'
import {
  changeSubprofile,
  createSubprofile,
  findLivingSubprofile,
  findSubprofile,
  type Listed,
  listed,
  matching,
  readSubprofile,
  removeSubprofile,
  showSubprofile,
  showSubprofileFields,
} from './subprofiles.ts'

/** Subprofiles that one call changes. */
const changedMax = 500

const ofCollection: AskingEndpoint = {
  method: 'GET',
  path: '/collection/:collection/subprofiles',
  scope: 'profiles:read',
  *ask(request) {
    const collection = yield* findCollection(request)
    return yield* showList(request, collection, listed(collection))
  },
}

/** A bare list, of all where no part is asked for. */
const idsOfCollection: AskingEndpoint = {
  method: 'GET',
  path: '/collection/:collection/subprofileids',
  scope: 'profiles:read',
  *ask(request) {
    const collection = yield* findCollection(request)
    const query = readQuery(request.query)
    const of = listed(collection)
    const records = isPart(query)
      ? (yield* findList(request, collection, of, readPage(query))).records
      : yield* inOrder(request, collection, of)
    return shown(records.map(shownRecordId))
  },
}

const ofProfile: AskingEndpoint = {
  method: 'GET',
  path: '/profile/:profile/subprofiles/:collection',
  scope: 'profiles:read',
  *ask(request) {
    const { profile, database } = yield* findLiving(request)
    const collection = yield* findCollection(request, database)
    return yield* showList(request, collection, listed(collection, profile.id))
  },
}

const create: AskingEndpoint = {
  method: 'POST',
  path: '/profile/:profile/subprofiles/:collection',
  scope: 'profiles:write',
  *ask(request) {
    const { profile, database } = yield* findLiving(request)
    const collection = yield* findCollection(request, database)
    const values = readSubprofile(fieldsIn(request), collection, request.now)
    const record = yield* createSubprofile(collection, profile.id, values)
    return created(request, 'subprofile', shownRecordId(record))
  },
}

/** All of a person that match; with `create` one is made where none does. */
const updateMany: AskingEndpoint = {
  method: 'PUT',
  path: '/profile/:profile/subprofiles/:collection',
  scope: 'profiles:write',
  *ask(request) {
    assertFilter(request)
    const { profile, database } = yield* findLiving(request)
    const collection = yield* findCollection(request, database)
    const values = readSubprofile(fieldsIn(request), collection, request.now)
    const found = yield* changeMatching(request, collection, listed(collection, profile.id), values)
    if (found > 0 || !readQuery(request.query).flag('create', false)) return done
    const record = yield* createSubprofile(collection, profile.id, values)
    return created(request, 'subprofile', shownRecordId(record))
  },
}

/** All of a collection that match; none is made, since nobody is named whose it would be. */
const updateAll: AskingEndpoint = {
  method: 'PUT',
  path: '/collection/:collection/subprofiles',
  scope: 'profiles:write',
  *ask(request) {
    assertFilter(request)
    const collection = yield* findCollection(request)
    const values = readSubprofile(fieldsIn(request), collection, request.now)
    yield* changeMatching(request, collection, listed(collection), values)
    return done
  },
}

function assertFilter({ query }: DialectRequest): void {
  if (!readQuery(query).hasFields) throw refusal('URL parameter fields is required')
}

/** How many there were. */
function* changeMatching(
  request: DialectRequest,
  collection: Collection,
  of: Listed,
  values: JsonObject,
): Asking<number> {
  const expressions = strictly(readQuery(request.query), collection.fields)
  const found = yield* matching(of, collection, expressions, request)
  if (found.length > changedMax) {
    throw refusal(`${found.length} subprofiles match; one call changes ${changedMax} at most`)
  }
  for (const record of found) yield* changeSubprofile(collection, record, values)
  return found.length
}

const read: AskingEndpoint = {
  method: 'GET',
  path: '/subprofile/:subprofile',
  scope: 'profiles:read',
  *ask(request) {
    return shown(showSubprofile(yield* findSubprofile(request), request))
  },
}

const readFields: AskingEndpoint = {
  method: 'GET',
  path: '/subprofile/:subprofile/fields',
  scope: 'profiles:read',
  *ask(request) {
    return shown(showSubprofileFields(yield* findSubprofile(request)))
  },
}

const update = eitherWay({
  path: '/subprofile/:subprofile',
  scope: 'profiles:write',
  ask: (request) => updateOne(request, secretIn),
})

const updateFields = eitherWay({
  path: '/subprofile/:subprofile/fields',
  scope: 'profiles:write',
  ask: (request) => updateOne(request, () => null),
})

/** At the top it may be a field of that name as well. */
function secretIn(request: DialectRequest, { fields }: Collection): string | null {
  const body = bodyOf(request)
  const secret = own(body, 'secret') ?? null
  const isField = own(body, 'fields') === undefined && byName(fields).has('secret')
  return secret === null || isField ? null : readSecret(secret)
}

const remove: AskingEndpoint = {
  method: 'DELETE',
  path: '/subprofile/:subprofile',
  scope: 'profiles:write',
  *ask(request) {
    const { record, collection } = yield* findLivingSubprofile(request)
    yield* removeSubprofile(collection, record)
    return deleted('subprofile', shownRecordId(record))
  },
}

/** Others may write the same one between our look and our write; then we look again. */
const triesMax = 5

function* updateOne(request: DialectRequest, secretOf: typeof secretIn): Asking<DialectResponse> {
  for (let tries = 1; ; tries++) {
    const { record, collection } = yield* findLivingSubprofile(request)
    const values = readSubprofile(fieldsIn(request), collection, request.now)
    try {
      yield* changeSubprofile(collection, record, values, secretOf(request, collection))
      return done
    } catch (error) {
      const isConflict = error instanceof Fault && error.code === 'conflict'
      if (!isConflict || tries >= triesMax) throw error
    }
  }
}

/** At the top of the body, or below `fields`. */
function fieldsIn(request: DialectRequest): JsonObject {
  const body = bodyOf(request)
  const nested = own(body, 'fields')
  return nested === undefined ? body : readMap(nested)
}

function* showList(
  request: DialectRequest,
  collection: Collection,
  of: Listed,
): Asking<DialectResponse> {
  const query = readQuery(request.query)
  const page = readPage(query)
  const dataOnly = query.flag('dataonly', false)
  const { records, total, isMore } = yield* findList(request, collection, of, page)
  const data = records.map((record) =>
    showSubprofile({ record, collection, removedAt: null }, request, dataOnly),
  )
  const more = nextId(records.map(shownRecordId), isMore)
  return shown({ ...envelope(page, data, total), ...more })
}

interface FoundList {
  records: StoredRecord[]
  total: number | null
  /** Whether there are more behind, in the order of their IDs. */
  isMore: boolean
}

/** A filter, and an order by more than the ID, looks at all of them. */
function* findList(
  request: DialectRequest,
  collection: Collection,
  of: Listed,
  page: PageWanted,
): Asking<FoundList> {
  const query = readQuery(request.query)
  const { compare, descending } = subprofileOrder(query, collection, request.now)
  if (readExpressions(query.fields).length === 0 && !compare) {
    const { records, total, next } = yield* recordPage({ ...of, descending }, page)
    return { records, total, isMore: next !== null && !descending }
  }
  const found = yield* inOrder(request, collection, of)
  const isMore = !compare && !descending && page.start + page.limit < found.length
  return { records: inPage(page, found), total: found.length, isMore }
}

/** All that the filter finds, in the order asked for. */
function* inOrder(
  request: DialectRequest,
  collection: Collection,
  of: Listed,
): Asking<StoredRecord[]> {
  const query = readQuery(request.query)
  const { compare, descending } = subprofileOrder(query, collection, request.now)
  const found = yield* matching(of, collection, readExpressions(query.fields), request)
  if (compare) return found.sort(compare)
  return descending ? found.reverse() : found
}

export const subprofileEndpoints = [
  ofCollection,
  idsOfCollection,
  ofProfile,
  create,
  updateMany,
  updateAll,
  read,
  readFields,
  ...update,
  ...updateFields,
  remove,
]
