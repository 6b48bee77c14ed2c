import type { CompanyRecords } from '../../core/company.ts'
import type { StoredRecord } from '../../core/record.ts'
import { companyFields } from './company-body.ts'
import { partsOf } from './company-object.ts'
import { bodyText, COMPANY, COMPANY_MEMBER } from './kinds.ts'

/** What calls outside this dialect tell of companies; see the contract. */
export const companyRecords: CompanyRecords = {
  kind: COMPANY,
  memberKind: COMPANY_MEMBER,
  read: (company) => {
    const { custom, tags } = partsOf(company)
    const known = Object.entries(company.body).filter(
      ([name]) => name !== 'name' && (companyFields.has(name) || name === 'phone_numbers'),
    )
    // The vendor's own columns win, as in its answers.
    const attributes = Object.fromEntries([...Object.entries(custom), ...known])
    return { customId: company.name, name: bodyText(company, 'name'), attributes, tags }
  },
  since: memberSince,
}

/** Who came here by a merge has been a member for longer than the record is there. */
export function memberSince({ body, createdAt }: StoredRecord): number {
  return typeof body.since === 'number' ? body.since : createdAt
}
