import { operators } from './condition-operators.ts'
import type { JsonObject, JsonValue } from './json.ts'
import { limits } from './limits.ts'
import { plainName, trigger } from './rule-schema.ts'
import { operatorSchemas } from './rule-schema-conditions.ts'
import { destinationSchema } from './rule-schema-destinations.ts'
import type { ActionSettings } from './rule-schema-steps.ts'

/**
 * The JSON Schema (draft 7) of a rules file, with each action's settings, so that an editor
 * completes and checks the YAML while it is written. It never refuses what the check of the file
 * takes; what words mean (dates, patterns, templates, names that stand twice) only that check
 * tells.
 */
export function rulesFileSchema(
  actions: ActionSettings,
  destinationTypes: readonly string[],
): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Rules of Roster',
    ...map(
      {
        rules: { ...list(ref('rule'), 0), maxItems: limits.rulesPerWorkspaceMax },
        examples: { type: 'array', description: 'What the rules are to do: roster rules check.' },
        destinations: {
          ...list(ref('destination'), 0),
          maxItems: limits.destinationsPerWorkspaceMax,
        },
      },
      ['rules'],
    ),
    definitions: {
      rule: ruleSchema(),
      condition: conditionSchema(),
      test: { ...map(operatorProperties(), []), minProperties: 1, maxProperties: 1 },
      step: stepSchema(actions),
      steps: list(ref('step')),
      destination: destinationOf(destinationTypes),
    },
  }
}

function ruleSchema(): JsonObject {
  const types = list(plain(trigger))
  const sources = list({ type: 'string' })
  return map(
    {
      name: { type: 'string', ...plainName },
      on: { ...types, description: 'Event types: user.update, or user.* for all of a group.' },
      sources: {
        anyOf: [map({ only: sources }, ['only']), map({ not: sources }, ['not'])],
        description: 'Where the event must have come from: dialects, cli, rule, rule:NAME.',
      },
      when: { ...ref('condition'), description: 'Left out, the rule always runs.' },
      steps: ref('steps'),
      cancel_when: {
        ...map({ on: types, when: ref('condition') }, ['on']),
        description: 'An event about the same person that ends runs of this rule that still wait.',
      },
      per_minute: {
        type: 'integer',
        minimum: 1,
        maximum: 10_000,
        description: 'How often it runs for one person in a minute at most.',
      },
    },
    ['name', 'on', 'steps'],
  )
}

function conditionSchema(): JsonObject {
  const name = { type: 'string', minLength: 1 }
  const conditions = list(ref('condition'))
  const compared = (root: string): JsonObject => {
    const properties = { [root]: name, ...operatorProperties() }
    return { ...map(properties, [root]), minProperties: 2, maxProperties: 2 }
  }
  return {
    anyOf: [
      map({ all: conditions }, ['all']),
      map({ any: conditions }, ['any']),
      map({ not: ref('condition') }, ['not']),
      compared('event'),
      compared('profile'),
      compared('record'),
      map({ changed: name, from: ref('test'), to: ref('test') }, ['changed']),
      map({ tag: name, exists: { type: 'boolean' } }, ['tag']),
      map({ identifier: name, exists: { type: 'boolean' } }, ['identifier']),
    ],
  }
}

function operatorProperties(): JsonObject {
  return Object.fromEntries(operators.map((name) => [name, plain(operatorSchemas[name])]))
}

function stepSchema(actions: ActionSettings): JsonObject {
  const duration = { type: 'string', description: 'A duration such as PT10M.' }
  const time = { type: 'string', description: 'A date such as 2026-12-01T09:00:00Z.' }
  const clock = { type: 'string', pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' }
  const text = { type: 'string' }
  const attributeZone = map({ profile: text, default: text }, ['profile', 'default'])
  const zone = { anyOf: [text, attributeZone] }
  const hours = map({ from: clock, to: clock, zone }, ['from', 'to', 'zone'])
  const until: JsonValue[] = [
    time,
    map({ event: text, plus: text }, ['event']),
    map({ profile: text, plus: text }, ['profile']),
  ]
  const waits = [
    duration,
    map({ until: { anyOf: until } }, ['until']),
    map({ quiet_hours: hours }, ['quiet_hours']),
  ]
  return {
    anyOf: [
      ...[...actions.values()].map(actionStep),
      map({ wait: { anyOf: waits } }, ['wait']),
      map({ check: ref('condition'), otherwise: ref('steps') }, ['check']),
      map({ stop: { const: true } }, ['stop']),
    ],
  }
}

/** Settings may be left out where the action is content with none. */
function actionStep({ type, settings }: { type: string; settings: JsonObject }): JsonObject {
  const needed = Array.isArray(settings.required) && settings.required.length > 0
  const properties = { action: { const: type }, with: settings }
  return map(properties, needed ? ['action', 'with'] : ['action'])
}

function destinationOf(types: readonly string[]): JsonObject {
  const schema = plain(destinationSchema)
  const properties = schema.properties as JsonObject
  return { ...schema, properties: { ...properties, type: { enum: [...types] } } }
}

function map(properties: JsonObject, required: string[]): JsonObject {
  return { type: 'object', properties, required, additionalProperties: false }
}

function list(items: JsonObject, minItems = 1): JsonObject {
  return { type: 'array', items, minItems }
}

function ref(name: string): JsonObject {
  return { $ref: `#/definitions/${name}` }
}

/** A schema without what the library keeps on it for itself. */
function plain(schema: object): JsonObject {
  return JSON.parse(JSON.stringify(schema)) as JsonObject
}
