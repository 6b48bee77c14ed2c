import type { Endpoint } from '../../core/dialect.ts'
import { attributeEndpoints } from './attribute-endpoints.ts'
import { companyEndpoints } from './company-endpoints.ts'
import { companyMemberEndpoints } from './company-member-endpoints.ts'
import { eventEndpoints } from './event-endpoints.ts'
import { listEndpoints } from './list-endpoints.ts'
import { massUpdateEndpoints } from './mass-update.ts'
import { mergeEndpoint } from './merge-users.ts'
import { searchEndpoints } from './search.ts'
import { tagEndpoints } from './tag-endpoints.ts'
import { userAttributeEndpoints } from './user-attribute-endpoints.ts'
import { userEndpoints } from './user-endpoints.ts'
import { userListEndpoints } from './user-list-endpoints.ts'
import { userTagEndpoints } from './user-tag-endpoints.ts'

/** Every call; on one path in the order in which `Allow` names the methods. */
export const endpoints: readonly Endpoint[] = [
  ...userEndpoints,
  ...searchEndpoints,
  ...userAttributeEndpoints,
  ...userTagEndpoints,
  ...userListEndpoints,
  ...eventEndpoints,
  ...massUpdateEndpoints,
  mergeEndpoint,
  ...attributeEndpoints,
  ...companyEndpoints,
  ...companyMemberEndpoints,
  ...tagEndpoints,
  ...listEndpoints,
]
