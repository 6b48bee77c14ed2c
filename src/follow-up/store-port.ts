import { MessagePort } from 'node:worker_threads'
import type { DeliveryStore } from '../storage/delivery-store.ts'
import type { RenderPayload } from './render-payload.ts'
import type { SignCall } from './sign-call.ts'
import type { WorkerStore } from './worker.ts'
import { WriterCalls } from './writer-calls.ts'

/** What a worker asks of the store; each answers once. */
const methods = [
  ...(['claimDeliveries', 'beginAttempts', 'recordAttempts', 'failDeliveries'] as const),
  ...(['releaseDeliveries', 'extendLeases', 'untoldNotices', 'markTold', 'apply'] as const),
  ...(['findDelivery', 'listAttempts', 'readEvents'] as const),
  ...(['renderPayload', 'signCall', 'workerPort'] as const),
]

/** What the thread with the store and the dialects does for the worker. */
export type PortStore = WorkerStore & { renderPayload: RenderPayload; signCall: SignCall }

interface Closing {
  close(): Promise<void>
}

type ServedStore = PortStore & Pick<DeliveryStore, 'workerPort'>

type Method = (typeof methods)[number]
type Asked = { ask: number; method: Method; given: unknown[] }
type Answered =
  | { ask: number; answer: unknown }
  | { ask: number; error: string; code: string | undefined }
type Told = Answered | { due: true }
type AnyMethod = (...given: unknown[]) => unknown

/**
 * Answers, on the thread that has the store, what a worker on another asks: only one thread writes
 * to the file, and few messages carry many deliveries. One that has its own way to the thread that
 * writes hears there what is due. Answers how to stop it.
 */
export function serveStore(port: MessagePort, store: ServedStore, hasOwnWay: boolean): () => void {
  const call = store as unknown as { [M in Method]: AnyMethod }
  port.on('message', ({ ask, method, given }: Asked) => {
    Promise.try(call[method], ...given).then(
      (answer) => {
        const moved = answer instanceof MessagePort ? [answer] : []
        port.postMessage({ ask, answer } satisfies Told, moved)
      },
      (error: Error & { code?: string }) => {
        const { message, code } = error
        port.postMessage({ ask, error: message, code } satisfies Told)
      },
    )
  })
  if (hasOwnWay) return () => port.close()
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

/** The store as a worker on another thread sees it; `writer` leads to the thread that writes. */
export function storeOver(port: MessagePort, writer: MessagePort | null): PortStore & Closing {
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
  const all = Object.fromEntries(asking) as unknown as PortStore
  if (writer) {
    const reconnect = () => ask('workerPort', []) as Promise<MessagePort>
    const calls = new WriterCalls(writer, reconnect)
    const { claimDeliveries, beginAttempts, recordAttempts } = calls
    const { failDeliveries, releaseDeliveries, extendLeases } = calls
    return {
      ...all,
      ...{ claimDeliveries, beginAttempts, recordAttempts },
      ...{ failDeliveries, releaseDeliveries, extendLeases },
      onDeliveriesDue: (listener) => calls.onDeliveriesDue(listener),
      close: () => calls.close().then(() => port.close()),
    }
  }
  return {
    ...all,
    close: async () => port.close(),
    onDeliveriesDue(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
