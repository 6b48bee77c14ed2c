import { type Asking, askProfiles, askRecord } from '../../core/ask.ts'
import type { AskingEndpoint, DialectRequest, Endpoint } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import type { RecordId, StoredRecord } from '../../core/record.ts'
import { readListQuery } from './list-query.ts'
import { renderChat } from './render-chat.ts'
import { renderUser, type UserView } from './render-user.ts'
import { ok } from './user-answer.ts'
import type { ThingIds } from './user-ids.ts'
import { versionOf } from './versions.ts'

export const CHAT = 'channeltalk.chat'

/** One chat and what was said in it, which is nothing: tools that list chats ask for both. */
export function oneChatEndpoints(view: UserView, ids: ThingIds): Endpoint[] {
  const read: AskingEndpoint = {
    method: 'GET',
    path: '/user-chats/:chatId',
    scope: 'profiles:read',
    *ask(request) {
      const chat = yield* find(request, ids)
      const key = chat.subject === null ? [] : [{ profile: chat.subject }]
      const [profile] = yield* askProfiles({ keys: key })
      const { workspace } = request
      return ok({
        userChat: renderChat(chat, profile, request, view, ids),
        ...(profile && { user: renderUser(profile, workspace, view, versionOf(request)) }),
      })
    },
  }

  const listMessages: AskingEndpoint = {
    method: 'GET',
    path: '/user-chats/:chatId/messages',
    scope: 'profiles:read',
    *ask(request) {
      readListQuery(request.query)
      yield* find(request, ids)
      return ok({ messages: [] })
    },
  }

  return [read, listMessages]
}

function* find(request: DialectRequest, ids: ThingIds): Asking<StoredRecord> {
  const { chatId = '' } = request.params
  const number = ids.read(chatId, request.workspace)
  const chat = number === null ? null : yield* askRecord(CHAT, { id: number as RecordId })
  if (!chat || ids.show(chat.id, chat.createdAt, request.workspace) !== chatId) {
    throw new Fault('record_not_found', { message: 'There is no such chat.' })
  }
  return chat
}
