import { hasStore, openAppStore } from '../app.ts'
import type { Config } from '../config/load-config.ts'
import { isLate } from '../core/delivery-health.ts'
import type { Finding } from '../storage/maintain-store.ts'
import { isoTime } from './shown.ts'

/** Whether what is owed is sent in time, and what was given up on. */
export async function examineDeliveries(config: Config): Promise<Finding[]> {
  if (!(await hasStore(config))) return []
  const store = await openAppStore(config)
  try {
    const { overdue, oldestDueAt, destinations } = await store.deliveryHealth()
    const dead = destinations.reduce((sum, each) => sum + each.dead, 0)
    const late = destinations.filter((each) => isLate(each, Date.now()))
    const stopped = destinations.filter(({ state, breaker }) => {
      return state === 'disabled' || breaker.openUntil !== null
    })
    return [
      overdue === 0
        ? { name: 'overdue work', state: 'ok', detail: 'no delivery is overdue' }
        : {
            name: 'overdue work',
            state: 'fail',
            detail: `${overdue} deliveries are overdue, the oldest since ${isoTime(oldestDueAt)}`,
            remedy: 'Nobody works: start roster serve with ROSTER_WORKER=on, or roster work.',
          },
      late.length === 0
        ? { name: 'late deliveries', state: 'ok', detail: 'none waits longer than begin_within' }
        : {
            name: 'late deliveries',
            state: 'warn',
            detail: `what is due waits longer than begin_within says: ${late.map(nameOf).join(', ')}`,
            remedy:
              'See roster destinations show NAME: its rate and concurrency may be too low, the receiver slow, or another roster work is needed.',
          },
      stopped.length === 0
        ? { name: 'destinations', state: 'ok', detail: 'none is disabled or held back' }
        : {
            name: 'destinations',
            state: 'warn',
            detail: `not called now: ${stopped.map(nameOf).join(', ')}`,
            remedy:
              'See roster destinations show NAME; once it is well, roster destinations resume.',
          },
      dead === 0
        ? { name: 'dead letters', state: 'ok', detail: 'none' }
        : {
            name: 'dead letters',
            state: 'warn',
            detail: `${dead} deliveries were given up on`,
            remedy: 'See roster deliveries dead; roster deliveries redeliver sends them again.',
          },
    ]
  } finally {
    await store.close()
  }
}

function nameOf({ workspace, destination }: { workspace: string; destination: string }): string {
  return `${destination} of ${workspace}`
}
