import {
  type Asking,
  askCommand,
  askCommands,
  askProfilePage,
  askRecord,
  askRecords,
} from '../../core/ask.ts'
import type { AskingEndpoint, DialectRequest } from '../../core/dialect.ts'
import { Fault, type FieldFault } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import type { StoredRecord } from '../../core/record.ts'
import { hasTag, showCompanies } from './company-object.ts'
import { COMPANY, pathRecordId, TAG } from './kinds.ts'
import { showRecords } from './list-records.ts'
import { invalidPage, pageWanted, showPage } from './paging.ts'
import { parameters } from './query.ts'
import { assertNone, noContent, readObject, required } from './requests.ts'
import { showUsers } from './show-users.ts'
import { versionOf } from './version.ts'

/** How many people a tag is changed on at a time, and how often in one call. */
const stepLength = 250
const stepsMax = 40
/** How many companies are looked through for a tag. */
const companiesMax = 10_000

const list: AskingEndpoint = {
  method: 'GET',
  path: '/tags',
  scope: 'profiles:read',
  ask: (request) => showRecords(request, TAG, showTag),
}

/** A tag there is already is answered as it is. */
const create: AskingEndpoint = {
  method: 'POST',
  path: '/tags',
  scope: 'profiles:write',
  *ask(request) {
    const name = readName(request)
    const put = { op: 'put', kind: TAG, name, body: {} } as const
    const { records } = yield* askCommand({ kind: 'write-records', records: [put] })
    return { status: 201, body: showTag(records?.[0] as StoredRecord) }
  },
}

/** Gives everybody who has the tag another one instead. */
const rename: AskingEndpoint = {
  method: 'PUT',
  path: '/tags/:id',
  scope: 'profiles:write',
  *ask(request) {
    const to = readName(request)
    const { id, name: from } = yield* findTag(request)
    if (from === to) return { status: 200, body: { id, name: to } }
    const taken = yield* askRecord(TAG, { name: to })
    if (taken) {
      const fields = [{ field: 'name', message: 'A tag of this name already exists.' }]
      throw new Fault('invalid_field', { fields })
    }
    yield* retag(from ?? '', [to])
    const patch = { op: 'patch', kind: TAG, at: { id }, name: to } as const
    yield* askCommand({ kind: 'write-records', records: [patch] })
    return { status: 200, body: { id, name: to } }
  },
}

const remove: AskingEndpoint = {
  method: 'DELETE',
  path: '/tags/:id',
  scope: 'profiles:write',
  *ask(request) {
    versionOf(request)
    const { id, name } = yield* findTag(request)
    yield* retag(name ?? '', [])
    const record = { op: 'delete', kind: TAG, at: { id }, missing: 'pass' } as const
    yield* askCommand({ kind: 'write-records', records: [record] })
    return noContent
  },
}

const users: AskingEndpoint = {
  method: 'GET',
  path: '/tags/:id/users',
  scope: 'profiles:read',
  *ask(request, view) {
    versionOf(request)
    const { name } = yield* findTag(request)
    const page = pageWanted(parameters(request.query).get('page')?.text)
    if (!page) return invalidPage
    const { offset, limit } = page
    const filter = { where: { tag: name ?? '' } }
    const found = yield* askProfilePage({ filter, page: { offset, limit }, total: true })
    const shown = yield* showUsers(found.profiles, request, view)
    return showPage(request, page, found.total ?? 0, shown)
  },
}

const companies: AskingEndpoint = {
  method: 'GET',
  path: '/tags/:id/companies',
  scope: 'profiles:read',
  *ask(request) {
    versionOf(request)
    const { name } = yield* findTag(request)
    const page = pageWanted(parameters(request.query).get('page')?.text, 50)
    if (!page) return invalidPage
    const tagged: StoredRecord[] = []
    for (let offset = 0; offset < companiesMax; offset += limits.pageMax) {
      const { records, next } = yield* askRecords({
        kind: COMPANY,
        page: { offset, limit: limits.pageMax },
      })
      tagged.push(...records.filter((company) => hasTag(company, name ?? '')))
      if (next === null) break
    }
    const { offset, limit } = page
    const shown = yield* showCompanies(tagged.slice(offset, offset + limit), request)
    return showPage(request, page, tagged.length, shown)
  },
}

/**
 * Takes a tag from everybody who has it, and gives them others instead.
 *
 * @throws Fault `unavailable` when they are too many for one call: asked again, it goes on.
 */
function* retag(tag: string, add: string[]): Asking<void> {
  const filter = { where: { tag } }
  for (let step = 0; step < stepsMax; step++) {
    const { profiles } = yield* askProfilePage({ filter, page: { limit: stepLength } })
    if (profiles.length === 0) return
    yield* askCommands(
      profiles.map(({ id }) => ({
        kind: 'write-profile',
        keys: [{ profile: id }],
        matchEmail: false,
        onMissing: 'refuse',
        changes: { set: {}, tags: { add, remove: [tag] } },
        reply: 'outcome',
      })),
    )
  }
  throw new Fault('unavailable', {
    message: 'Very many users have this tag; ask again to go on.',
    retryAfterSeconds: 1,
  })
}

function readName(request: DialectRequest): string {
  versionOf(request)
  const faults: FieldFault[] = []
  const name = required(readObject(request.body), 'name', limits.nameLengthMax, faults)
  assertNone(faults)
  return name
}

function* findTag({ params: { id = '' } }: DialectRequest): Asking<StoredRecord> {
  const record = yield* askRecord(TAG, { id: pathRecordId(id) })
  if (!record) throw new Fault('record_not_found')
  return record
}

function showTag({ id, name }: StoredRecord): JsonObject {
  return { id, name }
}

export const tagEndpoints = [list, create, rename, remove, users, companies]
