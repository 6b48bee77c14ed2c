import type { MessagePort } from 'node:worker_threads'
import { batch } from '../lib/batch.ts'
import type { DeliveryStore } from '../storage/delivery-store.ts'
import type { PortAsked, PortMethod, PortTold } from '../storage/worker-port.ts'

export type WriterStore = Pick<DeliveryStore, PortMethod | 'onDeliveriesDue'>

type Call = PortAsked['calls'][number]
type Answers = Extract<PortTold, { answers: unknown }>['answers']

/** Most calls in one transaction; each may be about many deliveries. */
const callsMax = 16

/**
 * The part of the store that a worker asks most, straight from the thread that writes: what gathers
 * while one message is under way goes together in the next, in its order, so that a claim sees what
 * was recorded before it was asked. When that thread ends, what was under way fails as a store's
 * that is away, and a new port is asked for.
 */
export class WriterCalls implements WriterStore {
  readonly #reconnect: () => Promise<MessagePort>
  readonly #listeners = new Set<() => void>()
  readonly #calls = batch((calls: Call[]) => this.#send(calls), callsMax)
  #port: Promise<MessagePort> | null
  #waiting: { resolve(answers: Answers): void; reject(error: Error): void } | null = null
  #closed = false

  constructor(port: MessagePort, reconnect: () => Promise<MessagePort>) {
    this.#reconnect = reconnect
    this.#port = Promise.resolve(this.#attach(port))
  }

  claimDeliveries: WriterStore['claimDeliveries'] = (request) =>
    this.#ask('claimDeliveries', request)

  beginAttempts: WriterStore['beginAttempts'] = (attempts) => this.#ask('beginAttempts', attempts)

  recordAttempts: WriterStore['recordAttempts'] = (results) => this.#ask('recordAttempts', results)

  failDeliveries: WriterStore['failDeliveries'] = (failures) =>
    this.#freeing('failDeliveries', failures)

  releaseDeliveries: WriterStore['releaseDeliveries'] = (claims, pause = null) =>
    this.#freeing('releaseDeliveries', claims, pause)

  extendLeases: WriterStore['extendLeases'] = (claims, leaseMs) =>
    this.#ask('extendLeases', claims, leaseMs)

  onDeliveriesDue(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    const port = await this.#port
    port?.close()
  }

  async #freeing<T>(method: PortMethod, ...given: unknown[]): Promise<T> {
    const answer = await this.#ask<T>(method, ...given)
    this.#tellDue()
    return answer
  }

  async #ask<T>(method: PortMethod, ...given: unknown[]): Promise<T> {
    const result = await this.#calls.add({ method, now: Date.now(), given })
    if ('answer' in result) return result.answer as T
    throw Object.assign(new Error(result.error), { code: result.code })
  }

  async #send(calls: Call[]): Promise<Answers> {
    this.#port ??= this.#reconnect().then((fresh) => this.#attach(fresh))
    // Where there is none to be had now, it is asked for again with the next call.
    const port = await this.#port.catch((error: unknown) => {
      this.#port = null
      throw error
    })
    const { promise, resolve, reject } = Promise.withResolvers<Answers>()
    this.#waiting = { resolve, reject }
    port.postMessage(JSON.stringify({ calls } satisfies PortAsked))
    return await promise
  }

  #attach(port: MessagePort): MessagePort {
    port.on('message', (text: string) => {
      const told = JSON.parse(text) as PortTold
      if ('due' in told) this.#tellDue()
      else this.#waiting?.resolve(told.answers)
    })
    port.on('close', () => {
      if (this.#closed) return
      this.#port = null
      const gone = new Error('The writing thread ended.')
      this.#waiting?.reject(Object.assign(gone, { code: 'outcome_unknown' }))
    })
    return port
  }

  #tellDue(): void {
    for (const listener of this.#listeners) listener()
  }
}
