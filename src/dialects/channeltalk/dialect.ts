import {
  type Credentials,
  type Dialect,
  defineDialect,
  type RequestHead,
} from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import type { JsonValue } from '../../core/json.ts'
import { createEndpoints } from './endpoints.ts'
import { renderError } from './errors.ts'
import { parseLeadForm } from './parse-lead-form.ts'
import { userPayload } from './payload.ts'
import { createPhoneNumbers } from './phone-numbers.ts'
import { rateLimit } from './rate-limit.ts'
import { samples } from './samples.ts'
import { createUserIds } from './user-ids.ts'
import { basePaths } from './versions.ts'

const view = { ids: createUserIds(), phones: createPhoneNumbers() }

/** Channel Talk (channel.io), Open API versions 3 to 5: https://developers.channel.io */
export const channeltalk: Dialect = defineDialect({
  id: 'channeltalk',
  basePaths,
  endpoints: createEndpoints(view),
  payloads: [userPayload(view)],
  credentials: readCredentials,
  parseBody,
  renderError,
  tokens: {
    make(random) {
      const publicPart = random(10).toString('hex')
      const secret = random(16).toString('hex')
      return { publicPart, secret, shown: { accessKey: publicPart, accessSecret: secret } }
    },
  },
  rateLimit,
  hosts: ['api.channel.io'],
  samples,
})

/** Two headers, both required on every call (wire notes 4.1). */
function readCredentials({ headers }: RequestHead): Credentials {
  const publicPart = headers['x-access-key']
  const secret = headers['x-access-secret']
  if (!publicPart || !secret) throw new Fault('missing_credentials')
  if (typeof publicPart !== 'string' || !/^[0-9a-f]{20}$/.test(publicPart)) {
    throw new Fault('malformed_credentials')
  }
  if (typeof secret !== 'string' || !/^[0-9a-f]{32}$/.test(secret)) {
    throw new Fault('malformed_credentials')
  }
  return { publicPart, secret }
}

/**
 * JSON, and for the one POST also a form. Without a body the content type says nothing: real
 * clients send a form's, or JSON's, with no bytes behind it (wire notes 8.1).
 */
function parseBody(text: string, head: RequestHead): JsonValue | undefined {
  if (text === '') return undefined
  const type = (head.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'application/json') return parseJson(text)
  if (head.method !== 'POST') {
    throw new Fault('unsupported_media_type', { message: 'Send the body as application/json.' })
  }
  if (type === 'application/x-www-form-urlencoded') return parseLeadForm(text)
  throw new Fault('unsupported_media_type', {
    message: 'Send the body as application/json or application/x-www-form-urlencoded.',
  })
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch (cause) {
    throw new Fault('malformed_body', { message: 'The body is not valid JSON.', cause })
  }
}
