import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { BackupReport } from './store.ts'

/** What was looked at, and how it was found. */
export interface Finding {
  name: string
  state: 'ok' | 'warn' | 'fail'
  detail: string
  /** What to do about it; always there when the state is not `ok`. */
  remedy?: string
}

/**
 * Puts a backup in the place of the store that a URL names, whole or not at all. The backup itself
 * is only read.
 *
 * @throws Fault `conflict` while the store is in use, when there is one and `force` was not given,
 *   when the backup does not verify, or when the engine has tools of its own for this. The store is
 *   as it was then.
 */
export async function restoreStore(
  url: string,
  from: string,
  options: { force: boolean },
): Promise<BackupReport> {
  if (isPostgresUrl(url)) {
    const { refuseRestore } = await import('./postgres/copies.ts')
    return refuseRestore()
  }
  const { restoreFile } = await import('./sqlite/restore-file.ts')
  return restoreFile(from, filePath(url), options)
}

/** Looks over the store that a URL names, also while it is in use; makes none where none is. */
export async function examineStore(url: string): Promise<Finding[]> {
  if (isPostgresUrl(url)) {
    const { examineDatabase } = await import('./postgres/examine-database.ts')
    return examineDatabase(url)
  }
  const { examineFile } = await import('./sqlite/examine-file.ts')
  return examineFile(filePath(url))
}

/**
 * Whether there is a store at the URL already.
 *
 * @throws Fault `unavailable` when that cannot be seen now.
 */
export async function storeExists(url: string): Promise<boolean> {
  if (isPostgresUrl(url)) {
    const { hasSchema } = await import('./postgres/examine-database.ts')
    return hasSchema(url)
  }
  return existsSync(filePath(url))
}

function isPostgresUrl(url: string): boolean {
  return /^postgres(ql)?:\/\//.test(url)
}

function filePath(url: string): string {
  if (url.startsWith('sqlite:///')) return fileURLToPath(`file://${url.slice('sqlite://'.length)}`)
  throw new Error(
    "The store's URL must be like sqlite:///absolute/path/to/roster.db or " +
      'postgres://user:password@host/database.',
  )
}
