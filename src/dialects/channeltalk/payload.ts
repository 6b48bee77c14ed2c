import { Fault } from '../../core/errors.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { Payload, PayloadInput } from '../../core/payload.ts'
import { renderUser, type UserView } from './render-user.ts'

/**
 * What the vendor sends to a webhook about a user (wire notes 5): what happened, to what, and the
 * User object as a call answers it.
 */
export function userPayload(view: UserView): Payload {
  return {
    name: 'channeltalk',
    // biome-ignore lint/correctness/useYield: it asks for nothing
    *render({ event, person, workspace, given }: PayloadInput) {
      if (!person) throw new Fault('profile_not_found', { message: 'The event is about nobody.' })
      const isOlder = isObject(given) && given.apiVersion === 'v4'
      const body: JsonObject = {
        event: endTypes.includes(event.type) ? 'delete' : 'upsert',
        type: 'user',
        entity: renderUser(person, workspace, view, isOlder ? 4 : 5),
        refers: {},
      }
      return { contentType: 'application/json', body: JSON.stringify(body) }
    },
  }
}

/** Events by which somebody is no longer there. */
export const endTypes: readonly string[] = ['profile.removed', 'profile.absorbed']
