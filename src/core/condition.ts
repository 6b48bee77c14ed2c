import { type Test, testValue, wantedBy } from './condition-operators.ts'
import type { Change } from './event.ts'
import { isObject, type JsonObject, type JsonValue, own } from './json.ts'
import type { Identifier } from './profile.ts'

/**
 * A test as data. A comparison names one root (`event`, `profile` or `record` with a name, dots
 * reaching into nested values; `changed` with a name; `tag` with a tag; `identifier` with a kind) and,
 * on a value, one operator.
 */
export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | Comparison

export interface Comparison extends Test {
  event?: string
  profile?: string
  /** A value of the record that the run is about. */
  record?: string
  /** Holds when the event changed it; with `from` and `to`, when it changed from and to that. */
  changed?: string
  from?: Test
  to?: Test
  /** Holds when the profile has the tag, or with `exists: false` when it has not. */
  tag?: string
  /** Holds when the profile has an identifier of the kind, or with `exists: false` has none. */
  identifier?: string
}

export interface ConditionInput {
  event: JsonObject
  /** Empty when there is no subject. */
  profile: JsonObject
  changes: readonly Change[]
  /** The profile's tags. A condition that asks for a tag needs them. */
  tags?: readonly string[]
  /** The profile's identifiers; none where they are left out. */
  identifiers?: readonly Pick<Identifier, 'kind'>[]
  /** What the record holds that the run is about; nothing where it is about none. */
  readonly record?: JsonObject
  /** Milliseconds UTC. A condition with `before` or `after` needs it. */
  now?: number
}

/** Why a condition did not hold: the first comparison that decided it, with both values. */
export interface Failure {
  /** The comparison as it stands in the rule. */
  comparison: Condition
  /** True when the comparison did hold, and a `not` round it wanted otherwise. */
  negated: boolean
  /** What was looked at: `profile.country`, `changed.email.to`, `tag.buyer`. */
  subject: string
  operator: string
  /** What was there, null when nothing was; for all but attributes, every name that was. */
  found: JsonValue
  /** What was asked for; a time relative to now as the instant it came to. */
  wanted: JsonValue
}

/** Whether a condition holds, without side effects. */
export function holds(condition: Condition, input: ConditionInput): boolean {
  if ('all' in condition) {
    for (const part of condition.all) if (!holds(part, input)) return false
    return true
  }
  if ('any' in condition) {
    for (const part of condition.any) if (holds(part, input)) return true
    return false
  }
  if ('not' in condition) return !holds(condition.not, input)
  return compare(condition, input)
}

/**
 * Evaluates a condition. Answers null when it holds, else why it does not, so that a person can be
 * told; nothing is made while it holds.
 */
export function firstFailure(condition: Condition, input: ConditionInput): Failure | null {
  return holds(condition, input) ? null : explain(condition, input, true)
}

/** Precondition: the condition holds exactly when it was not wanted to. */
function explain(condition: Condition, input: ConditionInput, wanted: boolean): Failure {
  if ('not' in condition) return explain(condition.not, input, !wanted)
  if ('all' in condition || 'any' in condition) {
    const parts = 'all' in condition ? condition.all : condition.any
    const guilty = parts.find((part) => holds(part, input) !== wanted)
    if (guilty) return explain(guilty, input, wanted)
    const operator = 'all' in condition ? 'all' : 'any'
    const none = { subject: '', found: null, wanted: null }
    return { comparison: condition, negated: !wanted, operator, ...none }
  }
  return { comparison: condition, negated: !wanted, ...looked(condition, input) }
}

function compare(comparison: Comparison, input: ConditionInput): boolean {
  const { changed, tag, identifier } = comparison
  if (changed !== undefined) {
    for (const change of input.changes) {
      if (change.name === changed && fits(comparison, change, input.now)) return true
    }
    return false
  }
  if (tag !== undefined) {
    return tagsOf(input).includes(tag) === (comparison.exists ?? true)
  }
  if (identifier !== undefined) {
    return kindsOf(input).includes(identifier) === (comparison.exists ?? true)
  }
  return testValue(comparison, lookUp(comparison, input), input.now)
}

function fits(comparison: Comparison, change: Change, now: number | undefined): boolean {
  const { from, to } = comparison
  if (from !== undefined && !testValue(from, change.from, now)) return false
  return to === undefined || testValue(to, change.to, now)
}

type Looked = Pick<Failure, 'subject' | 'operator' | 'found' | 'wanted'>

function looked(comparison: Comparison, input: ConditionInput): Looked {
  const { changed, tag, identifier } = comparison
  if (changed !== undefined) return lookedAtChange(comparison, changed, input)
  const wanted = comparison.exists ?? true
  if (tag !== undefined) {
    return { subject: `tag.${tag}`, operator: 'exists', found: [...tagsOf(input)], wanted }
  }
  if (identifier !== undefined) {
    const subject = `identifier.${identifier}`
    return { subject, operator: 'exists', found: kindsOf(input), wanted }
  }
  const root = rootOf(comparison)
  const subject = `${root}.${comparison[root] ?? ''}`
  return { subject, found: lookUp(comparison, input) ?? null, ...wantedBy(comparison, input.now) }
}

function lookedAtChange(comparison: Comparison, name: string, input: ConditionInput): Looked {
  const { from, to } = comparison
  const named = input.changes.filter((change) => change.name === name)
  const change = named.find((each) => fits(comparison, each, input.now)) ?? named[0]
  if (!change || (from === undefined && to === undefined)) {
    const found = [...new Set(input.changes.map((each) => each.name))]
    return { subject: `changed.${name}`, operator: 'changed', found, wanted: name }
  }
  if (from !== undefined && (to === undefined || !testValue(from, change.from, input.now))) {
    const subject = `changed.${name}.from`
    return { subject, found: change.from, ...wantedBy(from, input.now) }
  }
  return { subject: `changed.${name}.to`, found: change.to, ...wantedBy(to ?? {}, input.now) }
}

function lookUp(comparison: Comparison, input: ConditionInput): JsonValue | undefined {
  const root = rootOf(comparison)
  return reach(input[root] ?? {}, comparison[root] ?? '')
}

function rootOf({ event, record }: Comparison): 'event' | 'record' | 'profile' {
  if (event !== undefined) return 'event'
  return record === undefined ? 'profile' : 'record'
}

function tagsOf(input: ConditionInput): readonly string[] {
  if (!input.tags) throw new Error('A condition asks for a tag, but no tags were given.')
  return input.tags
}

function kindsOf({ identifiers = [] }: ConditionInput): string[] {
  return identifiers.map(({ kind }) => kind)
}

/**
 * The value a path names. A name with dots in it may itself be stored, so the whole name is tried
 * before its parts.
 */
export function reach(record: JsonObject, path: string): JsonValue | undefined {
  const whole = own(record, path)
  if (whole !== undefined || !path.includes('.')) return whole
  let value: JsonValue | undefined = record
  for (const part of path.split('.')) {
    if (!isObject(value)) return undefined
    value = own(value, part)
  }
  return value
}
