import { Fault } from './errors.ts'
import type { Rule } from './rule.ts'

/** What tells one set of rules in force from another: each one's name, version and state. */
export function rulesInForce(rules: readonly Rule[]): string {
  return JSON.stringify(
    rules.map(({ name, version, disabled = false }) => [name, version, disabled]),
  )
}

/**
 * Rules that somebody changes must be those that they have seen; without any expected all are.
 *
 * @throws Fault `precondition_failed` when others are in force.
 */
export function assertExpected(
  rules: readonly Rule[],
  expected: readonly Rule[] | undefined,
): void {
  if (!expected || rulesInForce(rules) === rulesInForce(expected)) return
  throw rulesChanged()
}

export function rulesChanged(): Fault {
  const message = 'The rules were changed meanwhile. Read them again, then decide.'
  return new Fault('precondition_failed', { message })
}
