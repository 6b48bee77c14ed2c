import Type from 'typebox'
import type { InternalActions } from './action.ts'
import { Fault } from './errors.ts'
import { eventTypePattern } from './event.ts'
import { type DataFault, explainErrors } from './explain-errors.ts'
import { isObject } from './json.ts'
import { limits } from './limits.ts'
import { assertAcceptable } from './normalise.ts'

type Path = readonly (string | number)[]

const closed = { additionalProperties: false }

const eventType = Type.String({
  // A vendor's free event name becomes `custom.` and the name verbatim, white space and all.
  pattern: `${eventTypePattern.source}|^custom\\..+$`,
  maxLength: limits.nameLengthMax,
  description: 'an event type such as user.update',
})

const ruleSchema = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
      maxLength: 64,
      description:
        'a name of up to 64 small letters and digits with dashes between, such as tag-buyers',
    }),
    on: Type.Array(eventType, { minItems: 1, description: 'a list of event types' }),
    when: Type.Optional(Type.Unknown()),
    steps: Type.Array(Type.Unknown(), { minItems: 1 }),
  },
  closed,
)

const stepSchema = Type.Object(
  {
    action: Type.String({ description: 'the name of an action' }),
    with: Type.Optional(Type.Unknown()),
  },
  closed,
)

const attributeName = Type.String({
  minLength: 1,
  maxLength: limits.stringLengthMax,
  description: "an attribute's name",
})
const parts = Type.Array(Type.Unknown(), { minItems: 1, description: 'a list of conditions' })

/** The ways to join conditions; each stands alone in its map. */
const joinSchemas = {
  all: Type.Object({ all: parts }, closed),
  any: Type.Object({ any: parts }, closed),
  not: Type.Object({ not: Type.Unknown() }, closed),
}

const comparisonSchema = Type.Object(
  {
    event: Type.Optional(attributeName),
    profile: Type.Optional(attributeName),
    changed: Type.Optional(attributeName),
    is: Type.Optional(Type.Unknown()),
    is_not: Type.Optional(Type.Unknown()),
    exists: Type.Optional(Type.Boolean({ description: 'true or false' })),
  },
  closed,
)

const roots = ['event', 'profile', 'changed'] as const
const operators = ['is', 'is_not', 'exists'] as const

/**
 * Everything that is wrong with a list of rules as a person wrote it; empty when it may be stored.
 * Paths begin at the list.
 */
export function checkRules(rules: unknown, actions: InternalActions): DataFault[] {
  if (!Array.isArray(rules)) return [{ path: [], message: 'Must be a list of rules.' }]
  if (rules.length > limits.rulesPerWorkspaceMax) {
    const most = limits.rulesPerWorkspaceMax
    return [{ path: [], message: `There are ${rules.length} rules; at most ${most} are allowed.` }]
  }
  const firstPlace = new Map<string, number>()
  return rules.flatMap((rule, index) => {
    const faults = checkRule(rule, [index], actions)
    const name = isObject(rule) && typeof rule.name === 'string' ? rule.name : null
    const first = name === null ? undefined : firstPlace.get(name)
    if (name !== null && first === undefined) firstPlace.set(name, index)
    if (first === undefined) return faults
    const message = `The name "${name}" is taken by rule ${first + 1} of the list.`
    return [...faults, { path: [index, 'name'], message }]
  })
}

function checkRule(rule: unknown, path: Path, actions: InternalActions): DataFault[] {
  const unacceptable = checkAcceptable(rule, path)
  if (unacceptable) return [unacceptable]
  const faults = explainErrors(ruleSchema, rule, path)
  if (!isObject(rule)) return faults
  if (Object.hasOwn(rule, 'when')) faults.push(...checkCondition(rule.when, [...path, 'when']))
  if (Array.isArray(rule.steps)) {
    for (const [index, step] of rule.steps.entries()) {
      faults.push(...checkStep(step, [...path, 'steps', index], actions))
    }
  }
  return faults
}

/** The normaliser in front of the store holds for what is in rules too. */
function checkAcceptable(rule: unknown, path: Path): DataFault | null {
  try {
    assertAcceptable(rule as Parameters<typeof assertAcceptable>[0])
    return null
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const [wrong] = error.fields
    if (wrong && isObject(rule) && Object.hasOwn(rule, wrong.field)) {
      return { path: [...path, wrong.field], message: `A value in it ${wrong.message}` }
    }
    return { path, message: error.message }
  }
}

function checkStep(step: unknown, path: Path, actions: InternalActions): DataFault[] {
  const later = isObject(step)
    ? ['wait', 'check'].find((key) => Object.hasOwn(step, key))
    : undefined
  if (later !== undefined) {
    const message = `Steps with "${later}" are not there yet; every step is an action.`
    return [{ path: [...path, later], message, ofName: true }]
  }
  const faults = explainErrors(stepSchema, step, path)
  if (!isObject(step) || typeof step.action !== 'string') return faults
  const action = actions.get(step.action)
  if (!action) {
    const unknown = { word: step.action, known: [...actions.keys()] }
    const message = `There is no action "${step.action}".`
    return [...faults, { path: [...path, 'action'], message, unknown }]
  }
  // Left out, `with` is no settings at all, which some actions are content with.
  const given = Object.hasOwn(step, 'with')
  const settings = given ? step.with : {}
  return [...faults, ...explainErrors(action.settings, settings, given ? [...path, 'with'] : path)]
}

function checkCondition(condition: unknown, path: Path): DataFault[] {
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

function checkComparison(comparison: { [name: string]: unknown }, path: Path): DataFault[] {
  const known = [...Object.keys(joinSchemas), ...Object.keys(comparisonSchema.properties)]
  const faults = explainErrors(comparisonSchema, comparison, path).map((fault) =>
    fault.unknown ? { ...fault, unknown: { word: fault.unknown.word, known } } : fault,
  )
  if (faults.length > 0) return faults
  const named = roots.filter((root) => Object.hasOwn(comparison, root))
  const used = operators.filter((operator) => Object.hasOwn(comparison, operator))
  if (named.length !== 1) {
    return [{ path, message: `Must name exactly one of ${list(roots)}${found(named)}.` }]
  }
  if (named[0] === 'changed') {
    if (used.length === 0) return []
    const message = `"changed" is the whole test; it takes no "${used[0]}".`
    return [{ path: [...path, used[0] ?? ''], message, ofName: true }]
  }
  if (used.length === 1) return []
  return [{ path, message: `Must have exactly one of ${list(operators)}${found(used)}.` }]
}

function list(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(', ')
}

function found(words: readonly string[]): string {
  return words.length === 0 ? '' : `, not ${list(words)}`
}
