import type { DialectCases } from '../../../core/dialect-case.ts'
import { chatCases } from './chats.ts'
import { compatibility } from './compatibility.ts'
import { eventCases } from './events.ts'
import { leadCases } from './leads.ts'
import { refusalCases } from './refusals.ts'
import { stateCases } from './state.ts'
import { tagCases } from './tags.ts'
import { updateCases } from './update.ts'
import { upsertCases } from './upsert.ts'
import { valueCases } from './values.ts'
import { versionCases } from './versions.ts'
import { webhookCases } from './webhooks.ts'

export const channeltalkCases: DialectCases = {
  dialect: 'channeltalk',
  headers: {
    accept: 'application/json, text/plain, */*',
    'x-access-key': '{{accessKey}}',
    'x-access-secret': '{{accessSecret}}',
  },
  compatibility,
  cases: [
    ...updateCases,
    ...valueCases,
    ...tagCases,
    ...upsertCases,
    ...leadCases,
    ...stateCases,
    ...eventCases,
    ...chatCases,
    ...webhookCases,
    ...versionCases,
    ...refusalCases,
  ],
}
