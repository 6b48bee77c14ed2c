import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import type { Applied, Command, Outcome } from '../../core/command.ts'
import type { Decide } from '../../core/decision.ts'
import { Fault } from '../../core/errors.ts'
import type { Preview } from '../../core/preview.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { batch } from '../../lib/batch.ts'
import type { ExpireBefore, Expired } from '../store.ts'
import { type Answered, answerGroup } from './answer-group.ts'
import type { DeliveryAnswer, DeliveryArguments, DeliveryMethod } from './delivery-writes.ts'
import type { DueSignal } from './due-signal.ts'
import type { RollUpGoal } from './event-counts.ts'
import type { expireOwn, OwnStep } from './expire-own.ts'
import type { Filled } from './fill-some.ts'
import { Foreseer } from './foresee.ts'
import { LogFolder } from './log-folder.ts'
import {
  type ApplyAll,
  type DeliveryCall,
  faultFromJson,
  type Reply,
  type Request,
} from './thread-messages.ts'
import { Turns } from './turns.ts'

interface Waiting extends Answered {
  workspaceId: WorkspaceId
  command: Command
}

/** What a reply is waited for by; at most one group of commands, or one probe. */
interface Sent {
  group: Waiting[]
  done: ((reply: Reply) => void) | null
}

interface Options {
  path: string
  decision: URL
  clock: () => number
  eager: boolean
  /** Told after each group that planned deliveries. */
  due: DueSignal
}

const groupMax = 256
/** One group being written and what came since handed over: the writer takes it all at once. */
const groupsInFlightMax = 4
/** Most calls about deliveries in one transaction; each may be about many deliveries. */
const callsMax = 16
/** Beyond this many waiting commands a new one is refused at once instead of queued. */
const waitingMax = 20_000

/**
 * Collects commands that arrive together and hands them to the writing thread as one group: they
 * share one transaction and one sync. A command waits at most for the groups before it.
 */
export class CommitQueue {
  readonly #options: Options
  #worker: Worker | null = null
  #waiting: Waiting[] = []
  #inFlight: Sent[] = []
  /** What is asked besides goes ahead of the groups that wait, and takes no place of theirs. */
  #groupsInFlight = 0
  readonly #turns: Turns
  #partsInFlight = 0
  #decide: Promise<{ decide: Decide }> | null = null
  readonly #deliveryCalls = batch((calls: DeliveryCall[]) => this.#writeCalls(calls), callsMax)
  #scheduled = false
  readonly #folder: LogFolder
  #closing = false

  constructor(options: Options) {
    this.#options = options
    this.#folder = new LogFolder(options.path)
    this.#turns = new Turns(options.path, options.eager)
    if (options.eager) this.#writer()
  }

  apply(workspaceId: WorkspaceId, command: Command): Promise<Applied> {
    return new Promise((resolve, reject) => {
      if (this.#closing || this.#waiting.length >= waitingMax) {
        reject(new Fault('unavailable', { retryAfterSeconds: 1 }))
        return
      }
      this.#waiting.push({ workspaceId, command, resolve, reject })
      // Everything that arrives in this turn of the loop goes into the same group.
      if (this.#scheduled) return
      this.#scheduled = true
      setImmediate(() => {
        this.#scheduled = false
        this.#flush()
      })
    })
  }

  /**
   * Ordered, and in transactions of its own: see `Store.applyAll`. `indexed` are the attributes
   * that people of the workspace are found by.
   */
  async applyAll(
    workspaceId: WorkspaceId,
    commands: readonly Command[],
    indexed: readonly string[],
  ): Promise<(Outcome | Fault)[]> {
    // Both load the decision; whoever writes has it by the time there is something to write.
    this.#writer()
    this.#decide ??= import(this.#options.decision.href)
    const { decide } = await this.#decide
    const { partMax, ...turn } = this.#turns.next()
    const parts: Promise<(Outcome | Fault)[]>[] = []
    for (let at = 0; at < commands.length; at += partMax) {
      const of = { workspaceId, now: this.#options.clock(), indexed }
      const foreseer = new Foreseer(decide, of)
      const rows = foreseer.foreseeAll(commands.slice(at, at + partMax))
      parts.push(this.#applyPart({ kind: 'apply-all', of, rows, ...turn }))
    }
    return (await Promise.all(parts)).flat()
  }

  async #applyPart(part: Omit<ApplyAll, 'follows'>): Promise<(Outcome | Fault)[]> {
    const follows = this.#partsInFlight > 0
    this.#partsInFlight += 1
    const { length } = part.rows.commands
    const reply = await this.#send({ ...part, follows })
    this.#partsInFlight -= 1
    if (reply.kind !== 'applied-all') {
      const fault = new Fault('outcome_unknown')
      return Array(length).fill(fault)
    }
    if (reply.planned) this.#options.due.tell()
    this.#folder.wrote(length)
    return reply.outcomes.map((one) => ('fault' in one ? faultFromJson(one.fault) : one))
  }

  /** A real tiny write; throws the fault it met. */
  async probe(): Promise<void> {
    const reply = await this.#ask({ kind: 'probe', now: this.#options.clock() })
    if (reply.kind === 'probed' && reply.fault) throw faultFromJson(reply.fault)
  }

  /** Decided behind the groups that were handed over before it. */
  async preview(workspaceId: WorkspaceId, command: Command): Promise<Preview> {
    const now = this.#options.clock()
    const reply = await this.#ask({ kind: 'preview', now, workspaceId, command })
    if (reply.kind !== 'previewed') throw new Fault('unavailable', { retryAfterSeconds: 1 })
    if ('fault' in reply.result) throw faultFromJson(reply.result.fault)
    return reply.result.preview
  }

  /** One step of deleting what is old; the groups that wait meanwhile go before the next. */
  async expireSome(before: ExpireBefore): Promise<Expired> {
    const reply = await this.#ask({ kind: 'expire', before })
    if (reply.kind !== 'expired') throw new Fault('unavailable', { retryAfterSeconds: 1 })
    if (reply.fault) throw faultFromJson(reply.fault)
    return reply.expired
  }

  /** The same by a workspace's own time. */
  async expireOwn(step: OwnStep): Promise<ReturnType<typeof expireOwn>> {
    const reply = await this.#ask({ kind: 'expire-own', step })
    if (reply.kind !== 'expired-own') throw new Fault('unavailable', { retryAfterSeconds: 1 })
    if ('fault' in reply.result) throw faultFromJson(reply.result.fault)
    return reply.result
  }

  /** Changes deliveries, between the groups; what gathers meanwhile shares a transaction. */
  async writeDeliveries<M extends DeliveryMethod>(
    method: M,
    ...given: DeliveryArguments<M>
  ): Promise<DeliveryAnswer<M>> {
    const result = await this.#deliveryCalls.add({ method, now: this.#options.clock(), given })
    if ('fault' in result) throw faultFromJson(result.fault)
    return result.answer as DeliveryAnswer<M>
  }

  async #writeCalls(calls: DeliveryCall[]) {
    const reply = await this.#ask({ kind: 'deliveries', calls })
    if (reply.kind !== 'deliveries') throw new Fault('outcome_unknown')
    return reply.answers
  }

  /** One step of bringing indexes up to date. */
  async fillSome(): Promise<Filled> {
    const reply = await this.#ask({ kind: 'fill' })
    if (reply.kind !== 'filled') throw new Fault('unavailable', { retryAfterSeconds: 1 })
    if (reply.fault) throw faultFromJson(reply.fault)
    return reply.filled
  }

  /** Counts up to a goal, step by step; the groups that wait meanwhile go before the next. */
  async rollUp(goal: RollUpGoal): Promise<number> {
    for (let counted = 0; ; ) {
      const reply = await this.#ask({ kind: 'roll-up', goal })
      if (reply.kind !== 'rolled-up') throw new Fault('unavailable', { retryAfterSeconds: 1 })
      if (reply.fault) throw faultFromJson(reply.fault)
      if (reply.counted === 0) return counted
      counted += reply.counted
    }
  }

  /** A second way to the writing thread, for one that claims deliveries and records attempts. */
  workerPort(): MessagePort {
    const { port1, port2 } = new MessageChannel()
    this.#writer().postMessage({ worker: port2 }, [port2])
    return port1
  }

  /** Writes what was accepted, then ends the thread. */
  async close(): Promise<void> {
    while (this.#waiting.length > 0 || this.#inFlight.length > 0) {
      this.#flush()
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await this.#deliveryCalls.settled()
    this.#closing = true
    await this.#folder.close()
    if (!this.#worker) return
    await this.#ask({ kind: 'close' })
    await this.#worker.terminate()
  }

  /** The writing thread, started with the first write where nobody asked for it sooner. */
  #writer(): Worker {
    if (this.#worker) return this.#worker
    const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), {
      workerData: { path: this.#options.path, decision: this.#options.decision.href },
    })
    worker.on('message', (text: string) => this.#receive(JSON.parse(text) as Reply))
    worker.on('error', (error) => this.#lose(error as Error))
    this.#worker = worker
    return worker
  }

  #ask(request: Request): Promise<Reply> {
    return this.#send(JSON.stringify(request))
  }

  #send(message: string | ApplyAll): Promise<Reply> {
    return new Promise((done) => {
      this.#inFlight.push({ group: [], done })
      this.#writer().postMessage(message)
    })
  }

  #flush(): void {
    while (this.#waiting.length > 0 && this.#groupsInFlight < groupsInFlightMax) {
      const group = this.#waiting.splice(0, groupMax)
      this.#inFlight.push({ group, done: null })
      this.#groupsInFlight += 1
      const request: Request = {
        kind: 'apply',
        now: this.#options.clock(),
        group: group.map(({ workspaceId, command }) => ({ workspaceId, command })),
      }
      this.#writer().postMessage(JSON.stringify(request))
    }
  }

  #receive(reply: Reply): void {
    const sent = this.#inFlight.shift()
    if (!sent) throw new Error('The writing thread answered what it was not asked.')
    if (sent.done) sent.done(reply)
    else if (reply.kind === 'applied') {
      this.#groupsInFlight -= 1
      answerGroup(sent.group, reply.results)
      if (reply.planned) this.#options.due.tell()
      this.#folder.wrote(sent.group.length)
    }
    this.#flush()
  }

  /** The thread died: what it was working on may or may not be stored, and a new one takes over. */
  #lose(cause: Error): void {
    const lost = this.#inFlight
    this.#inFlight = []
    this.#groupsInFlight = 0
    for (const { group, done } of lost) {
      for (const waiting of group) waiting.reject(new Fault('outcome_unknown', { cause }))
      const fault = {
        code: 'unavailable',
        message: 'The writing thread died.',
        fields: [],
        retryAfterSeconds: 1,
        profile: null,
        merge: null,
        cause: null,
      } as const
      done?.({ kind: 'probed', fault })
    }
    this.#worker = null
    if (!this.#closing) this.#flush()
  }
}
