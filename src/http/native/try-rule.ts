import Type from 'typebox'
import { Fault } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { EventId, ProfileId } from '../../core/profile.ts'
import { type RenderedStep, type TriedRule, tryRule } from '../../core/try-rule.ts'
import { assertScope } from '../authenticate.ts'
import { assertMatches } from './read-input.ts'
import { defineRoute } from './route.ts'
import { definition, readRules } from './rules.ts'
import { closed, event, id, idIn, run } from './schemas.ts'
import { shownEvent, shownRun } from './shown.ts'
import { tryWithRecords } from './try-with-records.ts'

const requested = Type.Object(
  {
    method: Type.String(),
    headers: Type.Record(Type.String(), Type.String()),
    body: Type.Union([Type.String(), Type.Null()]),
    payload: Type.Optional(
      Type.String({ description: 'the payload of a dialect that makes the body when it is sent' }),
    ),
  },
  closed,
)

const renderedStep = Type.Object(
  {
    step: Type.String({ description: 'the path of the step, such as 1.0' }),
    action: Type.String(),
    settings: Type.Optional(Type.Unknown({ description: 'its settings, rendered' })),
    request: Type.Optional(requested),
    fault: Type.Optional(
      Type.Object({ reason: Type.String(), detail: Type.String() }, { ...closed }),
    ),
  },
  { ...closed, 'x-name': 'RenderedStep' },
)

const body = Type.Object({ rule: definition, event_id: idIn }, closed)

export const tryRuleOnEvent = defineRoute({
  method: 'POST',
  path: '/rules/try',
  scope: 'rules:read',
  resource: 'rules',
  operation: 'tryRule',
  summary: 'Try a rule on an event of the log',
  description:
    'The rule is tried by itself, at the time the event was received, with its person as they are now; waits are taken as over in their turn. Every step with an action is rendered, also one that the rule does not get to. Nothing is stored or sent. The token needs `events:read` and `profiles:read` too.',
  body,
  inParts: true,
  answers: {
    200: {
      description: 'What the rule would do',
      schema: Type.Object(
        {
          event_id: id,
          type: Type.String(),
          matched: Type.Boolean(),
          because: Type.Optional(
            Type.String({ description: 'why not: type, source or condition' }),
          ),
          sentence: Type.Optional(Type.String({ description: 'the condition that failed' })),
          steps: Type.Array(renderedStep),
          events: Type.Array(event, { description: 'what would be logged' }),
          runs: Type.Array(run, { description: 'runs that would wait or fail, as they end' }),
          deliveries: Type.Array(
            Type.Object({ step: Type.String(), destination: Type.String() }, closed),
          ),
        },
        { ...closed, 'x-name': 'TriedRule' },
      ),
    },
  },
  refuses: ['not_found'],
  async handle({ store, workspace, token, parts, ...call }) {
    assertScope(token, 'events:read')
    assertScope(token, 'profiles:read')
    assertMatches(body, call.body)
    const asked = call.body as { rule: JsonObject; event_id: number }
    const destinations = await parts.deliveries.listDestinations(workspace.id)
    const [rule] = readRules([asked.rule], parts, destinations, 'rule')
    if (!rule) throw new Error('A rule was read, and is not there.')
    const before = (asked.event_id - 1) as EventId
    const [found] = await store.readEvents(workspace.id, before, 1)
    if (found?.id !== asked.event_id) {
      throw new Fault('not_found', { message: `There is no event ${asked.event_id}.` })
    }
    const keys = [{ profile: found.subject as ProfileId }]
    const profiles = found.subject === null ? [] : await store.findProfiles(workspace.id, { keys })
    const on = { event: found, profile: profiles[0] ?? null, workspace }
    const tools = { ...parts.grammar, decide: parts.decide }
    const of = { workspaceId: workspace.id, person: on.profile?.id ?? null }
    const tried = await tryWithRecords(store, of, (records) => {
      return tryRule(tools, rule, { ...on, records })
    })
    return { status: 200, body: { event_id: found.id, type: found.type, ...shownTried(tried) } }
  },
})

function shownTried({ explanation, tried, steps }: TriedRule): JsonObject {
  const { matched } = explanation
  const why = matched ? {} : { because: explanation.because }
  const failed = matched || explanation.because !== 'condition' ? null : explanation.sentence
  return {
    matched,
    ...why,
    ...(failed !== null && { sentence: failed }),
    steps: steps.map(shownStep),
    events: tried.events.slice(1).map(shownEvent),
    runs: tried.runs.map(shownRun),
    deliveries: tried.deliveries.map(({ step, destination }) => ({ step, destination })),
  }
}

function shownStep({ step, action, rendered }: RenderedStep): JsonObject {
  const named = { step, action }
  switch (rendered.kind) {
    case 'settings':
      return { ...named, settings: rendered.settings }
    case 'fault':
      return { ...named, fault: { reason: rendered.reason, detail: rendered.detail } }
    case 'payload': {
      const { method, headers } = rendered.request
      return { ...named, request: { method, headers, body: null, payload: rendered.name } }
    }
    case 'request': {
      const { method, headers, body: sent } = rendered.request
      return { ...named, request: { method, headers, body: sent } }
    }
  }
}
