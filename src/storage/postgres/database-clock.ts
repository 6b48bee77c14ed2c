/**
 * The time of the database, which is one for all nodes however their own clocks are set. It is
 * asked for now and then; in between, the steady clock of the process counts on from there.
 */
export class DatabaseClock {
  #offset = Number.NaN

  /** Takes an answer to a question that was asked at `askedAt` (`performance.now()`). */
  set(time: number, askedAt: number): void {
    const answeredAt = performance.now()
    this.#offset = time - (askedAt + answeredAt) / 2
  }

  /** Milliseconds UTC. */
  now(): number {
    return Math.round(performance.now() + this.#offset)
  }
}
