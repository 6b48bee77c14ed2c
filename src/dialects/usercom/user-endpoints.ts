import { askCommand, askProfilePage } from '../../core/ask.ts'
import type { AskingEndpoint, DialectRequest, Endpoint } from '../../core/dialect.ts'
import { listFilter } from './lookups.ts'
import { invalidPage, pageWanted, showPage } from './paging.ts'
import { parameters } from './query.ts'
import { noContent } from './requests.ts'
import { showUser, showUsers } from './show-users.ts'
import { shownId } from './shown-ids.ts'
import { readUserBody } from './user-body.ts'
import { findUser, keysOfUserId, onUser } from './user-paths.ts'
import { versionOf } from './version.ts'
import { unknownNames, writeUser } from './write-user.ts'

/**
 * `POST /users/update_or_create/`: the seed. Finds by the customer's own id, and by e-mail where
 * the workspace matches on it; answers 200 whether it created or updated (wire notes 3).
 */
const updateOrCreate: AskingEndpoint = {
  method: 'POST',
  path: '/users/update_or_create',
  scope: 'profiles:write',
  *ask(request) {
    const body = readUserBody(request.body, versionOf(request))
    const keys = body.userId === undefined ? [] : keysOfUserId(body.userId)
    const whom = { keys, matchEmail: true, onMissing: 'create' } as const
    const { foundBy, profile } = yield* writeUser(request, whom, body, unknownNames(request))
    if (profile === null) throw new Error('An upsert was committed without a profile.')
    return { status: 200, body: { created: foundBy === 'created', id: shownId(profile) } }
  },
}

/** `GET /users/`: by id, in pages of a hundred (wire notes 2.9 and 6.5). */
const list: AskingEndpoint = {
  method: 'GET',
  path: '/users',
  scope: 'profiles:read',
  *ask(request, view) {
    versionOf(request)
    const given = parameters(request.query)
    const page = pageWanted(given.get('page')?.text)
    if (!page) return invalidPage
    const filter = yield* listFilter(given, view)
    if (filter === 'nobody') return showPage(request, page, 0, [])
    const { offset, limit } = page
    const found = yield* askProfilePage({ filter, page: { offset, limit }, total: true })
    const users = yield* showUsers(found.profiles, request, view)
    return showPage(request, page, found.total ?? 0, users)
  },
}

/** `POST /users/`: always somebody new, so it never matches by e-mail (wire notes 6.2). */
const create: AskingEndpoint = {
  method: 'POST',
  path: '/users',
  scope: 'profiles:write',
  *ask(request, view) {
    const body = readUserBody(request.body, versionOf(request))
    const whom = { keys: [], matchEmail: false, onMissing: 'create' as const }
    const { profile } = yield* writeUser(request, whom, body, unknownNames(request))
    if (profile === null) throw new Error('A user was created without a profile.')
    return { status: 201, body: yield* showUser(profile, request, view) }
  },
}

const read = onUser('GET', '', 'profiles:read', function* (request, keys, view) {
  versionOf(request)
  const profile = yield* findUser(keys)
  return { status: 200, body: yield* showUser(profile, request, view) }
})

/** Both are partial: what the body does not name stays (wire notes 6.3). */
const update = (method: 'PUT' | 'PATCH') =>
  onUser(method, '', 'profiles:write', function* (request, keys, view) {
    const body = readUserBody(request.body, versionOf(request))
    const whom = { keys, matchEmail: false, onMissing: 'refuse' } as const
    const { profile } = yield* writeUser(request, whom, body, unknownNames(request))
    if (profile === null) throw new Error('A user was updated without a profile.')
    return { status: 200, body: yield* showUser(profile, request, view) }
  })

const remove = onUser('DELETE', '', 'profiles:write', function* (request: DialectRequest, keys) {
  versionOf(request)
  yield* askCommand({ kind: 'remove-profile', keys })
  return noContent
})

export const userEndpoints: readonly Endpoint[] = [
  list,
  create,
  updateOrCreate,
  ...read,
  ...update('PUT'),
  ...update('PATCH'),
  ...remove,
]
