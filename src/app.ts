import { hkdfSync } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { userInfo } from 'node:os'
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
import type { NativeParts } from './http/native/call.ts'
import type { RosterServer } from './http/server.ts'
import { startRollUp } from './roll-up.ts'
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
  const [{ buildServer }, { prepareFirstStart }, { startRunner }, vendors, native] =
    await Promise.all([
      import('./http/server.ts'),
      import('./first-start.ts'),
      import('./follow-up/runner.ts'),
      loadVendors(),
      loadNativeParts(),
    ])
  const { dialects } = native
  const logger = parts.logger ?? (await createLogger(config.logLevel))
  const store = parts.store ?? (await openAppStore(config, { serve: true }))
  let server: RosterServer | undefined
  let runner: Runner | undefined
  const expiry = startExpiry(store, config, logger)
  const rollUp = startRollUp(store, logger)
  const close = async () => {
    await Promise.all([server?.close(), runner?.stop(), expiry.stop(), rollUp.stop()])
    await store.close()
    logger.flush()
  }
  try {
    // Only whoever holds the store makes the key, so that two starts at once do not make two.
    const ticketKey = deriveKey(readSecretKey(config), 'roster ticket key')
    const clock = Date.now
    server = buildServer({ store, dialects: vendors, config, ticketKey, logger, clock, native })
    const { url } = await server.listen()
    // Listening comes first: tokens are shown once, and a port in use would have them lost.
    const firstStart = await prepareFirstStart(store, dialects)
    runner = startRunner(store, logger)
    return { url, store, dialects, logger, firstStart, close }
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
    ...(serve ? {} : { actor: { via: 'cli', name: whoRuns(), request: null } }),
    connectionsMax: config.databaseConnectionsMax,
    queryMsMax: config.queryMsMax,
    ...(serve && { keyFingerprint: () => keyFingerprint(readSecretKey(config)) }),
  })
}

/** The name of whoever runs the program, for the audit trail. */
function whoRuns(): string {
  try {
    return userInfo().username
  } catch {
    // A user without an entry in the system's list, as in many containers.
    return ''
  }
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

/** The vendors' languages, and the one of Roster's own. */
export async function loadDialects(): Promise<readonly Dialect[]> {
  const { native } = await import('./http/native/dialect.ts')
  return [...(await loadVendors()), native]
}

async function loadVendors(): Promise<readonly Dialect[]> {
  return (await import('./dialects/registry.ts')).dialects
}

/** What a rules file may name: the actions there are, and where events come from. */
export async function loadGrammar() {
  const { createTemplates } = await import('./core/template.ts')
  const sources = [...(await loadDialects()).map(({ id }) => id), 'cli']
  return { actions: await loadActions(), sources, templates: createTemplates() }
}

async function loadNativeParts(): Promise<NativeParts> {
  const [grammar, decide, dialects, { createToken }] = await Promise.all([
    loadGrammar(),
    loadDecision(),
    loadDialects(),
    import('./first-start.ts'),
  ])
  return { grammar, decide, dialects, createToken }
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
