import { type Asking, askCommand, askRecords } from '../../core/ask.ts'
import type { AskingEndpoint } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { type JsonObject, own } from '../../core/json.ts'
import type { StoredRecord } from '../../core/record.ts'
import { showCollections } from './collections.ts'
import {
  changeDatabase,
  type Database,
  findDatabase,
  findUsers,
  parentOf,
  readDatabase,
  usersKey,
} from './databases.ts'
import { fieldsOf, readName, readText, refusal, showField } from './field-definitions.ts'
import { showInterests } from './interest-endpoints.ts'
import { DATABASE, INTEREST, shownRecordId } from './kinds.ts'
import { localTime } from './local-time.ts'
import { allRecords, cutOut, envelope, shown, wholeList } from './paging.ts'
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
    const isFirst = !page.isEmpty && page.start === 0
    const limit = page.isEmpty ? 0 : page.limit - (isFirst ? 1 : 0)
    const offset = Math.max(page.start - 1, 0)
    const wanted = limit > 0 ? { offset, limit } : { offset: 0, limit: 1 }
    const found = yield* askRecords({ kind: DATABASE, page: wanted, total: true })
    const databases = isFirst ? [yield* findUsers(request.workspace.createdAt)] : []
    if (limit > 0) databases.push(...found.records.map(readDatabase))
    const data: JsonObject[] = []
    for (const database of databases) data.push(yield* showDatabase(database))
    return shown(envelope(page, data, (found.total ?? 0) + 1))
  },
}

const create: AskingEndpoint = {
  method: 'POST',
  path: '/databases',
  scope: 'profiles:write',
  *ask(request) {
    const body = bodyOf(request)
    const name = readName(own(body, 'name'), 'name').trim()
    const key = name.toLowerCase()
    if (/^[0-9]/.test(name)) throw refusal('Parameter name must not begin with a digit')
    const { total } = yield* askRecords({ kind: DATABASE, page: { limit: 1 }, total: true })
    if ((total ?? 0) >= databasesMax) throw refusal(`There are ${databasesMax} databases already`)
    if (key === usersKey) throw taken(name)
    const record = yield* putNew(DATABASE, null, key, { name, ...readDescription(body) }, name)
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
    const name = own(body, 'name')
    if (name !== undefined && readName(name, 'name').trim().toLowerCase() !== database.key) {
      throw refusal('Parameter name: a database keeps its name, under which its values are kept')
    }
    const set = readDescription(body)
    if (Object.keys(set).length > 0) yield* changeDatabase(database, set)
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
    const name = readName(own(body, 'name'), 'name')
    const group = readText(own(body, 'group') ?? '', 'group')
    const parent = parentOf(database)
    if ((yield* allRecords(INTEREST, parent)).length >= interestsMax) {
      throw refusal(`There are ${interestsMax} interests in this database already`)
    }
    const record = yield* putNew(INTEREST, parent, name, { name, group }, name)
    return created(request, 'interest', shownRecordId(record))
  },
}

const interestsMax = 500

/** @throws Fault `conflict` where the name is taken. */
export function* putNew(
  kind: string,
  parent: string | null,
  key: string,
  body: JsonObject,
  name: string,
): Asking<StoredRecord> {
  try {
    const put = { op: 'put', kind, parent, name: key, version: 0, body } as const
    const { records } = yield* askCommand({ kind: 'write-records', records: [put] })
    return records?.[0] as StoredRecord
  } catch (error) {
    if (error instanceof Fault && error.code === 'conflict') throw taken(name)
    throw error
  }
}

function taken(name: string): Fault {
  return new Fault('conflict', { message: `The name "${name}" is taken` })
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
  const { id, name, createdAt, body } = database
  const fields = yield* fieldsOf(database)
  return {
    ID: id,
    name,
    description: own(body, 'description') ?? '',
    archived: own(body, 'archived') ?? false,
    created: localTime(createdAt),
    fields: wholeList(fields.map(showField)),
    interests: wholeList(yield* showInterests(database)),
    collections: wholeList(yield* showCollections(database)),
    intentions: { email: null, sms: null, pdf: null },
  }
}

export const databaseEndpoints = [list, create, read, ...update, interests, addInterest]
