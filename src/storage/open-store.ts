import { fileURLToPath } from 'node:url'
import { openSqliteStore } from './sqlite/sqlite-store.ts'
import type { Store } from './store.ts'

export interface OpenStoreOptions {
  /** Address of the module that exports `decide`: an engine may load it in a thread of its own. */
  decision: URL
  /** True for a server: a file then has no other server until it is closed. */
  serve?: boolean
  /** Milliseconds UTC; the wall clock when left out. */
  clock?: () => number
}

/**
 * Opens the engine that a URL names: `sqlite:///absolute/path/roster.db`.
 *
 * @throws Error that says what is wrong with the URL, the file or its schema.
 */
export async function openStore(url: string, options: OpenStoreOptions): Promise<Store> {
  if (url.startsWith('sqlite:///')) {
    return openSqliteStore(fileURLToPath(`file://${url.slice('sqlite://'.length)}`), options)
  }
  const scheme = url.slice(0, Math.max(url.indexOf(':'), 0))
  throw new Error(
    `The store's URL begins with "${scheme}:"; known are sqlite:///absolute/path/to/roster.db.`,
  )
}
