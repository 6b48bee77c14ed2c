import type { StandardAttribute } from '../../core/attributes.ts'
import type { JsonObject } from '../../core/json.ts'

/** Copernica's named event parameters and what Roster calls them. Every other name is kept. */
export const fields: ReadonlyMap<string, StandardAttribute> = new Map([
  ['email', 'email'],
  ['firstname', 'first_name'],
  // The vendor's word for the Dutch infix, as in "van der"; not for what follows a name.
  ['suffix', 'name_infix'],
  ['lastname', 'last_name'],
])

/** The spelling that stands for an attribute, where it differs from the attribute's own name. */
const spellings: ReadonlyMap<string, string> = new Map(
  [...fields].filter(([field, name]) => field !== name).map(([field, name]) => [name, field]),
)

/**
 * Names the parameters of an event as Roster does; values stay as they came. An API token in the
 * body is left out (wire notes, open point 4). Where a caller sends both the vendor's spelling and
 * ours (`firstname` and `first_name`), the vendor's is the one that counts.
 */
export function toAttributes(parameters: JsonObject): JsonObject {
  const attributes: JsonObject = {}
  for (const name of Object.keys(parameters)) {
    if (name === 'access_token') continue
    const spelling = spellings.get(name)
    if (spelling !== undefined && Object.hasOwn(parameters, spelling)) continue
    attributes[fields.get(name) ?? name] = parameters[name] ?? null
  }
  return attributes
}

/** Standard attributes that a field of the same name, in any case, stands for as well. */
const shared: ReadonlySet<string> = new Set<StandardAttribute>([
  ...(['name', 'phone', 'landline_phone', 'gender', 'language'] as const),
  ...(['country', 'region', 'city', 'timezone'] as const),
])

/** The standard attribute that a name of the vendor's clients means; null for any other name. */
export function standardName(name: string): string | null {
  const lower = name.toLowerCase()
  return fields.get(lower) ?? (shared.has(lower) ? lower : null)
}
