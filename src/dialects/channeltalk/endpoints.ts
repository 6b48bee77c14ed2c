import type { Applied, Key } from '../../core/command.ts'
import type {
  DialectRequest,
  DialectResponse,
  Endpoint,
  PlainEndpoint,
  ReadEndpoint,
  WriteEndpoint,
} from '../../core/dialect.ts'
import { Fault, invalidField } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { assertText } from '../../core/normalise.ts'
import { type Identifier, type Profile, USER_ID } from '../../core/profile.ts'
import { createPhoneNumbers } from './phone-numbers.ts'
import { type ReadContext, readChanges, readLead } from './read-changes.ts'
import { renderUser } from './render-user.ts'
import { createUserIds } from './user-ids.ts'

/** memberId is at most this long and holds no white space (wire notes 1.2). */
const memberIdLengthMax = 64

/**
 * The calls, numbered as in wire notes 1.1. A path parameter that begins with `@` is the customer's
 * own member id, any other is the vendor's user id; both have the same route.
 */
export function createEndpoints(): Endpoint[] {
  const view = { ids: createUserIds(), phones: createPhoneNumbers() }
  const context = ({ workspace }: DialectRequest): ReadContext => ({
    phones: view.phones,
    settings: workspace.settings,
  })
  const keys = (request: DialectRequest): Key[] => {
    const found = view.ids.keys(segment(request), request.workspace)
    if (found.length === 0) throw new Fault('profile_not_found')
    return found
  }
  const answer = (profile: Profile | null | undefined, request: DialectRequest) => {
    if (!profile) throw new Fault('profile_not_found')
    return ok({ user: renderUser(profile, request.workspace, view) })
  }
  const toResponse = (applied: Applied, request: DialectRequest) => answer(applied.profile, request)

  /** 3: PATCH /users/{userId} */
  const update: WriteEndpoint = {
    method: 'PATCH',
    path: '/users/:userId',
    scope: 'profiles:write',
    toCommand(request) {
      if (isMember(request)) throw new Fault('method_not_allowed', { allow: ['GET', 'PUT'] })
      const changes = readChanges(request.body, context(request))
      const found = keys(request)
      return { kind: 'write-profile', keys: found, matchEmail: false, onMissing: 'refuse', changes }
    },
    toResponse,
  }

  /** 6: PUT /users/@{memberId} */
  const upsert: WriteEndpoint = {
    method: 'PUT',
    path: '/users/:userId',
    scope: 'profiles:write',
    toCommand(request) {
      if (!isMember(request)) throw new Fault('method_not_allowed', { allow: ['GET', 'PATCH'] })
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
    toQuestion(request) {
      return {
        keys: isMember(request) ? [{ identifier: readMemberId(request) }] : keys(request),
      }
    },
    toAnswer: (found, request) => answer(found[0], request),
  }

  /** 1: POST /users */
  const createLead: WriteEndpoint = {
    method: 'POST',
    path: '/users',
    scope: 'profiles:write',
    toCommand(request) {
      const changes = readLead(request.body, context(request))
      return { kind: 'write-profile', keys: [], matchEmail: false, onMissing: 'create', changes }
    },
    toResponse,
  }

  return [update, upsert, read, createLead, readChannel]
}

/** GET /channel, by which many clients try their keys (wire notes 1.7). */
const readChannel: PlainEndpoint = {
  method: 'GET',
  path: '/channel',
  scope: 'workspace:read',
  answer({ workspace }) {
    const { id, name, createdAt, settings } = workspace
    const channel: JsonObject = { id: String(id), name, createdAt }
    if (settings.phoneRegion !== null) channel.country = settings.phoneRegion
    return ok({ channel })
  },
}

function segment(request: DialectRequest): string {
  return request.params.userId ?? ''
}

function isMember(request: DialectRequest): boolean {
  return segment(request).startsWith('@')
}

function readMemberId(request: DialectRequest): Identifier {
  const value = segment(request).slice(1)
  if (value === '') throw invalidField('memberId', 'is required.')
  assertText('memberId', value, memberIdLengthMax)
  if (/\s/.test(value)) throw invalidField('memberId', 'must not hold white space.')
  return { kind: USER_ID, value }
}

function ok(body: JsonObject): DialectResponse {
  return { status: 200, body }
}
