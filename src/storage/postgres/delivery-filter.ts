import { type DeliveryState, isOver } from '../../core/delivery.ts'
import type { DeliverySelection } from '../delivery-store.ts'

/** What a selection asks for, as tests of a statement whose first values are `values`. */
export function testsOf(selection: DeliverySelection, values: unknown[]): string[] {
  const { ids, states, destination, rule, event, subject, reason } = selection
  const tests = states ? indexedTests(states) : []
  for (const [test, value] of [
    ['id = ANY (?::bigint[])', ids],
    // A second test of it would have each row read, which the index makes needless.
    ['state = ANY (?::text[])', isOneIndexed(states) ? undefined : states],
    ['destination = ?', destination],
    ['rule = ?', rule],
    ['event_id = ?', event],
    ['subject = ?', subject],
    ['reason = ?', reason],
    ['planned_at >= ?', selection.plannedFrom],
    ['planned_at < ?', selection.plannedUntil],
  ] as const) {
    if (value !== undefined) tests.push(test.replace('?', `$${values.push(value)}`))
  }
  return tests
}

function isOneIndexed(states: readonly DeliveryState[] = []): boolean {
  const [first] = states
  const one = first === 'dead' || first === 'cancelled'
  return one && states.every((state) => state === first)
}

/** What follows from the states, in the words by which an index of some states is recognised. */
function indexedTests(states: readonly DeliveryState[]): string[] {
  if (states.length === 0) return []
  for (const one of ['dead', 'cancelled'] as const) {
    if (states.every((state) => state === one)) return [`state = '${one}'`]
  }
  return states.some(isOver) ? [] : ['ended_at IS NULL']
}
