import { defineDialect, type Endpoint } from '../../core/dialect.ts'
import { allowHeader, methodsAt } from './allow.ts'
import { companyRecords } from './company-records.ts'
import { credentials, tokens } from './credentials.ts'
import { endpoints } from './endpoints.ts'
import { renderError } from './errors.ts'
import { parseBody } from './parse-body.ts'
import { automationPayload } from './payload.ts'

/** The language of User.com's public REST API, versions 1 and 2. See README.md. */
export const usercom = defineDialect({
  id: 'usercom',
  basePaths: ['/api/public'],
  endpoints,
  payloads: [automationPayload],
  companies: companyRecords,
  credentials,
  parseBody,
  renderError,
  headers: (endpoint) => (endpoint ? viewHeaders.get(endpoint) : undefined) ?? commonHeaders,
  crossOrigin: true,
  tokens,
  // Wire notes 2.8: what a client's author read on the vendor's page, for each key.
  rateLimit: { rule: { calls: 500, windowMs: 60_000 }, per: 'token' },
  hosts: ['*.user.com'],
  samples: (baseUrl, { token }) => [
    {
      title: 'Update or create a user',
      command: [
        `curl -X POST '${baseUrl}/api/public/users/update_or_create/'`,
        `-H 'Authorization: Token ${token}'`,
        `-H 'Content-Type: application/json'`,
        `-d '{"user_id": "my_custom_id", "first_name": "John", "last_name": "Doe"}'`,
      ].join(' '),
    },
  ],
})

/** The vendor's server sends these with every answer (wire notes 2.4). */
const commonHeaders = { vary: 'Cookie', 'x-frame-options': 'SAMEORIGIN' }

const viewHeaders: ReadonlyMap<Endpoint, { [name: string]: string }> = new Map(
  endpoints.map((endpoint) => [
    endpoint,
    { allow: allowHeader(methodsAt(`/api/public${endpoint.path}`)), ...commonHeaders },
  ]),
)
