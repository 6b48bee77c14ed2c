import type { DialectCases } from '../../../core/dialect-case.ts'
import { customAttributeCases } from './custom-attributes.ts'
import { fieldCases } from './fields.ts'
import { readUserCases } from './read-user.ts'
import { defaultHeaders } from './requests.ts'
import { searchCases } from './search.ts'
import { transportCases } from './transport.ts'
import { updateOrCreateCases } from './update-or-create.ts'

/** Conformance of this dialect as data. */
export const usercomCases: DialectCases = {
  dialect: 'usercom',
  headers: defaultHeaders,
  cases: [
    ...updateOrCreateCases,
    ...fieldCases,
    ...customAttributeCases,
    ...readUserCases,
    ...searchCases,
    ...transportCases,
  ],
}
