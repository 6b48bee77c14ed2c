import type { Change } from './event.ts'
import { isObject, type JsonObject, type JsonValue, own, sameJson } from './json.ts'

/**
 * A test as data. A comparison names one root (`event`, `profile` or `changed`) with the
 * attribute's name, dots reaching into nested values, and one operator.
 */
export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | Comparison

export interface Comparison {
  event?: string
  profile?: string
  changed?: string
  is?: JsonValue
  is_not?: JsonValue
  exists?: boolean
}

export interface ConditionInput {
  event: JsonObject
  /** Empty when there is no subject. */
  profile: JsonObject
  changes: readonly Change[]
}

/**
 * Evaluates a condition without side effects. Answers null when it holds, else the first comparison
 * that made it fail, so that a person can be told why.
 */
export function firstFailure(condition: Condition, input: ConditionInput): Condition | null {
  if ('all' in condition) {
    for (const part of condition.all) {
      const failed = firstFailure(part, input)
      if (failed) return failed
    }
    return null
  }
  if ('any' in condition) {
    let first: Condition | null = null
    for (const part of condition.any) {
      const failed = firstFailure(part, input)
      if (!failed) return null
      first ??= failed
    }
    return first ?? condition
  }
  if ('not' in condition) return firstFailure(condition.not, input) ? null : condition
  return compare(condition, input) ? null : condition
}

function compare(comparison: Comparison, input: ConditionInput): boolean {
  if (comparison.changed !== undefined) {
    return input.changes.some((change) => change.name === comparison.changed)
  }
  const value =
    comparison.event !== undefined
      ? reach(input.event, comparison.event)
      : reach(input.profile, comparison.profile ?? '')
  if (comparison.exists !== undefined) return ((value ?? null) !== null) === comparison.exists
  if ('is' in comparison) return sameJson(value ?? null, comparison.is)
  return !sameJson(value ?? null, comparison.is_not)
}

/** A name with dots in it may itself be stored, so the whole name is tried before its parts. */
function reach(record: JsonObject, path: string): JsonValue | undefined {
  const whole = own(record, path)
  if (whole !== undefined || !path.includes('.')) return whole
  let value: JsonValue | undefined = record
  for (const part of path.split('.')) {
    if (!isObject(value)) return undefined
    value = own(value, part)
  }
  return value
}
