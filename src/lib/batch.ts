/** Gathers single requests into few calls. */
export interface Batch<T, R> {
  /** Adds one; resolves with its own answer when its call is over. */
  add(entry: T): Promise<R>
  /** Resolves when nothing is under way and nothing waits. */
  settled(): Promise<void>
}

/**
 * One call at a time with everything that has gathered meanwhile, at most `max` of it: the busier
 * it gets, the more shares a call. Entries of one turn of the event loop go together. When the call
 * fails, each of its entries fails with the same error.
 */
export function batch<T, R>(call: (entries: T[]) => Promise<readonly R[]>, max = 256): Batch<T, R> {
  type Waiting = { entry: T; resolve: (answer: R) => void; reject: (error: unknown) => void }
  let waiting: Waiting[] = []
  let running: Promise<void> | null = null

  async function run(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const now = waiting.slice(0, max)
      waiting = waiting.slice(max)
      try {
        const answers = await call(now.map(({ entry }) => entry))
        if (answers.length !== now.length) throw new Error('A batch was answered in part.')
        for (const [index, { resolve }] of now.entries()) resolve(answers[index] as R)
      } catch (error) {
        for (const { reject } of now) reject(error)
      }
    }
    running = null
  }

  return {
    add(entry) {
      const { promise, resolve, reject } = Promise.withResolvers<R>()
      waiting.push({ entry, resolve, reject })
      running ??= run()
      return promise
    },
    async settled() {
      while (running) await running
    },
  }
}
