import { defineDialect, type Sample, type ShownToken } from '../../core/dialect.ts'
import { readCredentials, tokens } from './credentials.ts'
import { endpoints, openEndpoints } from './endpoints.ts'
import { renderError } from './errors.ts'
import { parseBody } from './parse-body.ts'
import { webhookPayload } from './webhook-payload.ts'

/** The events family of Copernica's REST API, versions 1 to 4. */
export const copernica = defineDialect({
  id: 'copernica',
  basePaths: ['/v1', '/v2', '/v3', '/v4'],
  // The oldest clients name no version and mean the first (wire notes 2).
  bareBasePath: '/v1',
  endpoints,
  openEndpoints,
  payloads: [webhookPayload],
  credentials: readCredentials,
  parseBody,
  renderError,
  tokens,
  hosts: ['api.copernica.com', 'rest.copernica.com', 'authenticate.copernica.com'],
  samples: (baseUrl, token) => [
    sample(baseUrl, token, 'update', {
      email: 'john.doe@example.com',
      firstname: 'John',
      lastname: 'Doe',
    }),
    sample(baseUrl, token, 'remove', { email: 'john.doe@example.com' }),
  ],
})

function sample(baseUrl: string, shown: ShownToken, kind: string, parameters: object): Sample {
  const path = `/v4/events/user/${kind}`
  return {
    title: `Copernica: POST ${path}`,
    command: [
      `curl -i '${baseUrl}${path}'`,
      `-H 'Authorization: Bearer ${shown.token}'`,
      `-H 'Content-Type: application/json'`,
      `-d '${JSON.stringify(parameters)}'`,
    ].join(' \\\n  '),
  }
}
