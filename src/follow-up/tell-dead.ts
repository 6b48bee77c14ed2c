import type { Logger } from 'pino'
import type { RecordEvent } from '../core/command.ts'
import { limits } from '../core/limits.ts'
import type { ClaimedDelivery } from '../core/planned-delivery.ts'
import type { Store } from '../storage/store.ts'

const minuteMs = 60_000

/**
 * Tells the event log that deliveries died, so that rules may react to it. The first of each minute
 * of a rule, destination and reason is told, by each process; dead letters have all of them.
 *
 * Its cause is the event that the delivery was for, one link further down the chain: a rule that
 * reacts with a delivery of its own, which dies as well, comes to the end that every chain has.
 */
export function deadTeller(store: Pick<Store, 'apply'>, logger: Logger, now = Date.now) {
  let minute = 0
  const told = new Set<string>()
  return async (delivery: ClaimedDelivery, reason: string): Promise<void> => {
    const { workspaceId, id, rule, destination } = delivery
    const at = now()
    const thisMinute = Math.floor(at / minuteMs)
    if (thisMinute !== minute) told.clear()
    minute = thisMinute
    const key = JSON.stringify([workspaceId, rule, destination, reason])
    if (told.has(key) || told.size >= limits.deadToldPerMinuteMax) return
    told.add(key)
    const named = { workspaceId, delivery: id, rule, destination, reason }
    logger.warn(named, 'a delivery is dead; further ones like it are not told of in this minute')
    try {
      await store.apply(workspaceId, deadEvent(delivery, reason, at))
    } catch (error) {
      // It is dead all the same, and among the dead letters.
      logger.warn({ ...named, error: (error as Error).message }, 'its death could not be told')
    }
  }
}

function deadEvent(delivery: ClaimedDelivery, reason: string, at: number): RecordEvent {
  const { id, event, rule, version, destination, subject, seen } = delivery
  return {
    kind: 'record-event',
    type: 'delivery.dead',
    attributes: { delivery: id, rule, destination, reason, event, event_type: seen.event.type },
    identifiers: [],
    ...(subject !== null && { subject: [{ profile: subject }] }),
    onMissing: 'record',
    cause: { event, rule: `${rule}@${version}`, depth: (seen.event.depth ?? 0) + 1 },
    occurredAt: at,
    source: { dialect: 'roster', token: null, request: null },
    reply: 'outcome',
  }
}
