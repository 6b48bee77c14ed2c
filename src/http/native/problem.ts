import type { DialectResponse, RequestHead } from '../../core/dialect.ts'
import { type Fault, faultTable } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'

/** Where the page of errors is; each code has an anchor there. */
export const errorsPath = '/docs/errors'

/** A refusal as RFC 9457 has it, with the fault's code beside it. */
export function renderProblem(fault: Fault, _head: RequestHead): DialectResponse {
  const headers: { [name: string]: string } = { 'content-type': 'application/problem+json' }
  if (fault.allow.length > 0) headers.allow = fault.allow.join(', ')
  if (fault.retryAfterSeconds !== undefined) {
    headers['retry-after'] = String(Math.ceil(fault.retryAfterSeconds))
  }
  if (fault.status === 401) headers['www-authenticate'] = 'Bearer realm="Roster"'
  return { status: fault.status, headers, body: { ...problemOf(fault) } }
}

/** What a problem says, alone or as the result of one item of many. */
export function problemOf(fault: Fault): JsonObject {
  const errors = fault.fields.map(({ field, message, hint }): JsonObject => {
    return { field, message, ...(hint === undefined ? {} : { hint }) }
  })
  return {
    type: `${errorsPath}#${fault.code}`,
    title: faultTable[fault.code].text,
    status: fault.status,
    code: fault.code,
    detail: fault.message,
    ...(errors.length > 0 ? { errors } : {}),
    ...(fault.profile === undefined ? {} : { conflicting_profile_id: fault.profile }),
  }
}
