import { type Asking, askCommand, askRecord } from '../../core/ask.ts'
import type { Applied, Changes, WriteIntent } from '../../core/command.ts'
import type { DialectRequest } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { type Profile, USER_ID } from '../../core/profile.ts'
import type { RecordWrite, StoredRecord } from '../../core/record.ts'
import {
  defineCustom,
  definedPerCallMax,
  definitionKey,
  findNamed,
  type UnknownNames,
} from './definitions.ts'
import { bodyText, COMPANY, COMPANY_MEMBER, TAG } from './kinds.ts'
import { shownId } from './shown-ids.ts'
import type { UserBody } from './user-body.ts'
import { type Version, versionOf } from './version.ts'

/** Whom a body is about. */
type Whom = Pick<WriteIntent, 'keys' | 'matchEmail' | 'onMissing'>

/** Others may define a name between our look and our write; then we look again. */
const triesMax = 5

/**
 * Carries out what the body of a user asks for: custom attributes in their types, new names
 * defined, and the user entered at the company.
 *
 * @throws Fault `profile_not_found`, or `conflict` for a `user_id` that somebody else has
 */
export function* writeUser(
  request: DialectRequest,
  whom: Whom,
  body: UserBody,
  names: UnknownNames,
): Asking<Applied> {
  for (let tries = 1; ; tries++) {
    const { changes, records, company } = yield* prepare(body, names)
    let applied: Applied
    try {
      const write = { kind: 'write-profile', ...whom, changes } as const
      applied = yield* askCommand(records.length === 0 ? write : { ...write, records })
    } catch (error) {
      const isConflict = error instanceof Fault && error.code === 'conflict'
      if (isConflict && records.length > 0 && tries < triesMax) continue
      throw isConflict ? inVersion(error, versionOf(request)) : error
    }
    if (company && applied.profile) yield* joinCompany(company, applied.profile)
    return applied
  }
}

/** A refusal names the field as the caller's version does. */
function inVersion(fault: Fault, version: Version): Fault {
  if (version === 1) return fault
  const fields = fault.fields.map((one) =>
    one.field === USER_ID ? { ...one, field: 'custom_id' } : one,
  )
  return new Fault(fault.code, { message: fault.message, fields, cause: fault })
}

/** Whether custom names become attributes, where the call itself does not say so. */
export function unknownNames({ workspace }: DialectRequest): UnknownNames {
  return workspace.settings.unknownKeys === 'create' ? 'create' : 'leave'
}

interface Prepared {
  changes: Changes
  records: RecordWrite[]
  /** The company the user is to work at, where it is known. */
  company: StoredRecord | null
}

export function* prepare(body: UserBody, names: UnknownNames): Asking<Prepared> {
  const { changes, company: companyId } = body
  const { unknown = [], tags } = changes
  const added = tags && 'add' in tags ? tags.add : []
  if (unknown.length === 0 && added.length === 0 && companyId === undefined) {
    return { changes, records: [], company: null }
  }
  const found = yield* findNamed([
    ...unknown.map((name) => definitionKey(name)),
    ...added.map((name) => ({ kind: TAG, name })),
    ...(companyId === undefined ? [] : [{ kind: COMPANY, name: companyId }]),
  ])
  const given = unknown.map((name) => [name, changes.set[name] ?? null] as const)
  const custom = defineCustom(given, found, names)
  const set = { ...changes.set }
  for (const name of unknown) delete set[name]
  const company = found.find(({ kind }) => kind === COMPANY) ?? null
  const dropped = custom.dropped
  if (companyId !== undefined && !company) {
    dropped.push({ name: 'company_id', reason: 'unknown_company' })
  }
  const prepared: Changes = { ...changes, set: { ...set, ...custom.set }, unknown: custom.unknown }
  if (dropped.length > 0) prepared.dropped = dropped
  const records = [...custom.records, ...newTags(added, found)]
  return { changes: prepared, records, company }
}

function newTags(added: readonly string[], found: readonly StoredRecord[]): RecordWrite[] {
  const known = new Set(found.filter(({ kind }) => kind === TAG).map(({ name }) => name))
  return [...new Set(added)]
    .filter((name) => !known.has(name))
    .slice(0, definedPerCallMax)
    .map((name) => ({ op: 'put', kind: TAG, name, version: 0, body: {} }))
}

/** Enters somebody at a company, and tells of it; who works there already goes on doing so. */
export function* joinCompany(company: StoredRecord, profile: Profile): Asking<boolean> {
  const attributes = {
    id: company.id,
    company_id: company.name,
    name: bodyText(company, 'name'),
  }
  return yield* join(COMPANY_MEMBER, company, profile, { type: 'company.joined', attributes })
}

/** The event and the membership are one transaction. Answers whether it is new. */
export function* join(
  kind: string,
  { id }: StoredRecord,
  profile: Profile,
  event: { type: string; attributes: JsonObject },
): Asking<boolean> {
  const key = { parent: String(id), name: String(profile.id) }
  if (yield* askRecord(kind, key)) return false
  const body = { user: shownId(profile) }
  try {
    yield* askCommand({
      kind: 'record-event',
      ...event,
      identifiers: [],
      subject: [{ profile: profile.id }],
      records: [{ op: 'put', kind, ...key, subject: profile.id, version: 0, body }],
    })
    return true
  } catch (error) {
    // Somebody else was quicker.
    if (error instanceof Fault && error.code === 'conflict') return false
    throw error
  }
}

/** Takes a membership away, and tells of it. Answers whether there was one. */
export function* leave(
  kind: string,
  { id }: StoredRecord,
  profile: Profile,
  event: { type: string; attributes: JsonObject },
): Asking<boolean> {
  const at = { parent: String(id), name: String(profile.id) }
  if (!(yield* askRecord(kind, at))) return false
  yield* askCommand({
    kind: 'record-event',
    ...event,
    identifiers: [],
    subject: [{ profile: profile.id }],
    records: [{ op: 'delete', kind, at, missing: 'pass' }],
  })
  return true
}
