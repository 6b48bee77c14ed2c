import { defineDialect, type Scope, type TokenShape } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { parseJson } from '../../lib/parse-json.ts'
import { renderProblem } from './problem.ts'
import { sessionCredentials } from './session-cookie.ts'

/** Every scope there is, each named `resource:verb`. */
export const nativeScopes: readonly Scope[] = [
  'events:read',
  'events:write',
  'profiles:read',
  'profiles:write',
  'profiles:erase',
  'rules:read',
  'rules:write',
  'runs:read',
  'runs:write',
  'destinations:read',
  'destinations:write',
  'deliveries:read',
  'deliveries:write',
  'tokens:read',
  'tokens:write',
  'workspace:read',
  'workspace:write',
  'audit:read',
  'workspaces:manage',
  'console:use',
]

export const nativePath = '/api/v1'

/**
 * Roster's own API as far as it is like any other: its path, its tokens, its bodies and its
 * refusals. Its calls are the routes of this folder, which have the store at hand.
 */
export const native = defineDialect({
  id: 'native',
  basePaths: [nativePath],
  endpoints: [],
  scopes: nativeScopes,
  credentials(head) {
    const { authorization } = head.headers
    if (authorization === undefined) return sessionCredentials(head)
    const [scheme, token, ...more] = authorization.split(' ').filter(Boolean)
    if (scheme?.toLowerCase() !== 'bearer') throw new Fault('missing_credentials')
    if (more.length > 0) throw new Fault('malformed_credentials')
    return readToken(token ?? '')
  },
  parseBody(text, head) {
    if (text.trim() === '') return undefined
    const type = (head.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
    if (type !== 'application/json' && !/^application\/[\w.-]+\+json$/.test(type)) {
      const given =
        type === '' ? 'No content type was given' : `"${type.slice(0, 100)}" is not taken`
      throw new Fault('unsupported_media_type', { message: `${given}; send application/json.` })
    }
    const parsed = parseJson(text)
    if ('wrong' in parsed) throw new Fault('malformed_body', { message: parsed.wrong })
    return parsed.value
  },
  renderError: renderProblem,
  rateLimit: {
    rule: { calls: limits.nativeCallsMax, windowMs: 60_000 },
    wide: { calls: limits.nativeBurstMax, refillPerSecond: limits.nativeCallsPerSecondMax },
    per: 'token',
  },
  crossOrigin: true,
  tokens: makeTokens(),
  samples: (baseUrl, { token }) => [
    {
      title: 'Write a profile',
      command: [
        `curl -X PUT '${baseUrl}${nativePath}/profiles/by/user_id/my_custom_id'`,
        `-H 'Authorization: Bearer ${token}'`,
        `-H 'Content-Type: application/json'`,
        `-d '{"set": {"email": "john@example.com", "first_name": "John"}}'`,
      ].join(' '),
    },
    {
      title: 'Send an event',
      command: [
        `curl -X POST '${baseUrl}${nativePath}/events'`,
        `-H 'Authorization: Bearer ${token}'`,
        `-H 'Content-Type: application/json'`,
        `-d '{"type": "order.paid", "identifiers": {"user_id": "my_custom_id"}}'`,
      ].join(' '),
    },
  ],
})

/** @throws Fault `malformed_credentials` where the text is no token of this form. */
export function readToken(token: string): { publicPart: string; secret: string } {
  const match = tokenPattern.exec(token)
  if (!match) throw new Fault('malformed_credentials')
  return { publicPart: match[1] as string, secret: match[2] as string }
}

/** `rst_`, a part that names the token, and its secret: a form that scanners for secrets know. */
const tokenPattern = /^rst_([0-9a-f]{16})_([0-9a-f]{48})$/

function makeTokens(): TokenShape {
  return {
    make(random) {
      const publicPart = random(8).toString('hex')
      const secret = random(24).toString('hex')
      return { publicPart, secret, shown: { token: `rst_${publicPart}_${secret}` } }
    },
  }
}
