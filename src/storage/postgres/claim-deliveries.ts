import { claimableAt, type DestinationLoad, roomOf, takeTurns } from '../../core/claim-turns.ts'
import { afterClaim, defaultBreaker } from '../../core/delivery-breaker.ts'
import { afterCalls } from '../../core/delivery-rate.ts'
import type { ClaimedDelivery } from '../../core/planned-delivery.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { deliveryFromRow, destinationFromRow } from '../delivery-rows.ts'
import type { Claim, ClaimedDeliveries, ClaimRequest, Destination } from '../delivery-store.ts'
import type { Row } from '../rows.ts'
import { type Busy, busyFromRow, keyOf, keysOf, loadOf } from './busy-destination.ts'
import * as sql from './delivery-statements.ts'
import { PullIn } from './pull-in.ts'
import type { RuleVersions } from './rule-versions.ts'
import type { Statement, Transaction } from './transaction.ts'

/** Most destinations looked at in one call; the next one goes on after them. */
const surveyMax = 500
/** How soon to ask again where another node was just claiming, in milliseconds. */
const lockedMs = 5

interface ClaimerOptions {
  transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  ask(statement: Statement, values: unknown[]): Promise<Row[]>
  versions: RuleVersions
  /** Takes the database's time, asked for at `askedAt` (`performance.now()`). */
  setClock(time: number, askedAt: number): void
  clock(): number
}

/** What is out of a destination, and what waits. */
interface Measure {
  load: Pick<DestinationLoad, 'claimed' | 'leaseEndsAt' | 'dueAt'>
  /** When the first that are pending are due, one more than may be taken. */
  waits: number[]
  /** Whether a lease has run out. */
  hasLate: boolean
}

/** A destination that this claim has locked. */
interface Held extends Busy {
  destination: Destination
  waits: number[]
  hasLate: boolean
}

interface Given {
  deliveries: ClaimedDelivery[]
  destinations: ClaimedDeliveries['destinations']
  /** When something more may be claimed. */
  times: (number | null)[]
}

export interface Claimed extends ClaimedDeliveries {
  /** Workspaces and names for which something is left that has no destination any more. */
  orphans: [WorkspaceId, string][]
}

/** Hands out what is due. Each destination is locked while something of it is given out. */
export class DeliveryClaimer {
  readonly #options: ClaimerOptions
  readonly #pullIn = new PullIn()
  /** The last destination looked at, where there were more than one call looks at. */
  #after: [number, string] = [0, '']
  /** Who was first in the last claim, so that the next begins behind it. */
  #lastFirst = ''

  constructor(options: ClaimerOptions) {
    this.#options = options
  }

  async claim(request: ClaimRequest): Promise<Claimed> {
    const { ask, clock } = this.#options
    const seen = await this.#survey()
    const isStale = await this.#pullIn.look(ask, seen.busy, clock())
    const { busy, isAll } = isStale ? await this.#survey() : seen
    const now = clock()
    const leftOut = new Set(
      request.leaveOut?.map(({ workspaceId, destination }) => keyOf(workspaceId, destination)),
    )
    for (const one of busy) {
      if (leftOut.has(keyOf(one.workspaceId, one.name))) one.load.concurrency = 0
    }
    const orphans = busy
      .filter(({ destination }) => destination === null)
      .map(({ workspaceId, name }): [WorkspaceId, string] => [workspaceId, name])
    // Leases that ran out are given back also where nothing may be claimed.
    const isReady = ({ load }: Busy) =>
      (load.leaseEndsAt ?? now + 1) <= now ||
      (request.limit > 0 && (claimableAt(load, now, defaultBreaker) ?? now + 1) <= now)
    const later = busy.filter((one) => one.destination && !isReady(one))
    const ready = busy.filter((one) => one.destination && isReady(one))
    const times = timesOf(later, now)
    if (!isAll) times.push(now)
    let deliveries: ClaimedDelivery[] = []
    let destinations: ClaimedDeliveries['destinations'] = []
    if (ready.length > 0) {
      const claimed = await this.#options.transact((transaction) =>
        this.#claimOf(transaction, ready, request),
      )
      deliveries = claimed.deliveries
      destinations = claimed.destinations
      times.push(...claimed.times)
    }
    const known = times.filter((time) => time !== null)
    const nextInMs =
      known.length === 0 ? null : Math.max(Math.min(...known) - this.#options.clock(), 0)
    return { deliveries, destinations, nextInMs, orphans }
  }

  /** Whether anything may be claimed, as far as one look tells. */
  async isReady(): Promise<boolean> {
    const { ask, clock } = this.#options
    const rows = await ask(sql.surveyDestinations, [0, '', surveyMax, clock()])
    const now = clock()
    return timesOf(rows.map(busyFromRow), now).some((time) => time !== null && time <= now)
  }

  async #survey(): Promise<{ busy: Busy[]; isAll: boolean }> {
    const { ask, setClock, clock } = this.#options
    const [after, name] = this.#after
    const askedAt = performance.now()
    const rows = await ask(sql.surveyDestinations, [after, name, surveyMax, clock()])
    if (rows[0]) setClock(rows[0].now as number, askedAt)
    const isEnd = rows.length < surveyMax
    const last = rows.at(-1)
    this.#after =
      isEnd || !last ? [0, ''] : [last.workspace_id as number, last.destination as string]
    return { busy: rows.map(busyFromRow), isAll: isEnd && after === 0 && name === '' }
  }

  async #claimOf(
    transaction: Transaction,
    ready: readonly Busy[],
    request: ClaimRequest,
  ): Promise<Given> {
    const now = this.#options.clock()
    const perDestination = Math.min(request.limit, request.perDestinationMax ?? request.limit)
    const held = await lockAndMeasure(transaction, ready, perDestination, now)
    const late = held.filter(({ hasLate }) => hasLate)
    if (late.length > 0) {
      await transaction.query(sql.takeBack, [...keysOf(late), now])
      const again = await measure(transaction, late, perDestination, now)
      for (const [index, one] of late.entries()) {
        const { load, waits } = again[index] as Measure
        Object.assign(one, { waits, load: { ...one.load, ...load } })
      }
    }
    const wanted = held.map(({ load, waits }) => {
      const due = waits.filter((wakeAt) => wakeAt <= now).length
      return Math.min(roomOf(load, now, defaultBreaker), due, perDestination)
    })
    const given = takeTurns(wanted, request.limit, this.#start(held, wanted))
    const chosen = held.filter((_, index) => (given[index] ?? 0) > 0)
    const counts = given.filter((count) => count > 0)
    const until = now + request.leaseMs
    const skipped = held.length < ready.length ? [now + lockedMs] : []
    if (chosen.length === 0) {
      const times = [...timesOf(held, now), ...skipped]
      return { deliveries: [], destinations: [], times }
    }
    const values = [...keysOf(chosen), counts, now, until, request.worker]
    const [{ rows }] = await Promise.all([
      transaction.query<Row>(sql.claimDeliveries, values),
      noteClaims(transaction, chosen, counts, now),
    ])
    for (const [index, one] of chosen.entries()) {
      const count = counts[index] ?? 0
      one.waits.splice(0, count)
      one.load.claimed += count
      one.load.dueAt = one.waits[0] ?? null
      one.load.leaseEndsAt = Math.min(one.load.leaseEndsAt ?? until, until)
    }
    rows.sort((a, b) => Number(a.was_due) - Number(b.was_due) || Number(a.id) - Number(b.id))
    const versions = await this.#options.versions.of(transaction, rows)
    const all = rows.map((row, index) => ({ row, version: versions[index] ?? null }))
    return {
      deliveries: all.flatMap(({ row, version }) =>
        version
          ? [
              {
                ...deliveryFromRow(row),
                ...claimOf(row),
                tryCount: row.try_count as number,
                ...version,
              },
            ]
          : [],
      ),
      destinations: chosen.map(({ workspaceId, destination }) => ({ workspaceId, destination })),
      times: [...timesOf(held, now), ...skipped],
    }
  }

  /** The first that wants any behind the last claim's first. */
  #start(held: readonly Held[], wanted: readonly number[]): number {
    const keys = held.map(({ workspaceId, name }) => keyOf(workspaceId, name))
    const wanting = keys.filter((_, index) => (wanted[index] ?? 0) > 0).sort()
    const first = wanting.find((key) => key > this.#lastFirst) ?? wanting[0]
    if (first === undefined) return 0
    this.#lastFirst = first
    return keys.indexOf(first)
  }
}

function claimOf(row: Row): Claim {
  return {
    workspaceId: row.workspace_id as WorkspaceId,
    id: row.id as Claim['id'],
    lease: row.lease as number,
  }
}

function timesOf(all: readonly Busy[], now: number): (number | null)[] {
  return all.map(({ load }) => claimableAt(load, now, defaultBreaker))
}

/** The measure comes in a statement after the lock, and so sees what others gave out before. */
async function lockAndMeasure(
  transaction: Transaction,
  ready: readonly Busy[],
  perDestination: number,
  now: number,
): Promise<Held[]> {
  const [locked, measured] = await Promise.all([
    transaction.query<Row>(sql.lockFreeDestinations, keysOf(ready)),
    measure(transaction, ready, perDestination, now),
  ])
  const rows = new Map(locked.rows.map((row) => [keyOf(row.workspace_id, row.name), row]))
  return ready.flatMap(({ workspaceId, name, load: seen }, index): Held[] => {
    const row = rows.get(keyOf(workspaceId, name))
    const measure = measured[index]
    if (!row || !measure) return []
    const destination = destinationFromRow(row)
    const load = { ...loadOf(destination, row), ...measure.load }
    // One that is left out stays so.
    if (seen.concurrency === 0) load.concurrency = 0
    return [{ workspaceId, name, destination, ...measure, load }]
  })
}

async function measure(
  transaction: Transaction,
  asked: readonly Busy[],
  perDestination: number,
  now: number,
): Promise<Measure[]> {
  const most = asked.map(() => perDestination + 1)
  const { rows } = await transaction.query<Row>(sql.measureDestinations, [...keysOf(asked), most])
  const found = new Map(rows.map((row) => [keyOf(row.workspace_id, row.destination), row]))
  return asked.map(({ workspaceId, name }) => {
    const row = found.get(keyOf(workspaceId, name))
    const leases = numbers(row?.leases)
    const waits = numbers(row?.waits)
    const live = leases.filter((endsAt) => endsAt > now)
    return {
      load: { claimed: live.length, leaseEndsAt: live[0] ?? null, dueAt: waits[0] ?? null },
      waits,
      hasLate: live.length < leases.length,
    }
  })
}

/** Changes rows only where there is something to remember. */
async function noteClaims(
  transaction: Transaction,
  chosen: readonly Held[],
  counts: readonly number[],
  now: number,
): Promise<void> {
  const notes: unknown[][] = []
  for (const [index, { workspaceId, name, load }] of chosen.entries()) {
    const breaker = afterClaim(load.breaker, now, defaultBreaker)
    const bucket = load.rate && afterCalls(load.rate, load.bucket, counts[index] ?? 0, now)
    if (breaker === load.breaker && bucket === null) continue
    load.breaker = breaker
    load.bucket = bucket
    notes.push([workspaceId, name, breaker.probeAt, bucket?.calls ?? null, bucket?.at ?? null])
  }
  if (notes.length === 0) return
  const columns = [0, 1, 2, 3, 4].map((column) => notes.map((note) => note[column]))
  await transaction.query(sql.noteClaims, columns)
}

function numbers(list: unknown): number[] {
  return ((list ?? []) as unknown[]).map(Number)
}
