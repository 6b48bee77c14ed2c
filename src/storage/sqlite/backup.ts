import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import type { BackupReport } from '../store.ts'

/**
 * Copies the store while it is in use, page by page through the database itself (a copy of the
 * files would miss what is still in the write-ahead log), verifies the copy and only then gives it
 * its name.
 *
 * @throws Error when the file is there already, or the copy does not verify.
 */
export async function backupTo(source: DatabaseSync, path: string): Promise<BackupReport> {
  if (existsSync(path)) throw new Error(`${path} is there already; a backup never overwrites.`)
  const partial = `${path}.partial`
  rmSync(partial, { force: true })
  try {
    await backup(source, partial)
    const report = verifyBackup(partial)
    renameSync(partial, path)
    return { ...report, path }
  } finally {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${partial}${end}`, { force: true })
  }
}

/**
 * Reads every page of a store file and counts what is in it.
 *
 * @throws Error when the file is not a whole store.
 */
export function verifyBackup(path: string): BackupReport {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const check = db.prepare('PRAGMA integrity_check').get()?.integrity_check
    if (check !== 'ok') throw new Error(`${path} is damaged: ${String(check)}`)
    const count = (text: string) => Number(Object.values(db.prepare(text).get() ?? {})[0])
    const events = count('SELECT count(*) FROM events')
    const owed = count('SELECT coalesce(sum(last_event_id), 0) FROM counters')
    if (events !== owed) throw new Error(`${path} holds ${events} events, but should hold ${owed}.`)
    return {
      path,
      bytes: statSync(path).size,
      profiles: count('SELECT count(*) FROM profiles WHERE removed_at IS NULL'),
      events,
    }
  } finally {
    db.close()
  }
}
