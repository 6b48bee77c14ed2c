import Type from 'typebox'
import { operators } from './condition-operators.ts'
import { compilePattern } from './condition-pattern.ts'
import { type DataFault, explainErrors } from './explain-errors.ts'
import { resolveInstant } from './instant.ts'
import { isObject, type JsonValue } from './json.ts'
import { limits } from './limits.ts'

export type Path = readonly (string | number)[]

const closed = { additionalProperties: false }

export const attributeName = Type.String({
  minLength: 1,
  maxLength: limits.stringLengthMax,
  description: "an attribute's name",
})

const text = Type.String({ minLength: 1, description: 'text' })
const number = Type.Number({ description: 'a number' })
const instantWords = 'now, a duration from now such as -P30D, or a date such as 2026-11-22'
const instant = Type.Union([Type.String(), Type.Number()], { description: instantWords })

/** What each operator takes. */
export const operatorSchemas = {
  is: Type.Unknown(),
  is_not: Type.Unknown(),
  one_of: Type.Array(Type.Unknown(), { minItems: 1, description: 'a list of values' }),
  contains: Type.Unknown(),
  starts_with: text,
  ends_with: text,
  matches: text,
  greater: number,
  less: number,
  between: Type.Tuple([number, number], { description: 'two numbers, such as [18, 65]' }),
  exists: Type.Boolean({ description: 'true or false' }),
  before: instant,
  after: instant,
}

const testSchema = Type.Object(
  Object.fromEntries(operators.map((name) => [name, Type.Optional(operatorSchemas[name])])),
  closed,
)

const comparisonSchema = Type.Object(
  {
    event: Type.Optional(attributeName),
    profile: Type.Optional(attributeName),
    record: Type.Optional(attributeName),
    changed: Type.Optional(attributeName),
    tag: Type.Optional(Type.String({ minLength: 1, description: 'a tag' })),
    identifier: Type.Optional(
      Type.String({ minLength: 1, description: 'a kind of identifier such as user_id' }),
    ),
    ...testSchema.properties,
    from: Type.Optional(Type.Unknown()),
    to: Type.Optional(Type.Unknown()),
  },
  closed,
)

const parts = Type.Array(Type.Unknown(), { minItems: 1, description: 'a list of conditions' })

/** The ways to join conditions; each stands alone in its map. */
const joinSchemas = {
  all: Type.Object({ all: parts }, closed),
  any: Type.Object({ any: parts }, closed),
  not: Type.Object({ not: Type.Unknown() }, closed),
}

const roots = ['event', 'profile', 'record', 'changed', 'tag', 'identifier'] as const

/** Everything that is wrong with a condition as a person wrote it. */
export function checkCondition(condition: unknown, path: Path): DataFault[] {
  if (!isObject(condition))
    return [{ path, message: 'Must be a map such as { profile: country, is: NL }.' }]
  for (const [join, schema] of Object.entries(joinSchemas)) {
    if (!Object.hasOwn(condition, join)) continue
    const inner = condition[join]
    const faults = explainErrors(schema, condition, path).map((fault) =>
      fault.unknown ? alone(fault, join) : fault,
    )
    const list = Array.isArray(inner) ? inner : []
    const below = list.flatMap((part, index) => checkCondition(part, [...path, join, index]))
    if (join === 'not') below.push(...checkCondition(inner, [...path, join]))
    return [...faults, ...below]
  }
  return checkComparison(condition, path)
}

function alone(fault: DataFault, join: string): DataFault {
  const message = `"${join}" stands alone in its map, without "${fault.unknown?.word}".`
  return { path: fault.path, message, ofName: true }
}

type Given = { [name: string]: unknown }

function checkComparison(comparison: Given, path: Path): DataFault[] {
  const known = [...Object.keys(joinSchemas), ...Object.keys(comparisonSchema.properties)]
  const faults = explainErrors(comparisonSchema, comparison, path).map((fault) =>
    fault.unknown ? { ...fault, unknown: { word: fault.unknown.word, known } } : fault,
  )
  if (faults.length > 0) return faults
  const named = roots.filter((root) => Object.hasOwn(comparison, root))
  if (named.length !== 1) {
    return [{ path, message: `Must name exactly one of ${list(roots)}${found(named)}.` }]
  }
  const used = operators.filter((operator) => Object.hasOwn(comparison, operator))
  switch (named[0]) {
    case 'changed':
      return checkChanged(comparison, used, path)
    case 'tag':
    case 'identifier':
      return checkPresence(named[0], comparison, used, path)
    default: {
      const misplaced = (['from', 'to'] as const).find((key) => Object.hasOwn(comparison, key))
      if (misplaced) return [notHere(path, misplaced, '"from" and "to" go with "changed".')]
      return checkTest(comparison, path)
    }
  }
}

function checkChanged(comparison: Given, used: string[], path: Path): DataFault[] {
  const [operator] = used
  if (operator !== undefined) {
    const message = `"changed" takes "from" and "to", with an operator in each, not "${operator}".`
    return [notHere(path, operator, message)]
  }
  return (['from', 'to'] as const).flatMap((side) => {
    if (!Object.hasOwn(comparison, side)) return []
    const given = comparison[side]
    const at = [...path, side]
    if (!isObject(given)) return [{ path: at, message: 'Must be a map such as { is: NL }.' }]
    const faults = explainErrors(testSchema, given, at)
    return faults.length > 0 ? faults : checkTest(given, at)
  })
}

function checkPresence(
  root: 'tag' | 'identifier',
  comparison: Given,
  used: string[],
  path: Path,
): DataFault[] {
  const other = Object.keys(comparison).find((key) => key !== root && key !== 'exists')
  if (other === undefined) return []
  const message = `"${root}" is the whole test; it takes "exists" and no "${used[0] ?? other}".`
  return [notHere(path, other, message)]
}

/** Exactly one operator, and one that can be used. */
function checkTest(test: Given, path: Path): DataFault[] {
  const used = operators.filter((operator) => Object.hasOwn(test, operator))
  const [operator] = used
  if (used.length !== 1 || operator === undefined) {
    return [{ path, message: `Must have exactly one of ${list(operators)}${found(used)}.` }]
  }
  const wanted = test[operator]
  const at = [...path, operator]
  if (operator === 'matches') {
    const pattern = compilePattern(String(wanted))
    return 'wrong' in pattern ? [{ path: at, message: pattern.wrong }] : []
  }
  if (operator === 'between' && Array.isArray(wanted) && Number(wanted[0]) > Number(wanted[1])) {
    return [{ path: at, message: 'Nothing lies between these; the lower number comes first.' }]
  }
  if (operator === 'before' || operator === 'after') {
    const wrong = resolveInstant(wanted as JsonValue, 0) === null
    return wrong ? [{ path: at, message: `Must be ${instantWords}.` }] : []
  }
  return []
}

function notHere(path: Path, name: string, message: string): DataFault {
  return { path: [...path, name], message, ofName: true }
}

export function list(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(', ')
}

function found(words: readonly string[]): string {
  return words.length === 0 ? '' : `, not ${list(words)}`
}
