import type { Logger } from 'pino'
import type { Store } from './storage/store.ts'

const pauseMs = 5_000
/** What ended so long ago was committed long since. */
const settledMs = 5_000

/** Has the store count its events for the statistics, a few seconds apart, until it is stopped. */
export function startRollUp(store: Store, logger: Logger): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve()
  let stopped = false
  let timer = setTimeout(run, pauseMs)
  timer.unref()

  function run(): void {
    running = rollUpOnce(store, logger).finally(() => {
      if (stopped) return
      timer = setTimeout(run, pauseMs)
      timer.unref()
    })
  }
  return {
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}

/** One round; what could not be counted now is counted in the next. */
async function rollUpOnce(store: Store, logger: Logger): Promise<void> {
  try {
    await store.rollUpEvents(Date.now() - settledMs)
  } catch (error) {
    logger.warn({ error: (error as Error).message }, 'counting events failed')
  }
}
