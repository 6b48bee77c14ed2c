import type { DialectRequest, DialectResponse } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Profile } from '../../core/profile.ts'
import { renderOnline, renderUser, type UserView } from './render-user.ts'
import { versionOf } from './versions.ts'

/** The vendor's UserView: the whole user, and where it is connected. */
export function userAnswer(
  profile: Profile | null | undefined,
  request: DialectRequest,
  view: UserView,
): DialectResponse {
  if (!profile) throw new Fault('profile_not_found')
  const { workspace, now } = request
  const body: JsonObject = { user: renderUser(profile, workspace, view, versionOf(request)) }
  const online = renderOnline(profile, workspace, view, now)
  if (online) body.online = online
  return ok(body)
}

export function ok(body: JsonObject): DialectResponse {
  return { status: 200, body }
}
