import { Fault } from '../../core/errors.ts'

/** How long a query may go on reading, in milliseconds, where nothing else is said. */
export const queryMsDefault = 2_000

/** What a query may spend. A query that an index answers is done long before. */
export class SearchBudget {
  readonly ms: number
  /** Milliseconds UTC, by which conditions compare times. */
  readonly now: number
  /** The refusal when it is used up, told how much was read. */
  explain: (read: number) => Fault = () => new Fault('query_timeout')
  readonly #until: number
  #read = 0

  constructor(ms: number, now: number) {
    this.ms = ms
    this.now = now
    this.#until = performance.now() + ms
  }

  /** Called after each batch. @throws the refusal when the time is up. */
  spend(read: number): void {
    this.#read += read
    if (performance.now() >= this.#until) throw this.explain(this.#read)
  }
}
