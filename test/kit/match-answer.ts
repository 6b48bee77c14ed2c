import { isObject, type JsonValue } from '../../src/core/json.ts'

const matchers: { [name: string]: (value: JsonValue | undefined) => boolean } = {
  '<int>': (value) => Number.isSafeInteger(value),
  '<number>': (value) => typeof value === 'number',
  '<text>': (value) => typeof value === 'string' && value !== '',
  '<datetime>': (value) =>
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/.test(value),
  '<hex20>': (value) => typeof value === 'string' && /^[0-9a-f]{20}$/.test(value),
  '<any>': (value) => value !== undefined,
}

/**
 * Compares JSON with what a case expects, matchers included. Answers null when it fits, else a
 * sentence that says where it does not. With `exact` no key may be there that is not expected.
 */
export function mismatch(
  expected: JsonValue,
  actual: JsonValue | undefined,
  exact: boolean,
  where = 'body',
): string | null {
  if (typeof expected === 'string' && Object.hasOwn(matchers, expected)) {
    return matchers[expected]?.(actual) ? null : `${where}: ${show(actual)} is not ${expected}`
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return `${where}: expected a list, got ${show(actual)}`
    if (actual.length !== expected.length) {
      return `${where}: expected ${expected.length} entries, got ${show(actual)}`
    }
    return firstOf(
      expected.map((entry, i) => () => mismatch(entry, actual[i], exact, `${where}[${i}]`)),
    )
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return `${where}: expected an object, got ${show(actual)}`
    const extra = Object.keys(actual).filter((name) => !Object.hasOwn(expected, name))
    if (exact && extra.length > 0) return `${where}: has also ${extra.join(', ')}`
    return firstOf(
      Object.keys(expected).map((name) => () => {
        const value = Object.hasOwn(actual, name) ? actual[name] : undefined
        return mismatch(expected[name] ?? null, value, exact, `${where}.${name}`)
      }),
    )
  }
  return Object.is(expected, actual)
    ? null
    : `${where}: expected ${show(expected)}, got ${show(actual)}`
}

function firstOf(checks: (() => string | null)[]): string | null {
  for (const check of checks) {
    const found = check()
    if (found) return found
  }
  return null
}

function show(value: JsonValue | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}
