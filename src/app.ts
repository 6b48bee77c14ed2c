import { hkdfSync } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Logger } from 'pino'
import type { Config } from './config/load-config.ts'
import type { Actions } from './core/action.ts'
import type { Decide } from './core/decision.ts'
import type { Dialect } from './core/dialect.ts'
import { startExpiry } from './expire.ts'
import type { FirstStart } from './first-start.ts'
import type { Runner } from './follow-up/runner.ts'
import type { RosterServer } from './http/server.ts'
import { readSecretKey } from './secret-key.ts'
import type { Finding } from './storage/maintain-store.ts'
import type { BackupReport, Store } from './storage/store.ts'

/*
 * The composition root: the one place that knows every part. Parts are loaded when they are asked
 * for, so that a command which only needs the store does not load the server.
 */

export interface App {
  /** The address really listened on. */
  url: string
  /** The same with TLS; null without a certificate. */
  tlsUrl: string | null
  store: Store
  dialects: readonly Dialect[]
  logger: Logger
  /** What was made for an empty store; null when it was not empty. */
  firstStart: FirstStart | null
  /** Finishes what was accepted, then lets go of the port and the files. */
  close(): Promise<void>
}

/** What a test may put in the place of a part. */
export interface Parts {
  /** A store that is open already; it is closed with the app. */
  store?: Store
  logger?: Logger
}

/**
 * Opens the store, listens, and prepares an empty store for use.
 *
 * @throws Error when another server holds the store, the port is taken, or the secret key is no
 *   key or not that of the other nodes; nothing is left open then.
 */
export async function startApp(config: Config, parts: Parts = {}): Promise<App> {
  const [{ buildServer }, { prepareFirstStart }, { startRunner }, dialects] = await Promise.all([
    import('./http/server.ts'),
    import('./first-start.ts'),
    import('./follow-up/runner.ts'),
    loadDialects(),
  ])
  const logger = parts.logger ?? (await createLogger(config.logLevel))
  const store = parts.store ?? (await openAppStore(config, { serve: true }))
  let server: RosterServer | undefined
  let runner: Runner | undefined
  const expiry = startExpiry(store, config, logger)
  const close = async () => {
    await Promise.all([server?.close(), runner?.stop(), expiry.stop()])
    await store.close()
    logger.flush()
  }
  try {
    // Only whoever holds the store makes the key, so that two starts at once do not make two.
    const ticketKey = deriveKey(readSecretKey(config), 'roster ticket key')
    server = buildServer({ store, dialects, config, ticketKey, logger, clock: Date.now })
    const { url, tlsUrl } = await server.listen()
    // Listening comes first: tokens are shown once, and a port in use would have them lost.
    const firstStart = await prepareFirstStart(store, dialects)
    runner = startRunner(store, logger)
    return { url, tlsUrl, store, dialects, logger, firstStart, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Opens the configured store; with `serve` as the one server on it, else beside a server. */
export async function openAppStore(config: Config, { serve = false } = {}): Promise<Store> {
  const { openStore } = await import('./storage/open-store.ts')
  mkdirSync(config.data, { recursive: true, mode: 0o700 })
  return openStore(storeUrl(config), {
    decision: new URL('./decision.ts', import.meta.url),
    serve,
    connectionsMax: config.databaseConnectionsMax,
    queryMsMax: config.queryMsMax,
    ...(serve && { keyFingerprint: () => keyFingerprint(readSecretKey(config)) }),
  })
}

/** Where the store is: what the options say, else the embedded one in the data folder. */
export function storeUrl(config: Config): string {
  if (config.databaseUrl !== null) return config.databaseUrl
  return `sqlite://${pathToFileURL(join(config.data, 'roster.db')).pathname}`
}

/** Whether there is anything at the configured place yet. */
export async function hasStore(config: Config): Promise<boolean> {
  return (await import('./storage/maintain-store.ts')).storeExists(storeUrl(config))
}

/** Puts a backup in the place of the configured store; see `restoreStore`. */
export async function restoreAppStore(
  config: Config,
  from: string,
  options: { force: boolean },
): Promise<BackupReport> {
  const { restoreStore } = await import('./storage/maintain-store.ts')
  mkdirSync(config.data, { recursive: true, mode: 0o700 })
  return restoreStore(storeUrl(config), from, options)
}

/** Looks over the configured store; see `examineStore`. */
export async function examineAppStore(config: Config): Promise<Finding[]> {
  return (await import('./storage/maintain-store.ts')).examineStore(storeUrl(config))
}

export async function loadDialects(): Promise<readonly Dialect[]> {
  return (await import('./dialects/registry.ts')).dialects
}

/** What a rules file may name: the actions there are, and where events come from. */
export async function loadGrammar() {
  const { createTemplates } = await import('./core/template.ts')
  const sources = [...(await loadDialects()).map(({ id }) => id), 'cli']
  return { actions: await loadActions(), sources, templates: createTemplates() }
}

/** The decision, for trying rules without a store. */
export async function loadDecision(): Promise<Decide> {
  return (await import('./decision.ts')).decide
}

export async function loadActions(): Promise<Actions> {
  return (await import('./actions/registry.ts')).actions
}

/** JSON lines on standard output, gathered for a moment so that a line costs next to nothing. */
async function createLogger(level: string): Promise<Logger> {
  const { pino } = await import('pino')
  const destination = pino.destination({
    dest: 1,
    sync: false,
    minLength: 8_192,
    periodicFlush: 100,
  })
  // A log nobody can write, on a full disk for instance, is no reason to stop serving.
  destination.on('error', () => {})
  const formatters = { level: (label: string) => ({ level: label }) }
  return pino({ level, base: null, formatters }, destination)
}

/** Tells keys apart, and nothing about them. */
function keyFingerprint(secretKey: Buffer): string {
  return deriveKey(secretKey, 'roster key fingerprint').toString('hex', 0, 8)
}

/** One key for each purpose, so that what one signs never counts for another. */
function deriveKey(secretKey: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, '', purpose, 32))
}
