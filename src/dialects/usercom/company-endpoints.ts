import { askCommand, askRecords } from '../../core/ask.ts'
import type { AskingEndpoint, DialectRequest } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { readCompanyBody } from './company-body.ts'
import { showCompanies } from './company-object.ts'
import { onCompany } from './company-paths.ts'
import { COMPANY, COMPANY_MEMBER } from './kinds.ts'
import { clearMembers } from './list-endpoints.ts'
import { invalidPage, pageWanted, showPage } from './paging.ts'
import { parameters } from './query.ts'
import { noContent, readObject } from './requests.ts'
import { versionOf } from './version.ts'
import { createCompany, findCompany, updateCompany } from './write-company.ts'
import { unknownNames } from './write-user.ts'

/** Each company is shown with its employees, so a page is shorter than one of users. */
const pageLength = 50

const list: AskingEndpoint = {
  method: 'GET',
  path: '/companies',
  scope: 'profiles:read',
  *ask(request) {
    versionOf(request)
    const page = pageWanted(parameters(request.query).get('page')?.text, pageLength)
    if (!page) return invalidPage
    const { offset, limit } = page
    const found = yield* askRecords({ kind: COMPANY, page: { offset, limit }, total: true })
    const companies = yield* showCompanies(found.records, request)
    return showPage(request, page, found.total ?? 0, companies)
  },
}

const create: AskingEndpoint = {
  method: 'POST',
  path: '/companies',
  scope: 'profiles:write',
  *ask(request) {
    const write = writeOf(request)
    if (write.body.set.name === undefined) {
      const fields = [{ field: 'name', message: 'This field is required.' }]
      throw new Fault('invalid_field', { fields })
    }
    const company = yield* createCompany(request, write)
    const [shown] = yield* showCompanies([company], request)
    return { status: 201, body: shown }
  },
}

const read = onCompany('GET', '', function* (request, key) {
  versionOf(request)
  const company = yield* findCompany(key)
  const [shown] = yield* showCompanies([company], request)
  return { status: 200, body: shown }
})

const update = (method: 'PUT' | 'PATCH') =>
  onCompany(method, '', function* (request, key) {
    const company = yield* updateCompany(request, key, writeOf(request))
    const [shown] = yield* showCompanies([company], request)
    return { status: 200, body: shown }
  })

const remove = onCompany('DELETE', '', function* (request, key) {
  versionOf(request)
  const { id } = yield* findCompany(key)
  yield* clearMembers(COMPANY_MEMBER, id)
  const record = { op: 'delete', kind: COMPANY, at: { id }, missing: 'pass' } as const
  yield* askCommand({ kind: 'write-records', records: [record] })
  return noContent
})

function writeOf(request: DialectRequest) {
  const body = readCompanyBody(readObject(request.body), versionOf(request))
  return { body, names: unknownNames(request) }
}

export const companyEndpoints = [
  list,
  create,
  ...read,
  ...update('PUT'),
  ...update('PATCH'),
  ...remove,
]
