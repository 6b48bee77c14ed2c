import { Fault, type FieldFault } from '../../core/errors.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { email, integerOrNothing, type ReadValue, readText, text } from './coerce.ts'
import { typeName } from './user-body.ts'
import type { Version } from './version.ts'

/** What the body of a company asks for. */
export interface CompanyBody {
  /** The customer's own id; undefined where the body has none, or an empty one. */
  companyId: string | undefined
  /** Columns of the vendor's own, under Roster's name where the versions differ. */
  set: JsonObject
  custom: [name: string, value: JsonValue][]
  tags: string[]
}

/** Columns of a company, with the name of the second version where it has another. */
export const companyFields: ReadonlyMap<string, ReadValue> = new Map([
  ['name', text(255)],
  ['description', text(limits.stringLengthMax)],
  ['email', email(254)],
  ['country', text(limits.stringLengthMax)],
  ['region', text(limits.stringLengthMax)],
  ['city', text(limits.stringLengthMax)],
  ['address', text(limits.stringLengthMax)],
  ['postal_code', text(64)],
  ['approx_employees', integerOrNothing],
  ['category', text(255)],
])

/** Shown and not written; some are what a user's body is about. */
export const companyReadOnly = new Set([
  ...['id', 'created_at', 'updated_at', 'employees', 'attributes', 'company_id', 'custom_id'],
  ...['tags', 'phone_numbers', 'size', 'members'],
])

/**
 * Reads the body of a company, all faults at once. An unknown key is a custom attribute.
 *
 * @throws Fault `invalid_field`
 */
export function readCompanyBody(body: JsonObject, version: Version): CompanyBody {
  const faults: FieldFault[] = []
  const read: CompanyBody = { companyId: undefined, set: {}, custom: [], tags: [] }
  for (const name of Object.keys(body)) {
    const value = body[name] ?? null
    const column = name === 'size' ? 'approx_employees' : name
    const field = companyFields.get(column)
    if (field) {
      const kept = field(value, name, faults)
      if (kept !== undefined) read.set[column] = kept
    } else if (name === 'phone_numbers') read.set[name] = readTexts(value, name, faults)
    else if (name === 'tags') read.tags = readTexts(value, name, faults)
    else if (!companyReadOnly.has(name)) read.custom.push([name, value])
  }
  const names = version === 2 ? ['custom_id', 'company_id'] : ['company_id', 'custom_id']
  for (const name of names) {
    const kept = readText(own(body, name) ?? null, name, faults, limits.identifierLengthMax)
    read.companyId ??= kept ?? undefined
  }
  if (read.set.name === null)
    faults.push({ field: 'name', message: 'This field may not be blank.' })
  if (faults.length > 0) throw new Fault('invalid_field', { fields: faults })
  return read
}

const textsMax = 500

function readTexts(value: JsonValue, field: string, faults: FieldFault[]): string[] {
  if (value === null) return []
  const list = typeof value === 'string' ? [value] : value
  if (!Array.isArray(list)) {
    const message = `Expected a list of items but got type "${typeName(value)}".`
    faults.push({ field, message })
    return []
  }
  if (list.length > textsMax) {
    faults.push({ field, message: `Ensure this field has no more than ${textsMax} elements.` })
    return []
  }
  const read = list.map((entry) => {
    const name = isObject(entry) ? (own(entry, 'name') ?? entry) : entry
    return readText(name, field, faults, limits.nameLengthMax)
  })
  return [...new Set(read.filter((entry) => typeof entry === 'string'))]
}
