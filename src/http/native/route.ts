import type { Static, TObject, TSchema } from 'typebox'
import type { DialectResponse, Scope } from '../../core/dialect.ts'
import type { FaultCode } from '../../core/errors.ts'
import type { NativeCall } from './call.ts'

/** One call of the native API, with all that can be said of it as data. */
export interface NativeRoute {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the base path, with `:name` parameters. */
  path: string
  scope: Scope
  /** The name that generated clients give it. */
  operation: string
  resource: string
  summary: string
  description?: string
  params?: TObject
  query?: TObject
  /** The body, where the call takes one. */
  body?: TSchema
  /** What is in the body is checked entry by entry, so that one bad entry refuses no other. */
  inParts?: true
  /** Headers that mean something to this call, besides the token. */
  takes?: readonly ('idempotency-key' | 'if-match' | 'if-match-tag' | 'last-event-id')[]
  /**
   * Of calls with one `Idempotency-Key` one is carried out, and its answer is kept for the others.
   * For calls that are no commands, which have the key in their transaction.
   */
  once?: true
  answers: { readonly [status: number]: RouteAnswer }
  /** What it may refuse with, besides what every call may. */
  refuses?: readonly FaultCode[]
  handle(call: NativeCall<never, never, never>): Promise<DialectResponse | null>
}

/** The headers that mean something to a call, besides the token. */
export function headersOf({ once, takes = [] }: NativeRoute): NonNullable<NativeRoute['takes']> {
  return once ? ['idempotency-key', ...takes] : takes
}

/** What a route may refuse with besides what every call may, by its key too. */
export function refusalsOf({ once, refuses = [] }: NativeRoute): readonly FaultCode[] {
  return once ? [...refuses, 'call_under_way', 'idempotency_key_reused'] : refuses
}

export interface RouteAnswer {
  description: string
  /** Left out where there is no body. */
  schema?: TSchema
  /** JSON where it is left out. */
  contentType?: string
  headers?: readonly string[]
}

/** Declares a route; the handler sees its input in the types of the schemas. */
export function defineRoute<
  P extends TObject = TObject<Record<never, never>>,
  Q extends TObject = TObject<Record<never, never>>,
  B extends TSchema = TSchema,
>(
  route: Omit<NativeRoute, 'params' | 'query' | 'body' | 'handle'> & {
    params?: P
    query?: Q
    body?: B
    /** Answers null when it has taken the answer into its own hands. */
    handle(call: NativeCall<Static<P>, Static<Q>, Static<B>>): Promise<DialectResponse | null>
  },
): NativeRoute {
  return route as unknown as NativeRoute
}
