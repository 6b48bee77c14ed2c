import type { Endpoint, OpenEndpoint, PlainEndpoint } from '../../core/dialect.ts'
import { collectionEndpoints } from './collection-endpoints.ts'
import { readExchange } from './credentials.ts'
import { dataRequestEndpoints } from './data-request-endpoints.ts'
import { databaseEndpoints } from './database-endpoints.ts'
import { eventEndpoints } from './event-endpoints.ts'
import { fieldEndpoints } from './field-endpoints.ts'
import { interestEndpoints } from './interest-endpoints.ts'
import { logFileEndpoints } from './log-file-endpoints.ts'
import { massEndpoints } from './mass-endpoints.ts'
import { profileEndpoints } from './profile-endpoints.ts'
import { profileListEndpoints } from './profile-list-endpoints.ts'
import { subprofileEndpoints } from './subprofile-endpoints.ts'
import { unsubscribeEndpoints } from './unsubscribe-endpoints.ts'
import { webhookEndpoints } from './webhook-endpoints.ts'

const identity: PlainEndpoint = {
  method: 'GET',
  path: '/identity',
  scope: 'workspace:read',
  answer: ({ path, workspace }) => {
    const id = String(workspace.id)
    const { name } = workspace
    const account = { id, name, description: '', company: name }
    if (!/^\/+v3\//.test(path)) return { status: 200, body: account }
    const customer = { id, name, isPartner: false }
    return {
      status: 200,
      body: { ...account, customer, usedBy: [], license: { id, isTrial: false } },
    }
  },
}

/** Every call, in every version. */
export const endpoints: readonly Endpoint[] = [
  identity,
  ...eventEndpoints,
  ...databaseEndpoints,
  ...fieldEndpoints,
  ...interestEndpoints,
  ...profileListEndpoints,
  ...massEndpoints,
  ...profileEndpoints,
  ...unsubscribeEndpoints,
  ...collectionEndpoints,
  ...subprofileEndpoints,
  ...logFileEndpoints,
  ...dataRequestEndpoints,
  ...webhookEndpoints,
]

/** The exchange of an API token for a ticket. Clients use the body as it is: no end of line. */
export const openEndpoints: readonly OpenEndpoint[] = (['POST', 'GET'] as const).map((method) => ({
  method,
  path: '/',
  credentials: readExchange,
  answer: (ticket) => ({
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: ticket,
  }),
}))
