/** What every edge of Roster exchanges: plain JSON, checked once by `normalise`. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject

export interface JsonObject {
  [name: string]: JsonValue
}

/**
 * Reads a name that a caller chose. A plain index would answer `constructor` with a function of
 * the language, and `constructor` is an ordinary attribute name here.
 */
export function own<T>(record: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

/** True for `{...}`, false for null, lists and scalars. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Equality of two JSON values; the order of keys does not matter, the order of lists does. */
export function sameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((value, index) => sameJson(value, b[index]))
  }
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  return names.every((name) => Object.hasOwn(b, name) && sameJson(a[name], b[name]))
}

/** An object with others of its values; null takes a name out. */
export function merged(body: JsonObject, set: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries({ ...body, ...set }).filter(([, value]) => value !== null),
  )
}
