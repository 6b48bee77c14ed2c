import type { Logger } from 'pino'
import type { DeliveryHealth, DeliveryStore } from '../storage/delivery-store.ts'

/** Looks after deliveries that are due and that nobody takes up. */
export interface OverdueWatch {
  /** What was found at the last look; null before the first and where the store is away. */
  latest(): DeliveryHealth | null
  stop(): Promise<void>
}

const lookMs = 15_000
/** How often the same trouble is logged. */
const repeatMs = 60_000

/**
 * Looks now and then whether deliveries wait that should have been taken up, whichever node's job
 * that is: the one that watches need not be one that works.
 */
export function watchOverdue(
  store: Pick<DeliveryStore, 'deliveryHealth'>,
  logger: Logger,
): OverdueWatch {
  let latest: DeliveryHealth | null = null
  let loggedAt = Number.NEGATIVE_INFINITY
  /** At the first look after a pause the worker has not had its turn yet: that is no alarm. */
  let wasOverdue = false
  let looking: Promise<void> | null = null

  async function look(): Promise<void> {
    try {
      latest = await store.deliveryHealth()
    } catch {
      latest = null
      return
    }
    const { overdue, oldestDueAt } = latest
    const now = performance.now()
    const isAlarm = overdue > 0 && wasOverdue
    wasOverdue = overdue > 0
    if (!isAlarm || now - loggedAt < repeatMs) return
    loggedAt = now
    const oldest = oldestDueAt === null ? null : new Date(oldestDueAt).toISOString()
    logger.error({ overdue, oldest }, 'deliveries are due for more than a minute and not taken up')
  }

  const begin = () => {
    looking ??= look().finally(() => {
      looking = null
    })
  }
  const timer = setInterval(begin, lookMs)
  begin()
  return {
    latest: () => latest,
    async stop() {
      clearInterval(timer)
      await looking
    },
  }
}
