import { type Asking, askCommand, askEvents, askRecord, askRecords } from '../../core/ask.ts'
import type { AskingEndpoint, DialectRequest } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { type JsonObject, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import type { StoredRecord } from '../../core/record.ts'
import { readCollection } from './collections.ts'
import { readText } from './field-definitions.ts'
import { findLiving, findProfile } from './find-profile.ts'
import { interestNamesFor } from './interest-names.ts'
import { COLLECTION, collectionOfKind, DATA_REQUEST, recordIdOf, shownRecordId } from './kinds.ts'
import { localTime } from './local-time.ts'
import { showRow } from './log-files.ts'
import { changedNames, renamed, withNames } from './log-names.ts'
import { shown } from './paging.ts'
import { showProfile } from './profile-object.ts'
import { bodyOf, created } from './requests.ts'
import {
  findLivingSubprofile,
  findSubprofile,
  showSubprofile,
  storedFields,
} from './subprofiles.ts'

/** What is collected of one person; above that it is the newest events. */
const eventsMax = 1_000

/** `report` is kept and not acted on: Roster sends nothing by itself. */
const create: AskingEndpoint = {
  method: 'POST',
  path: '/profile/:profile/datarequest',
  scope: 'profiles:read',
  *ask(request) {
    const { profile } = yield* findLiving(request)
    const report = readText(own(bodyOf(request), 'report') ?? '', 'report')
    const body = { report, type: 'profile', id: String(profile.id) }
    const put = { op: 'put', kind: DATA_REQUEST, subject: profile.id, body } as const
    const { records } = yield* askCommand({ kind: 'write-records', records: [put] })
    return created(request, 'datarequest', shownRecordId(records?.[0] as StoredRecord))
  },
}

const ofSubprofile: AskingEndpoint = {
  method: 'POST',
  path: '/subprofile/:subprofile/datarequest',
  scope: 'profiles:read',
  *ask(request) {
    const { record } = yield* findLivingSubprofile(request)
    const report = readText(own(bodyOf(request), 'report') ?? '', 'report')
    const body = { report, type: 'subprofile', id: shownRecordId(record) }
    const put = { op: 'put', kind: DATA_REQUEST, subject: record.subject, body } as const
    const { records } = yield* askCommand({ kind: 'write-records', records: [put] })
    return created(request, 'datarequest', shownRecordId(records?.[0] as StoredRecord))
  },
}

const status: AskingEndpoint = {
  method: 'GET',
  path: '/datarequest/:request/status',
  scope: 'profiles:read',
  *ask(request) {
    const found = yield* lookUp(request)
    return shown({ status: found ? 'available' : 'not available' })
  },
}

/** It is collected when it is read, so it is always ready and never out of date. */
const data = ['/datarequest/:request/data', '/datarequest/:request'].map(
  (path): AskingEndpoint => ({
    method: 'GET',
    path,
    scope: 'profiles:read',
    *ask(request) {
      const { body } = yield* findRequest(request)
      const [type, id] = [String(body.type), String(body.id)]
      const found = type === 'profile' ? ofPerson(request, id) : ofRecord(request, id)
      return shown({ info: { type, id }, data: yield* found })
    },
  }),
)

function* lookUp({ params }: DialectRequest): Asking<StoredRecord | null> {
  const id = recordIdOf(params.request ?? '')
  return id === null ? null : yield* askRecord(DATA_REQUEST, { id })
}

function* findRequest(request: DialectRequest): Asking<StoredRecord> {
  const record = yield* lookUp(request)
  if (!record) throw new Fault('record_not_found', { message: 'No data request with supplied ID' })
  return record
}

function* ofPerson(request: DialectRequest, id: string): Asking<JsonObject[]> {
  const { profile, database, home } = yield* findProfile({ ...request, params: { profile: id } })
  const known = yield* interestNamesFor([profile], database)
  const subject = profile.id
  const { events } = yield* askEvents({ subject, limit: eventsMax })
  const page = { limit: limits.pageMax }
  const { records } = yield* askRecords({ kind: null, subject, page })
  const subprofiles = yield* theirSubprofiles(records)
  return [
    { type: 'profile', ...showProfile(profile, home, known, request) },
    ...subprofiles,
    ...(yield* withNames(events, request.workspace.createdAt)).map((event) => ({
      ...Object.fromEntries(showRow(event)),
      type: 'event',
      event: event.type,
    })),
    { type: 'collected', time: localTime(request.now) },
  ]
}

/** With their fields as they are called now. */
function* theirSubprofiles(records: readonly StoredRecord[]): Asking<JsonObject[]> {
  const names = new Map<string, ReadonlyMap<string, string>>()
  const found: JsonObject[] = []
  for (const record of records) {
    const { kind, body } = record
    const id = collectionOfKind(kind)
    if (id === null) continue
    if (!names.has(kind)) {
      const of = yield* askRecord(COLLECTION, { id })
      names.set(kind, of ? changedNames((yield* readCollection(of)).fields) : new Map())
    }
    const fields = renamed(storedFields(record), names.get(kind) ?? new Map())
    found.push({ type: 'subprofile', ID: shownRecordId(record), ...body, fields })
  }
  return found
}

function* ofRecord(request: DialectRequest, id: string): Asking<JsonObject[]> {
  const found = yield* findSubprofile({ ...request, params: { subprofile: id } })
  return [{ type: 'subprofile', ...showSubprofile(found, request) }]
}

export const dataRequestEndpoints = [create, ofSubprofile, status, ...data]
