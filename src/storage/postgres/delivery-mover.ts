import type { Actor } from '../../core/audit.ts'
import type { DeliveryState } from '../../core/delivery.ts'
import type { DeliveryId, DeliveryRequest } from '../../core/planned-delivery.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { movedDeliveries } from '../audit-details.ts'
import type { DeliverySelection, Redelivered } from '../delivery-store.ts'
import { telling } from './admin.ts'
import type { Write } from './delivery-transactions.ts'
import { type End, endSome, goneOf, moveBatch, reopenSome } from './move-deliveries.ts'

/** What waits behind others first: ending a head would only make the next one pending. */
const unfinished: readonly DeliveryState[][] = [['queued'], ['pending', 'claimed']]

/** What operators do with deliveries, batch by batch. */
export class DeliveryMover {
  readonly #write: Write
  readonly #clock: () => number

  constructor(write: Write, clock: () => number) {
    this.#write = write
    this.#clock = clock
  }

  async cancel(
    id: WorkspaceId,
    selection: DeliverySelection,
    limit: number,
    by: Actor,
  ): Promise<number> {
    const end = { state: 'cancelled', reason: 'operator', at: this.#clock() } as const
    return this.#end(id, selection, end, limit, by)
  }

  /** Everything unfinished for a destination that is gone, which was told of already. */
  async endAll(id: WorkspaceId, destination: string): Promise<void> {
    const end = { state: 'dead', reason: 'destination_removed', at: this.#clock() } as const
    await this.#end(id, { destination }, end, Number.POSITIVE_INFINITY, null)
  }

  async redeliver(
    id: WorkspaceId,
    selection: DeliverySelection,
    limit: number,
    by: Actor,
  ): Promise<Redelivered> {
    let after: DeliveryId | null = null
    for (let count = 0; ; ) {
      const most = Math.min(limit - count, moveBatch)
      if (most <= 0) return { count, gone: [] }
      const range: { after: DeliveryId | null; limit: number } = { after, limit: most }
      const moved = await this.#write(async (transaction) => {
        const now = this.#clock()
        const some = await reopenSome(transaction, id, { selection, range, request: null }, now)
        const details = movedDeliveries(selection, some.count)
        const tell = telling(transaction, now, by)
        if (some.count > 0) await tell(id, 'deliveries.redelivered', 'deliveries', details)
        return some
      })
      if (moved.last === null) {
        return {
          count,
          gone: await this.#write((transaction) => goneOf(transaction, id, selection)),
        }
      }
      count += moved.count
      after = moved.last
    }
  }

  async resend(
    id: WorkspaceId,
    delivery: DeliveryId,
    request: DeliveryRequest,
    by: Actor,
  ): Promise<boolean> {
    const selection = { ids: [delivery] }
    const range = { after: null, limit: 1 }
    return this.#write(async (transaction) => {
      const now = this.#clock()
      const { count } = await reopenSome(transaction, id, { selection, range, request }, now)
      if (count !== 1) return false
      await telling(transaction, now, by)(id, 'delivery.resent', String(delivery), {})
      return true
    })
  }

  async #end(
    id: WorkspaceId,
    selection: DeliverySelection,
    end: End,
    limit: number,
    by: Actor | null,
  ): Promise<number> {
    let count = 0
    for (const group of unfinished) {
      const states = group.filter((state) => selection.states?.includes(state) ?? true)
      while (states.length > 0 && count < limit) {
        const most = Math.min(limit - count, moveBatch)
        const ended = await this.#write(async (transaction) => {
          const some = await endSome(transaction, id, { ...selection, states }, end, most)
          if (!by || some === null || some === 0) return some
          const details = movedDeliveries(selection, some)
          await telling(transaction, end.at, by)(id, 'deliveries.cancelled', 'deliveries', details)
          return some
        })
        if (ended === null) break
        count += ended
      }
    }
    return count
  }
}
