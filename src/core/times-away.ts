import type { AuditEntry } from './audit.ts'

/** A stretch of time; milliseconds UTC, `from` counts and `until` does not. */
export interface Span {
  from: number
  until: number
}

type Change = Pick<AuditEntry, 'at' | 'action' | 'target' | 'details'>

/**
 * When a rule that is at work now was not there or was switched off, the latest first: told
 * backwards from `now` by what operators changed, newest first.
 */
export function* timesAway(rule: string, changes: Iterable<Change>, now: number): Iterable<Span> {
  let isThere = true
  let isOn = true
  let until = now
  for (const { at, action, target, details } of changes) {
    const told = toldOf(rule, { action, target, details })
    if (told === null) continue
    if (!isThere || !isOn) yield { from: at, until }
    until = at
    if (told === 'enabled' || told === 'disabled') isOn = told === 'disabled'
    else isThere = told === 'removed'
  }
  if (!isThere || !isOn) yield { from: 0, until }
}

/** What a change did to a rule; null where it left it as it was. */
function toldOf(rule: string, { action, target, details }: Omit<Change, 'at'>) {
  if (action === 'rule.enabled') return target === rule ? 'enabled' : null
  if (action === 'rule.disabled') return target === rule ? 'disabled' : null
  if (action !== 'rules.replaced' || !Array.isArray(details.changes)) return null
  const changes = details.changes as { change: string; name: string }[]
  const kind = changes.find(({ name }) => name === rule)?.change
  return kind === 'added' || kind === 'removed' ? kind : null
}
