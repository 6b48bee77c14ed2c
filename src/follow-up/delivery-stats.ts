import type { ClaimedDelivery } from '../core/planned-delivery.ts'

/** What a worker has done so far; plain data, so that it can be sent from one thread to another. */
export interface DeliveryCounts {
  attempts: { workspace: string; destination: string; outcome: Outcome; count: number }[]
  /** How many first attempts began so long after they were planned, by `waitBoundsMs`. */
  waits: number[]
  waitTotalMs: number
}

export interface DeliveryStats {
  count(delivery: Pick<ClaimedDelivery, 'workspaceName' | 'destination'>, outcome: Outcome): void
  /** From planning to the first attempt. */
  waited(ms: number): void
  read(): DeliveryCounts
}

/** What came of attempts; `dead` also what could not be rendered. */
type Outcome = 'delivered' | 'retry' | 'dead'

/** Upper bounds of the histogram; the place after the last is for all others. */
export const waitBoundsMs = [
  ...[1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000],
]

/** Destinations are named by operators, so that their number needs an end; more are `other`. */
const destinationsMax = 200

export function createDeliveryStats(): DeliveryStats {
  const attempts = new Map<string, DeliveryCounts['attempts'][number]>()
  const named = new Set<string>()
  const waits = waitBoundsMs.concat(0).fill(0)
  let waitTotalMs = 0

  function labelsOf(workspace: string, destination: string) {
    const name = `${workspace}/${destination}`
    if (!named.has(name)) {
      if (named.size >= destinationsMax) return { workspace: 'other', destination: 'other' }
      named.add(name)
    }
    return { workspace, destination }
  }

  return {
    count({ workspaceName, destination }, outcome) {
      const labels = labelsOf(workspaceName, destination)
      const key = `${labels.workspace}/${labels.destination}/${outcome}`
      const entry = attempts.get(key) ?? { ...labels, outcome, count: 0 }
      entry.count++
      attempts.set(key, entry)
    },
    waited(ms) {
      const place = waitBoundsMs.findIndex((bound) => ms <= bound)
      const at = place < 0 ? waitBoundsMs.length : place
      waits[at] = (waits[at] ?? 0) + 1
      waitTotalMs += Math.max(0, ms)
    },
    read: () => ({ attempts: [...attempts.values()], waits: [...waits], waitTotalMs }),
  }
}
