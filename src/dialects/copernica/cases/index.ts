import type { DialectCases } from '../../../core/dialect-case.ts'
import { badInputCases } from './bad-input.ts'
import { collectionCases } from './collections.ts'
import { compatibility } from './compatibility.ts'
import { credentialCases } from './credentials.ts'
import { databaseCases } from './databases.ts'
import { fieldValueCases } from './field-values.ts'
import { listCases } from './lists.ts'
import { logCases } from './logs.ts'
import { massCases } from './mass.ts'
import { notServedCases, trapCases } from './not-served.ts'
import { otherEventCases } from './other-events.ts'
import { postIsPutCases } from './post-is-put.ts'
import { profileCases } from './profiles.ts'
import { readCases } from './reads.ts'
import { recordedCases } from './recorded.ts'
import { renameCases } from './renames.ts'
import { userEventCases } from './user-events.ts'
import { webhookCases } from './webhooks.ts'

export const copernicaCases: DialectCases = {
  dialect: 'copernica',
  headers: { authorization: 'Bearer {{token}}' },
  cases: [
    ...userEventCases,
    ...otherEventCases,
    ...credentialCases,
    ...readCases,
    ...badInputCases,
    ...databaseCases,
    ...profileCases,
    ...fieldValueCases,
    ...listCases,
    ...massCases,
    ...collectionCases,
    ...logCases,
    ...webhookCases,
    ...notServedCases,
    ...postIsPutCases,
    ...recordedCases,
    ...renameCases,
    ...trapCases,
  ],
  compatibility,
}
