import type { Asking } from '../../core/ask.ts'
import type {
  AskingEndpoint,
  DialectRequest,
  DialectResponse,
  Endpoint,
} from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { RecordKey } from '../../core/record.ts'
import { pathRecordId } from './kinds.ts'

type Answer = (request: DialectRequest, key: RecordKey) => Asking<DialectResponse>

/** A call on one company, by `/companies/<id>/...` and by `/companies-by-id/<company_id>/...`. */
export function onCompany(
  method: Endpoint['method'],
  below: string,
  answer: Answer,
): AskingEndpoint[] {
  const scope = method === 'GET' ? 'profiles:read' : 'profiles:write'
  return [
    {
      method,
      path: `/companies/:id${below}`,
      scope,
      ask: (request) => answer(request, keyOfId(request.params.id ?? '')),
    },
    {
      method,
      path: `/companies-by-id/:companyId${below}`,
      scope,
      ask: (request) => answer(request, keyOfCompanyId(request.params.companyId ?? '')),
    },
  ]
}

function keyOfId(digits: string): RecordKey {
  return { id: pathRecordId(digits) }
}

function keyOfCompanyId(name: string): RecordKey {
  if (name === '' || name.length > limits.identifierLengthMax) throw new Fault('record_not_found')
  return { name }
}
