import type { RuleDefinition } from './rule.ts'
import type { Step } from './step.ts'

/** A checked rule as it is stored: `with`, which may be left out of a file, is there. */
export function completeRule(rule: RuleDefinition): RuleDefinition {
  const complete = (step: Step): Step => {
    if ('action' in step) return { ...step, with: step.with ?? {} }
    return 'check' in step && step.otherwise
      ? { ...step, otherwise: step.otherwise.map(complete) }
      : step
  }
  return { ...rule, steps: rule.steps.map(complete) }
}
