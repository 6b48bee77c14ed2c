import { fileURLToPath } from 'node:url'
import type { Actor } from '../core/audit.ts'
import type { Witness } from '../core/erasure.ts'
import type { DeliveryStore } from './delivery-store.ts'
import type { Store } from './store.ts'

export interface OpenStoreOptions {
  /** Address of the module that exports `decide`: an engine may load it in a thread of its own. */
  decision: URL
  /** True for a server: a file then has no other server until it is closed. */
  serve?: boolean
  /** Milliseconds UTC; the store's own clock when left out. */
  clock?: () => number
  /** Who changes what operators change, where a call does not say; the server when left out. */
  actor?: Actor
  /** Most connections to a database at a time. */
  connectionsMax?: number
  /** How long a query may read on without an index, in milliseconds; 2,000 when left out. */
  queryMsMax?: number
  /**
   * Tells the secret key's fingerprint, and after it those of former keys, where other nodes must
   * have the same; asked only there.
   */
  keyFingerprints?: () => readonly string[]
  /** What erasures are taken down and signed with; asked for with the first. */
  witness?: () => Witness
}

/** Everything an engine can do. */
export type FullStore = Store & DeliveryStore

/**
 * Opens the engine that a URL names: `sqlite:///absolute/path/roster.db`, or
 * `postgres://user:password@host/database`.
 *
 * @throws Error that says what is wrong with the URL, the file, the database or its schema.
 */
export async function openStore(url: string, options: OpenStoreOptions): Promise<FullStore> {
  if (url.startsWith('sqlite:///')) {
    const { openSqliteStore } = await import('./sqlite/sqlite-store.ts')
    return openSqliteStore(fileURLToPath(`file://${url.slice('sqlite://'.length)}`), options)
  }
  if (isPostgresUrl(url)) {
    const { openPostgresStore } = await import('./postgres/postgres-store.ts')
    return openPostgresStore(url, options)
  }
  const scheme = url.slice(0, Math.max(url.indexOf(':'), 0))
  throw new Error(
    `The store's URL begins with "${scheme}:"; known are sqlite:///absolute/path/to/roster.db ` +
      'and postgres://user:password@host/database.',
  )
}

function isPostgresUrl(url: string): boolean {
  return /^postgres(ql)?:\/\//.test(url)
}
