import type { IncomingHttpHeaders } from 'node:http'
import type { Asking } from './ask.ts'
import type { Applied, Command, Key } from './command.ts'
import type { CompanyRecords } from './company.ts'
import type { Fault } from './errors.ts'
import type { JsonObject, JsonValue } from './json.ts'
import type { Payload } from './payload.ts'
import type { Profile } from './profile.ts'
import type { RateLimit } from './rate-limit.ts'
import type { Workspace } from './workspace.ts'

/**
 * The contract of a dialect: one vendor's HTTP language as data and pure functions. A dialect never
 * sees the framework, a store or the clock; what it needs of them is on `DialectRequest`.
 */
export interface Dialect {
  /** Not an everyday word: the tidy test forbids it outside the dialect's folder. */
  id: string
  /** Path prefixes it answers below, without a trailing slash, for instance `/open/v5`. */
  basePaths: readonly string[]
  /** The base path that is meant where a client leaves it out; none where that is no call. */
  bareBasePath?: string
  endpoints: readonly Endpoint[]
  /** Scopes of calls that are not among the endpoints. */
  scopes?: readonly Scope[]
  /** Calls outside the base paths, answered without looking at a token (a token exchange). */
  openEndpoints?: readonly OpenEndpoint[]
  /**
   * Reads the credentials of a request. Throws a `Fault` when there are none or they are malformed.
   */
  credentials(request: RequestHead): Credentials
  /**
   * Turns the bytes of a body, already valid UTF-8, into JSON. `undefined` for no parameters at
   * all. Called only when there is a body or the method is one that has one. Throws a `Fault`.
   */
  parseBody(text: string, head: RequestHead): JsonValue | undefined
  /** The vendor's answer to a refusal. The request may be one that never reached an endpoint. */
  renderError(fault: Fault, head: RequestHead): DialectResponse
  /** Headers on every answer of an endpoint, errors included. */
  headers?(endpoint: Endpoint | null): { [name: string]: string }
  /** Whether browsers on other origins may call; the workspace's `allowedOrigins` decides which. */
  crossOrigin?: boolean
  tokens: TokenShape
  /** How many calls the vendor takes; none where it states no limit. */
  rateLimit?: RateLimit
  /**
   * Host names the vendor itself is called by, in lower case; `*.` stands for whatever is in front.
   * Under them nobody but this dialect answers.
   */
  hosts?: readonly string[]
  /** Bodies of the vendor's own webhooks, for steps of rules and for webhooks that it registers. */
  payloads?: readonly Payload[]
  /** How it keeps companies, where it does: other calls tell of them too. */
  companies?: CompanyRecords
  /** Ready-to-paste examples for a new workspace, one for each documented main call. */
  samples(baseUrl: string, token: ShownToken): Sample[]
}

export interface Sample {
  title: string
  /** One shell command that works when pasted as it stands. */
  command: string
}

/** What is known of a request before its body is read. */
export interface RequestHead {
  method: string
  /** Decoded by nobody: as it came, without the query. */
  path: string
  /** The raw text behind `?`, or empty. */
  query: string
  headers: IncomingHttpHeaders
  /** Scheme and host the client used, without a trailing slash. */
  baseUrl: string
}

/** What an endpoint sees: the head, its parameters and the workspace its token belongs to. */
export interface DialectRequest extends RequestHead {
  /** Percent-decoded path parameters. */
  params: { [name: string]: string }
  body: JsonValue | undefined
  workspace: Workspace
  /** Milliseconds UTC at which the request arrived. */
  now: number
}

export interface DialectResponse {
  status: number
  /** `content-type` defaults to `application/json` when there is a body. */
  headers?: { [name: string]: string }
  /** A string goes out as it is; anything else as compact JSON; undefined is an empty body. */
  body?: JsonValue | undefined
}

export type Scope =
  | 'events:read'
  | 'events:write'
  | 'webhooks:read'
  | 'webhooks:write'
  | 'profiles:read'
  | 'profiles:write'
  | 'profiles:erase'
  | 'rules:read'
  | 'rules:write'
  | 'runs:read'
  | 'runs:write'
  | 'destinations:read'
  | 'destinations:write'
  | 'deliveries:read'
  | 'deliveries:write'
  | 'tokens:read'
  | 'tokens:write'
  | 'workspace:read'
  | 'workspace:write'
  | 'audit:read'
  | 'workspaces:manage'
  | 'console:use'

/** Reach beyond the token's workspace: a token without scopes of its own does not have these. */
export const grantedByNameOnly: readonly Scope[] = ['workspaces:manage']

/** Whether a token with these scopes may make calls of this one; without any it may make all. */
export function allowsScope(scopes: readonly string[], scope: Scope): boolean {
  if (scopes.length === 0) return !grantedByNameOnly.includes(scope)
  return scopes.includes(scope)
}

interface EndpointBase {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the base path, with `:name` parameters, for instance `/users/:userId`. */
  path: string
  /** The base paths it is served below; all of the dialect's when left out. */
  basePaths?: readonly string[]
  scope: Scope
}

/** A call that changes something. */
export interface WriteEndpoint extends EndpointBase {
  toCommand(request: DialectRequest): CommandBody
  toResponse(applied: Applied, request: DialectRequest, view: WorkspaceView): DialectResponse
}

/** A call that reads profiles. */
export interface ReadEndpoint extends EndpointBase {
  toQuestion(request: DialectRequest): Question
  /** `found` is empty when nobody matched; the endpoint decides whether that is a fault. */
  toAnswer(found: readonly Profile[], request: DialectRequest, view: WorkspaceView): DialectResponse
}

/** A call that needs nothing but the workspace. */
export interface PlainEndpoint extends EndpointBase {
  answer(request: DialectRequest): DialectResponse
}

/** A call that takes more than one look at the store, or another than at profiles. */
export interface AskingEndpoint extends EndpointBase {
  /** Pure but for what it is told: see `Asking`. Whatever it throws refuses the call. */
  ask(request: DialectRequest, view: AskingView): Asking<DialectResponse>
}

export type Endpoint = WriteEndpoint | ReadEndpoint | PlainEndpoint | AskingEndpoint

/** A call below no base path and without a token of its own, such as the exchange of one. */
export interface OpenEndpoint {
  method: 'GET' | 'POST'
  path: string
  /** Credentials to check; throws a `Fault` when there are none. */
  credentials(head: RequestHead, body: JsonValue | undefined): Credentials
  /** `ticket` is a signed credential that stands for the token for a day. */
  answer(ticket: string): DialectResponse
}

/** Adds `source` to what a dialect says: the shell knows the token and the request id. */
export type CommandBody = Command extends infer C
  ? C extends Command
    ? Omit<C, 'source'>
    : never
  : never

/** Which profiles to read. */
export type Question =
  /** At most one: the first key that finds. */
  | { keys: Key[] }
  /** All who have this identifier, owner or not, by id; at most `limit`. */
  | { identifier: { kind: string; value: string }; limit: number }
  /** All whose attribute `phone` equals one of the values, by id; at most `limit`. */
  | { phones: string[]; limit: number }

/** Read-only facts of a workspace that a vendor's answer shows. */
export interface WorkspaceView {
  /** The small stable number of an attribute or tag name in this workspace; made on first use. */
  nameId(kind: 'attribute' | 'tag', name: string): number
}

/** What an asking endpoint is given besides. */
export interface AskingView extends WorkspaceView {
  /** A JSON Web Token (HS256) of these claims that counts for no call of Roster's own. */
  sign(claims: JsonObject): string
  /** So many bytes that nobody can guess, as hex digits. */
  random(bytes: number): string
}

export type Credentials =
  /** The token's public part and the secret that proves it. */
  | { publicPart: string; secret: string }
  /** A signed credential that an exchange handed out. */
  | { ticket: string }

/** What a new token of this dialect looks like. */
export interface TokenShape {
  /** Makes a token from cryptographically random bytes; at least 128 bits must be in the secret. */
  make(random: (bytes: number) => Buffer): { publicPart: string; secret: string; shown: ShownToken }
}

/** What `roster token create --json` prints: `{token}`, or what the vendor's clients ask for. */
export type ShownToken = { [name: string]: string }

export function defineDialect(dialect: Dialect): Dialect {
  return dialect
}

/** Bodies of endpoints are objects; this names what came instead. */
export function bodyKind(body: JsonValue | undefined): string {
  if (body === undefined) return 'nothing'
  if (body === null) return 'null'
  return Array.isArray(body) ? 'list' : typeof body
}
