import type { Logger } from 'pino'
import type { RecordEvent } from '../core/command.ts'
import type { JsonObject } from '../core/json.ts'
import { limits } from '../core/limits.ts'
import { isAcceptable } from '../core/normalise.ts'
import type { Death, Notice } from '../core/notice.ts'
import type { Delivery } from '../core/planned-delivery.ts'
import type { EventId, WorkspaceId } from '../core/profile.ts'
import type { RecordWrite } from '../core/record.ts'
import { isOfSubscription, recordOfSubscription, type Stopped } from '../core/subscription.ts'
import type { DeliveryStore } from '../storage/delivery-store.ts'
import type { Store } from '../storage/store.ts'

const noticesMax = 100

export type NoticeStore = Pick<Store, 'apply' | 'readEvents'> &
  Pick<DeliveryStore, 'findDelivery' | 'listAttempts' | 'markTold' | 'untoldNotices'>

/**
 * Puts into the event log that destinations stopped working, recovered or were disabled, and that
 * deliveries died, so that rules may react to it. One may be told twice, when a node dies in
 * between, and none is left out.
 */
export async function tellNotices(store: NoticeStore, logger: Logger): Promise<void> {
  for (;;) {
    const notices = await store.untoldNotices(noticesMax)
    for (const notice of notices) {
      const { workspaceId, destination, kind, reason, death } = notice
      const named = { workspaceId, destination, reason }
      if (death) logger.warn({ ...named, rule: death.rule, delivery: notice.delivery }, words.dead)
      else logger.warn(named, words[kind])
      const event = await (death ? deathEvent(store, notice, death) : noticeEvent(store, notice))
      await store.apply(workspaceId, event)
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
  opened: 'a destination fails again and again and is called less often',
  recovered: 'a destination works again',
  disabled: 'a destination was disabled',
  dead: 'a delivery is dead; further ones like it are not told of in this minute',
} as const

async function noticeEvent(store: NoticeStore, notice: Notice): Promise<RecordEvent> {
  const { workspaceId, kind, destination, reason, at, delivery } = notice
  const about = await store.findDelivery(workspaceId, delivery)
  const isTold = kind === 'disabled' && isOfSubscription(destination)
  return {
    ...(isTold && { records: [noteStopped(destination, at, reason)] }),
    kind: 'record-event',
    type: `destination.${kind}`,
    attributes: {
      ...{ destination, delivery },
      ...(reason !== null && { reason }),
      ...(about && { rule: about.rule, event: about.event, event_type: about.seen.event.type }),
    },
    identifiers: [],
    occurredAt: at,
    source: { dialect: 'roster', token: null, request: null },
    reply: 'outcome',
  }
}

/**
 * Its cause is the event that the delivery was for, one link further down the chain: a rule that
 * reacts with a delivery of its own, which dies as well, comes to the end that every chain has.
 * What was sent is told where it is of somebody who is there as the event is written, or of nobody:
 * whoever is erased meanwhile must not come back by it.
 */
async function deathEvent(
  store: NoticeStore,
  { workspaceId, destination, reason, at, delivery }: Notice,
  death: Death,
): Promise<RecordEvent> {
  const { rule, version, subject, event, eventType, depth } = death
  const named = { delivery, rule, destination, reason, event, event_type: eventType }
  const [origin] = await store.readEvents(workspaceId, (event - 1) as EventId, 1)
  const identifiers = origin?.id === event ? origin.identifiers : []
  const about = await store.findDelivery(workspaceId, delivery)
  const content = about ? await contentOf(store, workspaceId, about) : {}
  const isNobodys = subject === null && identifiers.length === 0
  return {
    kind: 'record-event',
    type: 'delivery.dead',
    attributes: {
      ...named,
      ...(about && { attempts: about.attemptCount }),
      ...(isNobodys && content),
    },
    identifiers: [],
    ...(subject !== null && {
      subject: [{ profile: subject }],
      ofSubject: { attributes: content, identifiers },
    }),
    onMissing: 'record',
    cause: { event, rule: `${rule}@${version}`, depth: depth + 1 },
    occurredAt: at,
    source: { dialect: 'roster', token: null, request: null },
    reply: 'outcome',
  }
}

/**
 * What the delivery was made of and what its last try sent, secrets masked. What is longer than an
 * attempt keeps is left out.
 */
async function contentOf(
  store: NoticeStore,
  workspaceId: WorkspaceId,
  { id, seen }: Delivery,
): Promise<JsonObject> {
  const attempts = await store.listAttempts(workspaceId, id)
  const body = attempts.findLast(({ sent }) => sent !== null)?.sent?.body
  const payload = seen.event.attributes
  const isShort = JSON.stringify(payload).length <= limits.attemptBodyKeptMax
  return {
    ...(typeof body === 'string' && { body }),
    ...(isShort && isAcceptable({ payload }) && { payload }),
  }
}
