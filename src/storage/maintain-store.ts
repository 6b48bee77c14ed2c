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
 *   or when the backup does not verify. The store is as it was then.
 */
export async function restoreStore(
  url: string,
  from: string,
  options: { force: boolean },
): Promise<BackupReport> {
  const { restoreFile } = await import('./sqlite/restore-file.ts')
  return restoreFile(from, filePath(url), options)
}

/** Looks over the store that a URL names, also while it is in use; makes none where none is. */
export async function examineStore(url: string): Promise<Finding[]> {
  const { examineFile } = await import('./sqlite/examine-file.ts')
  return examineFile(filePath(url))
}

/** Whether there is a store at the URL already. */
export function storeExists(url: string): boolean {
  return existsSync(filePath(url))
}

function filePath(url: string): string {
  if (url.startsWith('sqlite:///')) return fileURLToPath(`file://${url.slice('sqlite://'.length)}`)
  throw new Error("The store's URL must be like sqlite:///absolute/path/to/roster.db.")
}
