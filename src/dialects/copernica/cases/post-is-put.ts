import type { CaseRequest, DialectCase } from '../../../core/dialect-case.ts'
import { newProfile, nothing, post } from './expected.ts'

const field = { name: 'Points', type: 'integer' }
const someone = newProfile({ email: 'ann@a.example' })
const calls: [before: CaseRequest[], request: CaseRequest, changed: string[]][] = [
  [
    [post('/v4/database/1/fields', field)],
    post('/v4/database/1/field/points', { hidden: true }),
    [],
  ],
  [[], post('/v4/database/1/unsubscribe', { behavior: 'nothing' }), []],
  [[someone], post('/v4/database/1/profile/1', { lastname: 'X' }), ['last_name']],
  [[someone], post('/v4/profile/1/fields', { lastname: 'X' }), ['last_name']],
  [[someone], post('/v4/profile/1/unsubscribe'), ['unsubscribed_email']],
  [
    [
      post('/v4/database/1/collections', { name: 'Orders' }),
      post('/v4/collection/101/fields', field),
    ],
    post('/v4/collection/101/field/102', { hidden: true }),
    [],
  ],
]

/** Most addresses take both verbs alike (wire notes 3.2). */
export const postIsPutCases: DialectCase[] = calls.map(([before, request, changed]) => ({
  name: `POST ${request.path} is a PUT`,
  before,
  request,
  response: nothing,
  events: changed.length > 0 ? [{ type: 'profile.updated', subject: true, changed }] : [],
}))
