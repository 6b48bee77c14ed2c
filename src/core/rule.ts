import type { Condition } from './condition.ts'
import type { JsonObject } from './json.ts'

/** "When this, then that", as it stands in the rules file. */
export interface RuleDefinition {
  name: string
  /** Exact event types. */
  on: string[]
  when?: Condition
  steps: StepDefinition[]
}

export interface StepDefinition {
  /** An action type of the registry. */
  action: string
  /** Checked by the action's own schema before it is stored. */
  with: JsonObject
}

/** A stored rule: its definition and which version of it. */
export interface Rule extends RuleDefinition {
  /** 1 when first applied, one more with every change of the definition. */
  version: number
}

/** How an event names the rule that acted. */
export function ruleLabel(rule: Rule): string {
  return `${rule.name}@${rule.version}`
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
