import type { Logger } from 'pino'
import { limits } from '../core/limits.ts'
import type { ClaimedDelivery } from '../core/planned-delivery.ts'
import { type Batch, batch } from '../lib/batch.ts'
import type {
  AttemptResult,
  BeginAttempt,
  Claim,
  DeliveryStore,
  Destination,
  FailedDelivery,
  ReleasePause,
} from '../storage/delivery-store.ts'
import { Deaths } from './deaths.ts'
import { type DeliveryTools, deliver, giveUp } from './deliver.ts'
import { HeldClaims } from './held-claims.ts'
import { type NoticeStore, tellNotices } from './tell-notices.ts'

export type WorkerStore = NoticeStore &
  Pick<
    DeliveryStore,
    | 'claimDeliveries'
    | 'beginAttempts'
    | 'recordAttempts'
    | 'failDeliveries'
    | 'releaseDeliveries'
    | 'extendLeases'
    | 'onDeliveriesDue'
  >

export interface WorkerOptions extends Omit<DeliveryTools, 'begin' | 'record' | 'fail' | 'deaths'> {
  store: WorkerStore
  /** Deliveries under way at once, all destinations together. */
  inFlightMax: number
  /** How long `stop` waits for calls under way before it cuts them. */
  drainMs: number
  /** How long a worker that died keeps its deliveries from the others. */
  leaseMs: number
}

/** How often it looks for what another process planned. */
const lookMs = 500
/** After the store could not do it. */
const retryMs = 1_000
/** How long one that Roster itself cannot try is left alone. */
const [pauseMsMin, pauseMsMax] = [1_000, 300_000]
/** Claimed at once; more would hold the store's writer up for too long. */
const claimMax = 256
/** Begun in one turn of the event loop, which others wait for. */
const turnMax = 16
/** How often notices are looked for where attempts end, and where nothing happens. */
const noticesMs = { busy: 1_000, idle: 30_000 }

/**
 * Delivers what is due, on any number of nodes: claims it, tries it and records what came of it.
 * What a worker that was killed had claimed is taken up by another when the leases run out.
 */
export class Worker {
  readonly #options: WorkerOptions
  readonly #logger: Logger
  readonly #tools: DeliveryTools
  readonly #held: HeldClaims
  readonly #batches: readonly Batch<never, unknown>[]
  readonly #underWay = new Set<Promise<void>>()
  readonly #working: Promise<void>
  readonly #unlisten: () => void
  #telling: Promise<void> | null = null
  #tellAt = 0
  /** Calls that are over and whose results are being recorded. */
  #over = 0
  #stopping = false
  #woken = false
  #wake = () => {}

  constructor(options: WorkerOptions) {
    const { store, logger } = options
    this.#options = options
    this.#logger = logger
    this.#held = new HeldClaims(store, options.leaseMs)
    const begins = batch((all: BeginAttempt[]) => store.beginAttempts(all), claimMax, isInternal)
    const records = batch((all: AttemptResult[]) => this.#record(all), claimMax, isInternal)
    const failures = batch((all: FailedDelivery[]) => this.#fail(all), claimMax, isInternal)
    this.#batches = [begins, records, failures] as unknown as Batch<never, unknown>[]
    const [begin, record, fail] = [begins.add, records.add, failures.add]
    this.#tools = { ...options, begin, record, fail, deaths: new Deaths() }
    this.#unlisten = store.onDeliveriesDue(() => this.#awaken())
    this.#working = this.#work()
  }

  /**
   * Claims nothing more, gives back what was not begun, and waits for calls under way; those that
   * take longer than the drain are cut and tried again later.
   */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#awaken()
    await this.#working
    const drained = setTimeout(() => this.#held.abortAll(), this.#options.drainMs)
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
    clearTimeout(drained)
    for (const each of this.#batches) await each.settled()
    this.#unlisten()
    await Promise.all([this.#telling, this.#held.stop()])
    // Of the last results; where it cannot be now, whoever works next does.
    await this.#tell()
  }

  async #work(): Promise<void> {
    while (!this.#stopping) {
      this.#woken = false
      this.#tellNow()
      const room = this.#options.inFlightMax - this.#held.size + this.#over
      const waitMs = room > 0 ? await this.#claim(room) : lookMs
      await this.#pause(waitMs)
    }
  }

  /**
   * One round; answers how long there is nothing to claim. A round takes half of the room at most,
   * and a destination of which as many are under way as there is room left gets no more: whatever
   * hangs, a part of the room is kept for others.
   */
  async #claim(room: number): Promise<number> {
    const limit = Math.min(Math.ceil(room / 2), claimMax)
    const { store, worker, leaseMs } = this.#options
    const askedAt = performance.now()
    try {
      const perDestinationMax = Math.max(1, Math.ceil(limit / 2))
      const leaveOut = this.#held.withMany(room)
      const request = { worker, limit, leaseMs, perDestinationMax, leaveOut }
      const { deliveries, destinations, nextInMs } = await store.claimDeliveries(request)
      const known = new Map(
        destinations.map((each) => [keyOf(each.workspaceId, each.destination.name), each]),
      )
      for (const [index, delivery] of deliveries.entries()) {
        const found = known.get(keyOf(delivery.workspaceId, delivery.destination))
        if (!found) throw new Error(`Delivery ${delivery.id} came without its destination.`)
        this.#take(delivery, found.destination, askedAt)
        if (index % turnMax === turnMax - 1) await nextTurn()
      }
      if (deliveries.length > 0 && nextInMs === null) return lookMs
      return Math.min(nextInMs ?? lookMs, lookMs)
    } catch (error) {
      this.#logger.warn({ error: (error as Error).message }, 'claiming deliveries failed')
      return retryMs
    }
  }

  #take(delivery: ClaimedDelivery, destination: Destination, askedAt: number): void {
    const held = this.#held.hold(delivery, askedAt)
    const work = this.#stopping
      ? this.#giveBack(held.claim)
      : deliver(delivery, destination, held, this.#tools).catch((error: unknown) =>
          this.#putOff(delivery, held.claim, error as Error),
        )
    const done: Promise<void> = work.finally(() => {
      this.#held.letGo(held)
      this.#underWay.delete(done)
    })
    this.#underWay.add(done)
  }

  /** No attempt was made. What it is the fault of waits, and its others do not. */
  async #putOff(delivery: ClaimedDelivery, claim: Claim, error: Error): Promise<void> {
    const { workspaceId, id, lease, attemptCount } = delivery
    const detail = error.message
    const isLast = lease - attemptCount >= limits.deliveryFaultsMax
    const pause = { ms: pauseMs(delivery), reason: 'internal', detail }
    const told = { workspaceId, delivery: id, error: detail, isLast, pauseMs: pause.ms }
    this.#logger.warn(told, 'an attempt was not made')
    if (isOfStore(error)) await this.#giveBack(claim)
    else if (!isLast || !(await this.#giveUp(delivery, claim, pause))) {
      await this.#giveBack(claim, pause)
    }
  }

  /** What was claimed too often without an attempt is dead, and its lane goes on. */
  async #giveUp(
    delivery: ClaimedDelivery,
    claim: Claim,
    { reason, detail }: ReleasePause,
  ): Promise<boolean> {
    return giveUp(delivery, claim, { reason, detail }, this.#tools).catch(() => false)
  }

  /** What cannot be given back is somebody's again when its lease runs out. */
  async #giveBack(claim: Claim, pause?: ReleasePause): Promise<void> {
    await this.#options.store.releaseDeliveries([claim], pause).catch(() => {})
  }

  /** A slot of a destination is free again, or a lane has its next: the claim goes along. */
  async #record(all: AttemptResult[]): Promise<boolean[]> {
    this.#over += all.length
    this.#awaken()
    try {
      return await this.#options.store.recordAttempts(all)
    } finally {
      this.#over -= all.length
      this.#tellSoon()
    }
  }

  async #fail(all: FailedDelivery[]): Promise<boolean[]> {
    try {
      return await this.#options.store.failDeliveries(all)
    } finally {
      this.#tellSoon()
    }
  }

  #tellSoon(): void {
    this.#tellAt = Math.min(this.#tellAt, performance.now() + noticesMs.busy)
  }

  #tellNow(): void {
    const now = performance.now()
    if (this.#telling || now < this.#tellAt) return
    this.#tellAt = now + noticesMs.idle
    this.#telling = this.#tell().finally(() => {
      this.#telling = null
    })
  }

  async #tell(): Promise<void> {
    try {
      await tellNotices(this.#options.store, this.#logger)
    } catch (error) {
      this.#tellAt = performance.now() + retryMs
      this.#logger.warn({ error: (error as Error).message }, 'notices could not be told yet')
    }
  }

  #awaken(): void {
    this.#woken = true
    this.#wake()
  }

  #pause(ms: number): Promise<void> {
    if (this.#stopping || this.#woken || ms <= 0) return nextTurn()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** A fault that one delivery of a batch may have brought about. */
function isInternal(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'internal'
}

/** A store that is away is nobody's fault: what was claimed is due again once it is back. */
function isOfStore(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return code === 'unavailable' || code === 'outcome_unknown'
}

/** As long as it is waiting already, so that each pause is about twice the one before. */
function pauseMs({ plannedAt }: ClaimedDelivery): number {
  return Math.min(Math.max(Date.now() - plannedAt, pauseMsMin), pauseMsMax)
}

function keyOf(workspaceId: number, destination: string): string {
  return `${workspaceId}/${destination}`
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
