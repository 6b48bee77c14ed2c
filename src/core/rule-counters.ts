import { type Actions, isExternal } from './action.ts'
import type { Drafts } from './drafts.ts'
import { limits } from './limits.ts'
import type { ProfileId } from './profile.ts'
import type { Rule } from './rule.ts'
import type { RuleCount } from './run.ts'
import type { Step } from './step.ts'

const minuteMs = 60_000

/** Counts how often rules run for a person in a minute, where that has a limit. */
export class RuleCounters {
  readonly #drafts: Drafts
  readonly #minute: number
  readonly #actions: Actions
  readonly #changed = new Map<string, RuleCount>()

  constructor(drafts: Drafts, now: number, actions: Actions) {
    this.#drafts = drafts
    this.#minute = Math.floor(now / minuteMs)
    this.#actions = actions
  }

  /**
   * Counts one more run, or says that there were enough. Only rules that may set themselves off
   * again are counted, by a wait, an event or the world outside: all others cost nothing here.
   */
  count(rule: Rule, subject: ProfileId | null): 'runs' | 'first_stop' | 'stop' {
    if (subject === null || !isCounted(rule, this.#actions)) return 'runs'
    const key = `${subject}\0${rule.name}`
    const last = this.#changed.get(key) ?? this.#drafts.ruleCount(rule.name, subject)
    const before = last?.minute === this.#minute ? last.count : 0
    const most = rule.per_minute ?? limits.ruleRunsPerMinuteMax
    if (before > most) return 'stop'
    // One beyond the limit stands for having told of it.
    const count = { rule: rule.name, subject, minute: this.#minute, count: before + 1 }
    this.#changed.set(key, count)
    return before < most ? 'runs' : 'first_stop'
  }

  changed(): RuleCount[] {
    return [...this.#changed.values()]
  }
}

/** Rules are kept as long as they are in force, so each is looked through once. */
const counted = new WeakMap<Rule, boolean>()

function isCounted(rule: Rule, actions: Actions): boolean {
  const known = counted.get(rule)
  if (known !== undefined) return known
  const verdict = rule.per_minute !== undefined || reachesFurther(rule.steps, actions)
  counted.set(rule, verdict)
  return verdict
}

function reachesFurther(steps: readonly Step[], actions: Actions): boolean {
  return steps.some((step) => {
    if ('wait' in step) return true
    if ('check' in step) return reachesFurther(step.otherwise ?? [], actions)
    const action = 'action' in step ? actions.get(step.action) : undefined
    return action !== undefined && (isExternal(action) || action.isCounted === true)
  })
}
