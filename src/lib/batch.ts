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
 * fails, each of its entries fails with the same error; where `mayBeOne` says of the error that a
 * single entry may be at fault, halves are called on their own until that one is alone.
 */
export function batch<T, R>(
  call: (entries: T[]) => Promise<readonly R[]>,
  max = 256,
  mayBeOne: (error: Error) => boolean = () => false,
): Batch<T, R> {
  type Waiting = { entry: T; resolve: (answer: R) => void; reject: (error: unknown) => void }
  let waiting: Waiting[] = []
  let running: Promise<void> | null = null

  async function run(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const now = waiting.slice(0, max)
      waiting = waiting.slice(max)
      await answer(now)
    }
    running = null
  }

  async function answer(now: readonly Waiting[]): Promise<void> {
    try {
      const answers = await call(now.map(({ entry }) => entry))
      for (const [index, { resolve, reject }] of now.entries()) {
        if (answers.length === now.length) resolve(answers[index] as R)
        else reject(new Error('A batch was answered in part.'))
      }
    } catch (error) {
      if (now.length > 1 && mayBeOne(error as Error)) {
        const half = now.length >> 1
        await answer(now.slice(0, half))
        await answer(now.slice(half))
      } else {
        for (const { reject } of now) reject(error)
      }
    }
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
