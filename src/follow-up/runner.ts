import type { Logger } from 'pino'
import { continueRun, endingRun } from '../core/continue-run.ts'
import { Fault } from '../core/errors.ts'
import type { ClaimedRuns, Store } from '../storage/store.ts'

/** Runs taken up at a time; they share few commits. */
const claimMax = 256
/**
 * How often it looks for what was written in the meantime, by whoever did; what it knows of ends by
 * a timer of its own. A wait that is shorter ends this much late.
 */
const lookMs = 100
/** After the store could not do it. */
const retryMs = 1_000

/** Goes on with runs. */
export interface Runner {
  /** Takes up nothing more, and resolves when what it has taken up is done. */
  stop(): Promise<void>
}

/**
 * Goes on with the runs whose wait is over, on any number of nodes: each run goes on in one
 * transaction, and asking for it again changes nothing. What a node that was killed had taken up
 * is taken up by another.
 */
export function startRunner(store: Pick<Store, 'claimRuns' | 'apply'>, logger: Logger): Runner {
  let stopping = false
  let wake = () => {}

  async function work(): Promise<void> {
    while (!stopping) await pause(await runDue(store, logger))
  }

  function pause(ms: number): Promise<void> {
    if (stopping || ms <= 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  const working = work()
  return {
    stop: async () => {
      stopping = true
      wake()
      await working
    },
  }
}

/** One round; answers how long there is nothing to do. */
async function runDue(store: Pick<Store, 'claimRuns' | 'apply'>, logger: Logger): Promise<number> {
  try {
    const { runs, nextInMs } = await store.claimRuns(claimMax)
    const results = await Promise.all(runs.map((run) => goOn(store, run, logger)))
    if (results.includes(false)) return retryMs
    return runs.length > 0 ? 0 : Math.min(nextInMs ?? lookMs, lookMs)
  } catch (error) {
    logger.warn({ error: (error as Error).message }, 'looking for due runs failed')
    return retryMs
  }
}

/** False when the store could not do it now. One that can never be done ends, with the reason. */
async function goOn(
  store: Pick<Store, 'apply'>,
  run: ClaimedRuns['runs'][number],
  logger: Logger,
): Promise<boolean> {
  const { workspaceId, event, rule } = run
  try {
    await store.apply(workspaceId, continueRun(run))
    return true
  } catch (error) {
    const { message } = error as Error
    logger.warn({ workspaceId, event, rule, error: message }, 'a run could not go on')
    if (!(error instanceof Fault) || error.code !== 'internal') return false
    const end = { state: 'failed', reason: 'internal', detail: message } as const
    return store.apply(workspaceId, endingRun(run, end)).then(
      () => true,
      () => false,
    )
  }
}
