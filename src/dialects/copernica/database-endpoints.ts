import type { Asking } from '../../core/ask.ts'
import type { AskingEndpoint, DialectRequest } from '../../core/dialect.ts'
import { type JsonObject, type JsonValue, own } from '../../core/json.ts'
import { showCollections } from './collections.ts'
import {
  changeDatabase,
  type Database,
  findDatabase,
  findUsers,
  furtherDatabases,
  parentOf,
} from './databases.ts'
import { fieldsOf, readName, readText, refusal, showField } from './field-definitions.ts'
import { readInterestName, showInterests } from './interest-endpoints.ts'
import { DATABASE, INTEREST, shownRecordId } from './kinds.ts'
import { localTime } from './local-time.ts'
import { askNamed, folded, putNew, shownKey, taken } from './names.ts'
import { cutOut, envelope, inPage, shown, wholeList } from './paging.ts'
import { isTrue, readPage, readQuery } from './query.ts'
import { bodyOf, created, done, eitherWay } from './requests.ts'

/** Each database is shown with its fields, interests and collections. */
const listLengthMax = 100
const databasesMax = 500

const list: AskingEndpoint = {
  method: 'GET',
  path: '/databases',
  scope: 'profiles:read',
  *ask(request) {
    const asked = readPage(readQuery(request.query))
    const page = { ...asked, limit: Math.min(asked.limit, listLengthMax) }
    const users = yield* findUsers(request.workspace.createdAt)
    const all = [users, ...(yield* furtherDatabases())]
    const data: JsonObject[] = []
    for (const database of inPage(page, all)) data.push(yield* showDatabase(database))
    return shown(envelope(page, data, all.length))
  },
}

const create: AskingEndpoint = {
  method: 'POST',
  path: '/databases',
  scope: 'profiles:write',
  *ask(request) {
    const body = bodyOf(request)
    const name = readDatabaseName(own(body, 'name'))
    if ((yield* furtherDatabases()).length >= databasesMax) {
      throw refusal(`There are ${databasesMax} databases already`)
    }
    yield* assertNotUsers(name, request)
    const record = yield* putNew(DATABASE, null, name, readDescription(body))
    return created(request, 'database', shownRecordId(record))
  },
}

const read: AskingEndpoint = {
  method: 'GET',
  path: '/database/:database',
  scope: 'profiles:read',
  *ask(request) {
    return shown(yield* showDatabase(yield* findDatabase(request)))
  },
}

const update = eitherWay({
  path: '/database/:database',
  scope: 'profiles:write',
  *ask(request) {
    const database = yield* findDatabase(request)
    const body = bodyOf(request)
    const given = own(body, 'name')
    const name = given === undefined ? given : readDatabaseName(given)
    if (name !== undefined && !database.isUsers) yield* assertNotUsers(name, request)
    const set = readDescription(body)
    if (name !== undefined || Object.keys(set).length > 0) {
      yield* changeDatabase(database, set, name)
    }
    return done
  },
})

const interests: AskingEndpoint = {
  method: 'GET',
  path: '/database/:database/interests',
  scope: 'profiles:read',
  *ask(request) {
    const page = readPage(readQuery(request.query))
    return shown(cutOut(page, yield* showInterests(yield* findDatabase(request))))
  },
}

const addInterest: AskingEndpoint = {
  method: 'POST',
  path: '/database/:database/interests',
  scope: 'profiles:write',
  *ask(request) {
    const database = yield* findDatabase(request)
    const body = bodyOf(request)
    const name = readInterestName(own(body, 'name'))
    const group = readText(own(body, 'group') ?? '', 'group')
    const parent = parentOf(database)
    if ((yield* askNamed(INTEREST, parent)).length >= interestsMax) {
      throw refusal(`There are ${interestsMax} interests in this database already`)
    }
    const record = yield* putNew(INTEREST, parent, name, { group })
    return created(request, 'interest', shownRecordId(record))
  },
}

const interestsMax = 500

/** That of everybody has its name whether or not it is stored. */
function* assertNotUsers(name: string, { workspace }: DialectRequest): Asking<void> {
  const users = yield* findUsers(workspace.createdAt)
  if (folded(DATABASE, name) === folded(DATABASE, users.name)) throw taken(name)
}

/** Where a path has a number it is an ID. */
function readDatabaseName(given: JsonValue | undefined): string {
  const name = readName(given, 'name').trim()
  if (/^[0-9]/.test(name)) throw refusal('Parameter name must not begin with a digit')
  return name
}

function readDescription(body: JsonObject): JsonObject {
  const description = own(body, 'description')
  const archived = own(body, 'archived')
  return {
    ...(description !== undefined && { description: readText(description, 'description') }),
    ...(archived !== undefined && { archived: isTrue(archived) }),
  }
}

function* showDatabase(database: Database): Asking<JsonObject> {
  const { id, name, createdAt, record } = database
  const body = record?.body ?? {}
  const fields = yield* fieldsOf(database)
  return {
    ID: id,
    name,
    description: own(body, 'description') ?? '',
    archived: own(body, 'archived') ?? false,
    created: localTime(createdAt),
    ...(record && shownKey(record)),
    fields: wholeList(fields.map(showField)),
    interests: wholeList(yield* showInterests(database)),
    collections: wholeList(yield* showCollections(database)),
    intentions: { email: null, sms: null, pdf: null },
  }
}

export const databaseEndpoints = [list, create, read, ...update, interests, addInterest]
