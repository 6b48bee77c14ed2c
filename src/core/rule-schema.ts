import Type from 'typebox'
import { Fault } from './errors.ts'
import { eventTypePattern } from './event.ts'
import { type DataFault, explainErrors } from './explain-errors.ts'
import { isObject } from './json.ts'
import { limits } from './limits.ts'
import { assertAcceptable } from './normalise.ts'
import { checkCondition, type Path } from './rule-schema-conditions.ts'
import {
  type ActionSettings,
  checkSteps,
  countSteps,
  type FollowUpGrammar,
  hasWait,
} from './rule-schema-steps.ts'

const closed = { additionalProperties: false }

// A vendor's free event name becomes `custom.` and the name verbatim, white space and all.
const exactType = `${eventTypePattern.source}|^custom\\..+$`

export const trigger = Type.String({
  pattern: `${exactType}|^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*\\.\\*$`,
  maxLength: limits.nameLengthMax,
  description: 'an event type such as user.update, or user.* for all of a group',
})

/** The form of the names of rules and destinations. */
export const plainName = {
  pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
  maxLength: 64,
  description:
    'a name of up to 64 small letters and digits with dashes between, such as tag-buyers',
}

const sourceNames = Type.Array(Type.String({ description: 'the name of a source' }), {
  minItems: 1,
  description: 'a list of sources',
})

const steps = Type.Array(Type.Unknown(), { minItems: 1 })

const triggers = Type.Array(trigger, { minItems: 1, description: 'a list of event types' })

const ruleSchema = Type.Object(
  {
    name: Type.String(plainName),
    on: triggers,
    sources: Type.Optional(Type.Unknown()),
    when: Type.Optional(Type.Unknown()),
    steps,
    cancel_when: Type.Optional(
      Type.Object({ on: triggers, when: Type.Optional(Type.Unknown()) }, closed),
    ),
    per_minute: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 10_000, description: 'a whole number from 1 to 10000' }),
    ),
  },
  closed,
)

const sourcesSchema = Type.Object(
  { only: Type.Optional(sourceNames), not: Type.Optional(sourceNames) },
  closed,
)

/**
 * Everything that is wrong with a list of rules as a person wrote it; empty when it may be stored.
 * Paths begin at the list.
 */
export function checkRules(
  rules: unknown,
  actions: ActionSettings,
  followUps: FollowUpGrammar,
): DataFault[] {
  if (!Array.isArray(rules)) return [{ path: [], message: 'Must be a list of rules.' }]
  if (rules.length > limits.rulesPerWorkspaceMax) {
    const most = limits.rulesPerWorkspaceMax
    return [{ path: [], message: `There are ${rules.length} rules; at most ${most} are allowed.` }]
  }
  const faults = rules.flatMap((rule, index) => checkRule(rule, [index], actions, followUps))
  return [...faults, ...checkNames(rules, 'rule')]
}

/** Names that stand twice in a list, at their later places. */
export function checkNames(entries: readonly unknown[], noun: string): DataFault[] {
  const firstPlace = new Map<string, number>()
  return entries.flatMap((entry, index) => {
    const name = isObject(entry) && typeof entry.name === 'string' ? entry.name : null
    if (name === null) return []
    const first = firstPlace.get(name)
    if (first === undefined) firstPlace.set(name, index)
    if (first === undefined) return []
    const message = `The name "${name}" is taken by ${noun} ${first + 1} of the list.`
    return [{ path: [index, 'name'], message }]
  })
}

/** The normaliser in front of the store holds for what is in rules too. */
export function checkAcceptable(entry: unknown, path: Path): DataFault | null {
  try {
    assertAcceptable(entry as Parameters<typeof assertAcceptable>[0])
    return null
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const [wrong] = error.fields
    if (wrong && isObject(entry) && Object.hasOwn(entry, wrong.field)) {
      return { path: [...path, wrong.field], message: `A value in it ${wrong.message}` }
    }
    return { path, message: error.message }
  }
}

function checkRule(
  rule: unknown,
  path: Path,
  actions: ActionSettings,
  followUps: FollowUpGrammar,
): DataFault[] {
  const unacceptable = checkAcceptable(rule, path)
  if (unacceptable) return [unacceptable]
  const faults = explainErrors(ruleSchema, rule, path)
  if (!isObject(rule)) return faults
  if (Object.hasOwn(rule, 'when')) {
    faults.push(...checkCondition(rule.when, [...path, 'when']))
  }
  if (Array.isArray(rule.steps)) {
    const at = [...path, 'steps']
    faults.push(...checkSteps(rule.steps, at, actions, followUps))
    const count = countSteps(rule.steps)
    if (count > limits.stepsPerRuleMax) {
      const message = `The rule has ${count} steps; at most ${limits.stepsPerRuleMax} are allowed.`
      faults.push({ path: at, message })
    }
  }
  if (Object.hasOwn(rule, 'sources')) {
    faults.push(...checkSources(rule.sources, [...path, 'sources'], followUps.sources))
  }
  if (isObject(rule.cancel_when) && Object.hasOwn(rule.cancel_when, 'when')) {
    faults.push(...checkCondition(rule.cancel_when.when, [...path, 'cancel_when', 'when']))
  }
  if (isObject(rule.cancel_when) && Array.isArray(rule.steps) && !hasWait(rule.steps)) {
    const message = 'There is nothing to cancel: none of the steps waits.'
    faults.push({ path: [...path, 'cancel_when'], message })
  }
  return faults
}

function checkSources(sources: unknown, path: Path, known: readonly string[]): DataFault[] {
  const faults = explainErrors(sourcesSchema, sources, path)
  if (faults.length > 0 || !isObject(sources)) return faults
  const [choice, ...more] = Object.keys(sources)
  if (choice === undefined || more.length > 0) {
    return [{ path, message: 'Must have exactly one of "only", "not".' }]
  }
  const names = Array.isArray(sources[choice]) ? sources[choice] : []
  return names.flatMap((name, index) => {
    const word = String(name)
    if (word === 'rule' || known.includes(word)) return []
    if (
      new RegExp(plainName.pattern).test(word.replace(/^rule:/, '')) &&
      word.startsWith('rule:')
    ) {
      return []
    }
    const message = `There is no source "${word}".`
    const unknown = { word, known: [...known, 'rule'] }
    return [{ path: [...path, choice, index], message, unknown }]
  })
}
