import { type JsonObject, own, sameJson } from './json.ts'
import type { Rule, RuleDefinition } from './rule.ts'

export interface RuleChange {
  change: 'added' | 'changed' | 'removed' | 'moved'
  name: string
  /** Which keys of a changed rule differ. */
  keys?: string[]
}

/** What becomes different when rules are put in the place of those in force; order counts. */
export function diffRules(before: readonly Rule[], after: readonly RuleDefinition[]): RuleChange[] {
  const old = new Map(before.map((rule) => [rule.name, rule]))
  const kept = new Set(after.map(({ name }) => name))
  // Among those that stay, whoever now follows somebody else has moved.
  const oldOrder = before.map(({ name }) => name).filter((name) => kept.has(name))
  const newOrder = after.map(({ name }) => name).filter((name) => old.has(name))
  const changes = after.flatMap((rule): RuleChange[] => {
    const { name } = rule
    const was = old.get(name)
    if (!was) return [{ change: 'added', name }]
    const keys = differingKeys(was, rule)
    if (keys.length > 0) return [{ change: 'changed', name, keys }]
    const moved = oldOrder.indexOf(name) !== newOrder.indexOf(name)
    return moved ? [{ change: 'moved', name }] : []
  })
  const gone = before.filter(({ name }) => !kept.has(name))
  return [...changes, ...gone.map(({ name }): RuleChange => ({ change: 'removed', name }))]
}

function differingKeys({ version: _, disabled: __, ...was }: Rule, rule: RuleDefinition): string[] {
  const a = was as unknown as JsonObject
  const b = rule as unknown as JsonObject
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].filter((key) => !sameJson(own(a, key) ?? null, own(b, key) ?? null))
}
