import { isServed } from './serve-lock.ts'

/** How much of a long piece of work is done at a time, so that others get at the file as well. */
export interface Turn {
  /** Commands that are handed to the writing thread at a time. */
  partMax: number
  /** After so long a transaction is committed. */
  holdMs: number
  /** For so long the file is left to others then. */
  pauseMs: number
}

/** What a server does comes between the parts. */
const serving: Turn = { partMax: 256, holdMs: 25, pauseMs: 0 }
/**
 * Whoever waits for the lock of a file looks at it every 25 ms at first, and every 100 ms after a
 * third of a second: a pause as long as the first lets in everybody who has not waited for long.
 */
const besideServer: Turn = { partMax: 2_048, holdMs: 75, pauseMs: 25 }
/** Another command may come all the same. */
const alone: Turn = { partMax: 2_048, holdMs: 250, pauseMs: 5 }
/** A server that has come meanwhile is noticed after so long. */
const lookEveryMs = 2_000

/** Says how large the turns of long work on a file may be now. */
export class Turns {
  readonly #path: string
  readonly #serves: boolean
  #lookedAt = Number.NEGATIVE_INFINITY
  #turn = alone

  /** `serves` where the work is the server's own. */
  constructor(path: string, serves: boolean) {
    this.#path = path
    this.#serves = serves
  }

  next(): Turn {
    if (this.#serves) return serving
    const now = performance.now()
    if (now - this.#lookedAt >= lookEveryMs) {
      this.#turn = isServed(this.#path) ? besideServer : alone
      this.#lookedAt = now
    }
    return this.#turn
  }
}
