import { Fault } from '../../core/errors.ts'

/** Primary result codes of SQLite that mean the disk, not the statement, is at fault. */
const codes = { busy: 5, locked: 6, readonly: 8, ioerr: 10, corrupt: 11, full: 13, cantopen: 14 }

/** Whether an error came from the database itself. */
export function isStorageError(error: unknown): error is Error & { errcode: number } {
  return error instanceof Error && typeof (error as { errcode?: unknown }).errcode === 'number'
}

/**
 * Sorts a failure of the store. Before the commit nothing was written. A commit that found the disk
 * full or the file locked did not happen either; one that failed to write or sync may have, and
 * must never be reported as "not stored".
 */
export function storageFault(error: unknown, during: 'write' | 'commit'): Fault {
  if (!isStorageError(error)) return new Fault('internal', { cause: error })
  const primary = error.errcode & 0xff
  const notStored = primary === codes.full || primary === codes.busy || primary === codes.locked
  if (during === 'commit' && !notStored) return new Fault('outcome_unknown', { cause: error })
  if (Object.values(codes).includes(primary)) {
    const full = primary === codes.full
    return new Fault('unavailable', {
      message: full
        ? 'The disk is full; try again once there is space.'
        : 'The store is busy or failing; try again.',
      retryAfterSeconds: full ? 10 : 1,
      cause: error,
    })
  }
  return new Fault('internal', { cause: error })
}
