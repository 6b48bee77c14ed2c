import type { Step } from './step.ts'

/** A step in a word or two, for lists. */
export function stepWords(step: Step): string {
  if ('action' in step) return step.action
  if ('check' in step) return 'check'
  if ('stop' in step) return 'stop'
  return typeof step.wait === 'string' ? `wait ${step.wait}` : 'wait'
}
