/** Tells whoever asked for it that deliveries may be claimed. */
export class DueSignal {
  readonly #listeners = new Set<() => void>()

  /** Answers how to stop it. */
  listen(listener: () => void): () => void {
    // Wrapped, so that one who listens twice is told twice and stops once.
    const told = () => listener()
    this.#listeners.add(told)
    return () => void this.#listeners.delete(told)
  }

  tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
