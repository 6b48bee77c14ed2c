import type { DialectCases } from '../../../core/dialect-case.ts'
import { badInputCases } from './bad-input.ts'
import { credentialCases } from './credentials.ts'
import { otherEventCases } from './other-events.ts'
import { readCases } from './reads.ts'
import { userEventCases } from './user-events.ts'

export const copernicaCases: DialectCases = {
  dialect: 'copernica',
  headers: { authorization: 'Bearer {{token}}' },
  cases: [
    ...userEventCases,
    ...otherEventCases,
    ...credentialCases,
    ...readCases,
    ...badInputCases,
  ],
}
