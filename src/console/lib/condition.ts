import type { Json } from './rule-form.ts'

/* Conditions as a form takes them apart and puts them together; what they may be is in the docs. */

export type Join = 'all' | 'any' | 'none'

export interface Group {
  join: Join
  parts: Json[]
}

/** The condition as a group; null where it is none. */
export function groupOf(condition: Json): Group | null {
  for (const join of ['all', 'any'] as const) {
    if (Array.isArray(condition[join])) return { join, parts: condition[join].filter(isMap) }
  }
  if (!isMap(condition.not)) return null
  // That none of several holds is said as not any of them.
  const { any } = condition.not
  return { join: 'none', parts: Array.isArray(any) ? any.filter(isMap) : [condition.not] }
}

export function ofGroup({ join, parts }: Group): Json {
  if (join !== 'none') return { [join]: parts }
  return { not: parts.length === 1 ? parts[0] : { any: parts } }
}

/** Whatever it is, as a group. */
export function asGroup(condition: Json): Group {
  return groupOf(condition) ?? { join: 'all', parts: [condition] }
}

export const abouts = ['profile', 'event', 'record', 'changed', 'tag', 'identifier'] as const
export type About = (typeof abouts)[number]

export const operators = [
  ...['is', 'is_not', 'one_of', 'exists', 'contains', 'starts_with', 'ends_with', 'matches'],
  ...['greater', 'less', 'between', 'before', 'after'],
] as const
export type Operator = (typeof operators)[number]

/** One operator with what it compares with. */
export interface Test {
  operator: Operator
  value: unknown
}

/** The test in a map of operators; null where it holds none, or more than a form shows. */
export function testOf(map: Json): Test | null {
  const [found, ...more] = Object.keys(map)
  const operator = operators.find((word) => word === found)
  return operator !== undefined && more.length === 0 ? { operator, value: map[operator] } : null
}

export type Comparison =
  | { about: 'profile' | 'event' | 'record'; name: string; test: Test }
  | { about: 'changed'; name: string; from: Test | null; to: Test | null }
  | { about: 'tag' | 'identifier'; name: string; isThere: boolean }

/** The comparison taken apart; null for what a form has no fields for. */
export function comparisonOf(condition: Json): Comparison | null {
  const about = abouts.find((word) => typeof condition[word] === 'string')
  if (about === undefined) return null
  const { [about]: named, ...rest } = condition
  const name = String(named)
  if (about === 'tag' || about === 'identifier') {
    const { exists = true, ...more } = rest
    return Object.keys(more).length === 0 ? { about, name, isThere: exists !== false } : null
  }
  if (about === 'changed') {
    const { from, to, ...more } = rest
    const [before, after] = [from, to].map((map) => (isMap(map) ? testOf(map) : null))
    const isWhole = (map: unknown, test: unknown) => (map === undefined) === (test === null)
    if (Object.keys(more).length > 0 || !isWhole(from, before) || !isWhole(to, after)) return null
    return { about, name, from: before ?? null, to: after ?? null }
  }
  const test = testOf(rest)
  return test && { about, name, test }
}

export function ofComparison(comparison: Comparison): Json {
  const { about, name } = comparison
  if ('isThere' in comparison) {
    return comparison.isThere ? { [about]: name } : { [about]: name, exists: false }
  }
  if ('test' in comparison) return { [about]: name, ...ofTest(comparison.test) }
  const { from, to } = comparison
  return { changed: name, ...(from && { from: ofTest(from) }), ...(to && { to: ofTest(to) }) }
}

/** The same name, looked for elsewhere. */
export function aboutAnother(comparison: Comparison, about: About): Comparison {
  const { name } = comparison
  if (about === 'tag' || about === 'identifier') return { about, name, isThere: true }
  if (about === 'changed') return { about, name, from: null, to: null }
  const test = 'test' in comparison ? comparison.test : blankTest
  return { about, name, test }
}

export const blankTest: Test = { operator: 'is', value: '' }
export const blankComparison: Json = { profile: '', is: '' }

function ofTest({ operator, value }: Test): Json {
  return { [operator]: value }
}

export function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
