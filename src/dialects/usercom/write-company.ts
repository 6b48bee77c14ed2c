import { type Asking, askCommand, askRecord } from '../../core/ask.ts'
import type { DialectRequest } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { PutRecord, RecordKey, RecordWrite, StoredRecord } from '../../core/record.ts'
import type { CompanyBody } from './company-body.ts'
import { partsOf } from './company-object.ts'
import { defineCustom, definitionKey, findNamed, type UnknownNames } from './definitions.ts'
import { COMPANY, TAG } from './kinds.ts'
import { versionOf } from './version.ts'

const attributesMax = 1_000
const tagsMax = 500
/** Others may write the same company between our look and our write; then we look again. */
const triesMax = 5

/** What a call does to a company besides setting what its body names. */
export interface CompanyWrite {
  body: CompanyBody
  names: UnknownNames
  removeTag?: string
}

/** @throws Fault `invalid_field` when another company has the id of the customer's own. */
export function* createCompany(request: DialectRequest, write: CompanyWrite): Asking<StoredRecord> {
  const { companyId } = write.body
  return yield* put(request, write, function* () {
    if (companyId === undefined) return null
    if (yield* askRecord(COMPANY, { name: companyId })) throw taken(request)
    return null
  })
}

/** @throws Fault `record_not_found`, or `invalid_field` as above */
export function* updateCompany(
  request: DialectRequest,
  key: RecordKey,
  write: CompanyWrite,
): Asking<StoredRecord> {
  const { companyId } = write.body
  return yield* put(request, write, function* () {
    const company = yield* findCompany(key)
    if (companyId !== undefined && companyId !== company.name) {
      if (yield* askRecord(COMPANY, { name: companyId })) throw taken(request)
    }
    return company
  })
}

export function* findCompany(key: RecordKey): Asking<StoredRecord> {
  const company = yield* askRecord(COMPANY, key)
  if (!company) throw new Fault('record_not_found')
  return company
}

/** Looks at what is there, and writes the whole of it anew unless somebody else did meanwhile. */
function* put(
  request: DialectRequest,
  write: CompanyWrite,
  look: () => Asking<StoredRecord | null>,
): Asking<StoredRecord> {
  const { body, names } = write
  for (let tries = 1; ; tries++) {
    const there = yield* look()
    const found = yield* findNamed([
      ...body.custom.map(([name]) => definitionKey(name, 'company')),
      ...body.tags.map((name) => ({ kind: TAG, name })),
    ])
    const { set, unknown, records } = defineCustom(body.custom, found, names, 'company')
    if (names === 'leave') for (const name of unknown) delete set[name]
    const company: PutRecord = {
      op: 'put',
      kind: COMPANY,
      ...(there && { id: there.id }),
      name: body.companyId ?? there?.name ?? null,
      version: there?.version ?? 0,
      body: bodyAfter(there, write, set, request.now),
    }
    const tags = newTags(body.tags, found)
    try {
      const all = [company, ...records, ...tags]
      const applied = yield* askCommand({ kind: 'write-records', records: all })
      return applied.records?.[0] as StoredRecord
    } catch (error) {
      const isConflict = error instanceof Fault && error.code === 'conflict'
      if (!isConflict || tries >= triesMax) throw error
    }
  }
}

function bodyAfter(
  there: StoredRecord | null,
  { body, removeTag }: CompanyWrite,
  custom: JsonObject,
  now: number,
): JsonObject {
  const before = there ? partsOf(there) : { custom: {}, setAt: {}, tags: [] }
  const after = new Map(Object.entries(before.custom))
  const setAt = new Map(Object.entries(before.setAt))
  for (const [name, value] of Object.entries(custom)) {
    if (value === null) after.delete(name)
    else if (after.size < attributesMax || after.has(name)) after.set(name, value)
    setAt.set(name, now)
  }
  const tags = [...new Set([...before.tags, ...body.tags])].filter((tag) => tag !== removeTag)
  const columns = { ...there?.body, ...body.set }
  return {
    ...Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null)),
    custom: Object.fromEntries(after),
    set_at: Object.fromEntries([...setAt].filter(([name]) => after.has(name))),
    tags: tags.slice(0, tagsMax),
  }
}

function newTags(names: readonly string[], found: readonly StoredRecord[]): RecordWrite[] {
  const known = new Set(found.filter(({ kind }) => kind === TAG).map(({ name }) => name))
  return names
    .filter((name) => !known.has(name))
    .map((name) => ({ op: 'put', kind: TAG, name, version: 0, body: {} }))
}

function taken(request: DialectRequest): Fault {
  const field = versionOf(request) === 2 ? 'custom_id' : 'company_id'
  const message = 'This value is already taken.'
  return new Fault('invalid_field', { fields: [{ field, message }] })
}
