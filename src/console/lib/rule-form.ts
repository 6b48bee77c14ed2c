import type { RuleDefinition } from '../../client/client.js'

/* What of a rule a form can show; the rest is shown and edited as YAML. */

export type Json = { [name: string]: unknown }

export interface Comparison {
  about: 'event' | 'profile' | 'changed' | 'tag'
  name: string
  operator: string
  value: unknown
}

export type When =
  | { kind: 'always' }
  | { kind: 'all' | 'any'; comparisons: Comparison[] }
  | { kind: 'other' }

const abouts = ['event', 'profile', 'changed', 'tag'] as const

export const operators = [
  ...['is', 'is_not', 'one_of', 'exists', 'contains', 'starts_with', 'ends_with', 'matches'],
  ...['greater', 'less', 'between', 'before', 'after'],
]

/** The condition as a list of comparisons, where it is one. */
export function readWhen(definition: RuleDefinition): When {
  const { when } = definition as { when?: Json }
  if (when === undefined) return { kind: 'always' }
  for (const kind of ['all', 'any'] as const) {
    const list = when[kind]
    if (!Array.isArray(list)) continue
    const comparisons = list.map(readComparison)
    const isPlain = comparisons.every((one) => one !== null)
    return isPlain ? { kind, comparisons: comparisons as Comparison[] } : { kind: 'other' }
  }
  const one = readComparison(when)
  return one ? { kind: 'all', comparisons: [one] } : { kind: 'other' }
}

export function writeWhen(definition: RuleDefinition, when: When): RuleDefinition {
  if (when.kind === 'other') return definition
  const { when: _, ...rest } = definition
  if (when.kind === 'always' || when.comparisons.length === 0) return inOrder(rest)
  return inOrder({ ...rest, when: { [when.kind]: when.comparisons.map(writeComparison) } })
}

/** As rules are written: who, when, what. */
export function inOrder(definition: RuleDefinition): RuleDefinition {
  const keys = ['name', 'on', 'sources', 'when', 'per_minute', 'steps', 'cancel_when']
  const known = keys.filter((key) => definition[key] !== undefined)
  const more = Object.keys(definition).filter((key) => !keys.includes(key))
  return Object.fromEntries([...known, ...more].map((key) => [key, definition[key]]))
}

function readComparison(condition: unknown): Comparison | null {
  if (typeof condition !== 'object' || condition === null) return null
  const about = abouts.find((word) => word in condition)
  if (about === undefined) return null
  const { [about]: name, ...rest } = condition as Json
  const [operator, ...more] = Object.keys(rest)
  if (typeof name !== 'string' || more.length > 0) return null
  if (operator === undefined) return { about, name, operator: '', value: undefined }
  return operators.includes(operator) ? { about, name, operator, value: rest[operator] } : null
}

function writeComparison({ about, name, operator, value }: Comparison): Json {
  return operator === '' ? { [about]: name } : { [about]: name, [operator]: value }
}

export interface ActionSchema {
  type: string
  properties: { [name: string]: Json }
  required: string[]
}

/** The actions there are, with their settings, out of the schema of a rules file. */
export function actionsOf(schema: Json): ActionSchema[] {
  const definitions = schema.definitions as { step?: { anyOf?: Json[] } } | undefined
  return (definitions?.step?.anyOf ?? []).flatMap((each) => {
    const { action, with: settings } = (each.properties ?? {}) as { action?: Json; with?: Json }
    if (typeof action?.const !== 'string') return []
    const { properties = {}, required = [] } = (settings ?? {}) as Partial<ActionSchema>
    return [{ type: action.const, properties, required }]
  })
}

/** The types a destination may have. */
export function destinationTypesOf(schema: Json): string[] {
  const definitions = schema.definitions as { destination?: { properties?: Json } } | undefined
  const type = definitions?.destination?.properties?.type as { enum?: unknown[]; const?: unknown }
  return (type?.enum ?? [type?.const]).filter((word) => typeof word === 'string')
}
