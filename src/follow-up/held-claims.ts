import type { ClaimedDelivery } from '../core/planned-delivery.ts'
import type { WorkspaceId } from '../core/profile.ts'
import type { Claim, ClaimRequest, DeliveryStore } from '../storage/delivery-store.ts'

/** A delivery this worker has the right to work on, for as long as its lease lasts. */
export interface Held {
  readonly claim: Claim
  readonly destination: string
  /** Aborted when the lease is lost or the worker gives up waiting. */
  readonly abort: AbortController
  /** On the clock of `performance.now`; set so that the store's own end of it comes later. */
  until: number
  /** True once somebody else may work on it: nothing more is to be written. */
  isLost: boolean
}

/**
 * The claims of one worker and their leases. A call may take longer than a lease, so leases are
 * extended while there is work on them; one that is lost, or could not be extended in time, aborts
 * its call, since another worker may be making the same by then.
 */
export class HeldClaims {
  readonly #store: Pick<DeliveryStore, 'extendLeases'>
  readonly #leaseMs: number
  readonly #held = new Set<Held>()
  readonly #timer: NodeJS.Timeout
  #extending: Promise<void> | null = null

  constructor(store: Pick<DeliveryStore, 'extendLeases'>, leaseMs: number) {
    this.#store = store
    this.#leaseMs = leaseMs
    this.#timer = setInterval(() => {
      this.#extending ??= this.#extend().finally(() => {
        this.#extending = null
      })
    }, leaseMs / 6)
  }

  get size(): number {
    return this.#held.size
  }

  /** `askedAt` is when the claim was asked for, so that the lease is never thought longer. */
  hold({ workspaceId, id, lease, destination }: ClaimedDelivery, askedAt: number): Held {
    const claim = { workspaceId, id, lease }
    const until = askedAt + this.#leaseMs
    const held = { claim, destination, abort: new AbortController(), until, isLost: false }
    this.#held.add(held)
    return held
  }

  /** Destinations of which there are this many or more. */
  withMany(many: number): NonNullable<ClaimRequest['leaveOut']>[number][] {
    const counts = new Map<string, { workspaceId: WorkspaceId; destination: string; n: number }>()
    for (const { claim, destination } of this.#held) {
      const { workspaceId } = claim
      const key = `${workspaceId}/${destination}`
      const counted = counts.get(key)
      if (counted) counted.n += 1
      else counts.set(key, { workspaceId, destination, n: 1 })
    }
    return [...counts.values()]
      .filter(({ n }) => n >= many)
      .map(({ workspaceId, destination }) => ({ workspaceId, destination }))
  }

  letGo(held: Held): void {
    this.#held.delete(held)
  }

  abortAll(): void {
    for (const { abort } of this.#held) abort.abort()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#extending
  }

  async #extend(): Promise<void> {
    const now = performance.now()
    for (const held of this.#held) if (held.until <= now) lose(held)
    const due = [...this.#held].filter(
      ({ until, isLost }) => !isLost && until - now < (this.#leaseMs * 2) / 3,
    )
    if (due.length === 0) return
    try {
      const claims = due.map(({ claim }) => claim)
      const answers = await this.#store.extendLeases(claims, this.#leaseMs)
      for (const [index, held] of due.entries()) {
        if (answers[index] === true) held.until = now + this.#leaseMs
        else if (this.#held.has(held)) lose(held)
      }
    } catch {
      // The store is away: what is not extended before its time is lost at the next look.
    }
  }
}

function lose(held: Held): void {
  held.isLost = true
  held.abort.abort()
}
