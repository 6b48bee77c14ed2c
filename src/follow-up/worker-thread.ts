import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { Logger } from 'pino'
import type { Actions } from '../core/action.ts'
import { createTemplates } from '../core/template.ts'
import { createSealer } from '../lib/seal.ts'
import { createOutboundClient } from '../outbound/http-client.ts'
import { createDeliveryStats, type DeliveryCounts } from './delivery-stats.ts'
import { storeOver } from './store-port.ts'
import { Worker, type WorkerOptions } from './worker.ts'

/** What the thread is begun with. */
export interface ThreadStart
  extends Pick<WorkerOptions, 'worker' | 'inFlightMax' | 'leaseMs' | 'drainMs'> {
  store: MessagePort
  /** Address of the module that exports `actions`. */
  actions: string
  secretKeys: readonly Uint8Array[]
  ownAddresses: string[]
  logsInfo: boolean
}

/** What the thread tells. */
export type ThreadTold =
  | { kind: 'log'; level: 'info' | 'warn'; fields: object; message: string }
  | { kind: 'counts'; counts: DeliveryCounts }
  | { kind: 'stopped' }

const countsMs = 1_000

/**
 * The worker in a thread of its own: rendering, signing and calling do not hold up those who write.
 */
async function run(start: ThreadStart, parent: MessagePort): Promise<void> {
  const tell = (told: ThreadTold) => parent.postMessage(told)
  const { actions } = (await import(start.actions)) as { actions: Actions }
  const client = createOutboundClient({ ownAddresses: start.ownAddresses })
  const stats = createDeliveryStats()
  const keys = start.secretKeys as [Uint8Array, ...Uint8Array[]]
  const { worker: name, inFlightMax, leaseMs, drainMs } = start
  const store = storeOver(start.store)
  const worker = new Worker({
    ...{ worker: name, inFlightMax, leaseMs, drainMs, actions, client, stats },
    store,
    renderPayload: store.renderPayload,
    signCall: store.signCall,
    templates: createTemplates(),
    sealer: createSealer(keys),
    logger: portLogger(tell, start.logsInfo),
  })
  const counting = setInterval(() => tell({ kind: 'counts', counts: stats.read() }), countsMs)
  parent.once('message', () => {
    void worker.stop().then(async () => {
      clearInterval(counting)
      await client.close()
      tell({ kind: 'counts', counts: stats.read() })
      tell({ kind: 'stopped' })
      start.store.close()
      parent.close()
    })
  })
}

/** Log lines are written by the thread that has the log, so that none is torn. */
function portLogger(tell: (told: ThreadTold) => void, logsInfo: boolean): Logger {
  const line = (level: 'info' | 'warn') => (fields: object, message: string) => {
    if (level === 'warn' || logsInfo) tell({ kind: 'log', level, fields, message })
  }
  return { info: line('info'), warn: line('warn') } as unknown as Logger
}

if (parentPort) await run(workerData as ThreadStart, parentPort)
