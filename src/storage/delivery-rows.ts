import type { Breaker } from '../core/delivery-breaker.ts'
import type { RateBucket } from '../core/delivery-rate.ts'
import type { DestinationDefinition } from '../core/destination.ts'
import type { Death, Notice } from '../core/notice.ts'
import type { Attempt, Delivery } from '../core/planned-delivery.ts'
import type { Destination, SealedSecrets } from './delivery-store.ts'
import type { Row } from './rows.ts'

export const deliveryColumns = `
  id, event_id, rule, version, step, action, destination, subject, state, attempt_count, wake_at,
  reason, detail, planned_at, ended_at, seen, request`

/** `wake_at` is when a pending one is due, and when the lease of a claimed one ends. */
export function deliveryFromRow(row: Row): Delivery {
  const state = row.state as Delivery['state']
  return {
    id: row.id as Delivery['id'],
    event: row.event_id as Delivery['event'],
    rule: row.rule as string,
    version: row.version as number,
    step: row.step as string,
    action: row.action as string,
    destination: row.destination as string,
    subject: row.subject as Delivery['subject'],
    state,
    attemptCount: row.attempt_count as number,
    dueAt: state === 'pending' ? (row.wake_at as number) : null,
    reason: row.reason as string | null,
    detail: row.detail as string | null,
    plannedAt: row.planned_at as number,
    endedAt: row.ended_at as number | null,
    seen: JSON.parse(row.seen as string) as Delivery['seen'],
    request:
      row.request === null ? null : (JSON.parse(row.request as string) as Delivery['request']),
  }
}

/** The values of a delivery's row after the workspace, in the order of `deliveryColumns`. */
export function deliveryValues(delivery: Delivery): (string | number | null)[] {
  const { id, event, rule, version, step, action, destination, subject, state } = delivery
  const { attemptCount, dueAt, reason, detail, plannedAt, endedAt, seen, request } = delivery
  return [
    ...[id, event, rule, version, step, action, destination, subject, state, attemptCount, dueAt],
    ...[reason, detail, plannedAt, endedAt, JSON.stringify(seen)],
    request === null ? null : JSON.stringify(request),
  ]
}

export const destinationColumns = `
  name, version, definition, state, state_reason, signing_secret, previous_secret, previous_until,
  auth_secret, breaker_failures, breaker_open_until, breaker_opened, breaker_probe_at, rate_calls,
  rate_at, failed_in_row, created_at, updated_at`

export function destinationFromRow(row: Row): Destination {
  const previous = row.previous_secret as string | null
  return {
    ...(JSON.parse(row.definition as string) as DestinationDefinition),
    version: row.version as number,
    state: row.state as Destination['state'],
    stateReason: row.state_reason as string | null,
    secrets: {
      signing: row.signing_secret as string | null,
      previous:
        previous === null ? null : { sealed: previous, until: row.previous_until as number },
      auth: row.auth_secret as string | null,
    },
    breaker: breakerFromRow(row),
    failedInRow: row.failed_in_row as number,
    bucket: bucketFromRow(row),
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
  }
}

export function breakerFromRow(row: Row): Breaker {
  return {
    failures: row.breaker_failures as number,
    openUntil: row.breaker_open_until as number | null,
    opened: row.breaker_opened as number,
    probeAt: row.breaker_probe_at as number | null,
  }
}

export function bucketFromRow(row: Row): RateBucket | null {
  const at = row.rate_at as number | null
  return at === null ? null : { calls: row.rate_calls as number, at }
}

/** No secrets at all, as destinations have them that a vendor's API makes. */
export const unsigned: SealedSecrets = { signing: null, previous: null, auth: null }

export const attemptColumns = 'delivery_id, number, worker, began_at, ended_at, sent, outcome'

export function attemptFromRow(row: Row): Attempt {
  return {
    delivery: row.delivery_id as Attempt['delivery'],
    number: row.number as number,
    worker: row.worker as string,
    beganAt: row.began_at as number,
    endedAt: row.ended_at as number | null,
    sent: row.sent === null ? null : (JSON.parse(row.sent as string) as Attempt['sent']),
    outcome:
      row.outcome === null ? null : (JSON.parse(row.outcome as string) as Attempt['outcome']),
  }
}

export function noticeFromRow(row: Row): Notice {
  return {
    workspaceId: row.workspace_id as Notice['workspaceId'],
    destination: row.destination as string,
    kind: row.kind as Notice['kind'],
    reason: row.reason as string | null,
    at: row.at as number,
    delivery: row.delivery as Notice['delivery'],
    death: row.death === null ? null : (JSON.parse(row.death as string) as Death),
  }
}
