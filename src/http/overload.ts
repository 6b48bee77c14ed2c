import { Fault } from '../core/errors.ts'

/** Knows whether another call can be served soon; if not, it is better refused than kept. */
export interface Overload {
  /** Whether a call that comes now is to be refused. */
  isFull(): boolean
  /** A call is handed to its endpoint; `call` names it until it is over. */
  begin(call: object): void
  over(call: object): void
  /** Calls refused since this was asked last. */
  takeRefused(): number
  /** The refusal, which says when to come again. */
  refuse(): Fault
}

/** So many calls are under way before anything but their number counts. */
const calmMax = 128
/** A call that has waited so long tells that those behind it would wait as long. */
const waitMsMax = 1_000
/**
 * Those who are refused at one time shall not all come again at one time. Made once: to find out
 * where an error was made costs a tenth of what a refusal costs.
 */
const faults = [1, 2, 3].map((seconds) => new Fault('overloaded', { retryAfterSeconds: seconds }))

/**
 * Watches how many calls are under way, and how long the oldest of them has waited. The latter
 * counts only where many are under way, so that one slow search refuses nobody. How late the event
 * loop is does not count: what makes it late under overload is refusing, and to take less then
 * would leave nothing but refusals (measured: a fifteenth of the peak).
 */
export function watchOverload(
  callsMax: number,
  clock: () => number = () => performance.now(),
): Overload {
  const underWay = new Map<object, number>()
  let refused = 0

  function waitedTooLong(): boolean {
    const [oldest] = underWay.values()
    return oldest !== undefined && clock() - oldest > waitMsMax
  }

  return {
    isFull() {
      const count = underWay.size
      if (count < calmMax && count < callsMax) return false
      if (count >= callsMax) return true
      return waitedTooLong()
    },
    begin: (call) => void underWay.set(call, clock()),
    over: (call) => void underWay.delete(call),
    takeRefused() {
      const count = refused
      refused = 0
      return count
    },
    refuse() {
      refused++
      return faults[Math.floor(Math.random() * faults.length)] as Fault
    },
  }
}
