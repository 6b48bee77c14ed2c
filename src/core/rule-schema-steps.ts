import Type from 'typebox'
import type { Action } from './action.ts'
import { fixedMs, parseDuration, parseSignedDuration } from './duration.ts'
import { type DataFault, explainErrors } from './explain-errors.ts'
import { instantOf } from './instant.ts'
import { isObject } from './json.ts'
import { limits } from './limits.ts'
import { isZone } from './quiet-hours.ts'
import { attributeName, checkCondition, list, type Path } from './rule-schema-conditions.ts'
import { stepKinds } from './step.ts'
import type { Templates } from './template.ts'

/** What a step may name: the type of every action, with the schema of its settings. */
export type ActionSettings = ReadonlyMap<string, Pick<Action, 'type' | 'settings'>>

/** What rules may name once follow-ups run. */
export interface FollowUpGrammar {
  /** Names of destinations, of the file and of elsewhere; null where they are not known. */
  destinations: readonly string[] | null
  /** Where events come from: the ids of dialects, and `cli`. */
  sources: readonly string[]
  templates: Pick<Templates, 'check'>
}

const closed = { additionalProperties: false }

const actionSchema = Type.Object(
  {
    action: Type.String({ description: 'the name of an action' }),
    with: Type.Optional(Type.Unknown()),
  },
  closed,
)
const waitSchema = Type.Object({ wait: Type.Unknown() }, closed)
const checkSchema = Type.Object(
  { check: Type.Unknown(), otherwise: Type.Optional(Type.Array(Type.Unknown(), { minItems: 1 })) },
  closed,
)
const stopSchema = Type.Object({ stop: Type.Literal(true) }, closed)

const untilSchema = Type.Object({ until: Type.Unknown() }, closed)
const attributeTimeSchema = Type.Object(
  {
    event: Type.Optional(attributeName),
    profile: Type.Optional(attributeName),
    plus: Type.Optional(Type.String({ description: 'a duration such as -P3D' })),
  },
  closed,
)
const clock = Type.String({
  pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
  description: 'a time of the day such as "21:00"',
})
const hoursSchema = Type.Object(
  {
    quiet_hours: Type.Object({ from: clock, to: clock, zone: Type.Unknown() }, closed),
  },
  closed,
)
const attributeZoneSchema = Type.Object(
  {
    profile: attributeName,
    default: Type.String({ description: 'a time zone such as Europe/Amsterdam' }),
  },
  closed,
)

/** Everything that is wrong with a list of steps. */
export function checkSteps(
  steps: readonly unknown[],
  path: Path,
  actions: ActionSettings,
  followUps: FollowUpGrammar,
  depth = 0,
): DataFault[] {
  return steps.flatMap((step, index) => {
    const at = [...path, index]
    const faults = checkStep(step, at, actions, followUps, depth)
    if (!isObject(step) || step.stop !== true || index === steps.length - 1) return faults
    return [...faults, { path: [...path, index + 1], message: 'Nothing runs after "stop".' }]
  })
}

/** Steps of all lists of a rule together. */
export function countSteps(steps: readonly unknown[]): number {
  return steps.reduce<number>((count, step) => {
    const inner = isObject(step) && Array.isArray(step.otherwise) ? step.otherwise : []
    return count + 1 + countSteps(inner)
  }, 0)
}

/** Whether any of the steps waits, in whatever list. */
export function hasWait(steps: readonly unknown[]): boolean {
  return steps.some((step) => {
    if (!isObject(step)) return false
    const inner = Array.isArray(step.otherwise) ? step.otherwise : []
    return Object.hasOwn(step, 'wait') || hasWait(inner)
  })
}

function checkStep(
  step: unknown,
  path: Path,
  actions: ActionSettings,
  followUps: FollowUpGrammar,
  depth: number,
): DataFault[] {
  if (!isObject(step)) return [{ path, message: 'Must be a map such as { wait: PT10M }.' }]
  const kinds = stepKinds.filter((kind) => Object.hasOwn(step, kind))
  const [first] = Object.keys(step)
  if (kinds.length === 0 && first !== undefined) {
    const unknown = { word: first, known: [...stepKinds] }
    const message = `"${first}" is not known here.`
    return [{ path: [...path, first], message, ofName: true, unknown }]
  }
  if (kinds.length !== 1) return [{ path, message: `Must be exactly one of ${list(stepKinds)}.` }]
  switch (kinds[0]) {
    case 'wait': {
      const faults = explainErrors(waitSchema, step, path)
      return [...faults, ...checkWait(step.wait, [...path, 'wait'])]
    }
    case 'check': {
      const faults = explainErrors(checkSchema, step, path)
      faults.push(...checkCondition(step.check, [...path, 'check']))
      if (!Array.isArray(step.otherwise)) return faults
      const at = [...path, 'otherwise']
      if (depth >= limits.otherwiseDepthMax) {
        return [...faults, { path: at, message: 'Too many "otherwise" lie in one another.' }]
      }
      return [...faults, ...checkSteps(step.otherwise, at, actions, followUps, depth + 1)]
    }
    case 'stop':
      return explainErrors(stopSchema, step, path)
    default:
      return checkAction(step, path, actions, followUps)
  }
}

function checkAction(
  step: unknown,
  path: Path,
  actions: ActionSettings,
  followUps: FollowUpGrammar,
): DataFault[] {
  const faults = explainErrors(actionSchema, step, path)
  if (!isObject(step) || typeof step.action !== 'string') return faults
  const action = actions.get(step.action)
  if (!action) {
    const unknown = { word: step.action, known: [...actions.keys()] }
    const message = `There is no action "${step.action}".`
    return [...faults, { path: [...path, 'action'], message, unknown }]
  }
  // Left out, `with` is no settings at all, which some actions are content with.
  const isGiven = Object.hasOwn(step, 'with')
  const strays = strayNames(step, action.settings)
  const given = isGiven ? step.with : {}
  // What stands beside `with` is checked as if it stood in it, so that it is complained of once.
  const settings = isObject(given) ? { ...pick(step, strays), ...given } : given
  const at = [...path, 'with']
  return [
    ...faults.filter(({ path: of }) => !strays.includes(String(of.at(-1)))),
    ...strays.map((name) => strayFault(path, name, step.action as string)),
    ...explainErrors(action.settings, settings, isGiven ? at : path),
    ...checkDestinationName(action.settings, settings, at, followUps),
    ...checkTemplates(settings, at, followUps.templates),
  ]
}

/** Names in a step that are settings of its action, and so belong under `with`. */
function strayNames(step: object, schema: { [name: string]: unknown }): string[] {
  const settings = isObject(schema.properties) ? schema.properties : {}
  return Object.keys(step).filter(
    (name) => !Object.hasOwn(actionSchema.properties, name) && Object.hasOwn(settings, name),
  )
}

function strayFault(path: Path, name: string, action: string): DataFault {
  const message = `"${name}" belongs under "with": { action: ${action}, with: { ${name}: ... } }.`
  return { path: [...path, name], message, ofName: true }
}

function pick(from: { [name: string]: unknown }, names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, from[name]]))
}

/** An action that has a setting of that name sends to a destination. */
function checkDestinationName(
  schema: { [name: string]: unknown },
  settings: unknown,
  path: Path,
  { destinations }: FollowUpGrammar,
): DataFault[] {
  const properties = isObject(schema.properties) ? schema.properties : {}
  if (!Object.hasOwn(properties, 'destination') || !isObject(settings)) return []
  const named = settings.destination
  if (typeof named !== 'string' || !destinations || destinations.includes(named)) return []
  const unknown = { word: named, known: destinations }
  const message = `There is no destination "${named}".`
  return [{ path: [...path, 'destination'], message, unknown }]
}

/** Every text in the settings of a step is a template. */
function checkTemplates(
  value: unknown,
  path: Path,
  templates: Pick<Templates, 'check'>,
): DataFault[] {
  if (typeof value === 'string') {
    if (!/\{[{%]/.test(value)) return []
    return templates.check(value).map(({ message, line, column }) => {
      return { path, message: `Template, line ${line}, column ${column}: ${message}` }
    })
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    const place = Array.isArray(value) ? Number(name) : name
    return checkTemplates(inner, [...path, place], templates)
  })
}

const waitWords = 'a duration such as PT10M, or a map with "until" or "quiet_hours"'

function checkWait(wait: unknown, path: Path): DataFault[] {
  if (typeof wait === 'string') return checkWaitDuration(wait, path)
  if (!isObject(wait)) return [{ path, message: `Must be ${waitWords}.` }]
  if (Object.hasOwn(wait, 'until')) {
    const faults = explainErrors(untilSchema, wait, path)
    return [...faults, ...checkUntil(wait.until, [...path, 'until'])]
  }
  if (Object.hasOwn(wait, 'quiet_hours')) {
    const faults = explainErrors(hoursSchema, wait, path)
    if (!isObject(wait.quiet_hours)) return faults
    const { from, to, zone } = wait.quiet_hours
    const at = [...path, 'quiet_hours']
    if (faults.length === 0 && from === to) {
      faults.push({ path: at, message: 'From a time to itself nothing is quiet.' })
    }
    return [...faults, ...(zone === undefined ? [] : checkZone(zone, [...at, 'zone']))]
  }
  const [word] = Object.keys(wait)
  if (word === undefined) return [{ path, message: `Must be ${waitWords}.` }]
  const unknown = { word, known: ['until', 'quiet_hours'] }
  return [{ path: [...path, word], message: `"${word}" is not known here.`, ofName: true, unknown }]
}

function checkWaitDuration(text: string, path: Path): DataFault[] {
  const duration = parseDuration(text)
  if (!duration) return [{ path, message: `Must be ${waitWords}.` }]
  const days = duration.years * 366 + duration.months * 31 + duration.days
  if (days + duration.ms / 86_400_000 > limits.waitDaysMax) {
    return [{ path, message: `A step waits at most ${limits.waitDaysMax} days.` }]
  }
  return fixedMs(duration) === 0 ? [{ path, message: 'Waits for no time at all.' }] : []
}

function checkUntil(until: unknown, path: Path): DataFault[] {
  if (typeof until === 'string') {
    if (instantOf(until) !== null) return []
    return [{ path, message: 'Must be a date such as 2026-12-01T09:00:00Z, or an attribute.' }]
  }
  const faults = explainErrors(attributeTimeSchema, until, path)
  if (faults.length > 0 || !isObject(until)) return faults
  if (Object.hasOwn(until, 'event') === Object.hasOwn(until, 'profile')) {
    return [{ path, message: 'Must name exactly one of "event", "profile".' }]
  }
  if (typeof until.plus !== 'string' || parseSignedDuration(until.plus)) return []
  return [{ path: [...path, 'plus'], message: 'Must be a duration such as -P3D.' }]
}

function checkZone(zone: unknown, path: Path): DataFault[] {
  const message = 'Must be a time zone such as Europe/Amsterdam.'
  if (typeof zone === 'string') return isZone(zone) ? [] : [{ path, message }]
  const faults = explainErrors(attributeZoneSchema, zone, path)
  if (faults.length > 0 || !isObject(zone) || isZone(String(zone.default))) return faults
  return [{ path: [...path, 'default'], message }]
}
