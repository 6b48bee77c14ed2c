import type { FastifyInstance } from 'fastify'
import type { DialectResponse } from '../core/dialect.ts'
import type { Store } from '../storage/store.ts'
import { addRoute } from './add-route.ts'
import type { DeliveryView } from './delivery-metrics.ts'
import type { Metrics } from './metrics.ts'
import { makeRoute } from './route.ts'
import type { Shell } from './shell.ts'

/** The pages that machines ask for. */
export const healthPaths = ['/healthz', '/readyz', '/metrics'] as const

export const isHealthPath = (path: string): boolean =>
  (healthPaths as readonly string[]).includes(path)

type Readiness = { ready: true } | { ready: false; reason: string }

const freshMs = 1_000
const patienceMs = 5_000

/**
 * `/healthz` says that the process turns, `/readyz` that a write would be taken now, `/metrics`
 * what was done so far.
 */
export function mountHealth(
  app: FastifyInstance,
  shell: Shell,
  metrics: Metrics,
  deliveries: DeliveryView,
): void {
  const readiness = watchReadiness(shell.store)
  page(app, metrics, '/healthz', async () => ({ status: 200, body: { status: 'ok' } }))
  page(app, metrics, '/readyz', async () => {
    const now = shell.draining ? draining : await readiness()
    if (now.ready) return { status: 200, body: { status: 'ready', ...overdue(deliveries) } }
    return { status: 503, body: { status: 'not ready', reason: now.reason } }
  })
  page(app, metrics, '/metrics', async () => ({
    status: 200,
    headers: { 'content-type': metrics.contentType },
    body: await metrics.render(),
  }))
}

/**
 * Late deliveries are no reason to send writes elsewhere, so they are a detail of being ready. All
 * workspaces are counted together, since whoever asks shows no token.
 */
function overdue(deliveries: DeliveryView): object {
  const health = deliveries.health()
  if (!health || health.overdue === 0) return {}
  const { overdue: count, oldestDueAt } = health
  const oldest = oldestDueAt === null ? null : new Date(oldestDueAt).toISOString()
  return { deliveries: { overdue: count, oldest_due_at: oldest } }
}

const draining: Readiness = { ready: false, reason: 'The server is shutting down.' }

/** Asks the store at most once a second, however often it is called; never rejects. */
function watchReadiness(store: Store): () => Promise<Readiness> {
  let latest: Promise<Readiness> | null = null
  let askedAt = 0
  return () => {
    const now = performance.now()
    if (latest === null || now - askedAt >= freshMs) {
      askedAt = now
      latest = ask(store)
    }
    return latest
  }
}

async function ask(store: Store): Promise<Readiness> {
  const silent: Readiness = { ready: false, reason: 'The store does not answer.' }
  const patience = Promise.withResolvers<Readiness>()
  const timer = setTimeout(() => patience.resolve(silent), patienceMs)
  try {
    return await Promise.race([patience.promise, store.checkWritable().then(asReadiness)])
  } catch {
    return { ready: false, reason: 'The store could not be asked.' }
  } finally {
    clearTimeout(timer)
  }
}

function asReadiness(answer: Awaited<ReturnType<Store['checkWritable']>>): Readiness {
  return answer.writable ? { ready: true } : { ready: false, reason: answer.reason }
}

function page(
  app: FastifyInstance,
  metrics: Metrics,
  path: string,
  answer: () => Promise<DialectResponse>,
): void {
  const route = makeRoute(metrics, path, { quiet: true })
  addRoute(app, 'GET', path, (call) => {
    call.route = route
    answer().then(
      (response) => call.answer(response),
      (error: unknown) => call.fail(error),
    )
  })
}
