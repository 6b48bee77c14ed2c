import type { RuleDefinition } from '../../client/client.js'

/* What a form needs to know of rules, out of the schema of a rules file. */

export type Json = { [name: string]: unknown }

/** As rules are written: who, when, what. */
export function inOrder(definition: RuleDefinition): RuleDefinition {
  const keys = ['name', 'on', 'sources', 'when', 'per_minute', 'steps', 'cancel_when']
  const known = keys.filter((key) => definition[key] !== undefined)
  const more = Object.keys(definition).filter((key) => !keys.includes(key))
  return Object.fromEntries([...known, ...more].map((key) => [key, definition[key]]))
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
