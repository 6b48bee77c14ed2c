import type { JsonValue } from './json.ts'
import type { WorkspaceSettings } from './workspace.ts'

/**
 * One row of a dialect's conformance table: a request, its answer, and what it left in the event
 * log "and no others". A new workspace is made for each row.
 *
 * Text anywhere in a request, and text in an expected answer, may hold placeholders: `{{token}}`
 * (or any other name of the token as shown), and `{{0.user.id}}` for a value in the JSON answer of
 * the first request in `before`. Expected answers may also use `<int>`, `<number>`, `<text>`,
 * `<datetime>` (ISO with microseconds), `<hex20>` and `<any>` in place of a value.
 */
export interface DialectCase {
  /** A sentence that says the behaviour. */
  name: string
  settings?: Partial<WorkspaceSettings>
  before?: CaseRequest[]
  request: CaseRequest
  response: {
    status: number
    /** Exact text, a pattern, or null for "must not be there". Names in lower case. */
    headers?: { [name: string]: string | RegExp | null }
    /** Exact JSON, or text; every key must be there and no other. Left out: not looked at. */
    body?: JsonValue
    /** JSON that must be part of the answer. */
    bodyHolds?: JsonValue
    /** The names of the body with blanks between them, in the order they have on the wire. */
    order?: string
  }
  /** The events of `request` alone, in order. An empty list means nothing was logged. */
  events: CaseEvent[]
  /**
   * Where the exchange comes from: the address of the vendor's page that documents it, or a word on
   * who recorded it from the vendor's own service.
   */
  source?: string
  /** Where the vendor would answer otherwise: how, and why it is not so here. */
  differs?: { vendor: string; why: string }
  /** What the vendor has and Roster has not, where the answer is how that is said. */
  unsupported?: { what: string; why: string }
}

export interface CaseRequest {
  method: string
  /** Path and query, as they go on the wire. */
  path: string
  /** Added to the dialect's default headers; null leaves a default out. */
  headers?: { [name: string]: string | null }
  /** Text goes as it is; anything else as JSON with its content type. */
  body?: JsonValue
}

export interface CaseEvent {
  type: string
  /** Whether it is about a profile. */
  subject?: boolean
  attributes?: { [name: string]: JsonValue }
  /** Names of what changed, in any order. */
  changed?: string[]
  dropped?: { name: string; reason: string }[]
}

/** What a dialect's `cases/index.ts` exports. */
export interface DialectCases {
  dialect: string
  /** Sent with every request of every case. */
  headers: { [name: string]: string }
  cases: DialectCase[]
  /** What its page in `docs/compatibility/` says besides what the cases say; none, no page. */
  compatibility?: Compatibility
}

export interface Compatibility {
  /** The vendor's interface and its versions, as the heading of the page. */
  title: string
  /** What a reader is to know first; whole sentences. */
  intro: string
  /** Every call that is served, in the order of the page. */
  calls: SupportedCall[]
  /** What no single request can show to be missing. */
  missing: { what: string; why: string }[]
}

export interface SupportedCall {
  method: string
  /** From the root, with `{name}` for what varies: `/open/v5/users/@{memberId}`. */
  path: string
  /** One line. */
  does: string
  /** Of how much of it the vendor's answer is made up here, where that is a part of it only. */
  limits?: string
}
