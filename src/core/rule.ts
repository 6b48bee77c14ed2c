import type { Condition } from './condition.ts'
import { imported, type Source } from './event.ts'
import type { Step } from './step.ts'

/** "When this, then that", as it stands in the rules file. */
export interface RuleDefinition {
  name: string
  /** Event types, exact or with `*` for all of a group: `user.*`. */
  on: string[]
  /** Where the event must have come from; left out, from anywhere. */
  sources?: SourceChoice
  when?: Condition
  steps: Step[]
  /** An event about the same person that ends runs of this rule that still wait. */
  cancel_when?: { on: string[]; when?: Condition }
  /** How often it runs for one person in a minute at most. */
  per_minute?: number
}

/** Sources by name: a dialect's id, `cli`, `rule` for any rule, `rule:NAME` for one. */
export type SourceChoice = { only: string[] } | { not: string[] }

/** A stored rule: its definition and which version of it. */
export interface Rule extends RuleDefinition {
  /** 1 when first applied, one more with every change of the definition. */
  version: number
  /** Set on a rule that an operator has switched off: it begins no runs. */
  disabled?: true
}

/** How an event names the rule that acted. */
export function ruleLabel(rule: { name: string; version: number }): string {
  return `${rule.name}@${rule.version}`
}

/** Whether an entry of `on` takes events of a type: the very type, or `user.*` any below `user.`. */
export function takesType(entry: string, type: string): boolean {
  return entry.endsWith('.*') ? type.startsWith(entry.slice(0, -1)) : entry === type
}

/**
 * Whether a choice lets events of a source in. `rule:NAME` means the rule in any version. What was
 * imported without follow-ups is let in by none.
 */
export function takesSource(choice: SourceChoice | undefined, source: Source): boolean {
  if (source.dialect === imported) return false
  if (!choice) return true
  const isNamed = (name: string) =>
    source.dialect === name ||
    (name === 'rule' && source.dialect.startsWith('rule:')) ||
    (name.startsWith('rule:') && source.dialect.startsWith(`${name}@`))
  return 'only' in choice ? choice.only.some(isNamed) : !choice.not.some(isNamed)
}

/** What the rules of webhooks do that a vendor's API registers, and where it goes. */
export const subscriptionCalls = { action: 'webhook', destinationType: 'webhook' } as const

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
