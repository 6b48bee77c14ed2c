import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { CliError } from '../command.ts'

export interface ImportCounts {
  created: number
  changed: number
  unchanged: number
  rejected: number
}

/** Why rows are rejected, how many of them, and the first. */
export type Reasons = Map<string, { rows: number; first: number }>

/** How far an import has got. Everything up to row `done` is stored or rejected. */
export interface ImportState {
  id: string
  /** What must be the same when it goes on: the file, the workspace and the options. */
  fingerprint: string
  done: number
  counts: ImportCounts
  /** Bytes of the file of rejected rows that belong to those. */
  rejectedBytes: number
}

/** Bytes at the beginning of a file that tell it from another. */
const headBytes = 65_536

/** What tells a file and what is asked of it from others. */
export async function fingerprintOf(path: string, asked: unknown): Promise<string> {
  const { size, mtimeMs } = await stat(path)
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    const hash = createHash('sha256').update(buffer.subarray(0, bytesRead))
    return hash.update(JSON.stringify([size, mtimeMs, asked])).digest('hex')
  } finally {
    await file.close()
  }
}

/** The state of an import that begins. */
export function newImportState(fingerprint: string): ImportState {
  const counts = { created: 0, changed: 0, unchanged: 0, rejected: 0 }
  return { id: randomUUID(), fingerprint, done: 0, counts, rejectedBytes: 0 }
}

/**
 * The state an interrupted import left, or null.
 *
 * @throws CliError `refused` when what is there belongs to another file or other options.
 */
export function readImportState(path: string, fingerprint: string): ImportState | null {
  if (!existsSync(path)) return null
  let kept: ImportState
  try {
    kept = JSON.parse(readFileSync(path, 'utf8')) as ImportState
  } catch (error) {
    throw new CliError('refused', `${path} is no state of an import; remove it.`, error)
  }
  if (kept.fingerprint === fingerprint) return kept
  throw new CliError(
    'refused',
    `An import was interrupted after row ${kept.done}, and the file or the options have changed ` +
      'since. Give it as it was, or --restart to begin anew.',
  )
}

/** Puts a state in the place of the one before, whole or not at all. */
export function writeImportState(path: string, state: ImportState): void {
  const next = `${path}.new`
  writeFileSync(next, JSON.stringify(state), { mode: 0o600 })
  renameSync(next, path)
}

export function removeImportState(path: string): void {
  rmSync(path, { force: true })
}
