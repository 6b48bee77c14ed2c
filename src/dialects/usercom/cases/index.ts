import type { DialectCases } from '../../../core/dialect-case.ts'
import { attributeCases } from './attributes.ts'
import { companyCases } from './companies.ts'
import { compatibility } from './compatibility.ts'
import { customAttributeCases } from './custom-attributes.ts'
import { eventCases } from './events.ts'
import { fieldCases } from './fields.ts'
import { listCases } from './lists.ts'
import { readUserCases } from './read-user.ts'
import { defaultHeaders } from './requests.ts'
import { searchCases } from './search.ts'
import { searchesCases } from './searches.ts'
import { setAttributeCases } from './set-attribute.ts'
import { severalUsersCases } from './several-users.ts'
import { tagCases } from './tags.ts'
import { transportCases } from './transport.ts'
import { updateOrCreateCases } from './update-or-create.ts'
import { userCases } from './users.ts'

/** Conformance of this dialect as data. */
export const usercomCases: DialectCases = {
  dialect: 'usercom',
  headers: defaultHeaders,
  cases: [
    ...updateOrCreateCases,
    ...fieldCases,
    ...customAttributeCases,
    ...readUserCases,
    ...userCases,
    ...searchCases,
    ...searchesCases,
    ...setAttributeCases,
    ...attributeCases,
    ...tagCases,
    ...listCases,
    ...severalUsersCases,
    ...eventCases,
    ...companyCases,
    ...transportCases,
  ],
  compatibility,
}
