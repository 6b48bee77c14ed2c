import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** Commands after which a log may be long enough for a thread of its own to be worth it. */
const worthFrom = 1_000

/** Has the write-ahead log folded back beside those who write, once they have written enough. */
export class LogFolder {
  readonly #path: string
  #written = 0
  #worker: Worker | null = null

  constructor(path: string) {
    this.#path = path
  }

  /** To be told how many commands were stored. */
  wrote(commands: number): void {
    this.#written += commands
    if (this.#worker || this.#written < worthFrom) return
    this.#worker = new Worker(new URL('./fold-thread.ts', import.meta.url), {
      workerData: { path: this.#path },
    })
    // Without it, commits fold the log as they would have.
    this.#worker.on('error', () => {})
    this.#worker.unref()
  }

  async close(): Promise<void> {
    if (!this.#worker || this.#worker.threadId < 0) return
    const ended = once(this.#worker, 'exit')
    this.#worker.ref()
    this.#worker.postMessage('close')
    await ended
  }
}
