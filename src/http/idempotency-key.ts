import { hash } from 'node:crypto'
import type { Idempotency } from '../core/command.ts'
import { Fault } from '../core/errors.ts'
import type { Call } from './call.ts'

const keyPattern = /^[!-~]{1,255}$/

/**
 * The `Idempotency-Key` of a call, as the IETF's draft of that name has it; null without one.
 *
 * @throws Fault `malformed_request` for a key no client means: empty, over 255 characters, or with
 *   anything but visible ASCII in it.
 */
export function readIdempotency(call: Call): Idempotency | null {
  const { method, path, query, headers } = call.head
  const key = headers['idempotency-key']
  if (key === undefined) return null
  if (typeof key !== 'string' || !keyPattern.test(key)) {
    throw new Fault('malformed_request', {
      message: 'The Idempotency-Key header must be 1 to 255 visible ASCII characters.',
    })
  }
  const asked = `${path}\n${query}\n${call.bodyText}`
  return { key, route: `${method} ${call.route.pattern}`, bodyHash: hash('sha256', asked, 'hex') }
}
