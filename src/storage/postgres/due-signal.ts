/**
 * How soon whoever claims hears of what other nodes left, in milliseconds. It is a question and not
 * LISTEN: that would take a connection of its own from every node, which poolers in between do not
 * carry, and notifying makes all commits that do it take turns.
 */
const lookMs = 100

/** Tells who claims that something is due: at once after commits of this node, else by looking. */
export class DueSignal {
  readonly #listeners = new Set<() => void>()
  #timer: NodeJS.Timeout | null = null

  due(): void {
    for (const listener of this.#listeners) listener()
  }

  /** `look` answers whether anything may be claimed now. Answers how to stop it. */
  listen(listener: () => void, look: () => Promise<boolean>): () => void {
    // Of its own, so that one function may listen twice.
    const own = () => listener()
    this.#listeners.add(own)
    this.#timer ??= this.#next(look)
    return () => {
      this.#listeners.delete(own)
      if (this.#listeners.size === 0) this.close()
    }
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#listeners.clear()
  }

  #next(look: () => Promise<boolean>): NodeJS.Timeout {
    const heard = (isReady: boolean) => {
      if (this.#timer !== timer) return
      if (isReady) this.due()
      if (this.#timer === timer) this.#timer = this.#next(look)
    }
    // A database that cannot answer now is asked again.
    const timer = setTimeout(() => void look().then(heard, () => heard(false)), lookMs)
    return timer.unref()
  }
}
