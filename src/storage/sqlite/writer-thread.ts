import { parentPort, workerData } from 'node:worker_threads'
import type { Decide } from '../../core/decision.ts'
import { Fault } from '../../core/errors.ts'
import { appliedToJson } from '../applied-json.ts'
import type { ExpireBefore } from '../store.ts'
import { faultToJson, type Reply, type Request } from './thread-messages.ts'
import { type Result, Writer } from './writer.ts'

/**
 * The thread that owns the writing connection. A sync to disk takes as long as the disk wants, and
 * here it holds up nobody but the next group. Messages are JSON text, which is quicker to hand over
 * than a copy of the objects.
 */
const { path, decision } = workerData as { path: string; decision: string }
const { decide } = (await import(decision)) as { decide: Decide }
const writer = new Writer(path, decide)

parentPort?.on('message', (text: string) => {
  const request = JSON.parse(text) as Request
  const reply = answer(request)
  parentPort?.postMessage(JSON.stringify(reply))
})

function resultToJson(result: Result) {
  return 'fault' in result
    ? { fault: faultToJson(result.fault) }
    : { applied: appliedToJson(result.applied) }
}

function answer(request: Request): Reply {
  switch (request.kind) {
    case 'apply':
      return {
        kind: 'applied',
        results: writer.applyGroup(request.group, request.now).map(resultToJson),
      }
    case 'probe':
      try {
        writer.probe(request.now)
        return { kind: 'probed', fault: null }
      } catch (error) {
        return { kind: 'probed', fault: faultToJson(asFault(error)) }
      }
    case 'expire':
      return expire(request.before)
    case 'fill':
      return fill()
    case 'close':
      writer.close()
      return { kind: 'closed' }
  }
}

function expire(before: ExpireBefore): Reply {
  try {
    return { kind: 'expired', expired: writer.expire(before), fault: null }
  } catch (error) {
    const fault = faultToJson(asFault(error))
    const expired = { events: 0, idempotency: 0, runs: 0, ruleCounts: 0 }
    return { kind: 'expired', expired, fault }
  }
}

function fill(): Reply {
  try {
    return { kind: 'filled', filled: writer.fillSome(), fault: null }
  } catch (error) {
    return {
      kind: 'filled',
      filled: { profiles: 0, left: false },
      fault: faultToJson(asFault(error)),
    }
  }
}

function asFault(error: unknown): Fault {
  return error instanceof Fault ? error : new Fault('internal', { cause: error })
}
