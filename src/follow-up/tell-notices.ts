import type { Logger } from 'pino'
import type { RecordEvent } from '../core/command.ts'
import type { RecordWrite } from '../core/record.ts'
import { isOfSubscription, recordOfSubscription, type Stopped } from '../core/subscription.ts'
import type { DeliveryStore, DestinationNotice } from '../storage/delivery-store.ts'
import type { Store } from '../storage/store.ts'

const noticesMax = 100

export type NoticeStore = Pick<Store, 'apply'> & Pick<DeliveryStore, 'untoldNotices' | 'markTold'>

/**
 * Puts into the event log that destinations stopped working, recovered or were disabled, so that
 * rules may react to it. One may be told twice, when a node dies in between, and none is left out.
 */
export async function tellNotices(store: NoticeStore, logger: Logger): Promise<void> {
  for (;;) {
    const notices = await store.untoldNotices(noticesMax)
    for (const notice of notices) {
      const { workspaceId, destination, kind, reason } = notice
      logger.warn({ workspaceId, destination, reason }, `a destination ${words[kind]}`)
      await store.apply(workspaceId, noticeEvent(notice))
      await store.markTold(notice)
    }
    if (notices.length < noticesMax) return
  }
}

/** The vendor's API says of its webhook that it is called no more. */
function noteStopped(destination: string, at: number, reason: string | null): RecordWrite {
  const { kind, id } = recordOfSubscription(destination)
  const stopped: Stopped = { stopped: { at, reason: reason ?? '' } }
  return { op: 'patch', kind, at: { id }, set: stopped, missing: 'pass' }
}

const words = {
  opened: 'fails again and again and is called less often',
  recovered: 'works again',
  disabled: 'was disabled',
} as const

function noticeEvent({ kind, destination, reason, at }: DestinationNotice): RecordEvent {
  const isTold = kind === 'disabled' && isOfSubscription(destination)
  return {
    ...(isTold && { records: [noteStopped(destination, at, reason)] }),
    kind: 'record-event',
    type: `destination.${kind}`,
    attributes: { destination, ...(reason === null ? {} : { reason }) },
    identifiers: [],
    occurredAt: at,
    source: { dialect: 'roster', token: null, request: null },
    reply: 'outcome',
  }
}
