import { askProfiles } from '../../core/ask.ts'
import type { AskingEndpoint, Endpoint } from '../../core/dialect.ts'
import { Fault, invalidField } from '../../core/errors.ts'
import type { UserView } from './render-user.ts'
import { anyKeys, isMember } from './user-path.ts'
import { onlyVersion5 } from './versions.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** How long a session may last (wire notes 1.1, row 11). */
const sessionMsMax = 30 * dayMs
/** The vendor does not say how long a user token counts. */
const userTokenMs = 30 * dayMs

/**
 * What the vendor's own pages take in place of a login. Roster has no such pages: the tokens are
 * signed and readable, and open no call here.
 */
export function tokenEndpoints(view: UserView): Endpoint[] {
  /** 11: PUT /users/@{memberId}/session-jwt/issue */
  const issueSession: AskingEndpoint = {
    method: 'PUT',
    path: '/users/:userId/session-jwt/issue',
    basePaths: onlyVersion5,
    scope: 'profiles:write',
    *ask(request, { sign }) {
      if (!isMember(request)) throw new Fault('unknown_route')
      const ms = readExpiration(request.query)
      const keys = anyKeys(request, view.ids)
      const [profile] = yield* askProfiles({ keys })
      if (!profile) throw new Fault('profile_not_found')
      const expiresAt = request.now + ms
      const sessionJWT = sign({
        sub: view.ids.show(profile, request.workspace),
        channelId: String(request.workspace.id),
        iat: seconds(request.now),
        exp: seconds(expiresAt),
      })
      // One page of the vendor calls it by the other name.
      return { status: 200, body: { sessionJWT, expiresAt, expireAt: expiresAt } }
    },
  }

  /** 12 and 13: PUT /users/{userId}/user-token/issue, and the same by member id */
  const issueUserToken: AskingEndpoint = {
    method: 'PUT',
    path: '/users/:userId/user-token/issue',
    basePaths: onlyVersion5,
    scope: 'profiles:write',
    *ask(request, { sign }) {
      const [profile] = yield* askProfiles({ keys: anyKeys(request, view.ids) })
      if (!profile) throw new Fault('profile_not_found')
      const disableAt = request.now + userTokenMs
      const token = sign({
        sub: view.ids.show(profile, request.workspace),
        channelId: String(request.workspace.id),
        use: 'user',
        iat: seconds(request.now),
        exp: seconds(disableAt),
      })
      return { status: 200, body: { token, disableAt } }
    },
  }

  return [issueSession, issueUserToken]
}

/** The query `expiration`, an ISO 8601 duration from a minute to 30 days; a minute without one. */
function readExpiration(query: string): number {
  const text = new URLSearchParams(query).get('expiration')
  if (text === null || text === '') return minuteMs
  const ms = durationMs(text)
  if (ms === null) throw invalidField('expiration', 'must be an ISO 8601 duration such as PT1M.')
  if (ms < minuteMs || ms > sessionMsMax) {
    throw invalidField('expiration', 'must be from 1 minute (PT1M) to 30 days (P30D).')
  }
  return ms
}

/** Days, hours, minutes and seconds, as Java's durations have them; null for any other text. */
function durationMs(text: string): number | null {
  const parts =
    /^P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$/i
  const found = parts.exec(text)
  if (!found || /^P$|T$/i.test(text)) return null
  const [days, hours, minutes, rest] = found.slice(1).map((part) => Number(part ?? 0))
  return Math.floor(
    (days ?? 0) * dayMs +
      (hours ?? 0) * 60 * minuteMs +
      (minutes ?? 0) * minuteMs +
      (rest ?? 0) * 1_000,
  )
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000)
}
