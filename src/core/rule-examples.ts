import Type, { type Static } from 'typebox'
import { type Actions, isExternal, type RenderedAction } from './action.ts'
import type { Decide } from './decision.ts'
import { type DataFault, explainErrors } from './explain-errors.ts'
import { type JsonObject, type JsonValue, own, sameJson } from './json.ts'
import type { Delivery } from './planned-delivery.ts'
import type { RuleDefinition } from './rule.ts'
import { stepAt } from './step.ts'
import type { Templates } from './template.ts'
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
        deliveries: Type.Optional(
          Type.Array(
            Type.Object(
              {
                destination: Type.String(),
                method: Type.Optional(Type.String()),
                headers: Type.Optional(Type.Record(Type.String(), Type.String())),
                body: Type.Optional(Type.Unknown()),
                fault: Type.Optional(Type.String()),
              },
              closed,
            ),
            { description: 'a list of deliveries' },
          ),
        ),
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
 * the event itself, in that order; of `attributes` those named are compared, null for absent. Of
 * `deliveries` there are as many as named, in that order, and each is rendered: of its headers
 * those named are compared, and a body that is not text is compared as JSON.
 */
export function tryExample(
  { decide, actions, templates }: ExampleTools,
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
  if (expect.deliveries === undefined) return wrong
  const planned = tried.deliveries.map((each) => rendered(each, rules, actions, templates))
  const wanted = expect.deliveries as WantedDelivery[]
  return [...wrong, ...differingDeliveries(wanted, planned)]
}

/** What examples are tried with. */
export interface ExampleTools {
  decide: Decide
  actions: Actions
  templates: Templates
}

function rulesThatActed({ events, runs, deliveries }: Tried): string[] {
  const labels = events.flatMap(({ cause, type }) =>
    cause && type !== 'rule.stopped' ? [cause.rule.replace(/@\d+$/, '')] : [],
  )
  const planned = deliveries.map(({ rule }) => rule)
  return [...new Set([...labels, ...runs.map(({ rule }) => rule), ...planned])]
}

type WantedDelivery = {
  destination: string
  method?: string
  headers?: { [name: string]: string }
  body?: JsonValue
  fault?: string
}

type PlannedDelivery = { destination: string } & RenderedAction

function rendered(
  delivery: Delivery,
  rules: readonly RuleDefinition[],
  actions: Actions,
  templates: Templates,
): PlannedDelivery {
  const { destination, seen, plannedAt } = delivery
  const action = actions.get(delivery.action)
  const rule = rules.find(({ name }) => name === delivery.rule)
  const step = rule && stepAt(rule.steps, delivery.step)
  if (!action || !isExternal(action) || !step || !('action' in step)) {
    throw new Error(`Rule ${delivery.rule} has no step ${delivery.step} that reaches outside.`)
  }
  const workspace = { name: 'default' }
  const input = { settings: step.with, seen, workspace, plannedAt, templates }
  return { destination, ...action.render(input) }
}

function differingDeliveries(
  wanted: readonly WantedDelivery[],
  planned: readonly PlannedDelivery[],
): string[] {
  const [a, b] = [wanted, planned].map((all) => all.map(({ destination }) => destination))
  if (!sameJson(a ?? [], b ?? [])) return [differs('deliveries', a ?? [], b ?? [])]
  return planned.flatMap((each, index) => {
    const name = `deliveries.${index}`
    const expected = wanted[index] ?? { destination: each.destination }
    const { fault, method, headers = {}, body } = expected
    const reason = each.kind === 'fault' ? each.reason : null
    if (each.kind === 'fault' && fault === undefined) {
      return [`${name}: could not be rendered (${each.reason}): ${each.detail}`]
    }
    if ((fault ?? null) !== reason) return [differs(`${name}.fault`, fault ?? null, reason)]
    if (each.kind === 'fault') return []
    // What a dialect makes is made where it is delivered; an example cannot name its body.
    const request = each.kind === 'payload' ? { ...each.request, body: null } : each.request
    const pairs: [string, JsonValue | undefined, JsonValue][] = [
      ['method', method, request.method],
      ...Object.entries(headers).map(([header, value]): [string, JsonValue, JsonValue] => {
        return [`headers.${header}`, value, own(request.headers, header.toLowerCase()) ?? null]
      }),
      ['body', body, typeof body === 'string' ? request.body : parsed(request.body)],
    ]
    return pairs.flatMap(([key, want, found]) =>
      want === undefined || sameJson(want, found) ? [] : [differs(`${name}.${key}`, want, found)],
    )
  })
}

function parsed(body: string | null): JsonValue {
  try {
    return JSON.parse(body ?? 'null') as JsonValue
  } catch {
    return body
  }
}

function differs(name: string, wanted: JsonValue, found: JsonValue): string {
  return `${name}: expected ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`
}
