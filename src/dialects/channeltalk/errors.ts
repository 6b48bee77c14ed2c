import type { DialectResponse, RequestHead } from '../../core/dialect.ts'
import type { Fault, FaultCode } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'

/**
 * The vendor's error body as far as clients show it (wire notes 4.2). It is JSON on every refusal:
 * real clients parse the body of each, and take an empty one for success.
 */
export function renderError(fault: Fault, head: RequestHead): DialectResponse {
  const { status } = fault
  const message = texts[fault.code] ?? fault.message
  const errors: JsonObject[] = fault.fields.map((part) =>
    part.field === ''
      ? { message: part.message }
      : { message: `${fieldName(part.field)}: ${part.message}`, field: fieldName(part.field) },
  )
  if (errors.length === 0) errors.push({ message })
  const headers: { [name: string]: string } = {}
  if (fault.code === 'method_not_allowed') headers.allow = allowed(fault, head).join(', ')
  if (fault.retryAfterSeconds !== undefined) {
    headers['retry-after'] = String(fault.retryAfterSeconds)
  }
  return {
    status,
    headers,
    body: { type: typeOf(fault.code), status, errors, language: 'en', message },
  }
}

/** Where Roster's own words would mean nothing to the vendor's clients. */
const texts: { readonly [code in FaultCode]?: string } = {
  profile_not_found: 'There is no such user.',
  conflict: 'Another user has this memberId.',
  missing_credentials: 'The headers x-access-key and x-access-secret are required.',
  malformed_credentials: 'The access key or the access secret is not well formed.',
  invalid_credentials: 'The access key or the access secret is not valid.',
}

const types: { readonly [code in FaultCode]?: string } = { profile_not_found: 'userNotFound' }

function typeOf(code: FaultCode): string {
  return types[code] ?? code.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function fieldName(field: string): string {
  return field === 'user_id' ? 'memberId' : field
}

/**
 * Member ids and user ids share a route and not their methods: PUT is for the one, PATCH the other.
 */
function allowed(fault: Fault, head: RequestHead): readonly string[] {
  const user = /\/users\/+(?=[^/])(@|%40)?/i.exec(head.path)
  if (!user) return fault.allow
  const foreign = user[1] === undefined ? 'PUT' : 'PATCH'
  return fault.allow.filter((method) => method !== foreign)
}
