import { type Asking, askCommand, askProfilePage, askProfiles, askRecords } from '../../core/ask.ts'
import type { AskingEndpoint, DialectRequest, Endpoint } from '../../core/dialect.ts'
import { Fault, invalidField } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Profile, ProfileId } from '../../core/profile.ts'
import type { RecordId, StoredRecord } from '../../core/record.ts'
import { type ListQuery, readListQuery } from './list-query.ts'
import { CHAT, oneChatEndpoints } from './one-chat-endpoints.ts'
import { renderChat } from './render-chat.ts'
import { renderUser, type UserView } from './render-user.ts'
import { ok } from './user-answer.ts'
import { createThingIds, type ThingIds } from './user-ids.ts'
import { assertUserId, userKeys } from './user-path.ts'
import { versionOf } from './versions.ts'

const states = ['opened', 'closed', 'snoozed', 'queued', 'initial', 'missed']

/**
 * Chats in the shape that clients read. Nobody talks here: one that was begun stays open, and holds
 * no message.
 */
export function chatEndpoints(view: UserView): Endpoint[] {
  const ids = createThingIds('chat')

  /** 17: GET /users/{userId}/user-chats */
  const listOfUser: AskingEndpoint = {
    method: 'GET',
    path: '/users/:userId/user-chats',
    scope: 'profiles:read',
    *ask(request) {
      const query = readListQuery(request.query)
      const profile = yield* find(request, view)
      const { chats, next } = yield* chatPage(query, profile.id, ids, request)
      const users = new Map([[profile.id, profile]])
      const isOlder = versionOf(request) < 5
      return ok({
        ...render(chats, users, request, view, ids),
        ...(isOlder && { users: [renderUser(profile, request.workspace, view, 4)] }),
        ...next,
      })
    },
  }

  /** 18: POST /users/{userId}/user-chats */
  const create: AskingEndpoint = {
    method: 'POST',
    path: '/users/:userId/user-chats',
    scope: 'profiles:write',
    *ask(request) {
      assertUserId(request)
      const { profile, records } = yield* askCommand({
        kind: 'write-profile',
        keys: userKeys(request, view.ids),
        matchEmail: false,
        onMissing: 'refuse',
        changes: { set: { has_chat: true } },
        records: [{ op: 'put', kind: CHAT, subject: 'command', body: { state: 'opened' } }],
      })
      const chat = records?.[0]
      if (!chat || !profile) throw new Error('the chat that was begun is not there')
      const { workspace } = request
      const userChat = renderChat(chat, profile, request, view, ids)
      return ok({ userChat, user: renderUser(profile, workspace, view, versionOf(request)) })
    },
  }

  /** GET /user-chats, by which most tools find users (wire notes 1.7). */
  const listAll: AskingEndpoint = {
    method: 'GET',
    path: '/user-chats',
    scope: 'profiles:read',
    *ask(request) {
      const query = readListQuery(request.query)
      const state = query.get('state') || 'opened'
      if (!states.includes(state)) {
        throw invalidField('state', `must be one of ${states.join(', ')}.`)
      }
      if (state !== 'opened') return ok({ ...render([], new Map(), request, view, ids), users: [] })
      const { chats, next } = yield* chatPage(query, null, ids, request)
      const subjects = [...new Set(chats.map(({ subject }) => subject as ProfileId))]
      const found =
        subjects.length === 0
          ? []
          : (yield* askProfilePage({
              filter: { ids: subjects },
              page: { limit: subjects.length },
            })).profiles
      const users = new Map(found.map((profile) => [profile.id, profile]))
      const shown = found.map((one) => renderUser(one, request.workspace, view, versionOf(request)))
      return ok({ ...render(chats, users, request, view, ids), users: shown, ...next })
    },
  }

  return [listOfUser, create, listAll, ...oneChatEndpoints(view, ids)]
}

function* find(request: DialectRequest, view: UserView): Asking<Profile> {
  assertUserId(request)
  const [profile] = yield* askProfiles({ keys: userKeys(request, view.ids) })
  if (!profile) throw new Fault('profile_not_found')
  return profile
}

function* chatPage(
  { descending, limit, since }: ListQuery,
  subject: ProfileId | null,
  ids: ThingIds,
  request: DialectRequest,
): Asking<{ chats: StoredRecord[]; next: { next?: string } }> {
  const number = since === null ? undefined : ids.read(since, request.workspace)
  if (number === null) throw invalidField('since', 'is no cursor of this list.')
  const { records, next } = yield* askRecords({
    kind: CHAT,
    ...(subject === null ? {} : { subject }),
    descending,
    page: { limit, after: number as RecordId | undefined },
  })
  const last = records.at(-1)
  if (next === null || !last) return { chats: records, next: {} }
  return { chats: records, next: { next: ids.show(last.id, last.createdAt, request.workspace) } }
}

/** Lists that clients walk through are there, empty or not. */
function render(
  chats: readonly StoredRecord[],
  users: ReadonlyMap<ProfileId, Profile>,
  request: DialectRequest,
  view: UserView,
  ids: ThingIds,
): JsonObject {
  const userChats = chats.map((chat) => {
    const profile = users.get(chat.subject as ProfileId)
    return renderChat(chat, profile, request, view, ids)
  })
  return { messages: [], sessions: [], userChats, managers: [], chatTags: [] }
}
