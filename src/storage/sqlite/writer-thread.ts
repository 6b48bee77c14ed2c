import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { Outcome } from '../../core/command.ts'
import type { Decide } from '../../core/decision.ts'
import { Fault, isOfStore } from '../../core/errors.ts'
import { appliedText } from '../applied-json.ts'
import type { ExpireBefore } from '../store.ts'
import type { PortAsked, PortTold } from '../worker-port.ts'
import type { Result } from './command-writer.ts'
import type { RollUpGoal } from './event-counts.ts'
import {
  type ApplyAll,
  type DeliveryCall,
  faultToJson,
  type Reply,
  type Request,
} from './thread-messages.ts'
import { Writer } from './writer.ts'

/**
 * The thread that owns the writing connection. A sync to disk takes as long as the disk wants, and
 * here it holds up nobody but the next group. Messages are JSON text, which is quicker to hand over
 * than a copy of the objects.
 */
const { path, decision } = workerData as { path: string; decision: string }
const { decide } = (await import(decision)) as { decide: Decide }
const writer = new Writer(path, decide)

/** Ports of those who claim deliveries on other threads. */
const workers = new Set<MessagePort>()

/** With so many commands of calls a transaction takes no further group along. */
const groupedMax = 256
/** Most commands of long work that several messages may bring into one transaction. */
const togetherMax = 8_192
/** What nobody wakes, to wait for a while. */
const never = new Int32Array(new SharedArrayBuffer(4))
/** What ended the last of the calls that follow each other. */
let lastFault: Fault | null = null

type Message = string | ApplyAll | { worker: MessagePort }
type Apply = Extract<Request, { kind: 'apply' }>

const port = parentPort as MessagePort
port.on('message', (message: Message) => {
  for (let next: Message | undefined = message; next !== undefined; ) next = take(next)
})

/** Does what a message asks; answers another that was taken along with it. */
function take(message: Message): Message | undefined {
  if (typeof message !== 'string') {
    if (!('worker' in message)) return applyPartsWaiting(message)
    serveWorker(message.worker)
    return undefined
  }
  const request = JSON.parse(message) as Request
  if (request.kind === 'apply') return applyGroupsWaiting(request)
  port.postMessage(JSON.stringify(answer(request)))
  // Operators may have made more claimable.
  if (request.kind === 'deliveries') tellDue()
  return undefined
}

/** Takes what waits as long as there is room and `add` takes it; answers what it did not take. */
function gather(hasRoom: () => boolean, add: (message: Message) => boolean): Message | undefined {
  while (hasRoom()) {
    const waiting = (receiveMessageOnPort(port) as { message: Message } | undefined)?.message
    if (waiting === undefined || !add(waiting)) return waiting
  }
  return undefined
}

/** Writes the groups that wait as one: what they share is the sync, which takes longest. */
function applyGroupsWaiting(first: Apply): Message | undefined {
  const groups = [first]
  let count = first.group.length
  const other = gather(
    () => count < groupedMax,
    (message) => {
      const request = typeof message === 'string' ? (JSON.parse(message) as Request) : null
      if (request?.kind !== 'apply') return false
      groups.push(request)
      count += request.group.length
      return true
    },
  )
  const { now } = groups.at(-1) as Apply
  const results = writer.applyGroup(
    groups.flatMap(({ group }) => group),
    now,
  )
  let planned = takePlanned()
  for (const { group } of groups) {
    port.postMessage(appliedReply(results.splice(0, group.length), planned))
    planned = false
  }
  return other
}

/** Whether deliveries were planned; whoever claims them is told first. */
function takePlanned(): boolean {
  const planned = writer.takePlanned()
  if (planned) tellDue()
  return planned
}

/** Applies what waits of such messages as one, so that it shares transactions. */
function applyPartsWaiting(first: ApplyAll): Message | undefined {
  const parts = [first]
  let count = first.rows.commands.length
  const other = gather(
    () => count < togetherMax,
    (message) => {
      if (typeof message === 'string' || 'worker' in message) return false
      parts.push(message)
      count += message.rows.commands.length
      return true
    },
  )
  const outcomes = applyAll(parts, count)
  let planned = takePlanned()
  for (const { rows } of parts) {
    const told = outcomes.splice(0, rows.commands.length)
    port.postMessage(JSON.stringify({ kind: 'applied-all', outcomes: told, planned } as Reply))
    planned = false
  }
  return other
}

function applyAll(parts: readonly ApplyAll[], count: number) {
  const { follows, holdMs, pauseMs } = parts[0] as ApplyAll
  const outcomes: (Outcome | Fault)[] = []
  if (!follows) lastFault = null
  while (lastFault === null && outcomes.length < count) {
    outcomes.push(...writer.applySome(parts, { from: outcomes.length, to: count }, holdMs))
    const last = outcomes.at(-1)
    if (isOfStore(last)) lastFault = last
    else if (pauseMs > 0) Atomics.wait(never, 0, 0, pauseMs)
  }
  while (outcomes.length < count) outcomes.push(lastFault as Fault)
  return outcomes.map((one) => (one instanceof Fault ? { fault: faultToJson(one) } : one))
}

function serveWorker(port: MessagePort): void {
  workers.add(port)
  port.on('close', () => workers.delete(port))
  port.on('message', (text: string) => {
    const { calls } = JSON.parse(text) as PortAsked
    const answers = writer.writeDeliveries(calls as DeliveryCall[]).map((result) => {
      if (!('fault' in result)) return result
      return { error: result.fault.message, code: result.fault.code }
    })
    port.postMessage(JSON.stringify({ answers } satisfies PortTold))
  })
}

function tellDue(): void {
  const told = JSON.stringify({ due: true } satisfies PortTold)
  for (const port of workers) port.postMessage(told)
}

/** The text of a `Reply`, into which profiles go as the text that was written to the file. */
function appliedReply(results: Result[], planned: boolean): string {
  return `{"kind":"applied","planned":${planned},"results":[${results.map(resultText).join(',')}]}`
}

function resultText(result: Result): string {
  if ('fault' in result) return `{"fault":${JSON.stringify(faultToJson(result.fault))}}`
  return `{"applied":${appliedText(result.applied, result.profileText)}}`
}

function answer(request: Exclude<Request, Apply>): Reply {
  switch (request.kind) {
    case 'preview':
      return preview(request)
    case 'probe':
      try {
        writer.probe(request.now)
        return { kind: 'probed', fault: null }
      } catch (error) {
        return { kind: 'probed', fault: faultToJson(asFault(error)) }
      }
    case 'roll-up':
      return rollUp(request.goal)
    case 'expire':
      return expire(request.before)
    case 'expire-own':
      try {
        return { kind: 'expired-own', result: writer.expireOwn(request.step) }
      } catch (error) {
        return { kind: 'expired-own', result: { fault: faultToJson(asFault(error)) } }
      }
    case 'deliveries': {
      const results = writer.writeDeliveries(request.calls)
      const answers = results.map((result) =>
        'fault' in result ? { fault: faultToJson(result.fault) } : result,
      )
      return { kind: 'deliveries', answers }
    }
    case 'fill':
      return fill()
    case 'close':
      writer.close()
      return { kind: 'closed' }
  }
}

function preview({ workspaceId, command, now }: Extract<Request, { kind: 'preview' }>): Reply {
  try {
    const preview = writer.preview({ workspaceId, command }, now)
    return { kind: 'previewed', result: { preview } }
  } catch (error) {
    return { kind: 'previewed', result: { fault: faultToJson(asFault(error)) } }
  }
}

function rollUp(goal: RollUpGoal): Reply {
  try {
    return { kind: 'rolled-up', counted: writer.rollUp(goal), fault: null }
  } catch (error) {
    return { kind: 'rolled-up', counted: 0, fault: faultToJson(asFault(error)) }
  }
}

function expire(before: ExpireBefore): Reply {
  try {
    return { kind: 'expired', expired: writer.expire(before), fault: null }
  } catch (error) {
    const fault = faultToJson(asFault(error))
    const expired = { events: 0, idempotency: 0, runs: 0, ruleCounts: 0, deliveries: 0 }
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
