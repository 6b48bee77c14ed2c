import type { Logger } from 'pino'
import type { Config } from './config/load-config.ts'
import type { Store } from './storage/store.ts'

const hourMs = 60 * 60_000
const firstMs = 60_000

/** How long things are kept, by the options. */
type Keep = Pick<Config, 'eventDays' | 'idempotencyHours'>

/**
 * Has the store delete what is old enough, and finish what indexes still lack, an hour apart, until
 * it is stopped.
 */
export function startExpiry(store: Store, keep: Keep, logger: Logger): { stop(): Promise<void> } {
  const stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let timer = setTimeout(run, firstMs)
  timer.unref()

  function run(): void {
    running = lookAfter(store, keep, logger, stopping.signal).finally(() => {
      timer = setTimeout(run, hourMs)
      timer.unref()
    })
  }
  return {
    stop: async () => {
      stopping.abort()
      clearTimeout(timer)
      await running
      clearTimeout(timer)
    },
  }
}

async function lookAfter(
  store: Store,
  keep: Keep,
  logger: Logger,
  stop: AbortSignal,
): Promise<void> {
  await expireOnce(store, keep, logger)
  try {
    const filled = await store.fillIndexes(stop)
    if (filled.profiles > 0) logger.info(filled, 'filled indexes')
  } catch (error) {
    logger.warn({ error: (error as Error).message }, 'filling indexes failed')
  }
}

/** One round; a store that cannot do it now is asked again in the next. */
async function expireOnce(store: Store, keep: Keep, logger: Logger): Promise<void> {
  const now = Date.now()
  const events = keep.eventDays === 0 ? null : now - keep.eventDays * 24 * hourMs
  try {
    const expired = await store.expire({
      now,
      events,
      idempotency: now - keep.idempotencyHours * hourMs,
    })
    if (Object.values(expired).some((count) => count > 0))
      logger.info(expired, 'deleted what is old')
  } catch (error) {
    logger.warn({ error: (error as Error).message }, 'deleting what is old failed')
  }
}
