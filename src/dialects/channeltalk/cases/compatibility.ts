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
    channel(5),
    ...users(4),
    channel(4),
    ...users(3),
    channel(3),
  ],
  missing: [],
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

function channel(version: Version): SupportedCall {
  return {
    method: 'GET',
    path: `/open/v${version}/channel`,
    does: 'Names the workspace the keys belong to.',
  }
}
