import { type Asking, askRecords } from '../../core/ask.ts'
import type { DialectRequest } from '../../core/dialect.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import type { StoredRecord } from '../../core/record.ts'
import { type Definition, definitionKey, findNamed, readDefinition } from './definitions.ts'
import { bodyText, COMPANY_MEMBER, TAG } from './kinds.ts'
import { dateTime } from './user-object.ts'
import { type Version, versionOf } from './version.ts'

/** A company's own part of the record: custom attributes and when they were set, and tags. */
export interface CompanyParts {
  custom: JsonObject
  setAt: { [name: string]: number }
  tags: string[]
}

export function partsOf({ body }: StoredRecord): CompanyParts {
  const custom = own(body, 'custom')
  const setAt = own(body, 'set_at')
  const tags = own(body, 'tags')
  return {
    custom: isObject(custom) ? custom : {},
    setAt: isObject(setAt) ? (setAt as { [name: string]: number }) : {},
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
  }
}

export function hasTag(company: StoredRecord, tag: string): boolean {
  return partsOf(company).tags.includes(tag)
}

/** The company objects, each with the first so many of its employees (wire notes 8). */
export function* showCompanies(
  companies: readonly StoredRecord[],
  request: DialectRequest,
): Asking<JsonObject[]> {
  const version = versionOf(request)
  const parts = companies.map(partsOf)
  const names = new Set(parts.flatMap(({ custom }) => Object.keys(custom)))
  const tags = new Set(parts.flatMap((part) => part.tags))
  const found = yield* findNamed([
    ...[...names].map((name) => definitionKey(name, 'company')),
    ...[...tags].map((name) => ({ kind: TAG, name })),
  ])
  const tagIds = new Map<string, number>()
  const definitions = new Map<string, Definition>()
  for (const record of found) {
    if (record.kind === TAG) tagIds.set(record.name ?? '', record.id)
    else definitions.set(record.name ?? '', readDefinition(record))
  }
  const shown: JsonObject[] = []
  for (const company of companies) {
    const employees = yield* employeesOf(company)
    shown.push(render(company, { employees, tagIds, definitions }, version))
  }
  return shown
}

function* employeesOf({ id }: StoredRecord): Asking<JsonValue[]> {
  const { records } = yield* askRecords({
    kind: COMPANY_MEMBER,
    parent: String(id),
    page: { limit: limits.pageMax },
  })
  return records.map(({ body }) => body.user ?? null)
}

interface Shown {
  employees: JsonValue[]
  tagIds: ReadonlyMap<string, number>
  definitions: ReadonlyMap<string, Definition>
}

function render(company: StoredRecord, shown: Shown, version: Version): JsonObject {
  const { id, name: companyId, body, createdAt, updatedAt } = company
  const { tags } = partsOf(company)
  const text = (field: string) => bodyText(company, field)
  const size = own(body, 'approx_employees') ?? null
  const phones = own(body, 'phone_numbers')
  const numbers: JsonValue[] = Array.isArray(phones) ? phones : []
  const attributes = customOf(company, shown.definitions)
  const flat = new Map<string, JsonValue>()
  const object: JsonObject = {
    ...{ id, name: text('name'), description: text('description'), email: text('email') },
    ...{ country: text('country'), region: text('region'), city: text('city') },
    ...{ address: text('address'), postal_code: text('postal_code') },
    ...(version === 1 ? { approx_employees: size } : { size, category: text('category') }),
    ...{ created_at: dateTime(createdAt), updated_at: dateTime(updatedAt) },
    phone_numbers: version === 2 && numbers.length === 0 ? null : numbers,
    ...(version === 1 ? { company_id: companyId } : { custom_id: companyId }),
    employees: shown.employees,
    ...(version === 1 && { attributes }),
    tags: tags.map((name) => ({ name, id: shown.tagIds.get(name) ?? 0 })),
  }
  if (version === 1) return object
  // Keys of the vendor's own come first, and win.
  for (const { name_std: key, value } of attributes) {
    if (!Object.hasOwn(object, String(key))) flat.set(String(key), value ?? null)
  }
  return { ...object, ...Object.fromEntries(flat) }
}

function customOf(
  company: StoredRecord,
  definitions: ReadonlyMap<string, Definition>,
): JsonObject[] {
  const { custom, setAt } = partsOf(company)
  return Object.keys(custom).flatMap((stored) => {
    const definition = definitions.get(definitionKey(stored, 'company').name)
    if (definition && (setAt[stored] ?? 0) <= definition.deletedAt) return []
    const value = custom[stored] ?? null
    const { id = 0, nameStd = stored, name = stored, description = '' } = definition ?? {}
    return [{ name_std: nameStd, name, value, id, description }]
  })
}
