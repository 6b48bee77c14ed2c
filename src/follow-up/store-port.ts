import type { MessagePort } from 'node:worker_threads'
import type { RenderPayload } from './render-payload.ts'
import type { SignCall } from './sign-call.ts'
import type { WorkerStore } from './worker.ts'

/** What a worker asks of the store; each answers once. */
const methods = [
  ...(['claimDeliveries', 'beginAttempts', 'recordAttempts', 'failDeliveries'] as const),
  ...(['releaseDeliveries', 'extendLeases', 'untoldNotices', 'markTold', 'apply'] as const),
  ...(['renderPayload', 'signCall'] as const),
]

/** What the thread with the store and the dialects does for the worker. */
export type PortStore = WorkerStore & { renderPayload: RenderPayload; signCall: SignCall }

type Method = (typeof methods)[number]
type Asked = { ask: number; method: Method; given: unknown[] }
type Answered =
  | { ask: number; answer: unknown }
  | { ask: number; error: string; code: string | undefined }
type Told = Answered | { due: true }
type AnyMethod = (...given: unknown[]) => Promise<unknown>

/**
 * Answers, on the thread that has the store, what a worker on another asks: only one thread writes
 * to the file, and few messages carry many deliveries. Answers how to stop it.
 */
export function serveStore(port: MessagePort, store: PortStore): () => void {
  const call = store as unknown as { [M in Method]: AnyMethod }
  port.on('message', ({ ask, method, given }: Asked) => {
    call[method](...given).then(
      (answer) => port.postMessage({ ask, answer } satisfies Told),
      (error: Error & { code?: string }) => {
        const { message, code } = error
        port.postMessage({ ask, error: message, code } satisfies Told)
      },
    )
  })
  let told = false
  const unlisten = store.onDeliveriesDue(() => {
    // Many commits of one turn are one message.
    if (told) return
    told = true
    setImmediate(() => {
      told = false
      port.postMessage({ due: true } satisfies Told)
    })
  })
  return () => {
    unlisten()
    port.close()
  }
}

/** The store as a worker on another thread sees it. */
export function storeOver(port: MessagePort): PortStore {
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>()
  const listeners = new Set<() => void>()
  let last = 0
  port.on('message', (told: Told) => {
    if ('due' in told) {
      for (const listener of listeners) listener()
      return
    }
    const asked = waiting.get(told.ask)
    waiting.delete(told.ask)
    if ('error' in told) asked?.reject(Object.assign(new Error(told.error), { code: told.code }))
    else asked?.resolve(told.answer)
  })
  const ask = (method: Method, given: unknown[]): Promise<unknown> => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    last += 1
    waiting.set(last, { resolve, reject })
    port.postMessage({ ask: last, method, given } satisfies Asked)
    return promise
  }
  const asking = methods.map((method) => [method, (...given: unknown[]) => ask(method, given)])
  return {
    ...(Object.fromEntries(asking) as unknown as PortStore),
    onDeliveriesDue(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
