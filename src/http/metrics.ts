import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, type Histogram, Registry } from 'prom-client'
import type { Store } from '../storage/store.ts'
import { type DeliveryView, registerDeliveries } from './delivery-metrics.ts'
import { gauge } from './gauge.ts'
import { MissedCalls } from './missed-calls.ts'

/** Counts what the server does, for `/metrics`. */
export interface Metrics {
  /** The numbers of one route; made once, at start. */
  route(dialect: string, pattern: string): RouteStats
  contentType: string
  /** The exposition text of now. */
  render(): Promise<string>
  close(): void
}

export interface RouteStats {
  count(method: string, status: number, ms: number): void
  /** Notes a call of somebody with a token that no endpoint takes. */
  miss(method: string, path: string): void
}

const boundsMs = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000]
const loopPauseMs = 20
const sizeFreshMs = 60_000
const statusMax = 600
const methodNames = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/**
 * Requests are counted in plain arrays and turned into metrics when somebody reads them: the
 * library's own `inc` and `observe` cost about 1.2 µs a request together, these 0.1 µs.
 */
export function createMetrics(store: Pick<Store, 'statistics'>, deliveries: DeliveryView): Metrics {
  const registry = new Registry()
  const routes: CountedRoute[] = []
  const eventLoop = monitorEventLoopDelay({ resolution: loopPauseMs })
  eventLoop.enable()
  registerRequests(registry, routes)
  registerUnserved(registry, routes)
  registerProcess(registry, eventLoop)
  registerStore(registry, store)
  registerDeliveries(registry, deliveries)
  return {
    contentType: registry.contentType,
    route(dialect, pattern) {
      const route = countRoute(dialect, pattern)
      routes.push(route)
      return route
    },
    render: () => registry.metrics(),
    close: () => {
      eventLoop.disable()
      registry.clear()
    },
  }
}

interface CountedRoute extends RouteStats {
  labels: { dialect: string; route: string }
  /** For each method, how often each status was answered. */
  answers: Map<string, Float64Array>
  /** How many answers took at most the bound of the same place; the last is for all others. */
  buckets: Float64Array
  missed: MissedCalls
  seconds(): number
}

function countRoute(dialect: string, route: string): CountedRoute {
  const answers = new Map<string, Float64Array>()
  const buckets = new Float64Array(boundsMs.length + 1)
  const missed = new MissedCalls()
  let totalMs = 0
  return {
    labels: { dialect, route },
    answers,
    buckets,
    missed,
    miss: (method, path) => missed.note(methodNames.has(method) ? method : 'other', path),
    seconds: () => totalMs / 1_000,
    count(method, status, ms) {
      const name = methodNames.has(method) ? method : 'other'
      let statuses = answers.get(name)
      if (!statuses) {
        statuses = new Float64Array(statusMax)
        answers.set(name, statuses)
      }
      statuses[status] = (statuses[status] ?? 0) + 1
      let place = 0
      while (place < boundsMs.length && ms > (boundsMs[place] ?? 0)) place++
      buckets[place] = (buckets[place] ?? 0) + 1
      totalMs += ms
    },
  }
}

function registerRequests(registry: Registry, routes: readonly CountedRoute[]): void {
  new Counter({
    name: 'roster_http_requests_total',
    help: 'Requests answered.',
    labelNames: ['dialect', 'route', 'method', 'status'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { labels, answers } of routes) {
        for (const [method, statuses] of answers) {
          statuses.forEach((count, status) => {
            if (count > 0) this.inc({ ...labels, method, status: String(status) }, count)
          })
        }
      }
    },
  })
  // The library's histogram takes single observations only; its registry renders anything that
  // answers `get` in this form.
  const durations = {
    name: 'roster_http_request_duration_seconds',
    help: 'Time from the headers of a request to its answer.',
    type: 'histogram',
    get: async () => ({
      name: durations.name,
      help: durations.help,
      type: durations.type,
      values: routes.flatMap(durationValues),
    }),
  }
  registry.registerMetric(durations as unknown as Histogram)
}

function registerUnserved(registry: Registry, routes: readonly CountedRoute[]): void {
  new Counter({
    // `roster doctor` reads it by this name.
    name: 'roster_unserved_calls_total',
    help: 'Calls with a token that no endpoint takes; what varies in a path is left out.',
    labelNames: ['dialect', 'method', 'path'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { labels, missed } of routes) {
        for (const { method, path, count } of missed.list()) {
          this.inc({ dialect: labels.dialect, method, path }, count)
        }
      }
    },
  })
}

interface Value {
  metricName: string
  labels: { [name: string]: string | number }
  value: number
}

function durationValues(route: CountedRoute): Value[] {
  const name = 'roster_http_request_duration_seconds'
  const values: Value[] = []
  let count = 0
  route.buckets.forEach((more, place) => {
    count += more
    const bound = boundsMs[place]
    const le = bound === undefined ? '+Inf' : bound / 1_000
    values.push({ metricName: `${name}_bucket`, labels: { ...route.labels, le }, value: count })
  })
  if (count === 0) return []
  values.push({ metricName: `${name}_sum`, labels: route.labels, value: route.seconds() })
  values.push({ metricName: `${name}_count`, labels: route.labels, value: count })
  return values
}

function registerProcess(
  registry: Registry,
  eventLoop: ReturnType<typeof monitorEventLoopDelay>,
): void {
  gauge(
    registry,
    'roster_event_loop_delay_seconds',
    'Delay of the event loop since the last read.',
    {
      labelNames: ['quantile'],
      read: (set) => {
        for (const quantile of [50, 99, 100]) {
          // What is measured includes the pause between two looks at the clock.
          const delayMs = eventLoop.percentile(quantile) / 1e6 - loopPauseMs
          set(Math.max(0, delayMs) / 1_000, { quantile: String(quantile / 100) })
        }
        eventLoop.reset()
      },
    },
  )
  gauge(registry, 'process_resident_memory_bytes', 'Resident memory.', {
    read: (set) => set(process.memoryUsage.rss()),
  })
  gauge(registry, 'nodejs_heap_used_bytes', 'Memory of live objects of JavaScript.', {
    read: (set) => set(process.memoryUsage().heapUsed),
  })
  gauge(registry, 'process_uptime_seconds', 'Time since the start.', {
    read: (set) => set(process.uptime()),
  })
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time used.',
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage()
      this.reset()
      this.inc((user + system) / 1e6)
    },
  })
}

/** An engine counts rows to tell its size, so it is not asked each time. */
function registerStore(registry: Registry, store: Pick<Store, 'statistics'>): void {
  let latest: ReturnType<Store['statistics']> | null = null
  let askedAt = 0
  gauge(registry, 'roster_store_size', 'What the store holds, as of the last minute.', {
    labelNames: ['what'],
    read: async (set) => {
      const now = performance.now()
      if (latest === null || now - askedAt > sizeFreshMs) {
        askedAt = now
        latest = store.statistics()
      }
      const { engine: _, schemaVersion: __, ...sizes } = await latest
      for (const [what, value] of Object.entries(sizes)) {
        set(value, { what })
      }
    },
  })
}
