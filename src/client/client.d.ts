import type { Calls, Event, FieldError } from './api.d.ts'

export type * from './api.d.ts'

export interface ClientOptions {
  /** Where Roster is, without the path: `https://roster.example`. */
  url: string
  /** A token of the dialect `native`. */
  token: string
  /** Another `fetch` than the one there is. */
  fetch?: typeof fetch
  /** How often a call is tried again; 4 when left out. */
  retries?: number
  /** How long one try may take; 30,000 when left out. */
  timeoutMs?: number
  /**
   * How long to wait before another try at most; 20,000 when left out. Where the server asks for
   * more, the call fails at once, and the error says how much.
   */
  patienceMs?: number
}

type Listing = {
  [Name in keyof Calls]: Calls[Name]['answer'] extends {
    data: Array<unknown>
    next_cursor: string | null
  }
    ? Name
    : never
}[keyof Calls]

type Given<Name extends keyof Calls> = Calls[Name]['given'] & { signal?: AbortSignal }

/** What a call answers when it is made, and when it is only tried. */
interface Tried<Name extends keyof Calls> {
  (
    given: Given<Name> & { dry_run: true },
  ): Promise<Extract<Calls[Name]['answer'], { dry_run: true }>>
  (
    given: Given<Name> & { dry_run?: false },
  ): Promise<Exclude<Calls[Name]['answer'], { dry_run: true }>>
  (given: Given<Name>): Promise<Calls[Name]['answer']>
}

/** Calls that say by another answer what they would come to. */
type Previewed<Name extends keyof Calls> =
  Extract<Calls[Name]['answer'], { dry_run: true }> extends never ? false : true

/** Whether a call can be made with nothing given. */
type Method<Name extends keyof Calls> =
  Record<never, never> extends Calls[Name]['given']
    ? (given?: Given<Name>) => Promise<Calls[Name]['answer']>
    : Previewed<Name> extends true
      ? Tried<Name>
      : (given: Given<Name>) => Promise<Calls[Name]['answer']>

export type Client = {
  [Name in Exclude<keyof Calls, 'streamEvents'>]: Method<Name>
} & {
  /** Every entry of a list, page by page. */
  each<Name extends Listing>(
    name: Name,
    given?: Given<Name>,
  ): AsyncGenerator<Extract<Calls[Name]['answer'], { data: unknown[] }>['data'][number], void>
  /** Events as they come, until the signal; a broken line is taken up where it was. */
  follow(given?: Given<'streamEvents'>): AsyncGenerator<Event, void>
}

/** A refusal, or a server that was not reached. */
export declare class RosterError extends Error {
  /** Of the page of errors; `not_reached` when there was no answer. */
  code: string | undefined
  /** 0 when there was no answer. */
  status: number
  errors: FieldError[]
  conflictingProfileId: number | undefined
  requestId: string | null
  /** In how many seconds the server asks to be called again; null where it does not say. */
  retryAfter: number | null
}

/**
 * Calls are tried again where that can do no harm: a call that writes carries an idempotency key,
 * the same on every try.
 */
export declare function createClient(options: ClientOptions): Client
