import { isExternal, type RenderedAction } from './action.ts'
import type { Event } from './event.ts'
import { explainEvent, type RuleExplanation } from './explain-event.ts'
import type { JsonObject } from './json.ts'
import type { SeenForDelivery } from './planned-delivery.ts'
import type { EventId, Profile } from './profile.ts'
import { renderSettings } from './render-settings.ts'
import type { Rule, RuleDefinition } from './rule.ts'
import type { ExampleTools } from './rule-examples.ts'
import type { ActionStep, Step } from './step.ts'
import { changesScope } from './template.ts'
import { type Tried, tryRules } from './try-rules.ts'

/** What one rule would make of one event. */
export interface TriedRule {
  explanation: RuleExplanation
  /** What it would come to, ids provisional; the event itself is the first of its events. */
  tried: Tried
  /** Every step with an action, rendered, whether the rule would get to it or not. */
  steps: RenderedStep[]
}

/** A step's settings with its templates put through, or the request it would send. */
export interface RenderedStep {
  /** The path of the step, such as `1.0`. */
  step: string
  action: string
  rendered: RenderedAction | { kind: 'settings'; settings: JsonObject }
}

export interface TriedOn {
  event: Event
  /** The person as they are now, on whom the rule is tried; null for nobody. */
  profile: Profile | null
  workspace: { name: string }
  /** What the store says of records: see `Trial`. */
  records?: ReadonlyMap<string, unknown>
}

/**
 * Tries one checked rule on an event of the log, at the time it was received, without the rules
 * beside it. Pure, and nothing of it is stored.
 */
export function tryRule(tools: ExampleTools, rule: RuleDefinition, on: TriedOn): TriedRule {
  const { event, profile, records } = on
  const rules: Rule[] = [{ ...rule, version: 1 }]
  const none = { caused: [], runs: [], deliveries: [] }
  const [explanation] = explainEvent({ event, subject: profile, rules, ...none })
  if (!explanation) throw new Error('A rule was tried, and is not explained.')
  const { type, attributes, changes, identifiers, source } = event
  const given = { type, attributes, changes, identifiers, source: source.dialect }
  const trial = { event: given, profile, now: event.receivedAt, ...(records && { records }) }
  const tried = tryRules(tools.decide, [rule], trial)
  const steps = actionSteps(rule.steps).map(([path, step]): RenderedStep => {
    const planned = tried.deliveries.find((delivery) => delivery.step === path)
    const rendered = render(tools, step, planned ? seenThen(planned.seen, on) : seenBy(on), on)
    return { step: path, action: step.action, rendered }
  })
  return { explanation, tried, steps }
}

function actionSteps(steps: readonly Step[], above = ''): [path: string, step: ActionStep][] {
  return steps.flatMap((step, index): [string, ActionStep][] => {
    const path = `${above}${index}`
    if ('action' in step) return [[path, step]]
    return 'check' in step && step.otherwise ? actionSteps(step.otherwise, `${path}.`) : []
  })
}

function render(
  { actions, templates }: ExampleTools,
  { action: type, with: settings }: ActionStep,
  seen: SeenForDelivery,
  { event, workspace }: TriedOn,
): RenderedStep['rendered'] {
  const action = actions.get(type)
  const plannedAt = event.receivedAt
  if (action && isExternal(action)) {
    return action.render({ settings, seen, workspace, plannedAt, templates })
  }
  const rendered = renderSettings(settings, templates, () => ({
    event: seen.event.attributes,
    profile: seen.profile?.attributes ?? {},
    ...(seen.profile && { tags: seen.profile.tags }),
    record: seen.record?.values ?? {},
    changes: changesScope(seen.event.changes),
    workspace: { name: workspace.name },
    now: plannedAt,
  }))
  if ('settings' in rendered) return { kind: 'settings', settings: rendered.settings }
  const { name, reason, message, line, column } = rendered.fault
  const detail = `${name}, line ${line}, column ${column}: ${message}`
  return { kind: 'fault', reason, detail }
}

/** What a step saw on its way, with the ids of those it was tried on. */
function seenThen(seen: SeenForDelivery, on: TriedOn): SeenForDelivery {
  const { event, profile, person } = seenBy(on)
  const { id, version } = profile ?? {}
  return {
    event,
    profile: seen.profile && { ...seen.profile, ...(id && version && { id, version }) },
    ...(seen.person && { person: { ...seen.person, ...(person && { id: person.id }) } }),
    ...(seen.record && { record: seen.record }),
  }
}

function seenBy({ event, profile }: TriedOn): SeenForDelivery {
  const { id, type, occurredAt, receivedAt, source, attributes, changes } = event
  const told = { type, occurredAt, receivedAt, attributes, changes, source: source.dialect }
  return {
    event: { id: id as EventId, ...told },
    profile: profile && {
      id: profile.id,
      version: profile.version,
      attributes: profile.attributes,
      tags: profile.tags,
    },
    ...(profile && { person: profile }),
  }
}
