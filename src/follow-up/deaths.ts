import { limits } from '../core/limits.ts'
import type { Death } from '../core/notice.ts'
import type { ClaimedDelivery } from '../core/planned-delivery.ts'

const minuteMs = 60_000

/**
 * Which deaths of deliveries are told in the event log, so that rules may react: the first in a
 * minute of a rule, destination and reason, by each process. Dead letters have all of them.
 */
export class Deaths {
  readonly #now: () => number
  readonly #told = new Map<string, Death>()
  #minute = 0

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** What the store keeps with the death, to be told of it; undefined where others were told. */
  told(delivery: ClaimedDelivery, reason: string): Death | undefined {
    const { workspaceId, rule, version, destination, subject, event, seen } = delivery
    const minute = Math.floor(this.#now() / minuteMs)
    if (minute !== this.#minute) this.#told.clear()
    this.#minute = minute
    const key = JSON.stringify([workspaceId, rule, destination, reason])
    if (this.#told.has(key) || this.#told.size >= limits.deadToldPerMinuteMax) return undefined
    const { type: eventType, depth = 0 } = seen.event
    const death = { rule, version, subject, event, eventType, depth }
    this.#told.set(key, death)
    return death
  }

  /** It did not come to that death: another of its kind may be told. */
  forget(death: Death): void {
    for (const [key, told] of this.#told) if (told === death) this.#told.delete(key)
  }
}
