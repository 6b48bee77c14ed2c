import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { MessageChannel, Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import type { Config } from './config/load-config.ts'
import type { Payload } from './core/payload.ts'
import { createDeliveryStats, type DeliveryCounts } from './follow-up/delivery-stats.ts'
import { createPayloadRenderer } from './follow-up/render-payload.ts'
import { startRunner } from './follow-up/runner.ts'
import { createCallSigner } from './follow-up/sign-call.ts'
import { serveStore } from './follow-up/store-port.ts'
import type { ThreadStart, ThreadTold } from './follow-up/worker-thread.ts'
import { createSealer, type Sealer } from './lib/seal.ts'
import { openSecrets, resealSecrets } from './outbound/destination-secrets.ts'
import type { FullStore } from './storage/open-store.ts'

/** Everything that happens after a write was answered. */
export interface FollowUps {
  counts(): DeliveryCounts
  /** Takes up nothing more, ends what is under way, and gives the rest back. */
  stop(): Promise<void>
}

export interface FollowUpParts {
  store: FullStore
  secretKeys: readonly Uint8Array[]
  /** Address of the module that exports `actions`. */
  actions: URL
  /** The bodies that dialects make. */
  payloads: readonly Payload[]
  logger: Logger
  config: Pick<
    Config,
    'databaseUrl' | 'deliveriesInFlightMax' | 'deliveryLeaseMs' | 'drainTimeoutMs' | 'logLevel'
  >
}

/** Longer than most receivers take; what is cut is tried again after the start. */
const drainMsMax = 3_000
/** How often it looks whether there is anything to deliver to yet. */
const lookMs = 500
/** A thread that failed is begun again after this long. */
const againMs = 1_000

/** Goes on with runs and delivers, until it is stopped. */
export async function startFollowUps(parts: FollowUpParts): Promise<FollowUps> {
  const { store, logger, config } = parts
  const ownAddresses = await databaseAddresses(config.databaseUrl)
  const runner = startRunner(store, logger)
  const deliverer = startDeliverer(parts, ownAddresses)
  return {
    counts: () => deliverer.counts(),
    stop: async () => {
      await Promise.all([runner.stop(), deliverer.stop()])
    },
  }
}

/** Whoever sends nothing has no thread for it, which is a part of the memory and of the start. */
function startDeliverer(parts: FollowUpParts, ownAddresses: string[]): FollowUps {
  const { store, logger } = parts
  let thread: ReturnType<typeof beginThread> | null = null
  let again: NodeJS.Timeout | undefined
  let looking: Promise<void> | null = null
  let stopping = false
  const begin = () => {
    thread = beginThread(parts, ownAddresses)
    void thread.ended.then(() => {
      if (stopping) return
      logger.error('the thread that delivers ended; it is begun again')
      again = setTimeout(begin, againMs)
    })
  }
  const look = async () => {
    // A store that is away is asked again.
    const isNeeded = await store.mayDeliver().catch(() => false)
    if (stopping) return
    if (isNeeded) begin()
    else again = setTimeout(lookAgain, lookMs)
  }
  const lookAgain = () => {
    looking = look()
  }
  lookAgain()
  return {
    counts: () => thread?.counts() ?? createDeliveryStats().read(),
    async stop() {
      stopping = true
      clearTimeout(again)
      await Promise.all([looking, thread?.stop()])
    },
  }
}

function beginThread(parts: FollowUpParts, ownAddresses: string[]) {
  const { store, secretKeys, actions, payloads, logger, config } = parts
  const { port1, port2 } = new MessageChannel()
  const writer = store.workerPort()
  const start: ThreadStart = {
    worker: `${hostname()}:${process.pid}`,
    inFlightMax: config.deliveriesInFlightMax,
    leaseMs: config.deliveryLeaseMs,
    drainMs: Math.min(config.drainTimeoutMs, drainMsMax),
    store: port2,
    writer,
    actions: actions.href,
    secretKeys,
    ownAddresses,
    logsInfo: logger.isLevelEnabled('info'),
  }
  const renderPayload = createPayloadRenderer(store, payloads)
  const sealer = createSealer(secretKeys as [Uint8Array, ...Uint8Array[]])
  const signCall = createCallSigner(store, payloads, sealer)
  const unserve = serveStore(port1, { ...store, renderPayload, signCall }, writer !== null)
  let counts: DeliveryCounts = createDeliveryStats().read()
  const thread = new Worker(new URL('./follow-up/worker-thread.ts', import.meta.url), {
    workerData: start,
    transferList: writer ? [port2, writer] : [port2],
  })
  thread.on('message', (told: ThreadTold) => {
    if (told.kind === 'log') {
      for (const { level, fields, message } of told.lines) logger[level](fields, message)
    }
    if (told.kind === 'counts') counts = told.counts
  })
  thread.on('error', (error: Error) => {
    logger.error({ error: error.message }, 'the thread that delivers failed')
  })
  const ended = once(thread, 'exit').then(unserve)
  return {
    ended,
    counts: () => counts,
    async stop() {
      thread.postMessage('stop')
      await ended
    },
  }
}

/**
 * Opens every stored secret once, so that a wrong secret key shows at the start and not at night,
 * and seals anew what a former key sealed.
 *
 * @throws SealError that names the destination and what to do.
 */
export async function prepareSecrets(store: FullStore, sealer: Sealer): Promise<void> {
  for (const { id, name } of await store.listWorkspaces()) {
    for (const destination of await store.listDestinations(id)) {
      try {
        openSecrets(sealer, id, destination, 0)
        const fresh = resealSecrets(sealer, id, destination)
        if (fresh) await store.replaceSecrets(id, destination.name, fresh)
      } catch (error) {
        throw new Error(
          `The secrets of the destination ${destination.name} of the workspace ${name} cannot be ` +
            `opened. ${(error as Error).message} Give the key they were sealed with as ` +
            'ROSTER_SECRET_KEY, or as ROSTER_SECRET_KEY_PREVIOUS where it was replaced; without ' +
            'it, apply the destinations again with roster rules apply --replace-secrets.',
          { cause: error },
        )
      }
    }
  }
}

/** The database is nobody's destination, whatever a destination may reach; loopback aside. */
export async function databaseAddresses(databaseUrl: string | null): Promise<string[]> {
  const host = databaseUrl === null ? null : URL.parse(databaseUrl)?.hostname
  if (!host || databaseUrl?.startsWith('sqlite:')) return []
  const found = await lookup(host.replace(/^\[|\]$/g, ''), { all: true }).catch(() => [])
  return found
    .filter(({ address }) => !isLoopback(address))
    .map(({ address, family }) => `${address}/${family === 6 ? 128 : 32}`)
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}
