import { type Rule, takesType } from './rule.ts'

/** A workspace's rules, in the order of the file. */
export interface RuleSet {
  /** Those that react to events of a type. */
  taking(type: string): readonly Rule[]
  /** Those whose waiting runs an event of a type may end. */
  cancelledBy(type: string): readonly Rule[]
}

const none: readonly Rule[] = []

/**
 * Indexes rules by event type. `replaced` are versions no longer in force that runs began with and
 * still wait by: they react to nothing, but what ends their runs still does.
 */
export function ruleSet(rules: readonly Rule[], replaced: readonly Rule[] = []): RuleSet {
  const enabled = rules.filter(({ disabled }) => !disabled)
  const cancellable = [...rules, ...replaced].filter((rule) => rule.cancel_when)
  const byType = new Map<string, Rule[]>()
  for (const rule of enabled) {
    // A rule that names a type twice, as itself and by its group, reacts once all the same.
    for (const type of new Set(rule.on)) byType.set(type, [...(byType.get(type) ?? none), rule])
  }
  const anyGroup = enabled.some(({ on }) => on.some((entry) => entry.endsWith('.*')))
  const takes = (on: readonly string[], type: string) => on.some((entry) => takesType(entry, type))
  return {
    taking: (type) =>
      anyGroup ? enabled.filter(({ on }) => takes(on, type)) : (byType.get(type) ?? none),
    cancelledBy: (type) =>
      cancellable.length === 0
        ? none
        : cancellable.filter((rule) => takes(rule.cancel_when?.on ?? [], type)),
  }
}
