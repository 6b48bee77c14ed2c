import type { Event } from '../core/event.ts'
import type { Attempt, Delivery } from '../core/planned-delivery.ts'
import type { Profile } from '../core/profile.ts'
import { type Run, runId } from '../core/run.ts'
import type { Workspace } from '../core/workspace.ts'
import { shownUrl } from '../outbound/mask-secrets.ts'
import type { Destination } from '../storage/delivery-store.ts'
import type { Token } from '../storage/store.ts'

/*
 * What commands show of stored things: times as ISO text, and nothing that is secret or derived
 * from a secret.
 */

export function workspaceJson({ id, name, settings, createdAt }: Workspace) {
  return { id, name, settings, createdAt: isoTime(createdAt) }
}

export function tokenJson(token: Token, workspace: string) {
  const { publicPart, dialect, scopes, label, rateLimit, createdAt, revokedAt } = token
  return {
    publicPart,
    dialect,
    workspace,
    scopes,
    label,
    rateLimit,
    createdAt: isoTime(createdAt),
    revokedAt: isoTime(revokedAt),
  }
}

export function profileJson(profile: Profile) {
  return {
    ...profile,
    createdAt: isoTime(profile.createdAt),
    updatedAt: isoTime(profile.updatedAt),
    removedAt: isoTime(profile.removedAt),
  }
}

export function eventJson(event: Event) {
  return {
    ...event,
    occurredAt: isoTime(event.occurredAt),
    receivedAt: isoTime(event.receivedAt),
  }
}

export function runJson(run: Run) {
  return {
    id: runId(run),
    ...run,
    dueAt: isoTime(run.dueAt),
    beganAt: isoTime(run.beganAt),
    endedAt: isoTime(run.endedAt),
    log: run.log.map(({ until, ...record }) => {
      return until === undefined ? record : { ...record, until: isoTime(until) }
    }),
  }
}

export function deliveryJson(delivery: Delivery) {
  const { seen, ...rest } = delivery
  const { occurredAt, receivedAt } = seen.event
  return {
    ...rest,
    dueAt: isoTime(delivery.dueAt),
    plannedAt: isoTime(delivery.plannedAt),
    endedAt: isoTime(delivery.endedAt),
    seen: {
      ...seen,
      event: { ...seen.event, occurredAt: isoTime(occurredAt), receivedAt: isoTime(receivedAt) },
    },
  }
}

export function attemptJson(attempt: Attempt) {
  return { ...attempt, beganAt: isoTime(attempt.beganAt), endedAt: isoTime(attempt.endedAt) }
}

/** Of secrets only whether there are any, and where they came from. */
export function destinationJson(destination: Destination) {
  const { secrets, breaker, ...rest } = destination
  const { signing, previous } = secrets
  return {
    ...rest,
    url: shownUrl(rest.url),
    signed: signing !== null,
    formerSecretUntil: isoTime(previous?.until ?? null),
    breaker: {
      ...breaker,
      openUntil: isoTime(breaker.openUntil),
      probeAt: isoTime(breaker.probeAt),
    },
    createdAt: isoTime(destination.createdAt),
    updatedAt: isoTime(destination.updatedAt),
  }
}

/** A time as people and programs read it; null stays null. */
export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
