import type { DialectResponse, RequestHead } from '../../core/dialect.ts'
import { type Fault, faultTable } from '../../core/errors.ts'
import { allowHeader, methodsAt } from './allow.ts'

/**
 * The vendor's answer to a refusal (wire notes 2.5): faults of fields under `errors`, which at
 * least one client needs to take a 400 for a failure, everything else as one sentence under
 * `detail`.
 */
export function renderError(fault: Fault, head: RequestHead): DialectResponse {
  switch (fault.code) {
    case 'missing_credentials':
      return unauthorized('Authentication credentials were not provided.')
    case 'malformed_credentials':
      return unauthorized(fault.message)
    case 'invalid_credentials':
      return unauthorized('Invalid token.')
    case 'forbidden':
      return detail(403, fault.message === faultTable.forbidden.text ? noPermission : fault.message)
    case 'profile_not_found':
    case 'record_not_found':
      return detail(404, 'Not found.')
    case 'query_timeout':
      return detail(400, fault.message)
    case 'unknown_route':
      // The vendor has this path: what is not there is the segment, and not the page.
      return /\/segments\/\d+\/users\/?$/.test(head.path) ? detail(404, 'Not found.') : unknownRoute
    case 'method_not_allowed':
      return methodNotAllowed(head)
    case 'invalid_field':
    case 'conflict':
      return { status: 400, body: { errors: fieldMessages(fault) } }
    case 'unknown_version':
      return detail(406, fault.message)
    case 'too_many_requests': {
      const seconds = retryAfter(fault)
      const unit = seconds === '1' ? 'second' : 'seconds'
      const text = `Request was throttled. Expected available in ${seconds} ${unit}.`
      return { ...detail(429, text), headers: { 'retry-after': seconds } }
    }
    case 'unavailable':
      return { ...detail(503, fault.message), headers: { 'retry-after': retryAfter(fault) } }
    default: {
      const answer = detail(fault.status, fault.message)
      if (fault.retryAfterSeconds === undefined) return answer
      return { ...answer, headers: { 'retry-after': retryAfter(fault) } }
    }
  }
}

const noPermission = 'You do not have permission to perform this action.'

const unknownRoute: DialectResponse = {
  status: 404,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!doctype html>\n<title>Not Found</title>\n<h1>Not Found</h1>\n<p>There is no such call.</p>\n',
}

function detail(status: number, text: string): DialectResponse {
  return { status, body: { detail: text } }
}

function unauthorized(text: string): DialectResponse {
  return { ...detail(401, text), headers: { 'www-authenticate': 'Token' } }
}

function methodNotAllowed(head: RequestHead): DialectResponse {
  const methods = methodsAt(head.path)
  // Where the vendor has no such path, it does not matter that a pattern of ours fits it.
  if (methods.length === 0) return unknownRoute
  const allow = allowHeader(methods)
  return { ...detail(405, `Method "${head.method}" not allowed.`), headers: { allow } }
}

/** Messages by field. A map first, because a field may be called `__proto__`. */
function fieldMessages(fault: Fault): { [field: string]: string[] } {
  const messages = new Map<string, string[]>()
  for (const { field, message } of fault.fields) {
    const name = field === '' ? 'non_field_errors' : field
    // The core's own messages are the rest of a sentence; the vendor's stand alone.
    const sentence = /^[a-z]/.test(message) ? `This field ${message}` : message
    messages.set(name, [...(messages.get(name) ?? []), sentence])
  }
  return Object.fromEntries(messages)
}

/** Whole seconds, always: clients look for the header. */
function retryAfter(fault: Fault): string {
  return String(Math.max(Math.ceil(fault.retryAfterSeconds ?? 1), 1))
}
