import { type DestinationDefinition, definitionOf } from './destination.ts'
import type { RuleChange } from './diff-rules.ts'
import { type JsonObject, own, sameJson } from './json.ts'

/** As with rules; only that their order does not count. */
export type DestinationChange = Omit<RuleChange, 'change'> & {
  change: 'added' | 'changed' | 'removed'
}

/** What becomes different when destinations are put in the place of those that are there. */
export function diffDestinations(
  before: readonly DestinationDefinition[],
  after: readonly DestinationDefinition[],
): DestinationChange[] {
  const old = new Map(before.map((each) => [each.name, each]))
  const kept = new Set(after.map(({ name }) => name))
  const changes = after.flatMap((each): DestinationChange[] => {
    const was = old.get(each.name)
    if (!was) return [{ change: 'added', name: each.name }]
    const keys = differing(was, each)
    return keys.length === 0 ? [] : [{ change: 'changed', name: each.name, keys }]
  })
  const gone = before.filter(({ name }) => !kept.has(name))
  return [...changes, ...gone.map(({ name }) => ({ change: 'removed' as const, name }))]
}

/** Only what a definition says: a stored one carries more. */
function differing(was: DestinationDefinition, is: DestinationDefinition): string[] {
  const [a, b] = [was, is].map((each) => JSON.parse(JSON.stringify(each)) as JsonObject)
  // A key that is left out is a difference too, where it was there.
  const keys = new Set([...Object.keys(is), ...Object.keys(definitionOf(was))])
  return [...keys].filter((key) => !sameJson(own(a ?? {}, key) ?? null, own(b ?? {}, key) ?? null))
}
