import type { DeliveryState } from '../../core/delivery.ts'
import type { DeliveryId, DeliveryRequest } from '../../core/planned-delivery.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { DeliverySelection, Redelivered } from '../delivery-store.ts'
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

  async cancel(id: WorkspaceId, selection: DeliverySelection, limit: number): Promise<number> {
    const end = { state: 'cancelled', reason: 'operator', at: this.#clock() } as const
    return this.#end(id, selection, end, limit)
  }

  /** Everything unfinished for a destination that is gone. */
  async endAll(id: WorkspaceId, destination: string): Promise<void> {
    const end = { state: 'dead', reason: 'destination_removed', at: this.#clock() } as const
    await this.#end(id, { destination }, end, Number.POSITIVE_INFINITY)
  }

  async redeliver(
    id: WorkspaceId,
    selection: DeliverySelection,
    limit: number,
  ): Promise<Redelivered> {
    let after: DeliveryId | null = null
    for (let count = 0; ; ) {
      const most = Math.min(limit - count, moveBatch)
      if (most <= 0) return { count, gone: [] }
      const range: { after: DeliveryId | null; limit: number } = { after, limit: most }
      const moved = await this.#write((transaction) =>
        reopenSome(transaction, id, { selection, range, request: null }, this.#clock()),
      )
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

  async resend(id: WorkspaceId, delivery: DeliveryId, request: DeliveryRequest): Promise<boolean> {
    const selection = { ids: [delivery] }
    const range = { after: null, limit: 1 }
    const moved = await this.#write((transaction) =>
      reopenSome(transaction, id, { selection, range, request }, this.#clock()),
    )
    return moved.count === 1
  }

  async #end(
    id: WorkspaceId,
    selection: DeliverySelection,
    end: End,
    limit: number,
  ): Promise<number> {
    let count = 0
    for (const group of unfinished) {
      const states = group.filter((state) => selection.states?.includes(state) ?? true)
      while (states.length > 0 && count < limit) {
        const most = Math.min(limit - count, moveBatch)
        const ended = await this.#write((transaction) =>
          endSome(transaction, id, { ...selection, states }, end, most),
        )
        if (ended === null) break
        count += ended
      }
    }
    return count
  }
}
