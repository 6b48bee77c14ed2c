import { hkdfSync } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Logger } from 'pino'
import type { Config } from './config/load-config.ts'
import { type Actions, isExternal, withPayloads } from './core/action.ts'
import type { Decide } from './core/decision.ts'
import type { Dialect } from './core/dialect.ts'
import type { Payload } from './core/payload.ts'
import { createLogger } from './create-logger.ts'
import { startExpiry } from './expire.ts'
import type { FirstStart } from './first-start.ts'
import type { OverdueWatch } from './follow-up/watch-overdue.ts'
import type { FollowUps } from './follow-ups.ts'
import type { NativeParts } from './http/native/call.ts'
import type { RosterServer } from './http/server.ts'
import { createSealer, keyFingerprint, type Sealer } from './lib/seal.ts'
import { createWitness } from './lib/witness.ts'
import type { DestinationTester } from './operate/destination-tester.ts'
import { startRollUp } from './roll-up.ts'
import { readSecretKey, readSecretKeys } from './secret-key.ts'
import type { CopyOptions, CopyReport } from './storage/copy-store.ts'
import type { Finding } from './storage/maintain-store.ts'
import type { FullStore } from './storage/open-store.ts'
import type { BackupReport } from './storage/store.ts'

/*
 * The composition root: the one place that knows every part. Parts are loaded when they are asked
 * for, so that a command which only needs the store does not load the server.
 */

export interface App {
  /** The address really listened on. */
  url: string
  /** The same with TLS; null without a certificate. */
  tlsUrl: string | null
  store: FullStore
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
  store?: FullStore
  logger?: Logger
}

/**
 * Opens the store, listens, and prepares an empty store for use.
 *
 * @throws Error when another server holds the store, the port is taken, or the secret key is no
 *   key or not that of the other nodes; nothing is left open then.
 */
export async function startApp(config: Config, parts: Parts = {}): Promise<App> {
  const [{ buildServer }, { prepareFirstStart }, { watchOverdue }, vendors, nativeParts] =
    await Promise.all([
      import('./http/server.ts'),
      import('./first-start.ts'),
      import('./follow-up/watch-overdue.ts'),
      loadVendors(),
      loadNativeParts(config),
    ])
  const { dialects } = nativeParts
  const logger = parts.logger ?? (await createLogger(config.logLevel))
  const store = parts.store ?? (await openAppStore(config, { serve: true }))
  let server: RosterServer | undefined
  let followUps: FollowUps | undefined
  let watch: OverdueWatch | undefined
  let tester: DestinationTester | undefined
  const expiry = startExpiry(store, config, logger)
  const rollUp = startRollUp(store, logger)
  const close = async () => {
    const ends = [followUps?.stop(), watch?.stop(), expiry.stop(), rollUp.stop()]
    await Promise.all([server?.close(), ...ends])
    await tester?.close()
    await store.close()
    logger.flush()
  }
  try {
    // Only whoever holds the store makes the key, so that two starts at once do not make two.
    const ticketKey = deriveKey(readSecretKey(config), 'roster ticket key')
    const deliveries = {
      health: () => watch?.latest() ?? null,
      counts: () => followUps?.counts() ?? null,
    }
    const clock = Date.now
    const sealer = appSealer(config)
    tester = await createTester(config, sealer)
    const native = {
      ...nativeParts,
      deliveries: store,
      sealer,
      testDestination: tester.test,
    }
    const shared = { store, config, ticketKey, logger, deliveries, clock }
    server = buildServer({ ...shared, dialects: vendors, native })
    await prepareSecrets(store, config)
    const { url, tlsUrl } = await server.listen()
    // Listening comes first: tokens are shown once, and a port in use would have them lost.
    const firstStart = await prepareFirstStart(store, dialects)
    watch = watchOverdue(store, logger)
    if (config.worker === 'on') followUps = await beginFollowUps(store, config, logger)
    return { url, tlsUrl, store, dialects, logger, firstStart, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** What works without listening. */
export interface WorkApp {
  store: FullStore
  logger: Logger
  close(): Promise<void>
}

/**
 * Goes on with runs and delivers, beside one or more servers of the same store.
 *
 * @throws Error when the secret key is no key, or not the one that sealed what is stored.
 */
export async function startWork(config: Config, parts: Parts = {}): Promise<WorkApp> {
  const { watchOverdue } = await import('./follow-up/watch-overdue.ts')
  const logger = parts.logger ?? (await createLogger(config.logLevel))
  const store = parts.store ?? (await openAppStore(config, { sealing: true }))
  try {
    await prepareSecrets(store, config)
    const followUps = await beginFollowUps(store, config, logger)
    const watch = watchOverdue(store, logger)
    const close = async () => {
      await Promise.all([followUps.stop(), watch.stop()])
      await store.close()
      logger.flush()
    }
    return { store, logger, close }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Opens every stored secret; those of a former key are sealed anew. */
export async function prepareSecrets(store: FullStore, config: Config): Promise<void> {
  const { prepareSecrets: prepare } = await import('./follow-ups.ts')
  await prepare(store, appSealer(config))
}

async function beginFollowUps(
  store: FullStore,
  config: Config,
  logger: Logger,
): Promise<FollowUps> {
  const { startFollowUps } = await import('./follow-ups.ts')
  const payloads = await loadPayloads()
  const actions = new URL('./actions/registry.ts', import.meta.url)
  const secretKeys = readSecretKeys(config)
  return startFollowUps({ store, actions, payloads, secretKeys, logger, config })
}

/** Seals secrets of the configured store, and opens them. */
export function appSealer(config: Config): Sealer {
  return createSealer(readSecretKeys(config))
}

/**
 * Opens the configured store; with `serve` as the one server on it, else beside a server. With
 * `sealing` it refuses where other nodes have another secret key.
 */
export async function openAppStore(
  config: Config,
  { serve = false, sealing = false }: { serve?: boolean; sealing?: boolean } = {},
): Promise<FullStore> {
  const { openStore } = await import('./storage/open-store.ts')
  mkdirSync(config.data, { recursive: true, mode: 0o700 })
  return openStore(storeUrl(config), {
    decision: new URL('./decision.ts', import.meta.url),
    serve,
    ...(serve ? {} : { actor: { via: 'cli', name: whoRuns(), request: null } }),
    connectionsMax: config.databaseConnectionsMax,
    queryMsMax: config.queryMsMax,
    witness: () => createWitness(readSecretKeys(config)),
    ...((serve || sealing) && {
      keyFingerprints: () => readSecretKeys(config).map(keyFingerprint),
    }),
  })
}

/** The name of whoever runs the program, for the audit trail. */
export function whoRuns(): string {
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

/** Copies the configured store into an empty database; see `copyStore`. */
export async function copyAppStore(
  config: Config,
  to: string,
  options: CopyOptions,
): Promise<CopyReport> {
  const { copyStore } = await import('./storage/copy-store.ts')
  return copyStore(storeUrl(config), to, options)
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

async function loadPayloads(): Promise<Payload[]> {
  return (await loadVendors()).flatMap(({ payloads = [] }) => payloads)
}

/** What a rules file may name: the actions there are, and where events come from. */
export async function loadGrammar() {
  const { createTemplates } = await import('./core/template.ts')
  const sources = [...(await loadDialects()).map(({ id }) => id), 'cli', 'roster']
  const payloads = (await loadPayloads()).map(({ name }) => name)
  const actions = withPayloads(await loadActions(), payloads)
  const external = [...actions.values()].filter(isExternal)
  const destinationTypes = [...new Set(external.map(({ destinationType }) => destinationType))]
  const named = { actions, destinationTypes, sources, knownDestinations: null }
  return { ...named, templates: createTemplates() }
}

export async function createTester(config: Config, sealer: Sealer): Promise<DestinationTester> {
  const { createDestinationTester } = await import('./operate/destination-tester.ts')
  return createDestinationTester(sealer, async () => {
    const { databaseAddresses } = await import('./follow-ups.ts')
    return databaseAddresses(config.databaseUrl)
  })
}

type LoadedParts = Omit<NativeParts, 'deliveries' | 'sealer' | 'testDestination'>

export async function loadNativeParts({ eventDays }: Config): Promise<LoadedParts> {
  const [grammar, decide, dialects, { createToken }] = await Promise.all([
    loadGrammar(),
    loadDecision(),
    loadDialects(),
    import('./first-start.ts'),
  ])
  return { grammar, decide, dialects, createToken, eventDays }
}

/** The decision, for trying rules without a store. */
export async function loadDecision(): Promise<Decide> {
  return (await import('./decision.ts')).decide
}

export async function loadActions(): Promise<Actions> {
  return (await import('./actions/registry.ts')).actions
}

/** One key for each purpose, so that what one signs never counts for another. */
function deriveKey(secretKey: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, '', purpose, 32))
}
