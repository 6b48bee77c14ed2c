import { patternOf } from './condition-pattern.ts'
import { instantOf, resolveInstant } from './instant.ts'
import { type JsonValue, sameJson } from './json.ts'

/**
 * One operator and what it asks for. Nothing is coerced: a number is compared with numbers and text
 * with text, and `"1"` is not `1`. A value of another kind than the operator is about does not
 * pass.
 */
export interface Test {
  /** The same JSON; what is absent counts as null. */
  is?: JsonValue
  is_not?: JsonValue
  /** The same JSON as one of these. */
  one_of?: JsonValue[]
  /** Text that holds this text, or a list that holds this value. */
  contains?: JsonValue
  starts_with?: string
  ends_with?: string
  /** A regular expression of RE2, found anywhere in the text; `(?i)` takes any case. */
  matches?: string
  greater?: number
  less?: number
  /** From the first number to the second, both included. */
  between?: [number, number]
  /** Whether there is anything but null. */
  exists?: boolean
  /** A date earlier than this: `now`, a duration from now such as `-P30D`, or a date. */
  before?: string | number
  after?: string | number
}

export const operators = [
  ...(['is', 'is_not', 'one_of', 'contains', 'starts_with', 'ends_with', 'matches'] as const),
  ...(['greater', 'less', 'between', 'exists', 'before', 'after'] as const),
] as const satisfies readonly (keyof Test)[]

export type Operator = (typeof operators)[number]

/** Whether a value passes. Pure; `now` is needed by `before` and `after`. */
export function testValue(
  test: Test,
  value: JsonValue | undefined,
  now: number | undefined,
): boolean {
  if (test.is !== undefined) return sameJson(value ?? null, test.is)
  if (test.is_not !== undefined) return !sameJson(value ?? null, test.is_not)
  if (test.exists !== undefined) return ((value ?? null) !== null) === test.exists
  if (test.one_of !== undefined) {
    for (const each of test.one_of) if (sameJson(value ?? null, each)) return true
    return false
  }
  if (typeof value === 'number' && testNumber(test, value)) return true
  if (typeof value === 'string' && testText(test, value)) return true
  if (test.contains !== undefined && Array.isArray(value)) {
    for (const entry of value) if (sameJson(entry, test.contains)) return true
    return false
  }
  if (test.before !== undefined || test.after !== undefined) return testInstant(test, value, now)
  return false
}

/** The operator of a test and what it asks for, in the form to show. */
export function wantedBy(
  test: Test,
  now: number | undefined,
): { operator: Operator; wanted: JsonValue } {
  const operator = operators.find((name) => test[name] !== undefined) ?? 'exists'
  const wanted = test[operator] ?? null
  if (operator !== 'before' && operator !== 'after') return { operator, wanted }
  const at = resolveInstant(wanted, now ?? 0)
  return { operator, wanted: at === null ? wanted : new Date(at).toISOString() }
}

function testNumber(test: Test, value: number): boolean {
  if (test.greater !== undefined) return value > test.greater
  if (test.less !== undefined) return value < test.less
  return test.between !== undefined && value >= test.between[0] && value <= test.between[1]
}

function testText(test: Test, value: string): boolean {
  if (test.contains !== undefined) {
    return typeof test.contains === 'string' && value.includes(test.contains)
  }
  if (test.starts_with !== undefined) return value.startsWith(test.starts_with)
  if (test.ends_with !== undefined) return value.endsWith(test.ends_with)
  return test.matches !== undefined && patternOf(test, test.matches).test(value)
}

function testInstant(test: Test, value: JsonValue | undefined, now: number | undefined): boolean {
  if (now === undefined) throw new Error('A condition compares with a time, but none was given.')
  const at = instantOf(value)
  const limit = resolveInstant(test.before ?? test.after, now)
  if (at === null || limit === null) return false
  return test.before !== undefined ? at < limit : at > limit
}
