import type { JsonObject } from '../../core/json.ts'
import type { Payload } from '../../core/payload.ts'
import { showUsersAs } from './show-users.ts'
import { dateTime } from './user-object.ts'

/**
 * What the "API call" module of an automation posts (wire notes 11). `path` numbers the way of one
 * user through an automation there; here it is the event that the rule reacted to. A rule about
 * nobody has no user, as with the module's switch that leaves it out.
 */
export const automationPayload: Payload = {
  name: 'usercom',
  *render({ event, person, workspace, plannedAt, given }, view) {
    const people = person ? [person] : []
    const [user] = yield* showUsersAs(people, 1, workspace, view)
    const body: JsonObject = {
      path: event.id,
      // With an offset here, where the REST API has Z.
      timestamp: dateTime(plannedAt).replace('Z', '+00:00'),
      extra: given ?? {},
      ...(user && { user }),
    }
    return { contentType: 'application/json', body: JSON.stringify(body) }
  },
}
