import type { Compatibility } from '../../../core/dialect-case.ts'

export const compatibility: Compatibility = {
  title: 'Channel Talk Open API',
  intro:
    'What of the Open API of Channel Talk (channel.io) a client finds here. [The README of the dialect](../../src/dialects/channeltalk/README.md) tells how its fields and ids are stored.',
  calls: [
    {
      method: 'POST',
      path: '/open/v5/users',
      does: 'Makes a lead from a profile.',
    },
    { method: 'GET', path: '/open/v5/users/{userId}', does: 'Reads a user by its id.' },
    { method: 'PATCH', path: '/open/v5/users/{userId}', does: 'Changes a user.' },
    {
      method: 'GET',
      path: '/open/v5/users/@{memberId}',
      does: 'Reads a member by your own id.',
    },
    {
      method: 'PUT',
      path: '/open/v5/users/@{memberId}',
      does: 'Changes the member with your own id, and creates it where there is none.',
    },
    {
      method: 'GET',
      path: '/open/v5/channel',
      does: 'Names the workspace the keys belong to.',
    },
  ],
  missing: [],
}
