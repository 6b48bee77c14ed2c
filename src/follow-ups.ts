import { lookup } from 'node:dns/promises'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import type { Config } from './config/load-config.ts'
import type { Actions } from './core/action.ts'
import { createTemplates } from './core/template.ts'
import { createDeliveryStats, type DeliveryCounts } from './follow-up/delivery-stats.ts'
import { type Runner, startRunner } from './follow-up/runner.ts'
import { Worker } from './follow-up/worker.ts'
import type { Sealer } from './lib/seal.ts'
import { openSecrets, resealSecrets } from './outbound/destination-secrets.ts'
import { createOutboundClient } from './outbound/http-client.ts'
import type { FullStore } from './storage/open-store.ts'

/** Everything that happens after a write was answered. */
export interface FollowUps {
  counts(): DeliveryCounts
  /** Takes up nothing more, ends what is under way, and gives the rest back. */
  stop(): Promise<void>
}

export interface FollowUpParts {
  store: FullStore
  actions: Actions
  sealer: Sealer
  logger: Logger
  config: Pick<Config, 'databaseUrl' | 'deliveriesInFlightMax' | 'drainTimeoutMs'>
}

/** Longer than most receivers take; what is cut is tried again after the start. */
const drainMsMax = 3_000

/** Goes on with runs and delivers, until it is stopped. */
export async function startFollowUps(parts: FollowUpParts): Promise<FollowUps> {
  const { store, actions, sealer, logger, config } = parts
  const client = createOutboundClient({ ownAddresses: await databaseAddresses(config.databaseUrl) })
  const stats = createDeliveryStats()
  const runner: Runner = startRunner(store, logger)
  const worker = new Worker({
    ...{ store, actions, templates: createTemplates(), client, sealer, stats, logger },
    worker: `${hostname()}:${process.pid}`,
    inFlightMax: config.deliveriesInFlightMax,
    drainMs: Math.min(config.drainTimeoutMs, drainMsMax),
  })
  return {
    counts: () => stats.read(),
    async stop() {
      await Promise.all([runner.stop(), worker.stop()])
      await client.close()
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
async function databaseAddresses(databaseUrl: string | null): Promise<string[]> {
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
