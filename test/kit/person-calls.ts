import type { JsonObject } from '../../src/core/json.ts'
import type { WireRequest } from './http-client.ts'
import type { NewWorkspace } from './new-workspace.ts'

/** Somebody as the three dialects name them. */
export interface Named {
  userId: string
  email: string
}

type Call = (world: NewWorkspace, person: Named, attributes: JsonObject) => WireRequest

const json = { 'content-type': 'application/json' }

/** The call of each dialect that finds a person, or makes one, and sets attributes. */
export const setters: { [dialect: string]: Call } = {
  copernica: ({ tokens }, { email }, attributes) => ({
    method: 'POST',
    path: '/v4/events/user/update',
    headers: { authorization: `Bearer ${tokens.copernica?.token}`, ...json },
    body: JSON.stringify({ email, ...attributes }),
  }),
  usercom: ({ tokens }, { userId, email }, attributes) => ({
    method: 'POST',
    path: '/api/public/users/update_or_create/',
    headers: { authorization: `Token ${tokens.usercom?.token}`, ...json },
    body: JSON.stringify({ user_id: userId, email, ...attributes }),
  }),
  channeltalk: ({ tokens }, { userId, email }, attributes) => ({
    method: 'PUT',
    path: `/open/v5/users/@${userId}`,
    headers: { ...keysOf(tokens), ...json },
    body: JSON.stringify({ profile: { email, ...attributes } }),
  }),
}

/** The call of a dialect that reads a person by their own id, and what it answers of them. */
export const readers: {
  [dialect: string]: {
    request(world: NewWorkspace, person: Named): WireRequest
    attributes(body: JsonObject): JsonObject
  }
} = {
  usercom: {
    request: ({ tokens }, { userId }) => ({
      method: 'GET',
      path: `/api/public/users-by-id/${userId}/`,
      headers: { authorization: `Token ${tokens.usercom?.token}` },
    }),
    attributes: (body) =>
      Object.fromEntries(
        (body.attributes as { name: string; value: string }[]).map((one) => [one.name, one.value]),
      ),
  },
  channeltalk: {
    request: ({ tokens }, { userId }) => ({
      method: 'GET',
      path: `/open/v5/users/@${userId}`,
      headers: keysOf(tokens),
    }),
    attributes: (body) => (body.user as { profile: JsonObject }).profile,
  },
}

function keysOf(tokens: NewWorkspace['tokens']): { [name: string]: string | undefined } {
  return {
    'x-access-key': tokens.channeltalk?.accessKey,
    'x-access-secret': tokens.channeltalk?.accessSecret,
  }
}
