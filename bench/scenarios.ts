import { type TSchema, Type } from 'typebox'
import type { ShownToken } from '../src/core/dialect.ts'
import type { WireRequest } from '../test/kit/http-client.ts'

/** Somebody who is in the store already. */
export interface BenchPerson {
  number: number
  userId: string
  email: string
  firstName: string
  lastName: string
  /** Channel Talk's id. */
  channelId: string
}

/** One of the documented main calls, as the bench makes it. */
export interface Scenario {
  name: string
  dialect: string
  method: 'GET' | 'POST' | 'PATCH'
  /** As the bare server routes it. */
  route: string
  /** The same schema for both; Roster checks more than this says. None where there is no body. */
  body: TSchema | null
  /** Whether a person can be hit only once. */
  once: boolean
  request(person: BenchPerson, change: string, token: ShownToken): WireRequest
}

const text = Type.String()
const userEvent = Type.Object({
  email: text,
  firstname: Type.Optional(text),
  lastname: Type.Optional(text),
  note: Type.Optional(text),
})

/** Updates change one value of an existing person each time; the rest is sent along unchanged. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'POST /v4/events/user/update',
    dialect: 'copernica',
    method: 'POST',
    route: '/v4/events/user/update',
    body: userEvent,
    once: false,
    request: (person, change, token) =>
      copernica('update', token, {
        email: person.email,
        firstname: person.firstName,
        lastname: person.lastName,
        note: change,
      }),
  },
  {
    name: 'POST /api/public/users/update_or_create/',
    dialect: 'usercom',
    method: 'POST',
    route: '/api/public/users/update_or_create/',
    body: Type.Object({
      user_id: text,
      first_name: Type.Optional(text),
      last_name: Type.Optional(text),
    }),
    once: false,
    request: (person, change, token) => ({
      method: 'POST',
      path: '/api/public/users/update_or_create/',
      headers: { authorization: `Token ${token.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        user_id: person.userId,
        first_name: `${person.firstName} ${change}`.slice(0, 40),
        last_name: person.lastName,
      }),
    }),
  },
  {
    name: 'PATCH /open/v5/users/{userId}',
    dialect: 'channeltalk',
    method: 'PATCH',
    route: '/open/v5/users/:userId',
    body: Type.Object({
      profile: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      profileOnce: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      tags: Type.Optional(Type.Array(text)),
      unsubscribeEmail: Type.Optional(Type.Boolean()),
      unsubscribeTexting: Type.Optional(Type.Boolean()),
    }),
    once: false,
    request: (person, change, token) => ({
      method: 'PATCH',
      path: `/open/v5/users/${person.channelId}`,
      headers: {
        'x-access-key': token.accessKey,
        'x-access-secret': token.accessSecret,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        profile: {
          name: `${person.firstName} ${person.lastName}`,
          // One number for each person, so that reading it is work that nobody has done before.
          mobileNumber: `+8210${String(person.number).padStart(8, '2')}`,
          property1: change,
          property2: 123,
        },
        profileOnce: {},
        tags: ['tag1', 'tag2'],
        unsubscribeEmail: false,
        unsubscribeTexting: false,
      }),
    }),
  },
  {
    name: 'GET /api/public/users-by-id/{user_id}/',
    dialect: 'usercom',
    method: 'GET',
    route: '/api/public/users-by-id/:userId/',
    body: null,
    once: false,
    request: (person, _, token) => ({
      method: 'GET',
      path: `/api/public/users-by-id/${person.userId}/`,
      headers: { authorization: `Token ${token.token}` },
    }),
  },
  // Last, because it leaves nobody behind.
  {
    name: 'POST /v4/events/user/remove',
    dialect: 'copernica',
    method: 'POST',
    route: '/v4/events/user/remove',
    body: userEvent,
    once: true,
    request: (person, _, token) =>
      copernica('remove', token, {
        email: person.email,
        firstname: person.firstName,
        lastname: person.lastName,
      }),
  },
]

function copernica(kind: string, token: ShownToken, body: object): WireRequest {
  return {
    method: 'POST',
    path: `/v4/events/user/${kind}`,
    headers: { authorization: `Bearer ${token.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
}
