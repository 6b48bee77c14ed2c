import { Counter, type Histogram, type Registry } from 'prom-client'
import { breakerPhase } from '../core/delivery-breaker.ts'
import { isLate } from '../core/delivery-health.ts'
import { type DeliveryCounts, waitBoundsMs } from '../follow-up/delivery-stats.ts'
import type { DeliveryHealth } from '../storage/delivery-store.ts'
import { gauge } from './gauge.ts'

/** What is known of deliveries without asking the store. */
export interface DeliveryView {
  /** As of the last look; null before the first, or where the store could not say. */
  health(): DeliveryHealth | null
  /** What this process did itself; null where it does not work. */
  counts(): DeliveryCounts | null
}

/** Operators name destinations, so those that are shown are bounded: the ones with most to do. */
const destinationsMax = 200
const phases = { closed: 0, 'half-open': 1, open: 2 } as const

export function registerDeliveries(registry: Registry, view: DeliveryView): void {
  new Counter({
    name: 'roster_delivery_attempts_total',
    help: 'Attempts of this process that ended: delivered, retry or dead.',
    labelNames: ['workspace', 'destination', 'outcome'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { count, ...labels } of view.counts()?.attempts ?? []) this.inc(labels, count)
    },
  })
  const waits = {
    name: 'roster_delivery_wait_seconds',
    help: 'Time from the planning of a delivery to its first attempt.',
    type: 'histogram',
    get: async () => {
      const counts = view.counts()
      const { name, help, type } = waits
      return { name, help, type, values: counts ? waitValues(name, counts) : [] }
    },
  }
  registry.registerMetric(waits as unknown as Histogram)
  gauge(
    registry,
    'roster_deliveries_oldest_due_seconds',
    'How long the oldest due one waits, paused and disabled destinations apart.',
    {
      read: (set) => {
        const health = view.health()
        if (!health) return
        const { oldestDueAt } = health
        set(oldestDueAt === null ? 0 : Math.max(0, Date.now() - oldestDueAt) / 1_000)
      },
    },
  )
  gauge(registry, 'roster_deliveries_overdue', 'Due for more than a minute and not taken up.', {
    read: (set) => {
      const health = view.health()
      if (health) set(health.overdue)
    },
  })
  registerDestinations(registry, view)
}

function registerDestinations(registry: Registry, view: DeliveryView): void {
  const labelNames = ['workspace', 'destination']
  gauge(
    registry,
    'roster_deliveries',
    'Deliveries of a destination by state, counted up to 10,000.',
    {
      labelNames: [...labelNames, 'state'],
      read: (set) => {
        for (const { workspace, destination, ...each } of shownDestinations(view)) {
          for (const state of ['pending', 'queued', 'claimed', 'dead'] as const) {
            set(each[state], { workspace, destination, state })
          }
        }
      },
    },
  )
  gauge(registry, 'roster_destination_breaker', '0 closed, 1 half open, 2 open.', {
    labelNames,
    read: (set) => {
      for (const { workspace, destination, breaker } of shownDestinations(view)) {
        set(phases[breakerPhase(breaker, Date.now())], { workspace, destination })
      }
    },
  })
  gauge(
    registry,
    'roster_destination_oldest_due_seconds',
    'How long the oldest due one of a destination waits for its try.',
    {
      labelNames,
      read: (set) => {
        for (const { workspace, destination, oldestDueAt } of shownDestinations(view)) {
          const seconds = oldestDueAt === null ? 0 : Math.max(0, Date.now() - oldestDueAt) / 1_000
          set(seconds, { workspace, destination })
        }
      },
    },
  )
  gauge(registry, 'roster_destination_late', '1 where that is longer than its begin_within.', {
    labelNames,
    read: (set) => {
      for (const each of shownDestinations(view)) {
        const { workspace, destination, beginWithinMs } = each
        if (beginWithinMs !== null)
          set(Number(isLate(each, Date.now())), { workspace, destination })
      }
    },
  })
  gauge(registry, 'roster_destination_stopped', '1 where it is paused or disabled.', {
    labelNames,
    read: (set) => {
      for (const { workspace, destination, state } of shownDestinations(view)) {
        set(state === 'active' ? 0 : 1, { workspace, destination })
      }
    },
  })
}

function shownDestinations(view: DeliveryView): DeliveryHealth['destinations'] {
  const all = view.health()?.destinations ?? []
  if (all.length <= destinationsMax) return all
  const toDo = (each: (typeof all)[number]) => each.pending + each.queued + each.claimed + each.dead
  return all.toSorted((a, b) => toDo(b) - toDo(a)).slice(0, destinationsMax)
}

function waitValues(name: string, { waits, waitTotalMs }: DeliveryCounts): object[] {
  let count = 0
  const values: object[] = waits.map((more, place) => {
    count += more
    const bound = waitBoundsMs[place]
    const le = bound === undefined ? '+Inf' : bound / 1_000
    return { metricName: `${name}_bucket`, labels: { le }, value: count }
  })
  values.push({ metricName: `${name}_sum`, labels: {}, value: waitTotalMs / 1_000 })
  values.push({ metricName: `${name}_count`, labels: {}, value: count })
  return values
}
