import { existsSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { Finding } from '../maintain-store.ts'
import { newestSchemaVersion, schemaVersion } from './migrate.ts'
import { openDatabase } from './open-database.ts'
import { probe } from './statements.ts'

/** How far the newest event may lie ahead of the clock before somebody should be told. */
const aheadMsMax = 60_000

/** Looks over a store file with connections as the server has them. */
export function examineFile(path: string): Finding[] {
  if (!existsSync(path)) {
    return [{ name: 'store', state: 'ok', detail: `none yet; roster serve makes ${path}` }]
  }
  const rights = access(path)
  let db: DatabaseSync
  try {
    // Opening for writing asserts the journal mode and the synchronous level.
    db = openDatabase(path, 'write')
  } catch (error) {
    return [openingFailed(path, error)]
  }
  try {
    const opened: Finding = { name: 'store', state: 'ok', detail: `${path} opens` }
    const version = attempt('schema', db, schema)
    const whole = attempt('integrity', db, integrity)
    if (version.state !== 'ok') return [opened, rights, version, whole]
    const rest = [
      attempt('durability', db, durability),
      attempt('writing', db, writable),
      attempt('clock', db, clock),
    ]
    return [opened, rights, version, whole, ...rest]
  } finally {
    db.close()
  }
}

function openingFailed(path: string, error: unknown): Finding {
  const reason = error instanceof Error ? error.message : String(error)
  return {
    name: 'store',
    state: 'fail',
    detail: `${path} does not open: ${reason}`,
    remedy:
      'Check that the file is a store and yours to write; else restore a backup: roster restore.',
  }
}

/** A damaged file may fail any question put to it. */
function attempt(name: string, db: DatabaseSync, look: (db: DatabaseSync) => Finding): Finding {
  try {
    return look(db)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    const remedy =
      'Look for a full disk, a file system that is read-only, or a long transaction; if the file ' +
      'is damaged, restore a backup: roster restore FILE --force.'
    return { name, state: 'fail', detail, remedy }
  }
}

function schema(db: DatabaseSync): Finding {
  const version = schemaVersion(db)
  const newest = newestSchemaVersion()
  const detail = `version ${version}, this program knows ${newest}`
  if (version > newest) {
    return { name: 'schema', state: 'fail', detail, remedy: 'Start a newer Roster on this store.' }
  }
  if (version === newest) return { name: 'schema', state: 'ok', detail }
  const remedy = 'The next start brings it up to date; make a backup before.'
  return { name: 'schema', state: 'warn', detail, remedy }
}

function access(path: string): Finding {
  const mode = statSync(path).mode & 0o777
  const detail = `${path} has mode ${mode.toString(8)}`
  if ((mode & 0o077) === 0) return { name: 'store rights', state: 'ok', detail }
  return {
    name: 'store rights',
    state: 'warn',
    detail,
    remedy: `Others may read it: chmod 600 ${path}`,
  }
}

/** `openDatabase` has refused anything else already; this says so in words. */
function durability(db: DatabaseSync): Finding {
  const level = Number(db.prepare('PRAGMA synchronous').get()?.synchronous)
  const mode = String(db.prepare('PRAGMA journal_mode').get()?.journal_mode)
  const detail = `synchronous=${level === 2 ? 'FULL' : level}, journal_mode=${mode}`
  if (level === 2 && mode === 'wal') return { name: 'durability', state: 'ok', detail }
  const remedy = 'Acknowledged writes could be lost at a power cut: report this as a bug.'
  return { name: 'durability', state: 'fail', detail, remedy }
}

function writable(db: DatabaseSync): Finding {
  db.prepare(probe).run(Date.now())
  return { name: 'writing', state: 'ok', detail: 'a small write was committed' }
}

function integrity(db: DatabaseSync): Finding {
  const found = String(db.prepare('PRAGMA quick_check(1)').get()?.quick_check)
  if (found === 'ok') return { name: 'integrity', state: 'ok', detail: 'quick check passed' }
  const remedy =
    'The file is damaged: stop the server and restore a backup: roster restore FILE --force.'
  return { name: 'integrity', state: 'fail', detail: found, remedy }
}

/** The newest events against the clock: a clock set back shows in the order of what comes next. */
function clock(db: DatabaseSync): Finding {
  const newest = db
    .prepare(
      `SELECT max(received_at) AS at FROM counters
       JOIN events ON events.workspace_id = counters.workspace_id AND events.id = last_event_id`,
    )
    .get()?.at as number | null
  const ahead = newest === null ? 0 : newest - Date.now()
  if (ahead <= aheadMsMax) return { name: 'clock', state: 'ok', detail: new Date().toISOString() }
  return {
    name: 'clock',
    state: 'warn',
    detail: `the newest event is ${Math.round(ahead / 1000)} s in the future`,
    remedy: "The machine's clock was set back, or had been wrong: check its time service.",
  }
}
