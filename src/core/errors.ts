/**
 * The one error table: what can go wrong, with the HTTP status a plain API would give it. A dialect
 * turns a fault into its vendor's body, and may answer another status where the vendor does.
 */
export const faultTable = {
  malformed_request: { status: 400, text: 'The request is not valid HTTP.' },
  malformed_path: { status: 400, text: 'The path is not validly encoded.' },
  header_not_taken: { status: 400, text: 'The call does not take a header that was sent.' },
  malformed_body: { status: 400, text: 'The body could not be read.' },
  invalid_field: { status: 422, text: 'A field has a wrong value.' },
  missing_credentials: { status: 401, text: 'Credentials were not provided.' },
  malformed_credentials: { status: 401, text: 'The credentials are not well formed.' },
  invalid_credentials: { status: 401, text: 'The credentials are not valid.' },
  forbidden: { status: 403, text: 'The token does not allow this call.' },
  profile_not_found: { status: 404, text: 'No such profile.' },
  record_not_found: { status: 404, text: 'No such record.' },
  not_found: { status: 404, text: 'There is no such thing.' },
  unknown_route: { status: 404, text: 'No such call.' },
  method_not_allowed: { status: 405, text: 'The path does not have this method.' },
  unknown_version: { status: 406, text: 'The version asked for does not exist.' },
  request_timeout: { status: 408, text: 'The request did not arrive in time.' },
  conflict: { status: 409, text: 'Another profile holds this identifier.' },
  merge_refused: { status: 409, text: 'A guard refuses to make one person of these.' },
  call_under_way: { status: 409, text: 'A call with this idempotency key is under way.' },
  precondition_failed: { status: 412, text: 'What the call changes has another version by now.' },
  body_too_large: { status: 413, text: 'The body is larger than allowed.' },
  uri_too_long: { status: 414, text: 'The address is longer than allowed.' },
  unsupported_media_type: { status: 415, text: 'The content type is not supported.' },
  unsupported_encoding: { status: 415, text: 'Compressed bodies are not supported.' },
  idempotency_key_reused: {
    status: 422,
    text: 'The idempotency key was used for a call with another body.',
  },
  query_timeout: { status: 422, text: 'The query reads too much to be answered in time.' },
  too_many_requests: { status: 429, text: 'Too many requests; try again later.' },
  headers_too_large: { status: 431, text: 'The headers are larger than allowed.' },
  internal: { status: 500, text: 'Something failed inside Roster; the outcome was not stored.' },
  outcome_unknown: {
    status: 500,
    text: 'The store failed; whether the call was stored is unknown.',
  },
  overloaded: { status: 503, text: 'The server is busy; nothing was done. Try again later.' },
  unavailable: { status: 503, text: 'The store cannot take writes now; try again.' },
} as const satisfies { [code: string]: { status: number; text: string } }

export type FaultCode = keyof typeof faultTable

/** One message about one field of the request. */
export interface FieldFault {
  /** Empty when the message is about the whole body. */
  field: string
  message: string
  /** What was perhaps meant, or what to do. */
  hint?: string
}

interface FaultDetail {
  /** What to tell the caller; the table's text when left out. Never holds stored values. */
  message?: string
  fields?: FieldFault[]
  /** Methods the path does have, for `method_not_allowed`. */
  allow?: string[]
  retryAfterSeconds?: number
  /** The other party of a conflict. */
  profile?: number
  /** Who would have been made one person, for `merge_refused`: who stays, and who goes. */
  merge?: { into: number; from: number[] }
  cause?: unknown
}

/** A refusal. Nothing was changed by the request, except where the code is `outcome_unknown`. */
export class Fault extends Error {
  readonly code: FaultCode
  readonly fields: readonly FieldFault[]
  readonly allow: readonly string[]
  readonly retryAfterSeconds: number | undefined
  readonly profile: number | undefined
  readonly merge: { into: number; from: number[] } | undefined

  constructor(code: FaultCode, detail: FaultDetail = {}) {
    super(detail.message ?? faultTable[code].text, { cause: detail.cause })
    this.name = 'Fault'
    this.code = code
    this.fields = detail.fields ?? []
    this.allow = detail.allow ?? []
    this.retryAfterSeconds = detail.retryAfterSeconds
    this.profile = detail.profile
    this.merge = detail.merge
  }

  get status(): number {
    return faultTable[this.code].status
  }
}

/** Whether the store as a whole was not able, whatever it was asked. */
export function isOfStore(outcome: unknown): outcome is Fault {
  if (!(outcome instanceof Fault)) return false
  return outcome.code === 'unavailable' || outcome.code === 'outcome_unknown'
}

/** The refusal of one field: what was wrong with it, and where. */
export function invalidField(field: string, message: string): Fault {
  return new Fault('invalid_field', {
    message: `${field}: ${message}`,
    fields: [{ field, message }],
  })
}
