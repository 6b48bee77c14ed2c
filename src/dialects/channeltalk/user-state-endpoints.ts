import type { Changes } from '../../core/command.ts'
import type { DialectRequest, Endpoint, WriteEndpoint } from '../../core/dialect.ts'
import type { UserView } from './render-user.ts'
import { ok, userAnswer } from './user-answer.ts'
import { anyKeys, assertUserId, userKeys } from './user-path.ts'
import { onlyVersion5 } from './versions.ts'

/** The calls that do one thing to a user and need no body. */
export function userStateEndpoints(view: UserView): Endpoint[] {
  /** 4 and 7: DELETE /users/{userId} and /users/@{memberId} */
  const remove: WriteEndpoint = {
    method: 'DELETE',
    path: '/users/:userId',
    scope: 'profiles:write',
    toCommand: (request) => ({ kind: 'remove-profile', keys: anyKeys(request, view.ids) }),
    toResponse: () => ok({}),
  }

  /** Changes whoever has the user id, whatever the body says. */
  const bodyless = (
    method: 'POST' | 'DELETE',
    path: string,
    changes: (request: DialectRequest) => Changes,
  ): WriteEndpoint => ({
    method,
    path,
    scope: 'profiles:write',
    toCommand(request) {
      assertUserId(request)
      const keys = userKeys(request, view.ids)
      return {
        kind: 'write-profile',
        keys,
        matchEmail: false,
        onMissing: 'refuse',
        changes: changes(request),
      }
    },
    toResponse: ({ profile }, request) => userAnswer(profile, request, view),
  })

  return [
    remove,
    /** 8 and 9 */
    bodyless('POST', '/users/:userId/block', () => ({ set: { blocked: true } })),
    bodyless('DELETE', '/users/:userId/block', () => ({ set: { blocked: false } })),
    /** 10 */
    {
      ...bodyless('POST', '/users/:userId/touch', ({ now }) => ({
        set: { last_seen_at: now },
        increment: { sessions_count: 1 },
      })),
      basePaths: onlyVersion5,
    },
  ]
}
