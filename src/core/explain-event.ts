import { type Failure, firstFailure } from './condition.ts'
import { describeFailure } from './condition-failure.ts'
import type { Dropped, Event } from './event.ts'
import type { JsonValue } from './json.ts'
import type { Delivery } from './planned-delivery.ts'
import { type Rule, takesSource, takesType } from './rule.ts'
import { conditionInput, type PersonState } from './rule-runner.ts'
import type { Run } from './run.ts'

/** What is known of an event and of what came of it. */
export interface ExplainInput {
  event: Event
  /** Its person as the event left them, before any rule; null when there was nobody. */
  subject: PersonState | null
  /** The rules in force, in their order. */
  rules: readonly Rule[]
  /** The events that its rules caused, in their order. */
  caused: readonly Event[]
  /** The runs that are kept of it. */
  runs: readonly Run[]
  /** The deliveries that were planned for it. */
  deliveries: readonly Delivery[]
}

export type RuleExplanation = { rule: string; version: number } & (
  | { matched: true; caused: Event[]; dropped: Dropped[]; run: Run | null; deliveries: Delivery[] }
  | { matched: false; because: 'type' | 'source' | 'disabled' }
  | { matched: false; because: 'condition'; failure: Failure; sentence: string }
)

/**
 * Why each rule in force did or did not react to an event, on the person as the rules before it
 * left them, and what came of those that did. Rules that were changed since are explained as they
 * are now; what was caused says which version it was.
 */
export function explainEvent(input: ExplainInput): RuleExplanation[] {
  const { event, rules, caused, runs } = input
  let subject = input.subject
  return rules.map((rule): RuleExplanation => {
    const before = subject
    const ours = caused.filter(({ cause }) => cause?.rule.startsWith(`${rule.name}@`))
    subject = ours.reduce(withChanges, subject)
    const named = { rule: rule.name, version: rule.version }
    const no = (because: 'type' | 'source' | 'disabled') => ({ ...named, matched: false, because })
    if (rule.disabled) return no('disabled') as RuleExplanation
    if (!rule.on.some((entry) => takesType(entry, event.type))) return no('type') as RuleExplanation
    if (!takesSource(rule.sources, event.source)) return no('source') as RuleExplanation
    const run = runs.find((each) => each.rule === rule.name) ?? null
    const deliveries = input.deliveries.filter((each) => each.rule === rule.name)
    // What it looked at may be gone: somebody who was removed had tags.
    const acted = ours.length > 0 || run !== null || deliveries.length > 0
    const failure =
      rule.when && !acted
        ? firstFailure(rule.when, conditionInput(event, before, event.receivedAt))
        : null
    if (failure) {
      const sentence = describeFailure(failure)
      return { ...named, matched: false, because: 'condition', failure, sentence }
    }
    const dropped = event.dropped.filter((drop) => drop.rule?.startsWith(`${rule.name}@`))
    return { ...named, matched: true, caused: ours, dropped, run, deliveries }
  })
}

/** A person's state after an event, from the one before it. */
export function withChanges(subject: PersonState | null, { changes }: Event): PersonState {
  const attributes = { ...subject?.attributes }
  let tags = subject?.tags ?? []
  let identifiers = subject?.identifiers ?? []
  for (const { name, of, to } of changes) {
    if (of === 'tags') tags = to as string[]
    else if (of === 'identifier') identifiers = withKind(identifiers, name, to)
    else if (of === undefined && to === null) delete attributes[name]
    else if (of === undefined) attributes[name] = to
  }
  return { attributes, tags, identifiers }
}

/** A person's state before an event, from the one after it. */
export function withoutChanges(subject: PersonState, { changes }: Event): PersonState {
  const attributes = { ...subject.attributes }
  let { tags, identifiers } = subject
  for (const { name, of, from } of changes) {
    if (of === 'tags') tags = from as string[]
    else if (of === 'identifier') identifiers = withKind(identifiers, name, from)
    else if (of === undefined && from === null) delete attributes[name]
    else if (of === undefined) attributes[name] = from
  }
  return { attributes, tags, identifiers }
}

type Kinds = PersonState['identifiers']

function withKind(identifiers: Kinds, kind: string, value: JsonValue): Kinds {
  const others = identifiers.filter((each) => each.kind !== kind)
  return value === null ? others : [...others, { kind }]
}
