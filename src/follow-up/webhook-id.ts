import { createHmac } from 'node:crypto'
import type { ClaimedDelivery } from '../core/planned-delivery.ts'

/**
 * The id that receivers see: the same on every try and redelivery, so that they can drop what they
 * have seen. It tells neither how many deliveries there are nor whose, and holds no dot. The time
 * of planning is part of it, so that a store put back from a backup uses none of them twice.
 */
export function webhookId({
  idKey,
  id,
  plannedAt,
}: Pick<ClaimedDelivery, 'idKey' | 'id' | 'plannedAt'>): string {
  const digest = createHmac('sha256', Buffer.from(idKey, 'hex'))
    .update(`delivery ${id} ${plannedAt}`)
    .digest('base64url')
  return `dlv_${digest.slice(0, 27)}`
}
