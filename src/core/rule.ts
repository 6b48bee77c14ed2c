import type { Condition } from './condition.ts'
import type { Source } from './event.ts'
import type { ActionStep, Step } from './step.ts'

/**
 * "When this, then that", as it stands in the rules file. A decision carries out rules whose steps
 * are actions alone; `RuleDefinition<Step>` is one with every kind of step.
 */
export interface RuleDefinition<S extends Step = ActionStep> {
  name: string
  /** Event types, exact or with `*` for all of a group: `user.*`. */
  on: string[]
  /** Where the event must have come from; left out, from anywhere. */
  sources?: SourceChoice
  when?: Condition
  steps: S[]
  /** An event about the same person that ends runs of this rule that still wait. */
  cancel_when?: { on: string[]; when?: Condition }
}

/** Sources by name: a dialect's id, `cli`, `rule` for any rule, `rule:NAME` for one. */
export type SourceChoice = { only: string[] } | { not: string[] }

export type StepDefinition = ActionStep

/** A stored rule: its definition and which version of it. */
export interface Rule<S extends Step = ActionStep> extends RuleDefinition<S> {
  /** 1 when first applied, one more with every change of the definition. */
  version: number
}

/** How an event names the rule that acted. */
export function ruleLabel(rule: { name: string; version: number }): string {
  return `${rule.name}@${rule.version}`
}

/** Whether an entry of `on` takes events of a type: the very type, or `user.*` any below `user.`. */
export function takesType(entry: string, type: string): boolean {
  return entry.endsWith('.*') ? type.startsWith(entry.slice(0, -1)) : entry === type
}

/** Whether a choice lets events of a source in. `rule:NAME` means the rule in any version. */
export function takesSource(choice: SourceChoice | undefined, source: Source): boolean {
  if (!choice) return true
  const isNamed = (name: string) =>
    source.dialect === name ||
    (name === 'rule' && source.dialect.startsWith('rule:')) ||
    (name.startsWith('rule:') && source.dialect.startsWith(`${name}@`))
  return 'only' in choice ? choice.only.some(isNamed) : !choice.not.some(isNamed)
}

/**
 * What a new workspace is born with, visible and editable like any other rule: a Copernica event
 * touches no profile by itself, so these make the events keep the people current.
 */
export const starterRules: readonly RuleDefinition[] = [
  {
    name: 'keep-profiles-current',
    on: ['user.register', 'user.update'],
    steps: [{ action: 'set-attributes', with: { match: 'email', attributes: 'event' } }],
  },
  {
    name: 'remove-people',
    on: ['user.remove'],
    steps: [{ action: 'remove-profile', with: { match: 'email' } }],
  },
]
