import { type Asking, askProfiles } from '../../core/ask.ts'
import type { Key } from '../../core/command.ts'
import type {
  AskingEndpoint,
  AskingView,
  DialectRequest,
  DialectResponse,
  Endpoint,
} from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { type Profile, USER_ID } from '../../core/profile.ts'
import { keysOfId } from './shown-ids.ts'

type Answer = (request: DialectRequest, keys: Key[], view: AskingView) => Asking<DialectResponse>

/** Last parts of paths that are calls of their own, whatever users there are (wire notes 6.7). */
const reserved = new Set([
  'search',
  'mass_update_custom_attributes',
  'mass_update_standard_attributes',
])

/**
 * A call on one user, by either of the two paths the vendor has for each: `/users/<id>/...` and
 * `/users-by-id/<user_id>/...`.
 */
export function onUser(
  method: Endpoint['method'],
  below: string,
  scope: Endpoint['scope'],
  answer: Answer,
): AskingEndpoint[] {
  const endpoint = (path: string, keys: (request: DialectRequest) => Key[]): AskingEndpoint => ({
    method,
    path: path + below,
    scope,
    ask: (request, view) => answer(request, keys(request), view),
  })
  return [
    endpoint('/users/:id', keysOfPathId),
    endpoint('/users-by-id/:userId', ({ params: { userId = '' } }) => {
      if (below === '' && reserved.has(userId)) throw new Fault('method_not_allowed')
      return keysOfUserId(userId)
    }),
  ]
}

/** @throws Fault for what is no number: a path of other methods, or none at all. */
function keysOfPathId({ params: { id = '' } }: DialectRequest): Key[] {
  if (!/^[0-9]+$/.test(id)) throw new Fault('method_not_allowed')
  return keysOfId(id)
}

export function keysOfUserId(value: string): Key[] {
  return [{ identifier: { kind: USER_ID, value } }]
}

/** @throws Fault `profile_not_found` */
export function* findUser(keys: Key[]): Asking<Profile> {
  const [profile] = yield* askProfiles({ keys })
  if (!profile) throw new Fault('profile_not_found')
  return profile
}
