import type { Event } from '../../core/event.ts'
import type { RuleExplanation } from '../../core/explain-event.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { Delivery } from '../../core/planned-delivery.ts'
import { explainPreview, type Preview } from '../../core/preview.ts'
import { displayName, type Profile } from '../../core/profile.ts'
import type { Rule } from '../../core/rule.ts'
import { type Run, runId } from '../../core/run.ts'

/* Stored things as the native API shows them: times as text, names with underscores. */

export function shownEvent(event: Event): JsonObject {
  const { source, cause } = event
  return {
    id: event.id,
    type: event.type,
    profile_id: event.subject,
    occurred_at: shownTime(event.occurredAt),
    received_at: shownTime(event.receivedAt),
    source: { dialect: source.dialect, token_id: source.token, request_id: source.request },
    cause: cause && { event_id: cause.event, rule: cause.rule, depth: cause.depth },
    attributes: event.attributes,
    changes: event.changes.map(({ of = 'attribute', name, from, to }) => ({ of, name, from, to })),
    dropped: event.dropped.map((drop) => ({ ...drop })),
    identifiers: event.identifiers.map(({ kind, value }) => ({ kind, value })),
    found_by: event.foundBy,
    idempotency_key: event.idempotencyKey,
  }
}

export function shownProfile(profile: Profile): JsonObject {
  return {
    id: profile.id,
    version: profile.version,
    attributes: profile.attributes,
    tags: profile.tags,
    identifiers: profile.identifiers.map(({ kind, value }) => ({ kind, value })),
    display_name: displayName(profile) ?? null,
    created_at: shownTime(profile.createdAt),
    updated_at: shownTime(profile.updatedAt),
  }
}

export function shownRun(run: Run): JsonObject {
  return {
    id: runId(run),
    event_id: run.event,
    rule: run.rule,
    version: run.version,
    profile_id: run.subject,
    state: run.state,
    due_at: shownTime(run.dueAt),
    reason: run.reason,
    detail: run.detail,
    ended_by: run.endedBy,
    began_at: shownTime(run.beganAt),
    ended_at: shownTime(run.endedAt),
    steps: run.log.map(({ until, ...record }) => {
      return until === undefined ? { ...record } : { ...record, until: shownTime(until) }
    }),
  }
}

export function shownReaction(reaction: RuleExplanation): JsonObject {
  const { rule, version, matched } = reaction
  if (reaction.matched) {
    const caused = reaction.caused.map((event): JsonValue => event.id)
    const dropped = reaction.dropped.map((drop) => ({ ...drop }))
    const run = reaction.run && shownRun(reaction.run)
    const deliveries = reaction.deliveries.map(shownPlanned)
    return { rule, version, matched, caused, dropped, run, deliveries }
  }
  const { because } = reaction
  if (because !== 'condition') return { rule, version, matched, because }
  const failure = reaction.failure as unknown as JsonObject
  return { rule, version, matched, because, failure, sentence: reaction.sentence }
}

export function shownPreview(preview: Preview, rules: readonly Rule[]): JsonObject {
  const runs = preview.runs.flatMap((write) => (write.kind === 'put' ? [shownRun(write.run)] : []))
  const explanations = explainPreview(preview, rules).map((reaction) => ({
    event_id: reaction.event,
    rules: reaction.rules.map(shownReaction),
  }))
  return {
    dry_run: true,
    found_by: preview.foundBy,
    profile: preview.profile && shownProfile(preview.profile),
    events: preview.events.map(shownEvent),
    runs,
    deliveries: preview.deliveries.map(shownPlanned),
    explanations,
  }
}

function shownPlanned(delivery: Delivery): JsonObject {
  const { event: event_id, rule, version, step, action, destination, subject } = delivery
  return { event_id, rule, version, step, action, destination, profile_id: subject }
}

export function shownTime(ms: number): string
export function shownTime(ms: number | null): string | null
export function shownTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
