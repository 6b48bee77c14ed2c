import { type Asking, askProfilePage, askProfiles } from '../../core/ask.ts'
import type {
  AskingEndpoint,
  AskingView,
  DialectRequest,
  DialectResponse,
  Question,
} from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { canonicalEmail, EMAIL } from '../../core/profile.ts'
import { listFilter } from './lookups.ts'
import { invalidPage, pageWanted, showPage, showSome } from './paging.ts'
import { type Parameter, parameters } from './query.ts'
import { showUser, showUsers } from './show-users.ts'
import { keysOfKey } from './shown-ids.ts'
import { keysOfUserId } from './user-paths.ts'
import { versionOf } from './version.ts'

/** How many users one address or number may find; a bound on the answer, far above real ones. */
const foundMax = 1_000
const searchable = ['email', 'key', 'phone_number'] as const

/**
 * `GET /users/search/` (wire notes 6.4). Who asks for one user and gets none gets an empty body
 * with the 404: shops test for exactly that. An empty value finds nobody.
 */
const search: AskingEndpoint = {
  method: 'GET',
  path: '/users/search',
  scope: 'profiles:read',
  *ask(request, view) {
    const version = versionOf(request)
    const given = parameters(request.query)
    const by = searchable.find((name) => given.has(name))
    if (by === undefined) return yield* searchByAttributes(request, given, view)
    const question = questionOf(by, given.get(by) ?? { text: '', plusKept: '' }, request)
    const many = by === 'email' && /^(true|1)$/i.test(given.get('many')?.text ?? '')
    const paged = by === 'phone_number' && version === 2
    if (!many && !paged) return yield* showOne(question, request, view)
    const found = question ? yield* askProfiles({ ...question, limit: foundMax }) : []
    if (many) return { status: 200, body: yield* showUsers(found, request, view) }
    const page = pageWanted(given.get('page')?.text)
    if (!page) return invalidPage
    const { offset, limit } = page
    const users = yield* showUsers(found.slice(offset, offset + limit), request, view)
    return showPage(request, page, found.length, users)
  },
}

/** `GET /users-by-id/search/?user_id=`: old clients ask here; `custom_id` is the newer name. */
const searchByUserId: AskingEndpoint = {
  method: 'GET',
  path: '/users-by-id/search',
  scope: 'profiles:read',
  *ask(request, view) {
    versionOf(request)
    const given = parameters(request.query)
    const value = given.get('user_id') ?? given.get('custom_id')
    if (value === undefined) throw notServed('/users-by-id/search/ takes user_id')
    const keys = [...new Set([value.text, value.plusKept])].flatMap(keysOfUserId)
    return yield* showOne(value.text === '' ? null : { keys }, request, view)
  },
}

function* showOne(
  question: Question | null,
  request: DialectRequest,
  view: AskingView,
): Asking<DialectResponse> {
  const [first] = question ? yield* askProfiles(question) : []
  return first ? { status: 200, body: yield* showUser(first, request, view) } : { status: 404 }
}

function questionOf(
  by: (typeof searchable)[number],
  { text, plusKept }: Parameter,
  { workspace }: DialectRequest,
): Question | null {
  if (text === '') return null
  switch (by) {
    case 'email': {
      // No address has a blank in it, so there `+` can only have meant itself.
      const value = canonicalEmail(text.includes(' ') ? plusKept : text)
      return { identifier: { kind: EMAIL, value }, limit: 1 }
    }
    case 'key':
      return { keys: keysOfKey(text, workspace) }
    case 'phone_number':
      return { phones: [...new Set([text, plusKept])], limit: 1 }
  }
}

function* searchByAttributes(
  request: DialectRequest,
  given: ReadonlyMap<string, Parameter>,
  view: AskingView,
): Asking<DialectResponse> {
  const filter = yield* listFilter(given, view)
  if (filter === 'nobody') return showSome(request, given.get('page')?.text, [])
  if (Object.keys(filter).length === 0) throw notServed(asked(given))
  const page = pageWanted(given.get('page')?.text)
  if (!page) return invalidPage
  const { offset, limit } = page
  const found = yield* askProfilePage({ filter, page: { offset, limit }, total: true })
  const users = yield* showUsers(found.profiles, request, view)
  return showPage(request, page, found.total ?? 0, users)
}

function asked(given: ReadonlyMap<string, Parameter>): string {
  const served = 'Users can be searched by email, key, phone_number or an attribute'
  const [name] = given.keys()
  if (name === undefined) return served
  return `${served}; there is no attribute "${name.slice(0, limits.nameLengthMax)}"`
}

function notServed(message: string): Fault {
  return new Fault('malformed_request', { message: `${message}.` })
}

export const searchEndpoints = [search, searchByUserId]
