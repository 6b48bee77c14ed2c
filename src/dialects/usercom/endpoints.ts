import type {
  DialectRequest,
  Endpoint,
  ReadEndpoint,
  WorkspaceView,
  WriteEndpoint,
} from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { type Profile, USER_ID } from '../../core/profile.ts'
import { search } from './search.ts'
import { keysOfId, shownId } from './shown-ids.ts'
import { readUserBody } from './user-body.ts'
import { renderUser } from './user-object.ts'
import { versionOf } from './version.ts'

/**
 * `POST /users/update_or_create/`: the seed. Finds by the customer's own id, and by e-mail where
 * the workspace matches on it; answers 200 whether it created or updated (wire notes 3).
 */
const updateOrCreate: WriteEndpoint = {
  method: 'POST',
  path: '/users/update_or_create',
  scope: 'profiles:write',
  toCommand(request) {
    const { userId, changes } = readUserBody(request.body, versionOf(request))
    return {
      kind: 'write-profile',
      keys: userId === undefined ? [] : [{ identifier: { kind: USER_ID, value: userId } }],
      matchEmail: true,
      onMissing: 'create',
      changes,
    }
  },
  toResponse(applied) {
    if (applied.profile === null) throw new Error('An upsert was committed without a profile.')
    const created = applied.foundBy === 'created'
    return { status: 200, body: { created, id: shownId(applied.profile) } }
  },
}

/** `GET /users/<id>/`: integers only, so every other last part is no route (wire notes 6.1). */
const getById: ReadEndpoint = {
  method: 'GET',
  path: '/users/:id',
  scope: 'profiles:read',
  toQuestion(request) {
    const { id = '' } = request.params
    // A GET falls through to this route, but the path itself is one that takes POST.
    if (id === 'update_or_create') throw new Fault('method_not_allowed', { allow: ['POST'] })
    if (!/^[0-9]+$/.test(id)) throw new Fault('unknown_route')
    return { keys: keysOfId(id) }
  },
  toAnswer: oneUser,
}

/** `GET /users-by-id/<user_id>/`: by the customer's own id, exactly as it was given. */
const getByUserId: ReadEndpoint = {
  method: 'GET',
  path: '/users-by-id/:userId',
  scope: 'profiles:read',
  toQuestion(request) {
    return { keys: [{ identifier: { kind: USER_ID, value: request.params.userId ?? '' } }] }
  },
  toAnswer: oneUser,
}

function oneUser(found: readonly Profile[], request: DialectRequest, view: WorkspaceView) {
  const version = versionOf(request)
  const profile = found[0]
  if (!profile) throw new Fault('profile_not_found')
  return { status: 200, body: renderUser(profile, version, request.workspace, view) }
}

export const endpoints: readonly Endpoint[] = [updateOrCreate, search, getById, getByUserId]
