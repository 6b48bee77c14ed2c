import Type from 'typebox'
import type { CompanyRecords } from '../../core/company.ts'
import { Fault } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import type { RecordId, StoredRecord } from '../../core/record.ts'
import type { NativeCall } from './call.ts'
import { readCursor } from './read-fields.ts'
import { byId } from './read-profiles.ts'
import { defineRoute } from './route.ts'
import { attributes, closed, id, idIn, nullable, page, paging, profile, time } from './schemas.ts'
import { shownProfile, shownTime } from './shown.ts'

const company = Type.Object(
  {
    id,
    custom_id: nullable(Type.String({ description: "the customer's own id" })),
    name: nullable(Type.String()),
    attributes,
    tags: Type.Array(Type.String()),
    version: Type.Integer({ minimum: 1 }),
    created_at: time,
    updated_at: time,
  },
  { ...closed, 'x-name': 'Company', description: 'where people work' },
)

const companyOfPerson = Type.Object(
  { ...company.properties, member_since: time },
  { ...closed, 'x-name': 'CompanyOfPerson' },
)

const reads = {
  method: 'GET',
  scope: 'profiles:read',
  resource: 'companies',
} as const

export const listCompanies = defineRoute({
  ...reads,
  path: '/companies',
  operation: 'listCompanies',
  summary: 'List companies, oldest first',
  query: Type.Object(
    {
      ...paging,
      custom_id: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: limits.identifierLengthMax,
          description: "the customer's own id of the company",
        }),
      ),
    },
    closed,
  ),
  answers: { 200: { description: 'A page of companies', schema: page(company) } },
  async handle({ store, workspace, parts, query }) {
    const { limit = 50, custom_id } = query
    const after = readCursor(query.cursor)
    const found: Found[] = []
    for (const keeper of keepers(parts)) {
      for (const record of await recordsOf(keeper)) found.push({ keeper, record })
    }
    const { shown, next } = firstOf(found, limit)
    return { status: 200, body: { data: shown.map(shownCompany), next_cursor: next } }

    async function recordsOf({ kind }: CompanyRecords): Promise<StoredRecord[]> {
      if (custom_id !== undefined) {
        const record = await store.findRecord(workspace.id, kind, { name: custom_id })
        return record && record.id > after ? [record] : []
      }
      const page = { after: after as RecordId, limit: limit + 1 }
      return (await store.listRecords(workspace.id, { kind, page })).records
    }
  },
})

export const getCompany = defineRoute({
  ...reads,
  path: '/companies/:id',
  operation: 'getCompany',
  summary: 'Read a company',
  params: Type.Object({ id: idIn }),
  answers: { 200: { description: 'The company', schema: company } },
  refuses: ['record_not_found'],
  async handle(call) {
    return { status: 200, body: shownCompany(await companyById(call)) }
  },
})

export const listCompanyProfiles = defineRoute({
  ...reads,
  path: '/companies/:id/profiles',
  operation: 'listCompanyProfiles',
  summary: 'List the people of a company, who came first first',
  params: Type.Object({ id: idIn }),
  query: Type.Object(paging, closed),
  answers: { 200: { description: 'A page of profiles', schema: page(profile) } },
  refuses: ['record_not_found'],
  async handle(call) {
    const { store, workspace, query } = call
    const { keeper, record } = await companyById(call)
    const members = await store.listRecords(workspace.id, {
      kind: keeper.memberKind,
      parent: String(record.id),
      page: { after: readCursor(query.cursor) as RecordId, limit: query.limit ?? 50 },
    })
    const ids = members.records.flatMap(({ subject }) => (subject === null ? [] : [subject]))
    const { profiles } =
      ids.length === 0
        ? { profiles: [] }
        : await store.queryProfiles(workspace.id, {
            filter: { ids },
            page: { limit: ids.length },
          })
    const shown = new Map(profiles.map((each) => [each.id, shownProfile(each)]))
    const data = ids.flatMap((member) => shown.get(member) ?? [])
    const next = members.next === null ? null : String(members.next)
    return { status: 200, body: { data, next_cursor: next } }
  },
})

export const listCompaniesOf = defineRoute({
  ...reads,
  resource: 'profiles',
  path: '/profiles/:id/companies',
  operation: 'listCompaniesOf',
  summary: 'List the companies of a person, since when they belong there',
  params: Type.Object({ id: idIn }),
  query: Type.Object(paging, closed),
  answers: { 200: { description: 'A page of companies', schema: page(companyOfPerson) } },
  refuses: ['profile_not_found'],
  async handle(call) {
    const { store, workspace, parts, query } = call
    const { limit = 50 } = query
    const after = readCursor(query.cursor) as RecordId
    const { id: subject } = await byId(call, call.params.id)
    const members: Found[] = []
    for (const keeper of keepers(parts)) {
      const asked = { kind: keeper.memberKind, subject, page: { after, limit: limit + 1 } }
      const { records } = await store.listRecords(workspace.id, asked)
      for (const record of records) members.push({ keeper, record })
    }
    const { shown, next } = firstOf(members, limit)
    const ids = shown.map(({ record }) => Number(record.parent) as RecordId)
    const companies = await store.findRecords(workspace.id, { ids })
    const data = shown.flatMap(({ keeper, record }) => {
      const at = companies.find((each) => String(each.id) === record.parent)
      if (at?.kind !== keeper.kind) return []
      const member_since = shownTime(keeper.since(record))
      return [{ ...shownCompany({ keeper, record: at }), member_since }]
    })
    return { status: 200, body: { data, next_cursor: next } }
  },
})

/** A record, and the dialect's part that reads it. */
interface Found {
  keeper: CompanyRecords
  record: StoredRecord
}

/** What all keepers found, one more than a page from each, as one page in the order of ids. */
function firstOf(found: readonly Found[], limit: number): { shown: Found[]; next: string | null } {
  const shown = found.toSorted((a, b) => a.record.id - b.record.id).slice(0, limit)
  return { shown, next: found.length > limit ? String(shown.at(-1)?.record.id) : null }
}

type Parts = Pick<NativeCall<unknown, unknown, unknown>['parts'], 'dialects'>

function keepers({ dialects }: Parts): CompanyRecords[] {
  return dialects.flatMap(({ companies }) => companies ?? [])
}

type Asking = Pick<NativeCall<{ id: number }, unknown, unknown>, 'store' | 'workspace' | 'params'>

/** @throws Fault `record_not_found` */
async function companyById(call: Asking & { parts: Parts }): Promise<Found> {
  const { store, workspace, params, parts } = call
  const at = { id: params.id as RecordId }
  for (const keeper of keepers(parts)) {
    const record = await store.findRecord(workspace.id, keeper.kind, at)
    if (record) return { keeper, record }
  }
  throw new Fault('record_not_found', { message: `There is no company ${params.id}.` })
}

function shownCompany({ keeper, record }: Found): JsonObject {
  const { customId, name, attributes: known, tags } = keeper.read(record)
  return {
    id: record.id,
    custom_id: customId,
    name,
    attributes: known,
    tags,
    version: record.version,
    created_at: shownTime(record.createdAt),
    updated_at: shownTime(record.updatedAt),
  }
}
