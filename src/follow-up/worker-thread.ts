import { setPriority } from 'node:os'
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
  /** To the thread that writes, where the store has one. */
  writer: MessagePort | null
  /** Address of the module that exports `actions`. */
  actions: string
  secretKeys: readonly Uint8Array[]
  ownAddresses: string[]
  logsInfo: boolean
}

interface LogLine {
  level: 'info' | 'warn'
  fields: object
  message: string
}

/** What the thread tells. */
export type ThreadTold =
  | { kind: 'log'; lines: LogLine[] }
  | { kind: 'counts'; counts: DeliveryCounts }
  | { kind: 'stopped' }

const countsMs = 1_000
/** On Linux this is about the one thread alone: where processors are short, the others go first. */
const threadNice = 5

/**
 * The worker in a thread of its own: rendering, signing and calling do not hold up those who write.
 */
async function run(start: ThreadStart, parent: MessagePort): Promise<void> {
  // Whoever makes a call waits for its answer; deliveries have a moment.
  if (process.platform === 'linux') setPriority(threadNice)
  const tell = (told: ThreadTold) => parent.postMessage(told)
  const { actions } = (await import(start.actions)) as { actions: Actions }
  const client = createOutboundClient({ ownAddresses: start.ownAddresses })
  const stats = createDeliveryStats()
  const keys = start.secretKeys as [Uint8Array, ...Uint8Array[]]
  const { worker: name, inFlightMax, leaseMs, drainMs } = start
  const store = storeOver(start.store, start.writer)
  const log = portLogger(tell, start.logsInfo)
  const worker = new Worker({
    ...{ worker: name, inFlightMax, leaseMs, drainMs, actions, client, stats },
    store,
    renderPayload: store.renderPayload,
    signCall: store.signCall,
    templates: createTemplates(),
    sealer: createSealer(keys),
    logger: log.logger,
  })
  const counting = setInterval(() => tell({ kind: 'counts', counts: stats.read() }), countsMs)
  parent.once('message', () => {
    void worker.stop().then(async () => {
      clearInterval(counting)
      await client.close()
      log.flush()
      tell({ kind: 'counts', counts: stats.read() })
      tell({ kind: 'stopped' })
      await store.close()
      parent.close()
    })
  })
}

/** Log lines are written by the thread that has the log, so that none is torn. */
function portLogger(tell: (told: ThreadTold) => void, logsInfo: boolean) {
  let lines: LogLine[] = []
  const line = (level: LogLine['level']) => (fields: object, message: string) => {
    if (level === 'info' && !logsInfo) return
    // Those of one turn are one message.
    if (lines.push({ level, fields, message }) === 1) setImmediate(flush)
  }
  const flush = () => {
    if (lines.length > 0) tell({ kind: 'log', lines })
    lines = []
  }
  return { logger: { info: line('info'), warn: line('warn') } as unknown as Logger, flush }
}

if (parentPort) await run(workerData as ThreadStart, parentPort)
