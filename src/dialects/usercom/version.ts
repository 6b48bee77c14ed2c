import type { RequestHead } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'

export type Version = 1 | 2

/**
 * The version a request asks for, by the `version` parameter of `Accept`; 1 when there is none
 * (wire notes 1.2).
 *
 * @throws Fault `unknown_version`
 */
export function versionOf(head: RequestHead): Version {
  const accept = head.headers.accept
  if (accept === undefined) return 1
  const asked = parameter.exec(accept)?.[1]
  if (asked === undefined || asked === '1') return 1
  if (asked === '2') return 2
  throw new Fault('unknown_version', { message: 'Invalid version in "Accept" header.' })
}

const parameter = /;\s*version\s*=\s*"?([^\s";,]*)/i
