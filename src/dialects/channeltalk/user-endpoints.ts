import type { Applied } from '../../core/command.ts'
import type { DialectRequest, Endpoint, ReadEndpoint, WriteEndpoint } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { type ReadContext, readChanges, readLead } from './read-changes.ts'
import type { UserView } from './render-user.ts'
import { userAnswer } from './user-answer.ts'
import { anyKeys, isMember, readMemberId, userKeys } from './user-path.ts'
import { onlyVersion5, versionOf } from './versions.ts'

/** The calls that make, change and show one user. */
export function userEndpoints(view: UserView): Endpoint[] {
  const context = (request: DialectRequest): ReadContext => ({
    phones: view.phones,
    settings: request.workspace.settings,
    version: versionOf(request),
  })
  const toResponse = ({ profile }: Applied, request: DialectRequest) =>
    userAnswer(profile, request, view)

  /** 3: PATCH /users/{userId} */
  const update: WriteEndpoint = {
    method: 'PATCH',
    path: '/users/:userId',
    scope: 'profiles:write',
    toCommand(request) {
      if (isMember(request)) {
        throw new Fault('method_not_allowed', { allow: ['GET', 'PUT', 'DELETE'] })
      }
      const changes = readChanges(request.body, context(request))
      const keys = userKeys(request, view.ids)
      return { kind: 'write-profile', keys, matchEmail: false, onMissing: 'refuse', changes }
    },
    toResponse,
  }

  /** 6: PUT /users/@{memberId} */
  const upsert: WriteEndpoint = {
    method: 'PUT',
    path: '/users/:userId',
    scope: 'profiles:write',
    toCommand(request) {
      if (!isMember(request)) {
        throw new Fault('method_not_allowed', { allow: ['GET', 'PATCH', 'DELETE'] })
      }
      const identifier = readMemberId(request)
      const changes = readChanges(request.body, context(request))
      changes.identify = [identifier]
      return {
        kind: 'write-profile',
        keys: [{ identifier }],
        matchEmail: true,
        onMissing: 'create',
        changes,
      }
    },
    toResponse,
  }

  /** 2 and 5: GET /users/{userId} and /users/@{memberId} */
  const read: ReadEndpoint = {
    method: 'GET',
    path: '/users/:userId',
    scope: 'profiles:read',
    toQuestion: (request) => ({ keys: anyKeys(request, view.ids) }),
    toAnswer: (found, request) => userAnswer(found[0], request, view),
  }

  /** 1: POST /users */
  const createLead: WriteEndpoint = {
    method: 'POST',
    path: '/users',
    basePaths: onlyVersion5,
    scope: 'profiles:write',
    toCommand(request) {
      const changes = readLead(request.body, context(request))
      return { kind: 'write-profile', keys: [], matchEmail: false, onMissing: 'create', changes }
    },
    toResponse,
  }

  return [update, upsert, read, createLead]
}
