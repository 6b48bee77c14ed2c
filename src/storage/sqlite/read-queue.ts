import { Worker } from 'node:worker_threads'
import { Fault } from '../../core/errors.ts'
import { faultFromJson, type SearchAsk, type SearchReply } from './thread-messages.ts'

/** Beyond this many questions without an answer a new one is refused at once. */
const waitingMax = 1_000

interface Waiting {
  resolve(reply: SearchReply): void
  reject(fault: Fault): void
}

/** Hands questions to the reading thread, which is started with the first. */
export class ReadQueue {
  readonly #options: { path: string; clock: () => number; budgetMs: number }
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | null = null
  #lastId = 0
  #closed = false

  constructor(options: { path: string; clock: () => number; budgetMs: number }) {
    this.#options = options
  }

  /** @throws the fault it was answered with; `unavailable` when the thread is gone or overrun. */
  ask(ask: SearchAsk): Promise<SearchReply> {
    if (this.#closed || this.#waiting.size >= waitingMax) return Promise.reject(tryAgain())
    return new Promise((resolve, reject) => {
      this.#lastId += 1
      const id = this.#lastId
      this.#waiting.set(id, { resolve, reject })
      const { budgetMs, clock } = this.#options
      this.#thread().postMessage(JSON.stringify({ id, ask, budgetMs, now: clock() }))
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#worker?.terminate()
    this.#lose(tryAgain())
  }

  #thread(): Worker {
    if (this.#worker) return this.#worker
    const worker = new Worker(new URL('./reader-thread.ts', import.meta.url), {
      workerData: { path: this.#options.path },
    })
    // A question that is under way keeps the process, an idle thread does not.
    worker.on('message', (text: string) => this.#receive(JSON.parse(text) as SearchReply))
    worker.on('error', (cause) => this.#lose(new Fault('unavailable', { cause })))
    this.#worker = worker
    return worker
  }

  #receive(reply: SearchReply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (reply.fault) waiting?.reject(faultFromJson(reply.fault))
    else waiting?.resolve(reply)
  }

  #lose(fault: Fault): void {
    this.#worker = null
    for (const { reject } of this.#waiting.values()) reject(fault)
    this.#waiting.clear()
  }
}

function tryAgain(): Fault {
  return new Fault('unavailable', { retryAfterSeconds: 1 })
}
