import type { Rule } from './rule.ts'
import type { Step } from './step.ts'

/** Names of the rules of which some step sends to a destination. */
export function rulesNaming(rules: readonly Rule[], destination: string): string[] {
  const inSteps = (all: readonly Step[]): boolean =>
    all.some((step) => {
      if ('action' in step) return step.with?.destination === destination
      return 'check' in step && inSteps(step.otherwise ?? [])
    })
  return rules.filter(({ steps }) => inSteps(steps)).map(({ name }) => name)
}
