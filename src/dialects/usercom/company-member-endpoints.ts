import { type Asking, askProfiles } from '../../core/ask.ts'
import type { Key } from '../../core/command.ts'
import type { DialectRequest, Endpoint } from '../../core/dialect.ts'
import { Fault, type FieldFault } from '../../core/errors.ts'
import { type JsonObject, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import type { Profile } from '../../core/profile.ts'
import { readText } from './coerce.ts'
import { type CompanyBody, readCompanyBody } from './company-body.ts'
import { onCompany } from './company-paths.ts'
import { findNamed } from './definitions.ts'
import { bodyText, COMPANY_MEMBER, TAG } from './kinds.ts'
import { assertNone, done, noContent, readObject, required, unknownPk } from './requests.ts'
import { keysOfId } from './shown-ids.ts'
import { keysOfUserId } from './user-paths.ts'
import { versionOf } from './version.ts'
import { findCompany, updateCompany } from './write-company.ts'
import { joinCompany, leave } from './write-user.ts'

/** `{user_id: int}` or `{user_custom_id}`, or both (wire notes 8). */
const addMember = onCompany('POST', '/add_member', function* (request, key) {
  const company = yield* findCompany(key)
  const profile = yield* memberNamed(request)
  yield* joinCompany(company, profile)
  return done
})

const removeMember = onCompany('POST', '/remove_member', function* (request, key) {
  const company = yield* findCompany(key)
  const profile = yield* memberNamed(request)
  const name = bodyText(company, 'name')
  const attributes = { id: company.id, company_id: company.name, name }
  yield* leave(COMPANY_MEMBER, company, profile, { type: 'company.left', attributes })
  return done
})

const addTag = onCompany('POST', '/add_tag', function* (request, key) {
  const name = readTag(request)
  const before = yield* findNamed([{ kind: TAG, name }])
  const body = { ...nothing, tags: [name] }
  yield* updateCompany(request, key, { body, names: 'create' })
  const [tag] = yield* findNamed([{ kind: TAG, name }])
  if (!tag) throw new Error('The tag that was added is not there.')
  return { status: 200, body: { created: before.length === 0, tag: { name, id: tag.id } } }
})

const removeTag = (method: 'POST' | 'DELETE') =>
  onCompany(method, '/remove_tag', function* (request, key) {
    const removed = { body: nothing, names: 'create', removeTag: readTag(request) } as const
    yield* updateCompany(request, key, removed)
    return noContent
  })

const setOne = onCompany('POST', '/set_attribute', function* (request, key) {
  const body = readObject(request.body)
  const faults: FieldFault[] = []
  const attribute = required(body, 'attribute', limits.nameLengthMax, faults)
  if (!Object.hasOwn(body, 'value')) {
    faults.push({ field: 'value', message: 'This field is required.' })
  }
  assertNone(faults)
  const set: JsonObject = { [attribute]: body.value ?? null }
  const read = readCompanyBody(set, versionOf(request))
  yield* updateCompany(request, key, { body: read, names: 'create' })
  return done
})

const setMany = onCompany('POST', '/set_multiple_attributes', function* (request, key) {
  const body = readCompanyBody(readObject(request.body), versionOf(request))
  yield* updateCompany(request, key, { body, names: 'create' })
  return { status: 200 }
})

const nothing: CompanyBody = { companyId: undefined, set: {}, custom: [], tags: [] }

function readTag(request: DialectRequest): string {
  versionOf(request)
  const faults: FieldFault[] = []
  const name = required(readObject(request.body), 'name', limits.nameLengthMax, faults)
  assertNone(faults)
  return name
}

/** @throws Fault `invalid_field` when the body names nobody there is. */
function* memberNamed(request: DialectRequest): Asking<Profile> {
  versionOf(request)
  const body = readObject(request.body)
  const faults: FieldFault[] = []
  const field = 'user_custom_id'
  const custom = readText(own(body, field) ?? null, field, faults, limits.identifierLengthMax)
  const id = own(body, 'user_id') ?? null
  const keys: Key[] = []
  if (/^[0-9]{1,20}$/.test(String(id))) keys.push(...keysOfId(String(id)))
  if (custom) keys.push(...keysOfUserId(custom))
  if (keys.length === 0 && faults.length === 0) {
    const message = id === null ? 'This field is required.' : 'A valid integer is required.'
    faults.push({ field: 'user_id', message })
  }
  if (faults.length > 0) throw new Fault('invalid_field', { fields: faults })
  const [profile] = yield* askProfiles({ keys })
  if (profile) return profile
  throw id === null ? unknownPk(field, custom ?? null) : unknownPk('user_id', id)
}

export const companyMemberEndpoints: readonly Endpoint[] = [
  ...addMember,
  ...removeMember,
  ...addTag,
  ...removeTag('POST'),
  ...removeTag('DELETE'),
  ...setOne,
  ...setMany,
]
