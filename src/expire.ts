import type { Logger } from 'pino'
import type { Config } from './config/load-config.ts'
import type { Store } from './storage/store.ts'

const hourMs = 60 * 60_000
const firstMs = 60_000
/** An operator who asked for an index waits for it. */
const fillMs = 10_000

/** How long things are kept, by the options. */
type Keep = Pick<Config, 'eventDays' | 'idempotencyHours'>

/**
 * Has the store delete what is old enough, an hour apart, and finish what indexes still lack, until
 * it is stopped.
 */
export function startExpiry(store: Store, keep: Keep, logger: Logger): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const loops = [
    startLoop(firstMs, hourMs, () => expireOnce(store, keep, logger)),
    startLoop(fillMs, fillMs, () => fillOnce(store, logger, stopping.signal)),
  ]
  return {
    stop: async () => {
      stopping.abort()
      await Promise.all(loops.map((loop) => loop.stop()))
    },
  }
}

/** Works again and again, with a pause after each time. */
function startLoop(first: number, pause: number, work: () => Promise<void>) {
  let running: Promise<void> = Promise.resolve()
  let timer = setTimeout(run, first)
  timer.unref()

  function run(): void {
    running = work().finally(() => {
      timer = setTimeout(run, pause)
      timer.unref()
    })
  }
  return {
    stop: async () => {
      clearTimeout(timer)
      await running
      clearTimeout(timer)
    },
  }
}

async function fillOnce(store: Store, logger: Logger, stop: AbortSignal): Promise<void> {
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
    // What is counted and found of events is made of them first.
    await store.rollUpEvents(now)
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
