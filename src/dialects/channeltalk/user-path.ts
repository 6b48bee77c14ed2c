import type { Key } from '../../core/command.ts'
import type { DialectRequest } from '../../core/dialect.ts'
import { Fault, invalidField } from '../../core/errors.ts'
import { assertText } from '../../core/normalise.ts'
import { type Identifier, USER_ID } from '../../core/profile.ts'
import type { UserIds } from './user-ids.ts'

/** memberId is at most this long and holds no white space (wire notes 1.2). */
const memberIdLengthMax = 64

/**
 * A path parameter that begins with `@` is the customer's own member id, any other is the vendor's
 * user id; both have the same route.
 */
export function isMember(request: DialectRequest): boolean {
  return segment(request).startsWith('@')
}

/** @throws Fault naming `memberId` when it is empty, too long, or holds white space. */
export function readMemberId(request: DialectRequest): Identifier {
  const value = segment(request).slice(1)
  if (value === '') throw invalidField('memberId', 'is required.')
  assertText('memberId', value, memberIdLengthMax)
  if (/\s/.test(value)) throw invalidField('memberId', 'must not hold white space.')
  return { kind: USER_ID, value }
}

/** @throws Fault `profile_not_found` for text that can be nobody's user id. */
export function userKeys(request: DialectRequest, ids: UserIds): Key[] {
  const found = ids.keys(segment(request), request.workspace)
  if (found.length === 0) throw new Fault('profile_not_found')
  return found
}

/** Ways to find whoever the path names, by either id. */
export function anyKeys(request: DialectRequest, ids: UserIds): Key[] {
  return isMember(request) ? [{ identifier: readMemberId(request) }] : userKeys(request, ids)
}

/** @throws Fault `unknown_route` where the path has a member id and the vendor has no such call. */
export function assertUserId(request: DialectRequest): void {
  if (isMember(request)) throw new Fault('unknown_route')
}

function segment(request: DialectRequest): string {
  return request.params.userId ?? ''
}
