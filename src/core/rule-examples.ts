import Type, { type Static } from 'typebox'
import type { Decide } from './decision.ts'
import { type DataFault, explainErrors } from './explain-errors.ts'
import { type JsonObject, type JsonValue, own, sameJson } from './json.ts'
import type { RuleDefinition } from './rule.ts'
import { type Tried, tryRules } from './try-rules.ts'

const closed = { additionalProperties: false }
const values = Type.Record(Type.String(), Type.Unknown(), { description: 'a map of attributes' })
const words = Type.Array(Type.String(), { description: 'a list of texts' })

const exampleSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'what the example shows' }),
    given: Type.Object(
      {
        event: Type.Object(
          {
            type: Type.String({ minLength: 1 }),
            source: Type.Optional(Type.String()),
            attributes: Type.Optional(values),
          },
          closed,
        ),
        profile: Type.Optional(
          Type.Object({ attributes: Type.Optional(values), tags: Type.Optional(words) }, closed),
        ),
      },
      closed,
    ),
    expect: Type.Object(
      {
        rules: Type.Optional(words),
        events: Type.Optional(words),
        attributes: Type.Optional(values),
        tags: Type.Optional(words),
      },
      closed,
    ),
  },
  closed,
)

/** What rules are to do, as a person wrote it beside them. */
export type RuleExample = Static<typeof exampleSchema>

/** Everything that is wrong with a list of examples; empty when they can be tried. */
export function checkExamples(examples: unknown): DataFault[] {
  if (!Array.isArray(examples)) return [{ path: [], message: 'Must be a list of examples.' }]
  return examples.flatMap((example, index) => explainErrors(exampleSchema, example, [index]))
}

/**
 * Tries an example and says, in sentences, where what came of it is not what was expected. Every
 * wait is taken as over in its turn. `rules` and `events` are what acted and what was logged after
 * the event itself, in that order; of `attributes` those named are compared, null for absent.
 */
export function tryExample(
  decide: Decide,
  rules: readonly RuleDefinition[],
  { given, expect }: RuleExample,
  now: number,
): string[] {
  const { type, source = 'cli', attributes = {} } = given.event
  const event = { type, source, attributes: attributes as JsonObject }
  const profile = given.profile && {
    attributes: (given.profile.attributes ?? {}) as JsonObject,
    tags: given.profile.tags ?? [],
  }
  const tried = tryRules(decide, rules, { event, profile: profile ?? null, now })
  const found = {
    rules: rulesThatActed(tried),
    events: tried.events.slice(1).map((each) => each.type),
    tags: tried.profile?.tags ?? [],
  }
  const wrong = (['rules', 'events', 'tags'] as const).flatMap((key) => {
    const wanted = expect[key]
    return wanted === undefined || sameJson(wanted, found[key])
      ? []
      : [differs(key, wanted, found[key])]
  })
  const stored = tried.profile?.attributes ?? {}
  for (const [name, wanted] of Object.entries((expect.attributes ?? {}) as JsonObject)) {
    const value = own(stored, name) ?? null
    if (!sameJson(value, wanted)) wrong.push(differs(`attributes.${name}`, wanted, value))
  }
  return wrong
}

function rulesThatActed({ events, runs }: Tried): string[] {
  const labels = events.flatMap(({ cause, type }) =>
    cause && type !== 'rule.stopped' ? [cause.rule.replace(/@\d+$/, '')] : [],
  )
  return [...new Set([...labels, ...runs.map(({ rule }) => rule)])]
}

function differs(name: string, wanted: JsonValue, found: JsonValue): string {
  return `${name}: expected ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`
}
