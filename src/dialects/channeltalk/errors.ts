import type { DialectResponse, RequestHead } from '../../core/dialect.ts'
import { Fault, type FaultCode } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'

/**
 * The vendor's error body as far as clients show it (wire notes 4.2). It is JSON on every refusal:
 * real clients parse the body of each, and take an empty one for success.
 */
export function renderError(fault: Fault, head: RequestHead): DialectResponse {
  if (fault.allow.length > 0 && allowed(fault, head).length === 0) {
    return renderError(new Fault('unknown_route'), head)
  }
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

const types: { readonly [code in FaultCode]?: string } = {
  profile_not_found: 'userNotFound',
  record_not_found: 'notFound',
}

function typeOf(code: FaultCode): string {
  return types[code] ?? code.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function fieldName(field: string): string {
  return field === 'user_id' ? 'memberId' : field
}

/** Member ids and user ids share routes and not their methods. */
function allowed(fault: Fault, head: RequestHead): readonly string[] {
  const path = head.path.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '')
  const [, at, below] = /\/users\/(@|%40)?[^/]*(\/.*)?$/i.exec(path) ?? []
  if (!/\/users\/./.test(path)) return fault.allow
  if (below === undefined) {
    const foreign = at === undefined ? 'PUT' : 'PATCH'
    return fault.allow.filter((method) => method !== foreign)
  }
  const isFor = memberOnly.test(below) ? 'member' : userOnly.test(below) ? 'user' : 'both'
  return isFor === 'both' || (isFor === 'member') === (at !== undefined) ? fault.allow : []
}

const memberOnly = /^\/session-jwt\//
const userOnly = /^\/(block|touch|events|user-chats)(\/|$)/
