import { Fault } from '../../core/errors.ts'

/** An error that the server itself reported, as against a connection that failed. */
export interface ServerError extends Error {
  code: string
  severity: string | undefined
}

export function isServerError(error: unknown): error is ServerError {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown }
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && severity !== undefined
}

/** Two transactions met in a way that is nobody's fault: the same once more will do. */
export function isCollision(error: unknown): boolean {
  return isServerError(error) && ['40001', '40P01'].includes(error.code)
}

/** There is no partition for the month of an event. */
export function isPartitionMissing(error: unknown): boolean {
  return isServerError(error) && error.code === '23514' && /no partition/.test(error.message)
}

/**
 * Classes of errors that mean the database is not able now: connection, transaction rolled back,
 * resources (disk, memory, connections), an operator's intervention, the system below; and single
 * ones: a wait for a lock that took too long, a standby that takes no writes.
 */
const unableNow = /^(08|40|53|57|58)|^(55P03|25006|25P03)$/

/** What a failure before a commit was sent means: nothing was written. */
export function storageFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  if (!isServerError(error) || !unableNow.test(error.code)) {
    return new Fault('internal', { cause: error })
  }
  const full = error.code === '53100'
  return new Fault('unavailable', {
    message: full
      ? 'The disk of the database is full; try again once there is space.'
      : 'The database cannot take this now; try again.',
    retryAfterSeconds: full ? 10 : 1,
    cause: error,
  })
}

/**
 * What a failed commit means. An error of the transaction is the server's word that it was undone;
 * a connection that broke, and a server that was being stopped, leave it open.
 */
export function commitFault(error: unknown): Fault {
  if (isServerError(error) && error.severity === 'ERROR') return storageFault(error)
  return new Fault('outcome_unknown', { cause: withoutSecrets(error) })
}

/**
 * What the server said, as it is; anything else that a question met means there is no line to it.
 */
export function lineFault(error: unknown): unknown {
  if (isServerError(error) || error instanceof TypeError || error instanceof RangeError)
    return error
  return connectionFault(error)
}

/** A connection that could not be made, or broke. */
export function connectionFault(error: unknown): Fault {
  const reason = error instanceof Error ? error.message : String(error)
  return new Fault('unavailable', {
    message: `The database cannot be reached: ${reason}`,
    retryAfterSeconds: 1,
    cause: withoutSecrets(error),
  })
}

/** Only the text: some errors carry what they were configured with. */
function withoutSecrets(error: unknown): Error {
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  const plain = new Error(message)
  if (stack !== undefined) plain.stack = stack
  return plain
}
