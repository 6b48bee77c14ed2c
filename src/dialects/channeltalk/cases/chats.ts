import type { CaseRequest, DialectCase } from '../../../core/dialect-case.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { get, holds, member, put, refused } from './expected.ts'

/** The chats of the user that the first request in `before` made. */
function chats(method: string, query = '', body?: JsonValue, version = 5): CaseRequest {
  const path = `/open/v${version}/users/{{0.user.id}}/user-chats${query}`
  return body === undefined ? { method, path } : { method, path, body }
}

const chat: JsonObject = {
  id: '<hex20>',
  channelId: '{{0.user.channelId}}',
  state: 'opened',
  managed: false,
  priority: 'medium',
  userId: '{{0.user.id}}',
  managerIds: [],
  createdAt: '<int>',
  updatedAt: '<int>',
  openedAt: '<int>',
  version: 1,
}

const empty = { messages: [], sessions: [], managers: [], chatTags: [] }
const begun: JsonObject = member({ hasChat: true, version: 2 })

/** Chats, as far as clients look at them (wire notes 1.6 and 1.7). */
export const chatCases: DialectCase[] = [
  {
    name: 'a chat is begun, and its user has one',
    before: [put({})],
    request: chats('POST'),
    response: { status: 200, body: { userChat: chat, user: begun } },
    events: [{ type: 'profile.updated', changed: ['has_chat'] }],
    differs: {
      vendor: 'Opens a conversation that people and managers write in.',
      why: 'Roster keeps users and does not talk to them: a chat has an id and stays open.',
    },
  },
  ...[{}, [], null].map((body) => ({
    name: `a chat is begun with the body ${JSON.stringify(body)}`,
    before: [put({})],
    request: chats('POST', '', body),
    response: { status: 200, bodyHolds: { userChat: { state: 'opened' } } },
    events: [{ type: 'profile.updated' }],
    source: 'recorded from clients',
  })),
  {
    name: 'a second chat changes nothing about the user',
    before: [put({}), chats('POST')],
    request: chats('POST'),
    response: { status: 200, body: { userChat: chat, user: begun } },
    events: [],
  },
  {
    name: 'a user is read as having a chat',
    before: [put({}), chats('POST')],
    request: get('/users/@m1'),
    response: holds({ hasChat: true }),
    events: [],
  },
  {
    name: 'the chats of a user are listed, the newest first',
    before: [put({ profile: { name: 'G' } }), chats('POST'), chats('POST'), put({}, 'm2')],
    request: chats('GET'),
    response: {
      status: 200,
      body: {
        ...empty,
        userChats: [
          { ...chat, id: '{{2.userChat.id}}', name: 'G' },
          { ...chat, id: '{{1.userChat.id}}', name: 'G' },
        ],
      },
    },
    events: [],
  },
  {
    name: 'a page of chats that is full says where the next begins',
    before: [put({}), chats('POST'), chats('POST')],
    request: chats('GET', '?limit=1&sortOrder=asc'),
    response: {
      status: 200,
      body: { ...empty, userChats: [{ ...chat, id: '{{1.userChat.id}}' }], next: '<hex20>' },
    },
    events: [],
  },
  {
    name: 'the next page of chats goes on behind the one before',
    before: [put({}), chats('POST'), chats('POST'), chats('GET', '?limit=1')],
    request: chats('GET', '?limit=1&since={{3.next}}'),
    response: {
      status: 200,
      body: { ...empty, userChats: [{ ...chat, id: '{{1.userChat.id}}' }] },
    },
    events: [],
  },
  {
    name: 'a user without chats has an empty list',
    before: [put({})],
    request: chats('GET'),
    response: { status: 200, body: { ...empty, userChats: [] } },
    events: [],
  },
  {
    name: 'version 4 lists the user beside the chats',
    before: [put({})],
    request: chats('GET', '', undefined, 4),
    response: { status: 200, bodyHolds: { users: [{ memberId: 'm1', unsubscribed: false }] } },
    events: [],
  },
  {
    name: 'version 3 lists chats too',
    before: [put({}), chats('POST')],
    request: chats('GET', '', undefined, 3),
    response: { status: 200, bodyHolds: { userChats: [{ state: 'opened' }] } },
    events: [],
    source: 'as in channel-api-php',
  },
  ...([3, 4] as const).map((version) => ({
    name: `version ${version} begins a chat`,
    before: [put({})],
    request: chats('POST', '', undefined, version),
    response: { status: 200, bodyHolds: { userChat: { userId: '{{0.user.id}}' } } },
    events: [{ type: 'profile.updated' }],
  })),
  ...([3, 4, 5] as const).map((version) => ({
    name: `version ${version} lists the open chats of everybody, with their users`,
    before: [put({}), chats('POST'), put({}, 'm2')],
    request: {
      method: 'GET',
      path: `/open/v${version}/user-chats?state=opened&sortOrder=desc&limit=100`,
    },
    response: {
      status: 200,
      bodyHolds: {
        ...empty,
        userChats: [{ id: '{{1.userChat.id}}', userId: '{{0.user.id}}' }],
        users: [{ id: '{{0.user.id}}', profile: {} }],
      },
    },
    events: [],
    ...(version === 5 && { source: 'as the MCP server mcp-channel-io asks' }),
  })),
  ...['closed', 'snoozed', 'queued', 'initial', 'missed'].map((state) => ({
    name: `no chat is ever ${state}`,
    before: [put({}), chats('POST')],
    request: get(`/user-chats?state=${state}`),
    response: { status: 200, body: { ...empty, userChats: [], users: [] } },
    events: [],
  })),
  {
    name: 'the chats of everybody are empty where nobody has one',
    request: get('/user-chats?state=opened'),
    response: { status: 200, body: { ...empty, userChats: [], users: [] } },
    events: [],
  },
  {
    name: 'a deleted user takes the chats along',
    before: [put({}), chats('POST'), { method: 'DELETE', path: '/open/v5/users/@m1' }],
    request: get('/user-chats?state=opened'),
    response: { status: 200, body: { ...empty, userChats: [], users: [] } },
    events: [],
  },
  {
    name: 'a list that is asked for with empty parameters is the list without them',
    before: [put({}), chats('POST')],
    request: get('/user-chats?state=&sortOrder=&since=&limit='),
    response: { status: 200, bodyHolds: { userChats: [{ id: '{{1.userChat.id}}' }] } },
    events: [],
    source: 'as tools send them that fill in a form',
  },
  ...([3, 4, 5] as const).map((version) => ({
    name: `version ${version} reads one chat, with its user`,
    before: [put({ profile: { name: 'G' } }), chats('POST')],
    request: { method: 'GET', path: `/open/v${version}/user-chats/{{1.userChat.id}}` },
    response: {
      status: 200,
      bodyHolds: {
        userChat: { ...chat, id: '{{1.userChat.id}}', name: 'G' },
        user: { id: '{{0.user.id}}', hasChat: true },
      },
    },
    events: [],
  })),
  ...([3, 4, 5] as const).map((version) => ({
    name: `version ${version} finds no message in a chat`,
    before: [put({}), chats('POST')],
    request: {
      method: 'GET',
      path: `/open/v${version}/user-chats/{{1.userChat.id}}/messages?sortOrder=desc&limit=10`,
    },
    response: { status: 200, body: { messages: [] } },
    events: [],
    ...(version === 5 && { source: 'as the MCP server mcp-channel-io asks' }),
  })),
  ...['5ec3a01fe2b3f4d2cbc5', '1', '{{0.user.id}}'].flatMap((id) =>
    ['', '/messages'].map((below) => ({
      name: `no chat is found at ${id.replace('{{0.user.id}}', '{userId}')}${below}`,
      before: [put({}), chats('POST')],
      request: get(`/user-chats/${id}${below}`),
      response: refused(404, 'notFound'),
      events: [],
    })),
  ),
  {
    name: 'the chat of a deleted user is gone',
    before: [put({}), chats('POST'), { method: 'DELETE', path: '/open/v5/users/@m1' }],
    request: get('/user-chats/{{1.userChat.id}}'),
    response: refused(404, 'notFound'),
    events: [],
  },
  {
    name: 'chats in a state that is none are refused by name',
    request: get('/user-chats?state=open'),
    response: refused(422, 'invalidField', 'state'),
    events: [],
  },
  {
    name: 'chats behind a cursor that is none are refused by name',
    before: [put({})],
    request: chats('GET', '?since=7'),
    response: refused(422, 'invalidField', 'since'),
    events: [],
  },
  {
    name: 'chats are not begun by member id',
    before: [put({})],
    request: { method: 'POST', path: '/open/v5/users/@m1/user-chats' },
    response: refused(404, 'unknownRoute'),
    events: [],
  },
]
