import type { Compatibility, SupportedCall } from '../../../core/dialect-case.ts'
import type { Version } from '../versions.ts'

export const compatibility: Compatibility = {
  title: 'Channel Talk Open API',
  intro:
    'What of the Open API of Channel Talk (channel.io) a client finds here. [The README of the dialect](../../src/dialects/channeltalk/README.md) tells how its fields and ids are stored.',
  calls: [
    ...users(5),
    {
      method: 'POST',
      path: '/open/v5/users',
      does: 'Makes a lead from a profile.',
    },
    {
      method: 'POST',
      path: '/open/v5/users/{userId}/touch',
      does: 'Says that the user was here now; counts a session.',
    },
    {
      method: 'PUT',
      path: '/open/v5/users/@{memberId}/session-jwt/issue',
      does: 'Issues a session, for a minute or up to 30 days.',
    },
    {
      method: 'PUT',
      path: '/open/v5/users/{userId}/user-token/issue',
      does: 'Issues a user token.',
    },
    {
      method: 'PUT',
      path: '/open/v5/users/@{memberId}/user-token/issue',
      does: 'The same by your own id.',
    },
    ...others(5),
    ...users(4),
    ...others(4),
    ...users(3),
    ...others(3),
  ],
  missing: [
    {
      what: 'Webhooks about chats and messages (`userChat.opened`, `message.created.*`)',
      why: 'They are taken as by the vendor, also within `*`, and nothing is ever sent for them: nobody writes here, and a chat that is begun by a call is news to nobody. Users are told of.',
    },
    {
      what: '`veilId`, `unifiedId`, `web`, `mobile`, `latitude`, `longitude`, `popUpChatId`, `mainChatId`, `managedKey`, `userImportTags` of a user',
      why: 'They come from the vendor’s widget in a browser or an app, its desk and its imports, which do not exist here.',
    },
    {
      what: 'Writing messages, changing chats, groups, managers, bots and chat tags',
      why: 'Roster keeps users; it is no place where people write to each other.',
    },
    {
      what: 'Paths without a version, such as `/open/users/{userId}`',
      why: 'Whether the vendor has them is not known: one client’s test names them, and no document does.',
    },
    {
      what: 'Looking up what a session or a user token stands for',
      why: 'Only the vendor’s own pages take them.',
    },
  ],
}

/** The calls on users that every version has. */
function users(version: Version): SupportedCall[] {
  const path = `/open/v${version}/users`
  return [
    { method: 'GET', path: `${path}/{userId}`, does: 'Reads a user by its id.' },
    { method: 'PATCH', path: `${path}/{userId}`, does: 'Changes a user.' },
    { method: 'DELETE', path: `${path}/{userId}`, does: 'Removes a user.' },
    { method: 'GET', path: `${path}/@{memberId}`, does: 'Reads a member by your own id.' },
    {
      method: 'PUT',
      path: `${path}/@{memberId}`,
      does: 'Changes the member with your own id, and creates it where there is none.',
    },
    { method: 'DELETE', path: `${path}/@{memberId}`, does: 'Removes a member by your own id.' },
    { method: 'POST', path: `${path}/{userId}/block`, does: 'Blocks a user.' },
    { method: 'DELETE', path: `${path}/{userId}/block`, does: 'Unblocks a user.' },
  ]
}

/** The calls on what belongs to users, and on the workspace. */
function others(version: Version): SupportedCall[] {
  const path = `/open/v${version}`
  const user = `${path}/users/{userId}`
  return [
    { method: 'GET', path: `${user}/events`, does: 'Lists events of free names.' },
    { method: 'POST', path: `${user}/events`, does: 'Records an event.' },
    { method: 'DELETE', path: `${user}/events/{eventId}`, does: 'Hides an event.' },
    {
      method: 'GET',
      path: `${user}/user-chats`,
      does: 'Lists chats.',
      limits: 'Chats have no messages here.',
    },
    { method: 'POST', path: `${user}/user-chats`, does: 'Begins a chat.' },
    {
      method: 'GET',
      path: `${path}/user-chats`,
      does: 'Lists the chats of everybody, with their users.',
    },
    {
      method: 'GET',
      path: `${path}/user-chats/{chatId}`,
      does: 'Reads a chat, with its user.',
    },
    {
      method: 'GET',
      path: `${path}/user-chats/{chatId}/messages`,
      does: 'Lists the messages of a chat.',
      limits: 'There are none, so that tools which look for some find an empty list.',
    },
    { method: 'GET', path: `${path}/channel`, does: 'Names the workspace the keys belong to.' },
    { method: 'GET', path: `${path}/webhooks`, does: 'Lists webhooks.' },
    {
      method: 'POST',
      path: `${path}/webhooks`,
      does: 'Makes a webhook.',
      limits: 'It is told of users, and blocked after 100 failures in a row.',
    },
    { method: 'GET', path: `${path}/webhooks/{webhookId}`, does: 'Reads a webhook.' },
    { method: 'PATCH', path: `${path}/webhooks/{webhookId}`, does: 'Changes or unblocks one.' },
    { method: 'DELETE', path: `${path}/webhooks/{webhookId}`, does: 'Deletes a webhook.' },
  ]
}
