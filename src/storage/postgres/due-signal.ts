/**
 * How soon whoever claims looks again for what other nodes left, in milliseconds. It is a question
 * and not LISTEN: that would take a connection of its own from every node, which poolers in between
 * do not carry, and notifying makes all commits that do it take turns.
 */
const lookMs = 100

/** Tells who claims that something may be due: at once after commits of this node, else by looking. */
export class DueSignal {
  readonly #listeners = new Set<() => void>()
  #look: NodeJS.Timeout | null = null

  due(): void {
    for (const listener of this.#listeners) listener()
  }

  /** Answers how to stop it. */
  listen(listener: () => void): () => void {
    // Of its own, so that one function may listen twice.
    const own = () => listener()
    this.#listeners.add(own)
    this.#look ??= setInterval(() => this.due(), lookMs).unref()
    return () => {
      this.#listeners.delete(own)
      if (this.#listeners.size === 0) this.close()
    }
  }

  close(): void {
    if (this.#look) clearInterval(this.#look)
    this.#look = null
    this.#listeners.clear()
  }
}
