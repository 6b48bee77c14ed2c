import type { Endpoint, PlainEndpoint } from '../../core/dialect.ts'
import type { JsonObject } from '../../core/json.ts'
import { chatEndpoints } from './chat-endpoints.ts'
import { eventEndpoints } from './event-endpoints.ts'
import type { UserView } from './render-user.ts'
import { tokenEndpoints } from './token-endpoints.ts'
import { ok } from './user-answer.ts'
import { userEndpoints } from './user-endpoints.ts'
import { userStateEndpoints } from './user-state-endpoints.ts'
import { webhookEndpoints } from './webhook-endpoints.ts'

/** The calls of all versions; those of wire notes 1.1 are numbered as there. */
export function createEndpoints(view: UserView): Endpoint[] {
  return [
    ...userEndpoints(view),
    ...userStateEndpoints(view),
    ...tokenEndpoints(view),
    ...eventEndpoints(view),
    ...chatEndpoints(view),
    ...webhookEndpoints(),
    readChannel,
  ]
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
